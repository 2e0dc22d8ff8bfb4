"""Time as people say it: how much is left, and until when."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from weiwang.cases.rules import CALENDAR, CLOCK_OF, Category, State, share_used
from weiwang.kernel.worktime import Limit

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def time_left(due_at: datetime, at: datetime) -> str:
    """`3 h left` or `2 days late`, by the clock on the wall."""
    span = abs(due_at - at)
    return _late(span) if due_at < at else _left(span)


def _left(span: timedelta) -> str:
    if span < HOUR:
        return ngettext("%(count)s minute left", "%(count)s minutes left", minutes(span)) % {
            "count": minutes(span)
        }
    if span < 2 * DAY:
        return ngettext("%(count)s hour left", "%(count)s hours left", span // HOUR) % {"count": span // HOUR}
    return ngettext("%(count)s day left", "%(count)s days left", span // DAY) % {"count": span // DAY}


def _late(span: timedelta) -> str:
    if span < HOUR:
        return ngettext("%(count)s minute late", "%(count)s minutes late", minutes(span)) % {
            "count": minutes(span)
        }
    if span < 2 * DAY:
        return ngettext("%(count)s hour late", "%(count)s hours late", span // HOUR) % {"count": span // HOUR}
    return ngettext("%(count)s day late", "%(count)s days late", span // DAY) % {"count": span // DAY}


def minutes(span: timedelta) -> int:
    return max(1, int(span.total_seconds() // 60))


def moment(when: datetime, at: datetime) -> str:
    """`today 17:00`, `tomorrow 09:00`, `11-19 17:00`, with the year only when it is another one."""
    there, here = timezone.localtime(when), timezone.localtime(at)
    clock = f"{there:%H:%M}"
    days = (there.date() - here.date()).days
    named = {0: _("today %(clock)s"), 1: _("tomorrow %(clock)s"), -1: _("yesterday %(clock)s")}
    if days in named:
        return named[days] % {"clock": clock}
    return f"{there:%m-%d %H:%M}" if there.year == here.year else date_format(there, "Y-m-d H:i")


def until(due_at: datetime, at: datetime) -> str:
    """`until tomorrow 17:00`, or `was due yesterday 17:00` when it is over."""
    words = _("was due %(moment)s") if due_at < at else _("until %(moment)s")
    return words % {"moment": moment(due_at, at)}


def percent_used(category: Category, state: State, *, due_at: datetime | None, at: datetime) -> int | None:
    """How much of the limit of this step is used, in working time; None when no clock runs."""
    clock = CLOCK_OF.get(state)
    if clock is None or due_at is None:
        return None
    calendar = CALENDAR.read(settings.POLICIES).table
    return round(
        100 * share_used(Limit.parse(category.limits[clock]), due_at=due_at, at=at, calendar=calendar)
    )
