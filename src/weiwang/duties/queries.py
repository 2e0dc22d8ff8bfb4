"""Reads of duty lists and of the tasks at posts."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from weiwang.cases.rules import CALENDAR
from weiwang.duties.models import Duty, DutyList, Task
from weiwang.duties.rules import ADMITTED_LEVELS, DUTIES, ListTable, Recurrence, missing, period_of
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.worktime import ZONE, Calendar
from weiwang.territory import queries as territory
from weiwang.territory.handover import Handover, Line, Part

ONE_DAY = timedelta(days=1)


def calendar() -> Calendar:
    return CALENDAR.read(settings.POLICIES).table


def seed() -> ListTable:
    return DUTIES.read(settings.POLICIES).table


# ---------------------------------------------------------------- lists


def effective(*, place: int, on: date) -> list[DutyList]:
    """The version in force on a day of every list: one statement."""
    found = DutyList.objects.filter(place=place, valid_from__lte=on).select_related("unit")
    order = ("kind", "unit_id", "-valid_from", "-version")
    return list(found.defer("unit__boundary").order_by(*order).distinct("kind", "unit_id"))


def duties_in_force(*, place: int, on: date) -> list[Duty]:
    """Every duty of the lists in force that has not ended, with its list."""
    lists = {row.pk: row for row in effective(place=place, on=on)}
    rows = Duty.objects.filter(list__in=lists).exclude(ends_on__lt=on).order_by("position", "pk")
    found = list(rows)
    for row in found:
        row.list = lists[row.list_id]
    return found


@dataclass(frozen=True, slots=True)
class ListLine:
    """One list: the version in force, the draft if there is one, and how many duties it asks for."""

    kind: str
    unit_id: int | None
    unit: str
    current: DutyList | None
    draft: DutyList | None
    duties: int = 0
    past_review: int = 0
    by_recurrence: tuple[tuple[str, int], ...] = ()


def lists(*, place: int, on: date) -> list[ListLine]:
    """A line per kind of post, also for those without a list, then the additions: three statements."""
    duties: dict[int, list[Duty]] = {}
    for duty in duties_in_force(place=place, on=on):
        duties.setdefault(duty.list_id, []).append(duty)
    current = {(row.kind, row.unit_id): row for row in effective(place=place, on=on)}
    drafts = DutyList.objects.filter(place=place, published_at=None).select_related("unit")
    drafted = {(row.kind, row.unit_id): row for row in drafts.defer("unit__boundary")}
    keys: dict[tuple[str, int | None], None] = {(kind, None): None for kind in territory.post_table().kinds}
    keys |= dict.fromkeys([*current, *drafted])
    return [_line(key, current.get(key), drafted.get(key), duties, on) for key in keys]


def _line(
    key: tuple[str, int | None],
    current: DutyList | None,
    draft: DutyList | None,
    duties: dict[int, list[Duty]],
    on: date,
) -> ListLine:
    rows = duties.get(current.pk, []) if current else []
    either = current or draft
    unit = either.unit.name if either and either.unit else ""
    late = sum(row.review_on is not None and row.review_on < on for row in rows)
    counted = Counter(row.recurrence for row in rows)
    return ListLine(*key, unit, current, draft, len(rows), late, tuple(counted.items()))


def duty_list(list_id: int) -> DutyList | None:
    found = DutyList.objects.filter(pk=list_id).select_related("unit").defer("unit__boundary")
    return found.first()


def duties_of(list_id: int) -> list[Duty]:
    return list(Duty.objects.filter(list=list_id).order_by("position", "pk"))


def versions(found: DutyList) -> list[DutyList]:
    """All versions of a list, newest first; the draft is the newest."""
    same = DutyList.objects.filter(place=found.place, kind=found.kind, unit=found.unit_id)
    return list(same.order_by("-version"))


def gaps(found: DutyList, *, valid_from: date) -> list[tuple[Duty, list[str]]]:
    """What each duty of a draft lacks before the list can be published."""
    kind = territory.post_table().kinds.get(found.kind)
    if kind is None or kind.level not in ADMITTED_LEVELS:
        return []
    rows = [
        (row, missing(owner=row.owner, basis=row.basis, ends_on=row.ends_on, review_on=row.review_on,
                      valid_from=valid_from))
        for row in duties_of(found.pk)
    ]  # fmt: skip
    return [(row, lacks) for row, lacks in rows if lacks]


def events(*, place: int, on: date) -> list[str]:
    """The events some duty in force is called for by."""
    rows = duties_in_force(place=place, on=on)
    return list(dict.fromkeys(row.event for row in rows if row.recurrence == Recurrence.EVENT))


# ---------------------------------------------------------------- tasks


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task in the day of the posts that hold it."""

    id: UUID
    post_id: int
    text_zh: str
    text_en: str
    unit: str
    owner: str
    due_at: datetime
    done_at: datetime | None
    note: str

    def text(self, language: str) -> str:
        return self.text_en if language.startswith("en") and self.text_en else self.text_zh


