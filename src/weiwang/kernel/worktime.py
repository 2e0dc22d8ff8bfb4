"""The clock in working hours: when a limit ends, and how much of it is used.

All in Asia/Shanghai; moments are aware, exact to the microsecond, and come from outside.

| written | means | ends |
|---|---|---|
| `90m` `2h` | minutes, hours | that long after the start, round the clock |
| `4wh` | working hours | when so much duty time has passed; exactly at a closing means at that closing |
| `3wd` | working days | on the 3rd working day after the day of the start |
| `5d` | calendar days | on the 5th day after the day of the start |

The day of the start is never counted (次日起算: Civil Code art. 201). At which moment of its last day a limit
in days ends is said by the calendar, `days_end`:

- **`clock`**, for time limits of handling: at the clock time of the start. Working days keep to duty:
  what started before the opening ends at the opening, what started in a break or after closing ends at
  the closing before, and what started on a day off at the closing. Where all days have the same duty,
  `3wd` is therefore three days' worth of duty, minute by minute. `5d` is five times 24 hours, whatever
  days they are.
- **`closing`**, for statutory periods: when the duty of the last day ends, at 24:00 where duty lasts
  until midnight (Civil Code art. 203). Working days count from the day of receipt: what comes outside
  duty hours is received at the next opening, after closing or on a day off the next working day. Calendar
  days whose last day is a day off end with the next working day (the same article). `0wd` and `0d` mean
  the same day.

Where 24:00 is meant, the moment is 00:00 of the following day. Duty hours hold their opening and not
their closing: at 17:00:00 sharp the office is closed.

Days are those of the calendar: a make-up workday is a working day, a holiday is not, whatever its weekday.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any, ClassVar, Final, Self
from zoneinfo import ZoneInfo

from weiwang.kernel.faults import CodedError, gettext_noop

ZONE: Final = ZoneInfo("Asia/Shanghai")
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MIDNIGHT: Final = 24 * 60
_DAY: Final = timedelta(days=1)
_LONGEST_REST: Final = 400  # days; a calendar that rests longer has no duty at all
_LIMIT: Final = re.compile(r"(\d{1,4})(m|h|wh|wd|d)", re.ASCII)
_RANGE: Final = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", re.ASCII)

Hours = tuple[tuple[int, int], ...]
"""Duty of one day: minutes since midnight, from and until, in order, never touching."""

Duty = tuple[tuple[datetime, datetime], ...]
"""The same as moments."""


class LimitError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "limit.form": gettext_noop(
            "“%(text)s” is no time limit. Write 90m, 2h, 4wh (working hours), 3wd (working days) or 5d."
        ),
    }


class CalendarError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "calendar.hours": gettext_noop("“%(text)s” is no time of duty. Write it like 09:00-12:00."),
        "calendar.backwards": gettext_noop(
            "Duty from %(opens)s to %(closes)s would end before it begins. Duty over midnight is written in "
            "two parts, like 22:00-24:00 and 00:00-06:00."
        ),
        "calendar.days_end": gettext_noop("“%(text)s” is no end of a day. Write clock or closing."),
        "calendar.overlap": gettext_noop("Two times of duty on the same day overlap: %(text)s."),
        "calendar.weekday": gettext_noop("“%(text)s” is no weekday. Write monday to sunday."),
        "calendar.day": gettext_noop("“%(text)s” is no day of the year %(year)s."),
        "calendar.twice": gettext_noop("%(day)s is both a holiday and a make-up workday."),
        "calendar.zone": gettext_noop("The calendar is kept in the time of Asia/Shanghai, not of %(text)s."),
        "calendar.no_duty": gettext_noop("The calendar has no duty hours after %(day)s."),
    }


class Unit(StrEnum):
    MINUTE = "m"
    HOUR = "h"
    WORKING_HOUR = "wh"
    WORKING_DAY = "wd"
    DAY = "d"

    @property
    def is_working(self) -> bool:
        """Whether the clock stands still outside duty hours."""
        return self in {Unit.WORKING_HOUR, Unit.WORKING_DAY}


class DaysEnd(StrEnum):
    """At which moment of its last day a limit in days ends."""

    CLOCK = "clock"
    CLOSING = "closing"


class Kind(StrEnum):
    COUNTS = "counts"
    START_DAY = "start_day"  # the day of receipt or start, not counted
    CLOSED = "closed"  # outside the duty hours of a working day
    REST_DAY = "rest_day"
    HOLIDAY = "holiday"
    MOVED = "moved"  # the last day was a day off: waiting for the end of the next working day


@dataclass(frozen=True, slots=True)
class Limit:
    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `90m`, `2h`, `4wh`, `3wd` or `5d`. Raises `LimitError`."""
        parts = _LIMIT.fullmatch(text.strip().lower())
        if parts is None:
            raise LimitError("limit.form", text=text[:20])
        return cls(int(parts[1]), Unit(parts[2]))

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the way from start to due, and why the clock did or did not run in it."""

    begins: datetime
    ends: datetime
    kind: Kind


@dataclass(frozen=True, slots=True)
class Calendar:
    """Duty hours by weekday (Monday first) and the days that differ.

    `provisional_years` are listed without the official notice. Years not listed at all are provisional too,
    unless none is listed (a duty that knows no holidays).
    """

    week: tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
    holidays: frozenset[date] = frozenset()
    makeup: Mapping[date, Hours] = field(default_factory=dict)
    listed_years: frozenset[int] = frozenset()
    provisional_years: frozenset[int] = frozenset()
    days_end: DaysEnd = DaysEnd.CLOSING
    _known: dict[date, Duty] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def from_policy(cls, policy: Mapping[str, Any]) -> Self:
        """Build the calendar of `policies/calendars.yaml`. Raises `CalendarError`."""
        if policy.get("timezone", ZONE.key) != ZONE.key:
            raise CalendarError("calendar.zone", text=policy["timezone"])
        years: Mapping[int, Mapping[str, Any]] = policy.get("years") or {}
        holidays = frozenset(day for day, _ in _entries(years, "holidays"))
        usual = policy.get("makeup_hours") or ()
        makeup = {
            day: read_hours(entry.get("hours", usual)) for day, entry in _entries(years, "makeup_workdays")
        }
        for day in sorted(holidays & makeup.keys()):
            raise CalendarError("calendar.twice", day=day)
        provisional = frozenset(int(year) for year, rows in years.items() if rows.get("provisional"))
        week, days_end = _week(policy["duty_hours"]), _days_end(policy.get("days_end", DaysEnd.CLOSING))
        return cls(week, holidays, makeup, frozenset(map(int, years)), provisional, days_end)

    def hours_on(self, day: date) -> Hours:
        """Return the duty of `day`, empty on a day off."""
        if day in self.makeup:
            return self.makeup[day]
        return () if day in self.holidays else self.week[day.weekday()]

    def duty_on(self, day: date) -> Duty:
        """Return the duty of `day` as moments; worked out once, for a hundred thousand limits ask again."""
        found = self._known.get(day)
        if found is None:
            hours = self.hours_on(day)
            found = self._known[day] = tuple((_at(day, opens), _at(day, closes)) for opens, closes in hours)
        return found

    def is_provisional(self, day: date) -> bool:
        """Whether the official notice for the year of `day` is still to come, so that limits may move."""
        unlisted = bool(self.listed_years) and day.year not in self.listed_years
        return unlisted or day.year in self.provisional_years


def read_hours(ranges: object) -> Hours:
    """Read duty such as `["09:00-12:00", "13:00-17:00"]`; `24:00` is midnight. Raises `CalendarError`."""
    if not isinstance(ranges, list | tuple):
        raise CalendarError("calendar.hours", text=ranges)
    hours: list[tuple[int, int]] = []
    for opens, closes in sorted(_read_range(text) for text in ranges):
        if hours and opens < hours[-1][1]:
            raise CalendarError("calendar.overlap", text=", ".join(map(str, ranges)))
        if hours and opens == hours[-1][1]:
            opens = hours.pop()[0]  # noqa: PLW2901 -- two ranges that touch are one
        hours.append((opens, closes))
    return tuple(hours)


ALWAYS: Final = Calendar(week=(((0, MIDNIGHT),),) * 7)
"""Duty round the clock on every day."""


def due(start: datetime, limit: Limit, calendar: Calendar) -> datetime:
    """Return the moment at which `limit` ends. Raises `CalendarError` if the calendar has no duty left."""
    return _ENDS[limit.unit](_local(start), limit.amount, calendar)


def elapsed(start: datetime, end: datetime, unit: Unit, calendar: Calendar) -> timedelta:
    """Return how long the clock of `unit` ran from `start` to `end`, zero if `end` is not later.

    Working hours and working days run in duty time, the other units round the clock.
    """
    start, end = _local(start), _local(end)
    if end <= start:
        return timedelta()
    return _duty_between(start, end, calendar) if unit.is_working else end - start


def share_used(
    start: datetime, at: datetime, ends: datetime, unit: Unit, calendar: Calendar,
    pauses: Iterable[tuple[datetime, datetime]] = (),
) -> float:  # fmt: skip
    """Return which part of the way from `start` to `ends` is used at `at`: 0.8 is 80 %, 1 or more is over.

    `pauses` lie within the way and count for nothing: neither in what is used nor in the whole.
    """
    whole, used = elapsed(start, ends, unit, calendar), elapsed(start, at, unit, calendar)
    for stopped, resumed in pauses:
        whole -= elapsed(stopped, resumed, unit, calendar)
        used -= elapsed(stopped, min(at, resumed), unit, calendar)
    if whole <= timedelta():
        return 0.0 if at < ends else 1.0
    return used / whole


def postponed(
    ends: datetime, stopped: datetime, resumed: datetime, unit: Unit, calendar: Calendar
) -> datetime:
    """Return when a limit ends whose clock stood still from `stopped` to `resumed`: it loses nothing.

    Working units get back the duty time of the pause, the others its whole length.
    """
    return later(ends, elapsed(stopped, resumed, unit, calendar), unit, calendar)


def later(start: datetime, length: timedelta, unit: Unit, calendar: Calendar) -> datetime:
    """Return the first moment at which the clock of `unit` has run for `length` since `start`."""
    if unit.is_working:
        return _after_duty(_local(start), length, calendar)
    return _local(start) + length


def unannounced(start: datetime, ends: datetime, limit: Limit, calendar: Calendar) -> list[int]:
    """Return the years from `start` to `ends` whose official notice is still to come: the end may move.

    None for a limit that rests on no day.
    """
    if not (limit.unit.is_working or (limit.unit is Unit.DAY and calendar.days_end is DaysEnd.CLOSING)):
        return []
    years = range(_local(start).year, _local(ends).year + 1)
    return [year for year in years if calendar.is_provisional(date(year, 1, 1))]


def next_opening(moment: datetime, calendar: Calendar) -> datetime:
    """Return `moment` itself inside duty hours, otherwise the next opening."""
    return next(_duty(_local(moment), calendar))[0]


def explain(start: datetime, limit: Limit, calendar: Calendar) -> list[Stretch]:
    """Return the way from `start` to `due` without gaps, neighbours of one kind joined."""
    start = _local(start)
    ends = due(start, limit, calendar)
    by_clock = calendar.days_end is DaysEnd.CLOCK
    if limit.unit is Unit.WORKING_HOUR or (limit.unit is Unit.WORKING_DAY and by_clock):
        return _joined(_hourly(start, ends, calendar))
    if limit.unit is Unit.WORKING_DAY:
        return _joined(_daily(start, ends, calendar))
    if limit.unit is Unit.DAY and not by_clock:
        return _joined(_calendar_daily(start, ends, limit.amount))
    return [Stretch(start, ends, Kind.COUNTS)] if ends > start else []


# When each unit ends


def _after_minutes(start: datetime, amount: int, calendar: Calendar) -> datetime:
    return start + timedelta(minutes=amount)


def _after_hours(start: datetime, amount: int, calendar: Calendar) -> datetime:
    return start + timedelta(hours=amount)


def _after_working_hours(start: datetime, amount: int, calendar: Calendar) -> datetime:
    return _after_duty(start, timedelta(hours=amount), calendar)


def _after_working_days(start: datetime, amount: int, calendar: Calendar) -> datetime:
    if calendar.days_end is DaysEnd.CLOCK:
        return _working_days_by_clock(start, amount, calendar) if amount else start
    received = next_opening(start, calendar).date()
    days = _workdays(received, calendar)
    for _ in range(amount):
        next(days)
    return _closing(next(days), calendar)


def _working_days_by_clock(start: datetime, amount: int, calendar: Calendar) -> datetime:
    day = next(islice(_workdays(start.date() + timedelta(days=1), calendar), amount - 1, None))
    if not calendar.hours_on(start.date()):
        return _closing(day, calendar)
    return _within_duty(datetime.combine(day, start.time(), ZONE), calendar)


def _within_duty(moment: datetime, calendar: Calendar) -> datetime:
    """Return the last moment of that day's duty that is not later, or its opening."""
    duty = calendar.duty_on(moment.date())
    begun = [closes for opens, closes in duty if opens <= moment]
    return min(moment, begun[-1]) if begun else duty[0][0]


