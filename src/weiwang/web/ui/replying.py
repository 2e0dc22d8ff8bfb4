"""Beside the words of a step: what the reporter will get, before it is sent; for desk and field alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

INSERT, PREVIEW = "insert", "preview"


class Message(Protocol):
    """One message as the outbox would hand it over; `masked` is who gets it."""

    @property
    def channel(self) -> Any: ...  # noqa: ANN401 -- a key of the names of channels
    @property
    def masked(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...


class Step(Protocol):
    """One step on the reporter's page; `tells` is a msgid."""

    @property
    def tells(self) -> str: ...
    @property
    def note(self) -> str: ...


class Told(Protocol):
    """What a deed would tell; without a message `quiet` is a key of `QUIET`, and `ways` its channels."""

    @property
    def told(self) -> Sequence[Step]: ...
    @property
    def messages(self) -> Sequence[Message]: ...
    @property
    def others(self) -> int: ...
    @property
    def quiet(self) -> str | None: ...
    @property
    def ways(self) -> Sequence[Any]: ...


QUIET: Mapping[str, str] = {
    "step": gettext_noop("This step sends no message; the reporter sees it on the progress page."),
    "imported": gettext_noop("No message goes out: the case was taken over from older records."),
    "nobody": gettext_noop("No message goes out: the reporter left no contact."),
    "landline": gettext_noop(
        "No message goes out: the number left gets no text messages. Please call, then note the call."
    ),
    "other_way": gettext_noop(
        "No message goes out: this step tells by %(ways)s, and the reporter left no address for it."
    ),
    "not_set_up": gettext_noop(
        "No message goes out: the reporter left a contact, but %(ways)s is not set up here. Please call, "
        "then note the call."
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One step on the reporter's page: its sentence, and the words that came with it."""

    tells: str
    words: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it would leave the house."""

    channel: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What the reporter reads on their page and gets as messages; `note` is what was looked at."""

    lines: Sequence[Line]
    letters: Sequence[Letter]
    note: str
    others: int
    quiet: str  # why no message goes out


def wants_preview(sent: QueryDict) -> bool:
    """A look was asked for, or the words were changed after the last one."""
    if sent.get("do") == PREVIEW:
        return True
    seen = sent.get("previewed")
    return seen is not None and seen.split() != sent.get("note", "").split()


def shown(found: Told, *, note: str, channels: Mapping[Any, str]) -> Shown:
    """`note` is what was typed, `channels` the names of the channels as msgids."""
    letters = [Letter(_(channels[one.channel]), one.masked, one.subject, one.text) for one in found.messages]
    lines = [Line(_(one.tells), one.note) for one in found.told]
    ways = _(", ").join(_(channels[way]) for way in found.ways)
    quiet = _(QUIET[found.quiet]) % {"ways": ways} if found.quiet else ""
    return Shown(lines, letters, note, found.others, quiet)
