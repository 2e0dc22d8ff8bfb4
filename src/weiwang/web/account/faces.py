"""Which faces somebody's posts open, and which of them is meant when they sign in."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_noop

from weiwang.territory.rules import Level, Officer

CONSOLE_POWERS = ("unit.edit", "staff.manage", "import.run", "audit.read")
SMALL = frozenset({Level.MICRO_GRID, Level.DEDICATED_GRID})
ON_FOOT = SMALL | {Level.GRID}  # those who walk their grid and carry a telephone


@dataclass(frozen=True, slots=True)
class Door:
    name: str
    url: str
    title: str
    text: str
    icon: str


DESK = (
    "desk:home",
    gettext_noop("The desk"),
    gettext_noop("Cases, the zero board and the grids"),
    "checklist",
)
FIELD = ("field:today", gettext_noop("On the way"), gettext_noop("What is due today, on a telephone"), "walk")
CONSOLE = (
    "console:home",
    gettext_noop("Setting up"),
    gettext_noop("Grids, people, imports and the record"),
    "settings",
)


def doors(officer: Officer, *, on_phone: bool) -> Sequence[Door]:
    """The faces to choose from; with one there is no choice.

    Who walks a micro-grid works in the field face; who leads or works for a grid does so on a telephone and
    at the desk otherwise; everybody else who sees cases sits at the desk.
    """
    at_work = [holding for holding in officer.holdings if "case.see" in holding.allows]
    walks = [holding.level in SMALL or (on_phone and holding.level in ON_FOOT) for holding in at_work]
    open_faces = [
        (FIELD, any(walks)),
        (DESK, not all(walks)),
        (CONSOLE, any(officer.may(power) for power in CONSOLE_POWERS)),
    ]
    return [door for face, is_open in open_faces if is_open for door in _door(*face)]


def _door(name: str, title: str, text: str, icon: str) -> list[Door]:
    try:
        return [Door(name, reverse(name), title, text, icon)]
    except NoReverseMatch:
        return []


def on_phone(request: HttpRequest) -> bool:
    return "Mobi" in request.headers.get("User-Agent", "")
