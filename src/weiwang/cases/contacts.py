"""Reads about contact with reporters: who still waits for the first word from us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from weiwang.cases.models import Case, Event
from weiwang.cases.rules import FINAL

PAGE = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """One case whose reporter has not been contacted yet."""

    id: UUID
    number: str
    title: str
    unit_name: str
    owner_name: str
    channel: str
    state: str
    reported_at: datetime
    contact_due_at: datetime
    tries: int


def not_contacted(visible: "QuerySet[Case]", *, limit: int = PAGE) -> list[Waiting]:
    """Open cases whose reporter waits for the first contact, the most pressing first."""
    rows = _waiting(visible).order_by("contact_due_at", "id").values_list(
        "id", "number", "title", "unit_name", "owner_name", "channel", "state", "reported_at",
        "contact_due_at", "contact_tries",
    )  # fmt: skip
    return [Waiting(*row) for row in rows[:limit]]  # type: ignore[arg-type]  # the moment is set, by the filter


def contact_counts(visible: "QuerySet[Case]", *, at: datetime) -> Mapping[str, int]:
    """How many wait, and how many of them longer than promised."""
    late = Count("pk", filter=Q(contact_due_at__lt=at))
    found: Mapping[str, int] = _waiting(visible).aggregate(waiting=Count("pk"), late=late)
    return found


def _waiting(visible: "QuerySet[Case]") -> "QuerySet[Case]":
    return visible.filter(contact_due_at__isnull=False, contacted_at=None).exclude(state__in=FINAL)


def contacts_of(case_id: UUID) -> Sequence[tuple[datetime, str, str, bool]]:
    """Each noted contact of one case: when, by which post, by which way, and whether they were reached."""
    found = Event.objects.filter(case=case_id, step="contact").order_by("seq")
    return [
        (at, actor, data["how"], data["reached"])
        for at, actor, data in found.values_list("at", "actor", "data")
    ]
