"""Finding a place without a map: communities, buildings, and the words for a position."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from weiwang.ledger import queries as ledger
from weiwang.territory import queries as territory
from weiwang.territory.rules import Level
from weiwang.web.portal.places import Place, place_at

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A building to choose."""

    id: int
    label: str
    unit_id: int | None
    lon: str  # as a script reads it; empty where nobody knows
    lat: str


def _found(row: Any) -> Found:  # noqa: ANN401 -- a building
    lon, lat = ("" if value is None else f"{value:.6f}" for value in (row.lon, row.lat))
    return Found(row.pk, row.label, row.unit_id, lon, lat)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a search brought: buildings, whether there are more, and which one is chosen."""

    buildings: list[Found]
    more: bool
    words: str
    picked: int | None
    asked: bool


def communities(place: Place) -> list[tuple[int, str]]:
    found = territory.children(territory.place_head(place.id), timezone.localdate())
    return [(unit.pk, unit.name) for unit in found if unit.level == Level.GENERAL_GRID]


def units_to_choose(place: Place, *, extra: object = None) -> list[tuple[int, str]]:
    """The communities, and one more unit that was asked for by a link."""
    known = communities(place)
    number = _number(extra)
    if number is None or any(unit == number for unit, _ in known):
        return known
    unit = territory.unit_in(place=place.id, unit_id=number)
    return [(unit.pk, full_name(unit.path)), *known] if unit is not None else known


def full_name(path: str) -> str:
    """`Community · grid · micro-grid`, without the sub-district."""
    above = [Level.DISTRICT, Level.SUBDISTRICT]
    return " · ".join(unit.name for unit in territory.ancestors(path) if unit.level not in above)


def find_buildings(place: Place, asked: Mapping[str, str]) -> Finding:
    """Buildings by words and community; nothing asked finds nothing, unless one was chosen before."""
    words, unit = asked.get("find", "").strip()[:60], _number(asked.get("unit"))
    picked = _number(asked.get("building"))
    if not words and unit is None:
        return Finding(_only(place, picked), more=False, words="", picked=picked, asked=False)
    under = territory.unit_in(place=place.id, unit_id=unit) if unit is not None else None
    rows = ledger.buildings_in(
        place=place.id, under=under.path if under else "", words=words.replace("\0", ""), limit=SHOWN + 1
    )
    found = [_found(row) for row in rows[:SHOWN]]
    if picked is not None and all(one.id != picked for one in found):
        found = _only(place, picked) + found
    return Finding(found, more=len(rows) > SHOWN, words=words, picked=picked, asked=True)


def _only(place: Place, picked: int | None) -> list[Found]:
    row = ledger.building(place=place.id, building_id=picked) if picked is not None else None
    return [_found(row)] if row is not None else []


def _number(value: object) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a position lies: in words, and the code of its unit; empty outside every place."""

    code: str
    words: str
    approximate: bool
    place: Place | None


NOWHERE = Spot("", "", approximate=False, place=None)


def where_words(sent: Mapping[str, str], place: Place) -> Spot:
    """The unit at a position that was sent; `NOWHERE` outside, or when it is no position."""
    try:
        lon, lat = float(sent.get("lon", "")), float(sent.get("lat", ""))
    except ValueError:
        return NOWHERE
    within = place_at(lon, lat)
    if within is None:
        return NOWHERE
    landing = territory.locate(place=within.id, lon=lon, lat=lat)
    words = full_name(landing.path or within.path)
    name = words if within.id == place.id else f"{within.name} · {words}"
    return Spot(landing.located.key or "", name, landing.located.match != "exact", within)
