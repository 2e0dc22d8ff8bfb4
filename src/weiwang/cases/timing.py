"""The clock of one case as plain values: which limit runs, since when, and while what it stood still.

Nothing is counted up as time goes by. What is kept are moments: when the limit began and each pause. When
the limit ends, and how much of it is used, follow from them and the calendar; so another limit, another
category or another holiday table never loses what was used before, nor what a pause gave back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from weiwang.kernel.worktime import Calendar, Limit, due, elapsed, later, postponed, share_used

NEAR, OVER = 0.8, 1.0
"""Where the traffic light turns: amber from 80 % of the limit, red from 100 % (GB/T 30428 practice)."""

Pause = tuple[datetime, datetime]
"""From when until when a clock stood still, or will: a pause always has an end."""


@dataclass(frozen=True, slots=True)
class Running:
    """A limit that runs. `pauses` are in order and never overlap; the last may end in the future."""

    limit: Limit
    began: datetime
    pauses: tuple[Pause, ...] = ()
    extra: tuple[Limit, ...] = ()
    """What was granted on top, each counted from the end of the one before (延期)."""

    def ends(self, calendar: Calendar) -> datetime:
        """When it is due, if the last pause lasts as long as it was granted for."""
        moment = due(self.began, self.limit, calendar)
        for more in self.extra:
            moment = due(moment, more, calendar)
        for stopped, resumed in self.pauses:
            moment = postponed(moment, stopped, resumed, self.limit.unit, calendar)
        return moment

    def used(self, at: datetime, calendar: Calendar, *, ends: datetime | None = None) -> float:
        """Which part of it is used: 0.8 is 80 %, above 1 is late. `ends` spares counting it again."""
        ends = ends or self.ends(calendar)
        return share_used(self.began, at, ends, self.limit.unit, calendar, self.pauses)

    def when(self, share: float, ends: datetime, calendar: Calendar) -> datetime:
        """The first moment at which `share` of it is used; `ends` is when all of it is."""
        unit = self.limit.unit
        whole = elapsed(self.began, ends, unit, calendar)
        for pause in self.pauses:
            whole -= elapsed(*pause, unit, calendar)
        moment = later(self.began, max(whole, timedelta()) * share, unit, calendar)
        for stopped, resumed in self.pauses:
            if stopped < moment:
                moment = postponed(moment, stopped, resumed, unit, calendar)
        return moment

    def stands_still(self, at: datetime) -> bool:
        return bool(self.pauses) and self.pauses[-1][0] <= at < self.pauses[-1][1]


_limit = cache(Limit.parse)


def first_end(ends: datetime, outer: datetime | None) -> datetime:
    """When it is due: the limit of a hotline stands still for nobody and counts where it ends earlier."""
    return ends if outer is None else min(ends, outer)


def running(
    limit: str, began: datetime, extra: Iterable[str], pauses: Sequence[datetime],
    paused_at: datetime | None, paused_until: datetime | None,
) -> Running:  # fmt: skip
    """The clock from what a case keeps: `pauses` that are over as stopped, resumed, stopped, resumed."""
    past = tuple(zip(pauses[::2], pauses[1::2], strict=True))
    now = ((paused_at, paused_until),) if paused_at is not None and paused_until is not None else ()
    return Running(_limit(limit), began, (*past, *now), tuple(map(_limit, extra)))


def total(start: datetime, limits: Iterable[Limit], calendar: Calendar) -> datetime:
    """When the last of several limits ends that follow one another, each taking its whole length."""
    for limit in limits:
        start = due(start, limit, calendar)
    return start


def light(share: float) -> str:
    """`green` to 80 % of the limit, `amber` to 100 %, `red` from there on."""
    if share >= OVER:
        return "red"
    return "amber" if share >= NEAR else "green"
