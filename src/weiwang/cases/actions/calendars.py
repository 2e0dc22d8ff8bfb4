"""Changing a working calendar: what it moves is told before, counted again after, and logged case by case."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from weiwang.audit.actions import recorded
from weiwang.audit.rules import SYSTEM, Actor
from weiwang.cases.calendars import Calendars, DayKind, calendars, read_calendars, week_of
from weiwang.cases.history import next_event
from weiwang.cases.models import CalendarDay, CalendarVersion, Case, DutyWeek, Event
from weiwang.cases.rules import CALENDAR, CaseError
from weiwang.cases.timing import NEAR, first_end, running
from weiwang.kernel.text import clean_text
from weiwang.kernel.worktime import read_hours
from weiwang.territory import queries as territory
from weiwang.territory.rules import NotAllowedError, Officer

POWER = "calendar.keep"
AT_ONCE = 1000  # cases counted again in one transaction
INLINE = 2000  # deadlines that are counted again at once; more are left to the job of the next minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change. `kind` is a `DayKind` or `drop` for `day`, `week` or `drop` without a day.

    For the whole place, or for one unit or one department.
    """

    kind: str
    day: date | None = None
    hours: str = ""
    name: str = ""
    week: Mapping[str, list[str]] = field(default_factory=dict)
    unit_id: int | None = None
    department_id: int | None = None


@dataclass(slots=True)
class Moves:
    """How many open deadlines a change moves, and which way."""

    open: int = 0
    later: int = 0
    earlier: int = 0

    @property
    def moved(self) -> int:
        return self.later + self.earlier


def preview_calendar(*, change: Change, by: Officer, place: int) -> Moves:
    """What the change would move; nothing is kept. Raises as `change_calendar` does."""
    _refuse_others(by, place)
    with transaction.atomic():
        _keep(change, place)
        moves = _moves(place, read_calendars(place, CALENDAR.read(settings.POLICIES).table))
        transaction.set_rollback(True)
    return moves


def change_calendar(
    *, change: Change, by: Officer, at: datetime, place: int, submission: str | None = None
) -> Moves:
    """Keep the change and count open deadlines again, at once or, when there are many, by the next job.

    Raises `CaseError`, `CalendarError`, `NotAllowedError`, `AlreadyDoneError`.
    """
    actor = _refuse_others(by, place)
    moves = preview_calendar(change=change, by=by, place=place)
    with recorded("calendar.change", by=actor, at=at, place=place, submission=submission) as draft:
        _keep(change, place)
        kept, _ = CalendarVersion.objects.select_for_update().get_or_create(place=place)
        kept.version += 1
        kept.save(update_fields=["version"])
        draft.concerns("calendar", place, **_told(change), moved=moves.moved)
    if moves.moved <= INLINE:
        recount_deadlines(place=place, at=at)
    return moves


def _refuse_others(by: Officer, place: int) -> Officer:
    if place not in by.places:
        raise NotAllowedError(POWER)
    return by.by_power(POWER, territory.place_head(place).path)


def _told(change: Change) -> dict[str, object]:
    return {
        "kind": change.kind, "day": change.day.isoformat() if change.day else "", "hours": change.hours,
        "week": dict(change.week), "unit": change.unit_id, "department": change.department_id,
    }  # fmt: skip


def _keep(change: Change, place: int) -> None:
    whose = _whose(change, place)
    if change.day is None:
        _keep_week(change, whose)
        return
    if change.kind == "drop":
        CalendarDay.objects.filter(day=change.day, **whose).delete()
        return
    if change.kind not in set(DayKind):
        raise CaseError("calendar.kind")
    hours = ""
    if change.kind == DayKind.DUTY:
        parts = [part.strip() for part in change.hours.replace("，", ",").split(",") if part.strip()]
        if not read_hours(parts):
            raise CaseError("calendar.hours_needed")
        hours = ",".join(parts)[:80]
    CalendarDay.objects.update_or_create(
        day=change.day, **whose,
        defaults={"kind": change.kind, "hours": hours, "name": clean_text(change.name, 40)},
    )  # fmt: skip


def _keep_week(change: Change, whose: Mapping[str, Any]) -> None:
    if change.kind == "drop":
        DutyWeek.objects.filter(**whose).delete()
        return
    if not any(week_of(change.week)):
        raise CaseError("calendar.hours_needed")
    DutyWeek.objects.update_or_create(**whose, defaults={"week": dict(change.week)})


