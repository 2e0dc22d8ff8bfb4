"""Words for what the casework keeps as codes: states, channels, how a case came here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from weiwang.cases.rules import STATE_NAMES, State
from weiwang.web.ui.moments import dated
from weiwang.web.ui.parts import Tone

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
    State.SUSPENDED: ("quiet", "player-pause"),
    State.WAITING: ("near", "message-circle"),
    State.VOID: ("quiet", "trash"),
    State.HANDED_OVER: ("quiet", "external-link"),
}

CHANNELS: Mapping[str, str] = {
    "portal": gettext_noop("Resident, by web page"),
    "field": gettext_noop("From the grid"),
    "desk": gettext_noop("By telephone or in person"),
    "api": gettext_noop("From another system"),
    "open311": gettext_noop("From another system by Open311"),
    "hotline": gettext_noop("By the hotline"),
    "part": gettext_noop("As a part of another case"),
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


def moment_words(moment: datetime) -> str:
    """A moment as a promise is said: day, weekday and time."""
    return dated(timezone.localtime(moment), _("D j M, H:i"))
