"""Beside the words of a step: what the reporter will get, before it is sent; for desk and field alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.http import QueryDict
from django.utils.translation import gettext as _

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


class Told(Protocol):
    """What a step would tell; `tells` is a msgid."""

    @property
    def tells(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def messages(self) -> Sequence[Message]: ...
    @property
    def others(self) -> int: ...


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

    tells: str
    words: str
    letters: Sequence[Letter]
    note: str
    others: int


def wants_preview(sent: QueryDict) -> bool:
    """A look was asked for, or the words were changed after the last one."""
    if sent.get("do") == PREVIEW:
        return True
    seen = sent.get("previewed")
    return seen is not None and seen.split() != sent.get("note", "").split()


def shown(found: Told, *, note: str, channels: Mapping[Any, str]) -> Shown:
    """`note` is what was typed, `channels` the names of the channels as msgids."""
    letters = [Letter(_(channels[one.channel]), one.masked, one.subject, one.text) for one in found.messages]
    return Shown(_(found.tells) if found.tells else "", found.note, letters, note, found.others)