def _after_days(start: datetime, amount: int, calendar: Calendar) -> datetime:
    if calendar.days_end is DaysEnd.CLOCK:
        return start + timedelta(days=amount)
    ends = _closing(next(_workdays(start.date() + timedelta(days=amount), calendar)), calendar)
    if ends > start:
        return ends
    # Only `0d` after closing: the same day has no duty left.
    return _closing(next_opening(start, calendar).date(), calendar)


_ENDS: Final[Mapping[Unit, Callable[[datetime, int, Calendar], datetime]]] = {
    Unit.MINUTE: _after_minutes,
    Unit.HOUR: _after_hours,
    Unit.WORKING_HOUR: _after_working_hours,
    Unit.WORKING_DAY: _after_working_days,
    Unit.DAY: _after_days,
}


def _after_duty(start: datetime, length: timedelta, calendar: Calendar) -> datetime:
    if not length:
        return start
    for opens, closes in _duty(start, calendar):
        if length <= closes - opens:
            return opens + length
        length -= closes - opens
    raise AssertionError("duty never ends")


# Days and duty


def _local(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(ZONE)


def _at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time.min, ZONE) + timedelta(minutes=minute)


def _closing(day: date, calendar: Calendar) -> datetime:
    return calendar.duty_on(day)[-1][1]


