"""Duties: how they recur, when their tasks are due, and what a new one needs before it is published."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.kernel.policy import PolicyFile
from weiwang.kernel.worktime import ZONE, Calendar, DaysEnd, Limit, Unit, due
from weiwang.territory.rules import Level

EVENT_LASTS = timedelta(days=30)  # a duty of an event that nobody recorded leaves the day's list after this
ONE_DAY = timedelta(days=1)


class DutyError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "list.unknown": gettext_noop("This duty list is not there."),
        "list.published": gettext_noop("This list is published; begin a new draft to change it."),
        "list.drafted": gettext_noop("There is already a draft of this list."),
        "list.empty": gettext_noop("A list without duties cannot be published."),
        "list.not_admitted": gettext_noop("Something is missing; the list cannot be published yet."),
        "list.valid_past": gettext_noop("A list cannot come into force before today."),
        "list.valid_order": gettext_noop(
            "The version before comes into force on %(day)s; this one cannot do so earlier."
        ),
        "list.unit": gettext_noop("An addition belongs to a micro-grid of this sub-district."),
        "duty.unknown": gettext_noop("This duty is not there."),
        "duty.season": gettext_noop("A season needs its first and its last day, like 11-01 and 03-15."),
        "duty.event": gettext_noop("Name the event that calls for this duty."),
        "duty.days": gettext_noop("Due within %(most)s working days at most for this recurrence."),
        "duty.no_owner": gettext_noop("It does not say who asks for it."),
        "duty.no_basis": gettext_noop("It names no legal basis."),
        "duty.no_review": gettext_noop("It has neither an end nor a day of review."),
        "duty.review_past": gettext_noop("Its end or review lies before the list comes into force."),
        "event.unknown": gettext_noop("No duty in force is called for by this event."),
        "task.unknown": gettext_noop("This task is not there."),
        "task.over": gettext_noop("The time of this task is over; nothing has to be recorded any more."),
        "task.done": gettext_noop("This was recorded as done already."),
        "task.kept": gettext_noop("Taken back is possible only on the day it was recorded."),
    }


# ---------------------------------------------------------------- periods


class Recurrence(StrEnum):
    NONE = "none"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    SEASON = "season"
    EVENT = "event"


RECURRENCE_NAMES: Mapping[Recurrence, str] = {
    Recurrence.NONE: gettext_noop("standing"),
    Recurrence.WEEKLY: gettext_noop("every week"),
    Recurrence.MONTHLY: gettext_noop("every month"),
    Recurrence.QUARTERLY: gettext_noop("every quarter"),
    Recurrence.SEASON: gettext_noop("in season"),
    Recurrence.EVENT: gettext_noop("at an event"),
}
MOST_DAYS: Mapping[Recurrence, int] = {
    Recurrence.NONE: 0,
    Recurrence.WEEKLY: 6,
    Recurrence.MONTHLY: 22,
    Recurrence.QUARTERLY: 65,
    Recurrence.SEASON: 120,
    Recurrence.EVENT: 20,
}


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` up to `after`, which no longer belongs to it."""

    first: date
    after: date


def period_of(
    recurrence: Recurrence, on: date, *, season_from: str = "", season_to: str = ""
) -> Period | None:
    """The period a day lies in; None outside the season, for standing duties and for events."""
    if recurrence is Recurrence.WEEKLY:
        first = on - timedelta(days=on.weekday())
        return Period(first, first + timedelta(days=7))
    if recurrence is Recurrence.MONTHLY:
        return _months(on.replace(day=1), 1)
    if recurrence is Recurrence.QUARTERLY:
        return _months(date(on.year, on.month - (on.month - 1) % 3, 1), 3)
    if recurrence is Recurrence.SEASON:
        return _season(on, season_from, season_to)
    return None


