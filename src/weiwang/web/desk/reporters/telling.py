"""What a case page shows of contact with the reporter: the light, what was noted, what was sent to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from weiwang.cases import permissions
from weiwang.cases.promises import HOW_NAMES, How, share_of_contact
from weiwang.cases.queries import CaseFile
from weiwang.notices import queries as notices
from weiwang.notices.queries import Told
from weiwang.notices.rules import CHANNEL_NAMES, STATE_NAMES, NoticeError, State
from weiwang.territory.rules import Officer
from weiwang.web.desk import words
from weiwang.web.ui.parts import Tone, clock_tone

TONES: Mapping[State, Tone] = {
    State.QUEUED: "action", State.HANDED_OVER: "cleared", State.DELIVERED: "cleared",
    State.FAILED_TEMPORARILY: "near", State.FAILED_FOR_GOOD: "late",
}  # fmt: skip
ICONS: Mapping[State, str] = {
    State.QUEUED: "clock", State.HANDED_OVER: "send", State.DELIVERED: "circle-check",
    State.FAILED_TEMPORARILY: "refresh", State.FAILED_FOR_GOOD: "alert-triangle",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """One message as a line: what it was, to which masked address, how it stands, and why it failed."""

    told: Told
    name: str
    channel: str
    state: str
    tone: Tone
    icon: str
    why: str
    when: str


@dataclass(frozen=True, slots=True)
class Contact:
    """The first contact: its light, or when it took place."""

    percent: int
    said: str
    tone: Tone
    is_done: bool


def contact(file: CaseFile, at: datetime) -> Contact | None:
    case = file.case
    if case.contact_due_at is None:
        return None
    if case.contacted_at is not None:
        said = _("Contacted %(moment)s.") % {"moment": words.moment_words(case.contacted_at)}
        return Contact(0, said, "cleared", is_done=True)
    percent = share_of_contact(since=case.reported_at, due_at=case.contact_due_at, at=at)
    due = {"moment": words.moment_words(case.contact_due_at)}
    said = _("Was to be contacted by %(moment)s.") if percent == 100 else _("To be contacted by %(moment)s.")
    return Contact(percent, said % due, clock_tone(percent), is_done=False)


def messages(found: Sequence[Told]) -> list[Message]:
    kinds, language = notices.messages(), get_language() or ""
    return [_message(one, kinds[one.kind].name(language) if one.kind in kinds else one.kind) for one in found]


def _message(told: Told, name: str) -> Message:
    why = _(NoticeError.messages[told.reason]) if told.reason in NoticeError.messages else ""
    return Message(
        told, name, _(CHANNEL_NAMES[told.channel]), _(STATE_NAMES[told.state]), TONES[told.state],
        ICONS[told.state], why, words.moment_words(told.at),
    )  # fmt: skip


def about(officer: Officer, file: CaseFile, at: datetime) -> dict[str, object]:
    """What the case page sets for its two cards."""
    powers = permissions.powers_over(officer, file.case)
    found = notices.about(file.case.pk, to_reporter_only=True) if file.has_reporter else []
    return {
        "contact": contact(file, at),
        "may_contact": "reporter.contact" in powers and file.case.contact_due_at is not None,
        "told": messages(found),
        "hows": [(how.value, _(name)) for how, name in HOW_NAMES.items()],
    }


def noted(data: Mapping[str, object]) -> str:
    """How the reporter was contacted, and whether they were reached."""
    way = _(HOW_NAMES[How(str(data["how"]))])
    sentence = _("Reached %(way)s.") if data["reached"] else _("Tried %(way)s, not reached.")
    return sentence % {"way": way}
