"""When a step is due, from the limits of the category and the working calendar."""

from datetime import datetime
from functools import cache

from django.conf import settings

from weiwang.cases.rules import CALENDAR, CATEGORIES, Category, Clock
from weiwang.kernel.worktime import Calendar, Limit, due

_limit = cache(Limit.parse)


def calendar() -> Calendar:
    return CALENDAR.read(settings.POLICIES).table


def category_named(code: str) -> Category | None:
    return CATEGORIES.read(settings.POLICIES).table.get(code)


def step_due(category: Category, clock: Clock, *, start: datetime) -> datetime:
    return due(start, _limit(category.limits[clock]), calendar())


def promise(category: Category, *, start: datetime) -> datetime:
    """When the reporter will have heard the result, if every step takes its whole limit."""
    moment = start
    for clock in (Clock.REGISTER, Clock.SIGN, Clock.HANDLE, Clock.CHECK):
        moment = step_due(category, clock, start=moment)
    return moment
