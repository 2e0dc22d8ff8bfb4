"""The clock of a case: it begins with a step, stands still, goes on, is given longer, is counted again.

All of them change the case in hand and save nothing: the step that calls them does.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from django.conf import settings
from django.utils import timezone

from weiwang.cases.calendars import calendar_for, calendars
from weiwang.cases.limits import LOCAL_LIMITS, LocalLimit, limits_there
from weiwang.cases.models import Case
from weiwang.cases.rules import (
    CATEGORIES,
    LIMITED,
    Category,
    Clock,
)
from weiwang.cases.terms import TERMS
from weiwang.cases.timing import NEAR, first_end, total
from weiwang.kernel.worktime import ALWAYS, Limit, due
from weiwang.territory import queries as territory

LONGEST_PAUSE = Limit.parse("90d")  # a pause nobody gave an end; no clock stands still for ever

_limit = cache(Limit.parse)


def category_named(code: str) -> Category | None:
    return CATEGORIES.read(settings.POLICIES).table.get(code)


def step_due(case: Case, category: Category, clock: Clock, *, start: datetime) -> datetime:
    """When a limit of the case would end that begins at `start`."""
    days = calendars(case.place).of(clock, case.department_id, case.unit_path)
    return due(start, _limit(limit_for(case, category, clock, start=start)), days)


def limit_for(case: Case, category: Category, clock: Clock, *, start: datetime) -> str:
    """The limit of one step: that of the category at the place; made urgent by hand, a shorter one."""
    usual = limits_at(category, case.unit_path, start)[clock]
    if not case.urgent or category.urgent:
        return usual
    days = calendars(case.place).of(clock, case.department_id, case.unit_path)
    hurried = TERMS.read(settings.POLICIES).table.urgent[clock]
    return min((usual, hurried), key=lambda text: due(start, _limit(text), days))


def local_limits() -> tuple[LocalLimit, ...]:
    return LOCAL_LIMITS.read(settings.POLICIES).table


def limits_at(category: Category, unit_path: str, at: datetime) -> Mapping[Clock, str]:
    """The limits of a category at a place on the day of `at`."""
    rows = local_limits()
    if not rows:
        return category.limits
    return limits_there(category, rows, territory.codes_up(unit_path), timezone.localdate(at))


def promise(category: Category, case: Case, *, start: datetime) -> datetime:
    """When the reporter will have heard the result, if every step takes its whole limit."""
    limits = limits_at(category, case.unit_path, start)
    return total(start, [_limit(limits[clock]) for clock in LIMITED], calendars(case.place).base)


def run(case: Case, clock: Clock, category: Category, at: datetime, until: datetime | None = None) -> None:
    """Do to the clock what a row of the table says. `until` is the end of a pause, for `PAUSE` alone."""
    if clock is Clock.NONE:
        end(case)
    elif clock is Clock.PAUSE:
        pause(case, at, until)
    elif clock is Clock.RESUME:
        resume(case, at)
    elif clock is not Clock.KEEP:
        begin(case, clock, category, at)


def begin(case: Case, clock: Clock, category: Category, at: datetime) -> None:
    """Let a limit run from now on; what ran before, its pauses and extensions are over."""
    case.clock, case.clock_at = clock.value, at
    case.clock_limit = limit_for(case, category, clock, start=at)
    case.clock_pauses, case.clock_extra, case.paused_at, case.paused_until = [], [], None, None
    case.clock_rung = 0
    _count(case)


def end(case: Case) -> None:
    """Nothing is due any more."""
    case.clock, case.clock_at, case.clock_limit = "", None, ""
    case.due_at, case.near_at, case.clock_rung = None, None, 0
    case.clock_pauses, case.clock_extra, case.paused_at, case.paused_until = [], [], None, None


def pause(case: Case, at: datetime, until: datetime | None = None) -> None:
    """Stop the clock until `until`, when it goes on by itself; without one after `LONGEST_PAUSE`.

    `due_at` moves at once by the working time of the whole pause, so that a case that stands still is never
    late, and `resume` gives back what was not needed. A clock that stands still already gets the new end.
    """
    if not case.clock:
        raise ValueError("no clock runs that could stand still")
    if not case.stands_still(at):
        _keep_pause(case, at)
        case.paused_at = at
    case.paused_until = max(at, until or due(at, LONGEST_PAUSE, ALWAYS))
    _count(case)


def resume(case: Case, at: datetime) -> None:
    """Let the clock go on with what was left when it stopped; nothing happens to one that runs."""
    _keep_pause(case, at)
    _count(case)


def extend(case: Case, more: Limit) -> None:
    """Give the limit that runs more time, counted from its end (延期)."""
    case.clock_extra = [*case.clock_extra, str(more)]
    _count(case)


def recompute(case: Case, *, category: Category | None = None) -> bool:
    """Count the running limit again, with the limit of `category` if one is given; says if it moved.

    The limit began when it began and each pause counts as it was, so no time that was used is given back
    and none is taken twice.
    """
    if not case.clock:
        return False
    was = case.due_at
    if category is not None:
        start = case.clock_at or case.step_at
        case.clock_limit = limit_for(case, category, Clock(case.clock), start=start)
    _count(case)
    return case.due_at != was


def _keep_pause(case: Case, at: datetime) -> None:
    """Put a pause that was begun among those that are over; it ended at its end or ends now."""
    if case.paused_at is not None and case.paused_until is not None:
        case.clock_pauses = [*case.clock_pauses, case.paused_at, min(at, case.paused_until)]
    case.paused_at, case.paused_until = None, None


def _count(case: Case) -> None:
    running = case.running()
    if running is not None:
        days = calendar_for(case)
        case.due_at = first_end(running.ends(days), case.outer_due_at)
        case.near_at = running.when(NEAR, max(case.due_at, running.began), days)