def _months(first: date, number: int) -> Period:
    last = first.month - 1 + number
    return Period(first, date(first.year + last // 12, last % 12 + 1, 1))


def _season(on: date, opens: str, closes: str) -> Period | None:
    """The season of this year, or the one that began last year and runs over New Year."""
    for year in (on.year, on.year - 1):
        first, last = month_day(opens, year), month_day(closes, year)
        if last < first:
            last = month_day(closes, year + 1)
        if first <= on <= last:
            return Period(first, last + ONE_DAY)
    return None


def month_day(text: str, year: int) -> date:
    """`11-01` of a year; 29 February is 28 February where there is none. Raises `DutyError`."""
    try:
        month, day = (int(part) for part in text.split("-"))
        date(2000, month, day)
    except ValueError as error:
        raise DutyError("duty.season") from error
    return date(year, 2, 28) if (month, day) == (2, 29) and not _is_leap(year) else date(year, month, day)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def due_at(period: Period, days: int, calendar: Calendar, *, since: date | None = None) -> datetime:
    """The closing of duty `days` working days after the first one, never after the period itself.

    Counted from the start of the period, or from `since` where the duty came into force later.
    """
    first = max(period.first, since or period.first)
    clock = replace(calendar, days_end=DaysEnd.CLOSING)
    ends = due(datetime.combine(first, time.min, ZONE), Limit(days, Unit.WORKING_DAY), clock)
    return min(ends, datetime.combine(period.after, time.min, ZONE))


# ---------------------------------------------------------------- duties


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyText:
    """A duty as written in a list. `season_*` are `MM-DD`; `days` are working days."""

    text_zh: str
    text_en: str = ""
    recurrence: Recurrence = Recurrence.NONE
    season_from: str = ""
    season_to: str = ""
    event: str = ""
    days: int = 0
    owner: str = ""
    basis: str = ""
    ends_on: date | None = None
    review_on: date | None = None

    def refuse(self) -> None:
        """Raises `DutyError` for a recurrence that cannot be reckoned with."""
        if self.recurrence is Recurrence.SEASON:
            month_day(self.season_from, 2000)
            month_day(self.season_to, 2000)
        if self.recurrence is Recurrence.EVENT and not self.event:
            raise DutyError("duty.event")
        if not 0 <= self.days <= MOST_DAYS[self.recurrence]:
            raise DutyError("duty.days", most=MOST_DAYS[self.recurrence])

    @property
    def rhythm(self) -> tuple[str, str, str, str]:
        """What makes tasks of the old wording tasks of the new one."""
        return (self.recurrence, self.season_from, self.season_to, self.event)


ADMITTED_LEVELS = frozenset({Level.GENERAL_GRID, Level.GRID, Level.MICRO_GRID, Level.DEDICATED_GRID})


def missing(
    *, owner: str, basis: str, ends_on: date | None, review_on: date | None, valid_from: date
) -> list[str]:
    """What a duty for communities lacks before it can be published: codes of `DutyError`."""
    lacks = []
    if not owner.strip():
        lacks.append("duty.no_owner")
    if not basis.strip():
        lacks.append("duty.no_basis")
    days = [day for day in (ends_on, review_on) if day is not None]
    if not days:
        lacks.append("duty.no_review")
    elif min(days) <= valid_from:
        lacks.append("duty.review_past")
    return lacks


class NotAdmittedError(DutyError):
    """A list that cannot be published yet; `gaps` says what each duty lacks."""

    def __init__(self, gaps: Iterable[tuple[str, Sequence[str]]]) -> None:
        super().__init__("list.not_admitted")
        self.gaps = tuple(gaps)


# ---------------------------------------------------------------- the lists of the policy


@dataclass(frozen=True, slots=True)
class ListTable:
    """The duties each kind of post begins with."""

    lists: Mapping[str, tuple[DutyText, ...]] = field(default_factory=dict)


def read_duties(content: Mapping[str, Any]) -> ListTable:
    """Check `policies/duties.yaml`. Raises `DutyError` (a `ValueError`) for a duty that cannot recur so."""
    return ListTable({kind: tuple(map(_duty, rows)) for kind, rows in content["lists"].items()})


def _duty(row: Mapping[str, Any]) -> DutyText:
    duty = DutyText(
        text_zh=row["zh"], text_en=row.get("en", ""), recurrence=Recurrence(row.get("every", "none")),
        season_from=str(row.get("from", "")), season_to=str(row.get("to", "")), event=row.get("event", ""),
        days=int(row.get("days", 0)), owner=row.get("owner", ""), basis=row.get("basis", ""),
        ends_on=row.get("ends_on"), review_on=row.get("review_on"),
    )  # fmt: skip
    duty.refuse()
    return duty


DUTIES = PolicyFile("duties", read_duties)
