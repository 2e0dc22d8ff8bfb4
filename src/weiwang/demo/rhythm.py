"""When things happen: seasons, days of the week, hours of the day, and the duty hours of those who answer."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import accumulate

from weiwang.demo.dice import Dice
from weiwang.kernel.worktime import Calendar, Limit, Unit

# Share of each month, January first, against a plain month.
_SEASONS = {
    "flat": (1.0,) * 12,
    "rain": (0.4, 0.4, 0.6, 0.8, 1.0, 1.7, 2.4, 2.2, 1.5, 0.8, 0.5, 0.4),
    "summer": (0.6, 0.6, 0.8, 1.0, 1.2, 1.5, 1.6, 1.6, 1.2, 1.0, 0.7, 0.6),
    "autumn": (0.8, 0.7, 0.9, 0.9, 0.8, 0.9, 1.0, 1.0, 1.0, 1.3, 1.8, 1.3),
    "winter": (1.6, 1.3, 1.0, 0.8, 0.6, 0.6, 0.6, 0.6, 0.8, 1.0, 1.4, 1.7),
}
_SEASON_OF = {
    "E07": "rain", "D04": "rain", "D01": "rain", "A05": "summer", "B02": "summer", "B06": "summer",
    "I03": "summer", "J02": "summer", "A04": "autumn", "A03": "autumn", "E04": "winter", "J01": "winter",
    "E05": "winter", "G01": "winter",
}  # fmt: skip
_WEEKDAYS = (1.16, 1.06, 1.02, 1.0, 1.04, 0.86, 0.74)
_DAYTIME = (1, 1, 0.5, 0.5, 0.5, 2, 8, 22, 38, 42, 36, 24, 16, 20, 32, 34, 30, 28, 26, 24, 20, 14, 7, 3)
_EVENING = (4, 2, 1, 1, 0.5, 1, 4, 8, 10, 9, 8, 12, 14, 8, 6, 6, 8, 14, 24, 38, 46, 42, 26, 12)
_NIGHTLY = frozenset({"A05", "B06", "D02", "B02"})
_STORM = 26.0  # times as many reports of flooding on a day of heavy rain


class Rhythm:
    """Believable moments within the twelve months before `until` (an aware moment)."""

    def __init__(self, until: datetime, calendar: Calendar, dice: Dice) -> None:
        self._until = until
        self._days = [until.date() - timedelta(days=back) for back in range(365, -1, -1)]
        storms = set(dice.sample([day for day in self._days if day.month in {6, 7, 8, 9}], k=5))
        self._weights = {
            season: list(accumulate(self._weight(day, season, storms, calendar) for day in self._days))
            for season in _SEASONS
        }

    def _weight(self, day: date, season: str, storms: set[date], calendar: Calendar) -> float:
        started = min(1.0, 0.6 + (day - self._days[0]).days / 150)
        weight = _SEASONS[season][day.month - 1] * _WEEKDAYS[day.weekday()] * started
        if day.weekday() < 5 and not calendar.hours_on(day):
            weight *= 0.7
        return weight * (_STORM if season == "rain" and day in storms else 1)

    def moment(self, category: str, dice: Dice) -> datetime:
        """When something of this category is reported; never after `until`."""
        weights = self._weights[_SEASON_OF.get(category, "flat")]
        while True:
            day = dice.choices(self._days, cum_weights=weights)[0]
            moment = self.on_day(day, category, dice)
            if moment < self._until:
                return moment

    def on_day(self, day: date, category: str, dice: Dice) -> datetime:
        hour = dice.choices(range(24), weights=_EVENING if category in _NIGHTLY else _DAYTIME)[0]
        midnight = datetime(day.year, day.month, day.day, tzinfo=self._until.tzinfo)
        return midnight + timedelta(hours=hour, seconds=dice.randrange(3600))


class DutyTime:
    """Adding duty time fast: every opening and closing of a stretch of days laid out once."""

    def __init__(self, first: date, last: date, calendar: Calendar, like: datetime) -> None:
        self._base = datetime(first.year, first.month, first.day, tzinfo=like.tzinfo)
        self._opens: list[float] = []
        self._closes: list[float] = []
        for number in range((last - first).days + 1):
            for opens, closes in calendar.hours_on(first + timedelta(days=number)):
                self._opens.append(number * 86400.0 + opens * 60)
                self._closes.append(number * 86400.0 + closes * 60)
        self._worked = [0.0, *accumulate(c - o for o, c in zip(self._opens, self._closes, strict=True))]

    def after(self, moment: datetime, seconds: float) -> datetime:
        """The moment when so many seconds of duty have passed; 0 gives the next moment on duty."""
        at = (moment - self._base).total_seconds()
        index = bisect_right(self._closes, at)
        if index >= len(self._opens):
            return moment + timedelta(days=30)
        done = self._worked[index] + max(0.0, at - self._opens[index]) + seconds
        slot = min(bisect_left(self._worked, done + 1e-9) - 1, len(self._opens) - 1)
        return self._base + timedelta(seconds=round(self._opens[slot] + done - self._worked[slot]))


_SECONDS: Mapping[Unit, float] = {
    Unit.MINUTE: 60, Unit.HOUR: 3600, Unit.WORKING_HOUR: 3600, Unit.WORKING_DAY: 7 * 3600, Unit.DAY: 86400,
}  # fmt: skip


def later(start: datetime, limit: Limit, share: float, duty: DutyTime) -> datetime:
    """The moment when `share` of a limit is used up: 1 is just in time, more is late."""
    seconds = limit.amount * _SECONDS[limit.unit] * share
    if limit.unit.is_working:
        return duty.after(start, seconds)
    return start + timedelta(seconds=round(seconds))
