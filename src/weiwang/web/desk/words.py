"""Words for what the casework keeps as codes: states, channels, due times, how a case came here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from weiwang.cases import queries
from weiwang.cases.actions.clocks import calendar
from weiwang.cases.rules import CLOCK_OF, STATE_NAMES, Clock, State, share_used
from weiwang.kernel.worktime import Limit
from weiwang.web.ui.moments import dated
from weiwang.web.ui.parts import Tone, clock_tone

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

STATE_LOOK: Mapping[State, tuple[Tone, str]] = {
    State.DRAFT: ("quiet", "pencil"),
    State.REPORTED: ("action", "inbox"),
    State.VERIFYING: ("action", "eye"),
    State.REGISTERED: ("action", "clipboard-list"),
    State.DISPATCHED: ("action", "send"),
    State.SIGNED: ("action", "user-check"),
    State.HANDLING: ("action", "walk"),
    State.HANDLED: ("action", "clipboard-check"),
    State.CHECKED: ("action", "checklist"),
    State.CLOSED: ("cleared", "circle-check"),
    State.FOLLOWED_UP: ("cleared", "thumb-up"),
    State.REJECTED: ("quiet", "circle-x"),
}

CHANNELS: Mapping[str, str] = {
    "portal": gettext_noop("Resident, by web page"),
    "field": gettext_noop("From the grid"),
    "desk": gettext_noop("By telephone or in person"),
    "api": gettext_noop("From another system"),
}


@dataclass(frozen=True, slots=True)
class StateWord:
    word: str
    tone: Tone
    icon: str


def state_words() -> dict[str, StateWord]:
    """Every state in the reader's language, made once for a list."""
    return {state.value: StateWord(_(STATE_NAMES[state]), *look) for state, look in STATE_LOOK.items()}


def channel_word(channel: str) -> str:
    found = CHANNELS.get(channel)
    return _(found) if found else channel


def span(seconds: float) -> str:
    """A length of time in one unit: “3 hours”."""
    if seconds < HOUR:
        count = max(1, int(seconds // MINUTE))
        return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count}
    if seconds < 2 * DAY:
        count = int(seconds // HOUR)
        return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}
    count = int(seconds // DAY)
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


@dataclass(frozen=True, slots=True)
class Clockface:
    """How much of the limit is used, in per cent, and the words beside the ring."""

    percent: int
    words: str
    tone: Tone


class Clocks:
    """Reads many clocks at one moment: the calendar and the limits are looked up once."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.zone = timezone.get_current_timezone()
        self.today = at.astimezone(self.zone).date()
        self.calendar = calendar()
        self.categories = queries.categories()

    def face(self, state: str, category: str, due_at: datetime | None) -> Clockface | None:
        """The clock of one case; None when nothing runs any more."""
        clock = CLOCK_OF.get(State(state))
        if due_at is None or clock is None:
            return None
        if due_at <= self.at:
            words = _("late by %(span)s") % {"span": span((self.at - due_at).total_seconds())}
            return Clockface(100, words, "late")
        share = share_used(self._limit(category, clock), due_at=due_at, at=self.at, calendar=self.calendar)
        percent = min(99, int(share * 100))
        return Clockface(percent, self._until(due_at), clock_tone(percent))

    def _limit(self, category: str, clock: Clock) -> Limit:
        return _parsed(self.categories[category].limits[clock])

    def _until(self, due_at: datetime) -> str:
        moment = due_at.astimezone(self.zone)
        time, days = f"{moment.hour:02}:{moment.minute:02}", (moment.date() - self.today).days
        if days == 1:
            return _("tomorrow %(time)s") % {"time": time}
        return f"{moment.month:02}-{moment.day:02} {time}" if days else time


@cache
def _parsed(text: str) -> Limit:
    return Limit.parse(text)


def moment_words(moment: datetime) -> str:
    """A moment as a promise is said: day, weekday and time."""
    return dated(timezone.localtime(moment), _("D j M, H:i"))


def limit_words(text: str) -> str:
    """`3wd` as “3 working days”."""
    limit = _parsed(text)
    forms = {
        "m": ngettext("%(count)s minute", "%(count)s minutes", limit.amount),
        "h": ngettext("%(count)s hour", "%(count)s hours", limit.amount),
        "wh": ngettext("%(count)s working hour", "%(count)s working hours", limit.amount),
        "wd": ngettext("%(count)s working day", "%(count)s working days", limit.amount),
        "d": ngettext("%(count)s day", "%(count)s days", limit.amount),
    }
    return forms[limit.unit.value] % {"count": limit.amount}
