"""The working calendars of a sub-district: the signed table, and over it what was changed in the console."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from django.conf import settings

from weiwang.cases.models import CalendarDay, CalendarVersion, Case, DutyWeek
from weiwang.cases.rules import CALENDAR, Clock
from weiwang.kernel import glance
from weiwang.kernel.policy import PolicyFile
from weiwang.kernel.worktime import WEEKDAYS, Calendar, Hours, read_hours, unannounced

BY_DEPARTMENT = frozenset({Clock.SIGN, Clock.HANDLE})
"""The limits that run while a department has the case; the others follow the place of the case."""

Week = tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]


class DayKind(StrEnum):
    OFF = "off"  # a day off
    DUTY = "duty"  # a working day, with its own hours
    USUAL = "usual"  # as its weekday is, whatever the signed table says


@dataclass(frozen=True, slots=True)
class ChangedDay:
    day: date
    kind: DayKind
    hours: Hours = ()


@dataclass(frozen=True, slots=True)
class Calendars:
    """Every calendar of one sub-district; an organisation without its own follows what stands above it."""

    base: Calendar
    departments: Mapping[int, Calendar] = field(default_factory=dict)
    units: Mapping[int, Calendar] = field(default_factory=dict)

    def of(self, clock: str, department: int | None, unit_path: str) -> Calendar:
        """The calendar a limit runs by: the department's while it has the case, else the nearest unit's."""
        if department is not None and department in self.departments and clock in BY_DEPARTMENT:
            return self.departments[department]
        if self.units:
            for part in reversed(unit_path.strip("/").split("/")):
                if int(part) in self.units:
                    return self.units[int(part)]
        return self.base


def changed(base: Calendar, days: Iterable[ChangedDay], week: Week | None = None) -> Calendar:
    """`base` with other days, and with other duty hours: make-up days then follow the first working day."""
    holidays, makeup = set(base.holidays), dict(base.makeup)
    if week is not None:
        usual = next((hours for hours in week if hours), ())
        makeup = dict.fromkeys(makeup, usual) if usual else {}
    for one in days:
        holidays.discard(one.day)
        makeup.pop(one.day, None)
        if one.kind is DayKind.OFF:
            holidays.add(one.day)
        elif one.kind is DayKind.DUTY:
            makeup[one.day] = one.hours
    return replace(base, week=week or base.week, holidays=frozenset(holidays), makeup=makeup)


def week_of(written: Mapping[str, list[str]]) -> Week:
    """Duty hours by weekday from what is kept. Raises `CalendarError`."""
    mon, tue, wed, thu, fri, sat, sun = (read_hours(written.get(name) or ()) for name in WEEKDAYS)
    return mon, tue, wed, thu, fri, sat, sun


def _names(content: Mapping[str, Any]) -> Mapping[date, str]:
    """What the days of the signed table are called."""
    found: dict[date, str] = {}
    for rows in (content.get("years") or {}).values():
        for row in [*(rows.get("holidays") or ()), *(rows.get("makeup_workdays") or ())]:
            if isinstance(row, Mapping):
                found[row.get("on", row.get(True))] = str(row.get("zh", ""))
    return found


SIGNED_NAMES = PolicyFile("calendars", _names)

# ---------------------------------------------------------------- reading

VERSION = "cases.calendars"
glance.register(
    VERSION, "SELECT changed.version FROM cases_calendarversion changed WHERE changed.place = {place}"
)
_known: dict[int, tuple[int, str, Calendars]] = {}
_held: ContextVar[dict[int, Calendars] | None] = ContextVar("held calendars", default=None)


class Placed(Protocol):
    """A case or a row of a list: what says by which calendar its limit runs."""

    @property
    def place(self) -> int: ...
    @property
    def clock(self) -> str: ...
    @property
    def department_id(self) -> int | None: ...
    @property
    def unit_path(self) -> str: ...


@contextmanager
def held() -> Iterator[None]:
    """Ask for each sub-district once inside: for jobs over many cases, which nobody waits for."""
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def calendar_for(case: Placed) -> Calendar:
    """The calendar by which the running limit of a case is counted."""
    return calendars(case.place).of(case.clock, case.department_id, case.unit_path)


def unannounced_year(case: Case) -> int | None:
    """The first year without its official notice that the running limit of a case reaches into.

    Its due time is provisional: the table of that year will be signed, and the limit counted again.
    """
    clock, ends = case.running(), case.due_at
    if clock is None or ends is None:
        return None
    return next(iter(unannounced(clock.began, ends, clock.limit, calendar_for(case))), None)


class CalendarOf:
    """The calendar of each row of a list; every sub-district is asked for once."""

    def __init__(self) -> None:
        self._places: dict[int, Calendars] = {}

    def __call__(self, row: Placed) -> Calendar:
        found = self._places.get(row.place)
        if found is None:
            found = self._places[row.place] = calendars(row.place)
        return found.of(row.clock, row.department_id, row.unit_path)


def calendars(place: int) -> Calendars:
    """The calendars of a sub-district: one small query, the tables only after a change."""
    keep = _held.get()
    if keep is None:
        return _asked(place)
    if place not in keep:
        keep[place] = _asked(place)
    return keep[place]


def _asked(place: int) -> Calendars:
    version = glance.number(VERSION, place)
    if version is None:
        version = CalendarVersion.objects.filter(place=place).values_list("version", flat=True).first() or 0
    policy = CALENDAR.read(settings.POLICIES)
    known = _known.get(place)
    if known is None or known[:2] != (version, policy.digest):
        known = _known[place] = (version, policy.digest, read_calendars(place, policy.table))
    return known[2]


def read_calendars(place: int, base: Calendar) -> Calendars:
    """The calendars as the tables stand now, read anew. Changes of the place hold for everybody in it."""
    days: dict[tuple[int | None, int | None], list[ChangedDay]] = {}
    for row in CalendarDay.objects.filter(place=place).order_by("day"):
        hours = read_hours(row.hours.split(",")) if row.hours else ()
        days.setdefault((row.unit_id, row.department_id), []).append(
            ChangedDay(row.day, DayKind(row.kind), hours)
        )
    weeks = {
        (row.unit_id, row.department_id): week_of(row.week) for row in DutyWeek.objects.filter(place=place)
    }
    whole = changed(base, days.pop((None, None), ()), weeks.pop((None, None), None))
    own = {key: changed(whole, days.get(key, ()), weeks.get(key)) for key in {*days, *weeks}}
    return Calendars(
        whole,
        {department: table for (_, department), table in own.items() if department is not None},
        {unit: table for (unit, _), table in own.items() if unit is not None},
    )


# ---------------------------------------------------------------- for the table of the console


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day that is not as its weekday: from the signed table, or changed here (`is_own`)."""

    day: date
    kind: DayKind
    hours: str
    name: str
    unit_id: int | None = None
    department_id: int | None = None
    is_own: bool = True


