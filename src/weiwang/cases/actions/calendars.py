"""Changing a working calendar: what it moves is told before, counted again after, and logged case by case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from weiwang.audit.actions import recorded
from weiwang.cases.actions.recounting import Moves, moves_by, recount_deadlines
from weiwang.cases.calendars import DayKind, read_calendars, week_of
from weiwang.cases.models import CalendarDay, CalendarVersion, DutyWeek
from weiwang.cases.rules import CALENDAR, CaseError
from weiwang.kernel.text import clean_text
from weiwang.kernel.worktime import read_hours
from weiwang.territory import queries as territory
from weiwang.territory.rules import NotAllowedError, Officer

POWER = "calendar.keep"
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


def preview_calendar(*, change: Change, by: Officer, place: int) -> Moves:
    """What the change would move; nothing is kept. Raises as `change_calendar` does."""
    _refuse_others(by, place)
    with transaction.atomic():
        _keep(change, place)
        moves = moves_by(place, read_calendars(place, CALENDAR.read(settings.POLICIES).table))
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
