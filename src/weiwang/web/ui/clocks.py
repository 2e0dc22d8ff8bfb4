"""The one wording of time: limits, how much of one is left, until when; for field, desk and console alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Protocol

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext, ngettext_lazy
from django.utils.translation import gettext as _

from weiwang.kernel.worktime import Calendar, Limit
from weiwang.web.ui.parts import Tone, clock_tone

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEW = 3  # below it one unit alone says too little


class Counted(Protocol):
    def used(self, at: datetime, calendar: Calendar, *, ends: datetime | None = None) -> float: ...


class Timed(Protocol):
    """A case or a row of a list: what a clock is read from."""

    @property
    def due_at(self) -> datetime | None: ...
    @property
    def paused_until(self) -> datetime | None: ...
    def running(self) -> Counted | None: ...


@dataclass(frozen=True, slots=True)
class Clockface:
    """A clock ready to draw. `percent` is what is used of the limit, None while it stands still.

    Its words are made when they are asked for: a list of fifty shows one of the three.
    """

    percent: int | None
    tone: Tone
    ends: datetime
    at: datetime

    @property
    def brief(self) -> str:
        """“tomorrow 17:00”, “3 hours late”, “stands still”."""
        is_running = self.percent is not None and self.ends > self.at
        return moment(self.ends, self.at) if is_running else self.left

    @property
    def left(self) -> str:
        """“3 hours left”, “3 hours late”, “stands still”."""
        return _("paused") if self.percent is None else time_left(self.ends, self.at)

    @property
    def until(self) -> str:
        """“until tomorrow 17:00”, “was due yesterday 17:00”; while it stands still, till when at most."""
        if self.percent is None:
            return _("by %(moment)s at the latest") % {"moment": moment(self.ends, self.at)}
        return until(self.ends, self.at)


class Clockfaces:
    """Reads many clocks at one moment, each by its own calendar."""

    def __init__(self, at: datetime, calendar_of: Callable[[Any], Calendar]) -> None:
        self.at, self.calendar_of = at, calendar_of

    def of(self, timed: Timed) -> Clockface | None:
        """The clock of one case; None when nothing runs any more."""
        running, due_at, at = timed.running(), timed.due_at, self.at
        if due_at is None or running is None:
            return None
        if timed.paused_until is not None and at < timed.paused_until:
            return Clockface(None, "quiet", timed.paused_until, at)
        if due_at <= at:
            return Clockface(100, "late", due_at, at)
        percent = max(0, min(99, int(running.used(at, self.calendar_of(timed), ends=due_at) * 100)))
        return Clockface(percent, clock_tone(percent), due_at, at)


def time_left(due_at: datetime, at: datetime) -> str:
    """`1 h 59 min left`, `5 hours left` or `4 days late`, by the clock on the wall.

    Rounded down, never by more than a quarter: below three hours or days the smaller unit is said too.
    """
    return _span(abs(due_at - at), _LATE if due_at <= at else _LEFT)


_LEFT: Mapping[str, Any] = {
    "minutes": ngettext_lazy("%(count)s minute left", "%(count)s minutes left", "count"),
    "hours and minutes": gettext_lazy("%(hours)s h %(minutes)s min left"),
    "hours": ngettext_lazy("%(count)s hour left", "%(count)s hours left", "count"),
    "days and hours": gettext_lazy("%(days)s d %(hours)s h left"),
    "days": ngettext_lazy("%(count)s day left", "%(count)s days left", "count"),
}
_LATE: Mapping[str, Any] = {
    "minutes": ngettext_lazy("%(count)s minute late", "%(count)s minutes late", "count"),
    "hours and minutes": gettext_lazy("%(hours)s h %(minutes)s min late"),
    "hours": ngettext_lazy("%(count)s hour late", "%(count)s hours late", "count"),
    "days and hours": gettext_lazy("%(days)s d %(hours)s h late"),
    "days": ngettext_lazy("%(count)s day late", "%(count)s days late", "count"),
}


def _span(span: timedelta, said: Mapping[str, Any]) -> str:
    if span < HOUR:
        return str(said["minutes"] % {"count": _minutes(span)})
    if span < 2 * DAY:
        hours, minutes = span // HOUR, span % HOUR // MINUTE
        if minutes and hours < FEW:
            return str(said["hours and minutes"] % {"hours": hours, "minutes": minutes})
        return str(said["hours"] % {"count": hours})
    days, hours = span // DAY, span % DAY // HOUR
    if hours and days < FEW:
        return str(said["days and hours"] % {"days": days, "hours": hours})
    return str(said["days"] % {"count": days})


def _minutes(span: timedelta) -> int:
    return max(1, span // MINUTE)


def moment(when: datetime, at: datetime) -> str:
    """`today 17:00`, `tomorrow 09:00`, `11-19 17:00`, with the year only when it is another one."""
    zone = timezone.get_default_timezone()  # nobody chooses another
    there = when.astimezone(zone).replace(second=0, microsecond=0)
    return _moment(there, at.astimezone(zone).date(), get_language() or "")


@lru_cache(maxsize=2048)  # lists repeat the ends of working days
def _moment(there: datetime, today: date, _language: str) -> str:
    days = (there.date() - today).days
    if -1 <= days <= 1:
        return _near(days) % {"clock": f"{there.hour:02}:{there.minute:02}"}
    return f"{there:%m-%d %H:%M}" if there.year == today.year else date_format(there, "Y-m-d H:i")


def _near(days: int) -> str:
    if days == 0:
        return _("today %(clock)s")
    return _("tomorrow %(clock)s") if days > 0 else _("yesterday %(clock)s")


def until(due_at: datetime, at: datetime) -> str:
    """`until tomorrow 17:00`, or `was due yesterday 17:00` when it is over."""
    words = _("was due %(moment)s") if due_at <= at else _("until %(moment)s")
    return words % {"moment": moment(due_at, at)}


def provisional(year: int | None) -> str:
    """That a due time rests on a year without its official notice of holidays; empty without such a year."""
    if year is None:
        return ""
    return _("Provisional: the holidays of %(year)s are not announced yet; it is then counted again.") % {
        "year": year
    }


_limit = cache(Limit.parse)


def limit_words(text: str) -> str:
    """`3wd` as “3 working days”."""
    limit = _limit(text)
    forms = {
        "m": ngettext("%(count)s minute", "%(count)s minutes", limit.amount),
        "h": ngettext("%(count)s hour", "%(count)s hours", limit.amount),
        "wh": ngettext("%(count)s working hour", "%(count)s working hours", limit.amount),
        "wd": ngettext("%(count)s working day", "%(count)s working days", limit.amount),
        "d": ngettext("%(count)s day", "%(count)s days", limit.amount),
    }
    return forms[limit.unit.value] % {"count": limit.amount}
