"""What the shared components take: plain values, made by the faces, drawn by the templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.html import format_html
from django.utils.safestring import SafeString

Tone = Literal["action", "late", "near", "cleared", "quiet"]
Progress = Literal["done", "now", "next"]


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """One place in the rail or the bottom bar. `count` is shown only when above zero.

    With `count_id` the number stands in an element of that id, so that a page can put a new one there.
    """

    label: str
    href: str
    icon: str
    current: bool = False
    count: int = 0
    key: str = ""
    count_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One saved view of a list with the number of its rows; `count` None shows no number.

    With `anchor` an address that ends in `#anchor` comes to rest on the tab, the focus too.
    """

    label: str
    href: str
    count: int | None = None
    current: bool = False
    tone: Tone = "quiet"
    anchor: str = ""


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One filter in force; `href` is the same list without it."""

    label: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of a data list. `value` may be safe HTML (a masked value, a link), `label` a `term`."""

    label: str
    value: object


def term(word: str, meaning: str) -> SafeString:
    """A word of the house with its meaning behind it: opened by a press, a tap or a key."""
    return format_html(
        '<details class="ww-term"><summary>{}</summary><small>{}</small></details>', word, meaning
    )


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a parcel-like progress: what, when and by which post (never a person)."""

    label: str
    progress: Progress
    at: datetime | None = None
    who: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One moment of a timeline, told as a sentence; `body` is what was said or found."""

    at: datetime
    label: str
    who: str = ""
    body: str = ""
    icon: str = "circle-dot"
    tone: Tone = "quiet"


@dataclass(frozen=True, kw_only=True)
class Offered:
    """One choice offered while somebody types: how sure in a word, and because of which of their words."""

    value: str
    label: str
    icon: str
    sure: str
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class Same:
    """Something known already that may be the same: what it is, why, a picture, a way there or to join."""

    title: str
    lines: Sequence[str]
    picture: str = ""
    href: str = ""
    join: str = ""


def clock_tone(percent: int | None) -> Tone:
    """The traffic light of a clock: near from 80 %, late from 100 %; a stopped clock (None) is quiet."""
    if percent is None:
        return "quiet"
    if percent >= 100:
        return "late"
    return "near" if percent >= 80 else "action"