def _whose(change: Change, place: int) -> dict[str, Any]:
    """The place and the unit or department of it. Raises `CaseError` for one of another place."""
    if change.unit_id is not None and territory.unit_in(place=place, unit_id=change.unit_id) is None:
        raise CaseError("case.no_place")
    known = {department.pk for department in territory.departments(place)}
    if change.department_id is not None and change.department_id not in known:
        raise CaseError("calendar.whose")
    return {"place": place, "unit_id": change.unit_id, "department_id": change.department_id}


# ---------------------------------------------------------------- counting again

_COLUMNS = ("id", "due_at", "outer_due_at", "clock", "department_id", "unit_path", "clock_limit",
            "clock_at", "clock_extra", "clock_pauses", "paused_at", "paused_until")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Moved:
    case_id: UUID
    was: datetime
    due_at: datetime


def _recounted(place: int, days: Calendars, *, after: UUID | None = None) -> Iterator[_Moved]:
    """Every open case of the place in the order of ids, with its due time by these calendars."""
    rows = Case.objects.filter(place=place, clock_at__isnull=False).order_by("id")
    found = rows.values_list(*_COLUMNS).iterator(chunk_size=5000)
    for case_id, was, outer, clock, department, path, *kept in found:
        due_at = first_end(running(*kept).ends(days.of(clock, department, path)), outer)
        yield _Moved(case_id, was, due_at)


def _moves(place: int, days: Calendars) -> Moves:
    moves = Moves()
    for case in _recounted(place, days):
        moves.open += 1
        moves.later += case.due_at > case.was
        moves.earlier += case.due_at < case.was
    return moves


def recount_deadlines(*, place: int, at: datetime, by: Actor = SYSTEM) -> int:
    """Count every open deadline of a place again by its calendars; returns how many moved.

    Each that moved gets an entry in its history with the old and the new moment. Run twice it moves nothing
    twice; cases that are being moved on meanwhile are counted by their step.
    """
    version = CalendarVersion.objects.filter(place=place).values_list("version", flat=True).first() or 0
    days, moved = calendars(place), 0
    ids = [case.case_id for case in _recounted(place, days) if case.due_at != case.was]
    for start in range(0, len(ids), AT_ONCE):
        moved += _recount(place, ids[start : start + AT_ONCE], days, at, by)
    CalendarVersion.objects.filter(place=place, counted__lt=version).update(counted=version)
    return moved


def _recount(place: int, ids: list[UUID], days: Calendars, at: datetime, by: Actor) -> int:
    """One transaction: some cases held, counted again, logged."""
    with recorded("calendar.recount", by=by, at=at, place=place) as draft:
        held = Case.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk")
        cases, events = list[Case](), list[Event]()
        for case in held.defer("search", "text", "answer"):
            event = _counted_again(case, days, at, by)
            if event is not None:
                cases.append(case)
                events.append(event)
        _save(cases)
        Event.objects.bulk_create(events, batch_size=AT_ONCE)
        draft.concerns("place", place, moved=len(cases))
    return len(cases)


def _counted_again(case: Case, days: Calendars, at: datetime, by: Actor) -> Event | None:
    clock, was = case.running(), case.due_at
    if clock is None or was is None:
        return None
    calendar = days.of(case.clock, case.department_id, case.unit_path)
    case.due_at = first_end(clock.ends(calendar), case.outer_due_at)
    if case.due_at == was:
        return None
    case.near_at = clock.when(NEAR, max(case.due_at, clock.began), calendar)
    data: dict[str, object] = {"was": was.isoformat(), "now": case.due_at.isoformat()}
    return next_event(case, step="calendar", before=case.state, at=at, by=by, data=data, public=False)


_SAVE = """
UPDATE cases_case SET due_at = new.due_at, near_at = new.near_at, history_length = new.history_length,
  history_digest = new.history_digest
FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[], %s::int[], %s::bytea[])
  AS new(id, due_at, near_at, history_length, history_digest)
WHERE cases_case.id = new.id
"""


def _save(cases: list[Case]) -> None:
    """One statement for all: a thousand statements would take most of the time."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SAVE,
            [
                [case.pk for case in cases],
                [case.due_at for case in cases],
                [case.near_at for case in cases],
                [case.history_length for case in cases],
                [bytes(case.history_digest) for case in cases],
            ],
        )  # fmt: skip


def recount_where_changed(*, at: datetime) -> int:
    """Count again wherever a calendar was changed and not all deadlines are counted yet."""
    behind = CalendarVersion.objects.filter(counted__lt=F("version")).values_list("place", flat=True)
    return sum(recount_deadlines(place=place, at=at) for place in list(behind))