def _workdays(first: date, calendar: Calendar) -> Iterator[date]:
    """Yield the working days from `first` on, without end."""
    last = day = first
    while True:
        if calendar.duty_on(day):
            last = day
            yield day
        elif (day - last).days > _LONGEST_REST:
            raise CalendarError("calendar.no_duty", day=last)
        day += _DAY


def _duty(start: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """Yield the times of duty from `start` on, the first one cut at `start`, without end."""
    for day in _workdays(start.date(), calendar):
        for opens, closes in calendar.duty_on(day):
            if closes > start:
                yield max(start, opens), closes


def _duty_between(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Add up whole days, less what lies before `start`, plus what lies before `end` on the last day."""
    total, day, last = _duty_before(end, calendar) - _duty_before(start, calendar), start.date(), end.date()
    while day < last:
        for opens, closes in calendar.duty_on(day):
            total += closes - opens
        day += _DAY
    return total


def _duty_before(moment: datetime, calendar: Calendar) -> timedelta:
    """Return the duty time of that day before `moment`."""
    total = timedelta()
    for opens, closes in calendar.duty_on(moment.date()):
        if opens < moment:
            total += min(moment, closes) - opens
    return total


# Explaining


def _off(day: date, calendar: Calendar) -> Kind:
    if calendar.hours_on(day):
        return Kind.CLOSED
    return Kind.HOLIDAY if day in calendar.holidays else Kind.REST_DAY


def _by_day(start: datetime, ends: datetime) -> Iterator[tuple[date, datetime, datetime]]:
    """Yield each day between two moments with the part of it that lies between them."""
    day = start.date()
    while _at(day, 0) < ends:
        yield day, max(start, _at(day, 0)), min(ends, _at(day, MIDNIGHT))
        day += timedelta(days=1)


def _hourly(start: datetime, ends: datetime, calendar: Calendar) -> Iterator[Stretch]:
    for day, begins, until in _by_day(start, ends):
        off, now = _off(day, calendar), begins
        for opens, closes in calendar.hours_on(day):
            duty_begins, duty_ends = max(now, _at(day, opens)), min(until, _at(day, closes))
            if duty_begins < duty_ends:
                yield Stretch(now, duty_begins, off)
                yield Stretch(duty_begins, duty_ends, Kind.COUNTS)
                now = duty_ends
        yield Stretch(now, until, off)


def _daily(start: datetime, ends: datetime, calendar: Calendar) -> Iterator[Stretch]:
    received = next_opening(start, calendar).date()
    for day, begins, until in _by_day(start, ends):
        yield Stretch(begins, until, _kind_of_day(day, received, calendar))


def _kind_of_day(day: date, received: date, calendar: Calendar) -> Kind:
    if day == received:
        return Kind.START_DAY
    if day > received and calendar.hours_on(day):
        return Kind.COUNTS
    return _off(day, calendar)


def _calendar_daily(start: datetime, ends: datetime, amount: int) -> Iterator[Stretch]:
    last = start.date() + timedelta(days=amount)
    for day, begins, until in _by_day(start, ends):
        if day > last:
            yield Stretch(begins, until, Kind.MOVED)
        else:
            yield Stretch(begins, until, Kind.START_DAY if day == start.date() else Kind.COUNTS)


def _joined(stretches: Iterator[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for stretch in stretches:
        if stretch.begins == stretch.ends:
            continue
        if joined and joined[-1].kind is stretch.kind:
            joined[-1] = Stretch(joined[-1].begins, stretch.ends, stretch.kind)
        else:
            joined.append(stretch)
    return joined


# Reading the policy


def _read_range(text: object) -> tuple[int, int]:
    parts = _RANGE.fullmatch(str(text).strip())
    if parts is None:
        raise CalendarError("calendar.hours", text=text)
    opens_h, opens_m, closes_h, closes_m = map(int, parts.groups())
    opens, closes = opens_h * 60 + opens_m, closes_h * 60 + closes_m
    if max(opens, closes) > MIDNIGHT or max(opens_m, closes_m) > 59:
        raise CalendarError("calendar.hours", text=text)
    if opens >= closes:
        raise CalendarError(
            "calendar.backwards", opens=f"{opens_h:02}:{opens_m:02}", closes=f"{closes_h:02}:{closes_m:02}"
        )
    return opens, closes


def _week(duty: Mapping[str, Any]) -> tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]:
    for name in duty.keys() - set(WEEKDAYS):
        raise CalendarError("calendar.weekday", text=name)
    mon, tue, wed, thu, fri, sat, sun = (read_hours(duty.get(name) or ()) for name in WEEKDAYS)
    return mon, tue, wed, thu, fri, sat, sun


def _days_end(text: object) -> DaysEnd:
    try:
        return DaysEnd(str(text))
    except ValueError as error:
        raise CalendarError("calendar.days_end", text=text) from error


def _entries(years: Mapping[int, Mapping[str, Any]], kind: str) -> Iterator[tuple[date, Mapping[Any, Any]]]:
    for year, rows in years.items():
        for row in rows.get(kind) or ():
            entry = row if isinstance(row, Mapping) else {"on": row}
            # YAML 1.1 takes the bare word `on` for the truth value.
            yield _read_day(entry.get("on", entry.get(True)), int(year)), entry


def _read_day(value: object, year: int) -> date:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise CalendarError("calendar.day", text=value, year=year) from error
    if day.year != year:
        raise CalendarError("calendar.day", text=value, year=year)
    return day