@dataclass(frozen=True, slots=True)
class YearOfDays:
    lines: list[DayLine]
    is_provisional: bool
    source: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """Whose duty hours these are; the first of a list is the whole place."""

    unit_id: int | None
    department_id: int | None
    week: Mapping[str, list[str]]


def calendar_days(place: int, year: int) -> YearOfDays:
    """Every day of a year that differs, in order; a day changed for all replaces the one that was signed."""
    policy = CALENDAR.read(settings.POLICIES)
    own = [
        DayLine(row.day, DayKind(row.kind), row.hours, row.name, row.unit_id, row.department_id)
        for row in CalendarDay.objects.filter(place=place, day__year=year)
    ]  # fmt: skip
    names = SIGNED_NAMES.read(settings.POLICIES).table
    replaced = {line.day for line in own if line.unit_id is None and line.department_id is None}
    signed = [
        DayLine(day, kind, written(hours), names.get(day, ""), is_own=False)
        for day, kind, hours in _signed(policy.table, year)
        if day not in replaced
    ]  # fmt: skip
    lines = sorted([*signed, *own], key=lambda line: (line.day, line.is_own))
    return YearOfDays(lines, policy.table.is_provisional(date(year, 1, 1)), policy.source)


def _signed(calendar: Calendar, year: int) -> Iterator[tuple[date, DayKind, Hours]]:
    for day in calendar.holidays:
        if day.year == year:
            yield day, DayKind.OFF, ()
    for day, hours in calendar.makeup.items():
        if day.year == year:
            yield day, DayKind.DUTY, hours


def weeks_of(place: int) -> list[Organisation]:
    """The duty hours of the place, then those of each organisation that has its own."""
    rows = list(DutyWeek.objects.filter(place=place).order_by("department", "unit"))
    whole = next((row.week for row in rows if row.unit_id is None and row.department_id is None), None)
    if whole is None:
        week = CALENDAR.read(settings.POLICIES).table.week
        named = zip(WEEKDAYS, week, strict=True)
        whole = {name: written(hours).split(",") if hours else [] for name, hours in named}
    others = [row for row in rows if row.unit_id is not None or row.department_id is not None]
    return [
        Organisation(None, None, whole),
        *(Organisation(row.unit_id, row.department_id, row.week) for row in others),
    ]


def written(hours: Hours) -> str:
    """`09:00-12:00,13:00-17:00`, as it is typed."""
    return ",".join(
        f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}" for opens, closes in hours
    )
