"""Reads of the dispatch desk: its queues, what came in and went out today, and the reminders of posts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value

from weiwang.cases.models import Case, Reminder, SavedFilter
from weiwang.cases.rules import FINAL, State

PAGE = 50
RETURNED_TOO_OFTEN = 2
UNASSIGNED = (State.REPORTED, State.REGISTERED)  # with nobody yet who is to handle them


def queue(name: str, at: datetime) -> Q:
    """The open cases of one queue; `Q()` for a name that is none. Late ones are not about to be late."""
    is_open = ~Q(state__in=FINAL)
    queues: Mapping[str, Q] = {
        "unassigned": is_open & Q(state__in=UNASSIGNED),
        "near": is_open & Q(near_at__lte=at, due_at__gt=at) & ~Q(paused_until__gt=at),
        "late": is_open & Q(due_at__lte=at),
        "asked": is_open & ~Q(asked=""),
        "returned": is_open & Q(returned__gte=RETURNED_TOO_OFTEN),
        "parts": is_open & Q(open_parts__isnull=False, parts_news_at__isnull=False),
        "still": is_open & Q(paused_until__gt=at),
    }
    return queues.get(name, Q())


QUEUES = ("unassigned", "near", "late", "asked", "returned", "parts", "still")


def queue_counts(visible: "QuerySet[Case]", *, at: datetime) -> dict[str, int]:
    """How many cases stand in each queue: one query over the open cases."""
    counted = {name: Count("pk", filter=queue(name, at)) for name in QUEUES}
    return visible.filter(~Q(state__in=FINAL)).aggregate(**counted)


@dataclass(frozen=True, slots=True)
class Flow:
    """What came in and went out in one community since a moment, and what is open there now."""

    unit_id: int
    came: int
    went: int


def flow(visible: "QuerySet[Case]", *, place_path: str, since: datetime) -> list[Flow]:
    """Cases reported and closed since `since` by community, the part of the tree right below the place.

    One query. What lies in no community counts for unit 0.
    """
    recent = visible.filter(Q(reported_at__gte=since) | Q(closed_at__gte=since), parent=None)
    rows = recent.order_by().annotate(community=_below(place_path)).values("community").annotate(
        came=Count("pk", filter=Q(reported_at__gte=since)),
        went=Count("pk", filter=Q(closed_at__gte=since)),
    )  # fmt: skip
    return [Flow(int(row["community"] or 0), row["came"], row["went"]) for row in rows]


def open_below(visible: "QuerySet[Case]", *, place_path: str) -> dict[int, int]:
    """How many cases are open in each community: one query."""
    rows = visible.filter(~Q(state__in=FINAL)).order_by().annotate(community=_below(place_path))
    counted = rows.values("community").annotate(open=Count("pk"))
    return {int(row["community"] or 0): row["open"] for row in counted}


def _below(place_path: str) -> Func:
    """The unit right below the place on the way to the unit of a case, as text."""
    rest = Func(F("unit_path"), Value(len(place_path) + 1), function="substr", output_field=TextField())
    return Func(rest, Value("/"), Value(1), function="split_part", output_field=TextField())


@dataclass(frozen=True, slots=True)
class Kept:
    """A filter somebody keeps as a tab."""

    id: int
    name: str
    query: str


def filters_of(user_id: int) -> list[Kept]:
    rows = SavedFilter.objects.filter(user=user_id).order_by("id")
    return [Kept(*row) for row in rows.values_list("id", "name", "query")]


def pulse() -> int:
    """A number that is another one after anything happened to any case."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(id), 0) FROM cases_event")
        return int(cursor.fetchone()[0])


# ---------------------------------------------------------------- reminders


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """One message to a post about a case; `said` is what a person wrote. Hidden parts are empty."""

    case_id: UUID
    number: str
    title: str
    may_open: bool
    rung: int
    at: datetime
    said: str
    post_name: str


def reminders(
    visible: "QuerySet[Case]", posts: Sequence[int], *, before: datetime, limit: int = PAGE
) -> list[ReminderLine]:
    """The reminders of some posts, newest first: one query.

    A case that has gone beyond their sight is told of by its number alone.
    """
    found = Reminder.objects.filter(post__in=list(posts), at__lt=before)
    seen = found.annotate(may_open=Exists(visible.filter(pk=OuterRef("case_id"))))
    rows = seen.order_by("-at", "-id").values_list(
        "case_id", "case__number", "case__title", "may_open", "rung", "at", "said", "post__name"
    )[:limit]
    return [
        ReminderLine(case_id, number, title * seen, seen, rung, at, said * seen, post)
        for case_id, number, title, seen, rung, at, said, post in rows
    ]
