"""Saying where with lists: a community first, then its buildings or its grids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from weiwang.cases.actions import Whereabouts
from weiwang.cases.rules import CaseError
from weiwang.ledger import queries as ledger
from weiwang.territory.rules import Level
from weiwang.web.desk import places
from weiwang.web.desk.worklist import chosen

BUILDINGS = 600  # in one list; a community has some hundreds


@dataclass(frozen=True, slots=True)
class Lists:
    """The options of the lists, with what was chosen before."""

    communities: SafeString
    buildings: SafeString
    units: SafeString
    community: int | None


def number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def lists(
    place: int, on: date, post: QueryDict, *, community: int | None = None, with_buildings: bool = True
) -> Lists:
    """The lists for one form; `community` is used until somebody has chosen another."""
    wanted = number(post.get("community", "")) or community
    heads = [g for g in places.grounds(place, on) if g.level == Level.GENERAL_GRID]
    head = next((g for g in heads if g.id == wanted), None)
    units = _units(place, on, head) if head else []
    found = (
        ledger.buildings_in(place=place, under=head.path, limit=BUILDINGS) if head and with_buildings else []
    )
    buildings = ((str(b.pk), f"{b.address} {b.name}") for b in found)
    return Lists(
        chosen(_options([(str(g.id), g.name) for g in heads]), str(head.id) if head else ""),
        chosen(_options(list(buildings)), str(number(post.get("building", "")) or "")),
        chosen(_options(units), str(number(post.get("unit", "")) or "")),
        head.id if head else None,
    )


def _units(place: int, on: date, head: places.Ground) -> list[tuple[str, str]]:
    """The community, its grids and their micro-grids, in the order of the tree."""
    found = [*places.grounds(place, on), *places.leaves(place, on)]
    below = sorted((g for g in found if g.path.startswith(head.path)), key=lambda g: g.code)
    names = {g.id: g.name for g in below}
    return [
        (
            str(g.id),
            f"{names[g.parent_id]} {g.name}"
            if g.level == Level.MICRO_GRID and g.parent_id in names
            else g.name,
        )
        for g in below
    ]


def _options(rows: Sequence[tuple[str, str]]) -> SafeString:
    return format_html_join("", '<option value="{}">{}</option>', rows)


def read_where(
    place: int, post: QueryDict, *, lon: float | None, lat: float | None, address: str
) -> Whereabouts:
    """A pin on the map counts before a building, a building before a unit, a unit before words.

    Raises `CaseError` for a building that is not in the list any more.
    """
    if lon is not None and lat is not None:
        return Whereabouts(lon=lon, lat=lat, address=address)
    building_id = number(post.get("building", ""))
    if building_id is None:
        return Whereabouts(unit_id=number(post.get("unit", "")), address=address)
    building = ledger.building(place=place, building_id=building_id)
    if building is None:
        raise CaseError("case.no_place")
    said = f"{building.address} {building.name} {address}".strip()
    return Whereabouts(lon=building.lon, lat=building.lat, unit_id=building.unit_id, address=said[:160])
