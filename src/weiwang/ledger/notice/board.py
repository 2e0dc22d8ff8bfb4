"""The printed notice board: A3 or A4, one page for each unit, the same bytes for the same facts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any

import segno
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from weiwang.kernel.printing import Printed, typeset
from weiwang.ledger.notice.drawing import draw
from weiwang.ledger.notice.scene import scene, short_name
from weiwang.ledger.notice.sheet import Part, Rung, Seat, Sheet, gathered, leaders, sheet
from weiwang.territory import queries as territory
from weiwang.territory.models import Unit

TEMPLATE = Path(__file__).parent / "data" / "board.typ"
SIZES = ("a3", "a4")
MANY = 8  # more parts than these stand in two columns, without their addresses
SERVICES = ((4, 9), (12, 7), (18, 5), (24, 3))  # up to so many parts leave room for so many services


@dataclass(frozen=True, slots=True)
class Board:
    """Everything a printed board says. `tag` changes whenever a byte of the file would."""

    data: Mapping[str, Any]
    tag: str

    def print(self) -> Printed:
        """The PDF. Raises `kernel.printing.PrintingError`."""
        return typeset(TEMPLATE, self.data)


def board(
    units: Sequence[Unit], *, at: datetime, size: str, language: str, link: Callable[[Unit], str]
) -> Board:
    """The boards of some units, a page each; `link` gives the address their QR code opens.

    `size` is one of `SIZES`; `language` that of the printed words, `zh-hans` or `en`.
    """
    with translation.override(language):
        pages = [_page(sheet(unit, at=at), timezone.localdate(at), link(unit)) for unit in units]
        data = {"size": size, "language": language[:2], "words": _fixed(), "pages": pages}
    tag = sha256(dumps(data, sort_keys=True).encode() + TEMPLATE.read_bytes()).hexdigest()[:20]
    return Board(data, tag)


def _page(found: Sheet, on: date, link: str) -> dict[str, Any]:
    many = len(found.parts) > MANY
    services = [row for row in found.services if row.on_board][: _room(len(found.parts))]
    language = translation.get_language() or "zh"
    return {
        "name": found.unit.name,
        "code": found.unit.code,
        "above": " · ".join([found.head.name, *(rung.unit.name for rung in found.rungs[:0:-1])]),
        "map": _map(found.unit, on, parts=len(found.parts), services=len(services)),
        "people": [fact for rung in found.rungs for fact in _people(rung)],
        "parts": [_part(part, found.unit, many=many) for part in found.parts],
        "many": many,
        "where": _where(gathered(found.addresses), 12) if not found.parts else "",
        "services": [
            [words.speak(language) for words in (row.name, row.by, row.takes, row.bring)]
            for row in services
        ],
        "duty": found.line.duty_phone, "supervision": found.line.supervision_phone,
        "hours": found.line.hours, "office": found.line.office,
        "qr": segno.make(link, error="m").svg_inline(scale=4, border=0, dark="#101418", light=None),
        "link": link.partition("://")[2],
        # Translators: a date format of Django: the day a board was printed.
        "date": date_format(on, _("j F Y")),
        "demo": _("Fictional demonstration: no person, number or place here is real.")
        if found.unit.is_demo or found.head.is_demo else "",
    }  # fmt: skip


def _room(parts: int) -> int:
    return next((services for most, services in SERVICES if parts <= most), 0)


def _fixed() -> dict[str, str]:
    """The words that stand on every board."""
    return {
        "board": _("Notice board of the grid"), "people": _("The people responsible"),
        "parts": _("Inside, and who leads there"), "services": _("What can be done in the community"),
        "by": _("Decided by"), "takes": _("How long"), "bring": _("Bring along"), "thing": _("Service"),
        "duty": _("Duty telephone"), "supervision": _("Supervision telephone"),
        "scan": _("Scan to report something here"),
        "free": _("No account needed, anonymous if you wish; you hear what happened."),
        "urgent": _("Danger to life: 110 · 119 · 120"), "posted": _("Posted on"), "where": _("Belongs here"),
        "missing": _("〓 stands for a character this printer lacks; please write it in by hand:"),
    }  # fmt: skip


def _map(unit: Unit, on: date, *, parts: int, services: int) -> str:
    ratio = _ratio(parts, services)
    found = scene(unit, on=on, ratio=ratio)
    return draw(found, ratio=ratio, size=25 if parts > MANY else 31) if found is not None else ""


def _ratio(parts: int, services: int) -> float:
    """Width by height of the room that the other things leave for the map on A3, in millimetres about."""
    rows = 9.6 * parts if parts <= MANY else 8.6 * (-(-parts // 2))
    inside = 12 + (rows or 8)
    listed = 32 + 7.2 * services if services else 0
    return round(min(2.0, max(1.0, 163 / max(271 - inside - listed, 1))), 2)


def _people(rung: Rung) -> list[dict[str, str]]:
    """One line for each kind of post on a unit."""
    kinds: dict[str, list[Seat]] = {}
    for seat in rung.seats:
        kinds.setdefault(seat.kind, []).append(seat)
    return [{"post": _kind(kind), "names": _names(seats)} for kind, seats in kinds.items()]


def _kind(code: str) -> str:
    kind = territory.post_table().kinds[code]
    return kind.en if (translation.get_language() or "").startswith("en") else kind.zh


def _names(seats: Iterable[Seat]) -> str:
    names = [name for seat in seats for name in seat.names]
    return "、".join(names) or _("vacant at present")


def _part(part: Part, unit: Unit, *, many: bool) -> list[str]:
    name = short_name(part.unit.name.removeprefix(unit.name) or part.unit.name, "")
    where = (
        "" if many else _where([one for one in gathered(part.addresses) if _plain(one) != _plain(name)], 4)
    )
    return [name, where, _names(leaders(part.seats)) if part.seats else ""]


def _plain(name: str) -> str:
    return name.replace("–", "-")


def _where(addresses: Sequence[str], shown: int) -> str:
    """The first addresses, and that there are more."""
    words = "、".join(addresses[:shown])
    return words + (_(" and others") if len(addresses) > shown else "")