_TASK = ("id", "post_id", "duty__text_zh", "duty__text_en", "post__unit__name", "duty__owner", "due_at",
         "done_at", "note")  # fmt: skip


def tasks_of(*, post_ids: Collection[int], at: datetime) -> list[TaskLine]:
    """Open tasks of the present periods and those recorded today, the earliest due first: one statement."""
    today = timezone.localdate(at)
    midnight = datetime.combine(today, time.min, ZONE)
    found = Task.objects.filter(post__in=list(post_ids), period_from__lte=today, period_to__gt=today)
    found = found.filter(Q(done_at=None) | Q(done_at__gte=midnight))
    return [TaskLine(*row) for row in found.order_by("due_at", "duty__position", "id").values_list(*_TASK)]


def task_post(task_id: UUID) -> int | None:
    """The post a task belongs to."""
    return Task.objects.filter(pk=task_id).values_list("post_id", flat=True).first()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a duty is in one part of the tree: places, never persons."""

    text_zh: str
    text_en: str
    kind: str
    unit_id: int
    unit: str
    open: int
    done: int

    def text(self, language: str) -> str:
        return self.text_en if language.startswith("en") and self.text_en else self.text_zh


_PROGRESS = """
SELECT duty.text_zh, duty.text_en, post.kind, part.id, part.name,
       count(*) FILTER (WHERE task.done_at IS NULL), count(*) FILTER (WHERE task.done_at IS NOT NULL)
FROM duties_task task
JOIN duties_duty duty ON duty.id = task.duty_id
JOIN territory_post post ON post.id = task.post_id
JOIN territory_unit unit ON unit.id = post.unit_id AND unit.path LIKE %(below)s
JOIN territory_unit part ON part.id = split_part(unit.path, '/', 1 + greatest(%(depth)s, least(
  %(depth)s + 1, length(unit.path) - length(replace(unit.path, '/', '')) - 2)))::bigint
WHERE task.place = %(place)s AND task.period_to > %(on)s AND task.period_from <= %(on)s
GROUP BY task.key, duty.position, duty.text_zh, duty.text_en, post.kind, part.id, part.name, part.code
ORDER BY post.kind, duty.position, task.key, part.code
"""


def progress(*, place: int, path: str, on: date) -> list[Progress]:
    """Present tasks per duty and part of the tree below a path: one statement.

    Never finer than the unit above the post: a micro-grid by itself would be one person.
    """
    given: dict[str, Any] = {"place": place, "on": on, "below": f"{path}%", "depth": path.count("/") - 1}
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, given)
        return [Progress(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of the overview: lists and duties in force, and the tasks of the present periods."""

    lists: int
    duties: int
    past_review: int
    open: int
    done: int


def totals(*, place: int, paths: Iterable[str], on: date) -> Totals:
    """Lists and duties of the place, tasks of some parts of the tree."""
    duties = duties_in_force(place=place, on=on)
    inside = reduce(or_, (Q(post__unit__path__startswith=path) for path in paths), Q(pk__in=()))
    present = Task.objects.filter(inside, place=place, period_from__lte=on, period_to__gt=on)
    counted = present.aggregate(all=Count("pk"), done=Count("done_at"))
    late = sum(duty.review_on is not None and duty.review_on < on for duty in duties)
    return Totals(
        len({duty.list_id for duty in duties}),
        len(duties),
        late,
        counted["all"] - counted["done"],
        counted["done"],
    )


def present_period(duty: Duty, on: date) -> tuple[date, date] | None:
    """First day and the day after the last of the period a recurring duty is in."""
    found = period_of(Recurrence(duty.recurrence), on, season_from=duty.season_from, season_to=duty.season_to)
    return (found.first, found.after) if found else None


# ---------------------------------------------------------------- handover


def pass_tasks(handover: Handover) -> Part:
    """Open tasks stay with the post and so pass to whoever follows; the sheet lists them."""
    on = timezone.localdate(handover.at)
    found = Task.objects.filter(post=handover.post_id, done_at=None, period_from__lte=on, period_to__gt=on)
    rows = found.order_by("due_at", "id").values_list("duty__text_zh", "due_at")
    lines = tuple(Line(text, f"{timezone.localtime(due):%Y-%m-%d}") for text, due in rows)
    return Part(gettext_noop("Open duties"), lines)
