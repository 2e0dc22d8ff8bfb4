"""From an office's own list of buildings (Excel, CSV, GeoJSON) to rows for the ledger. Writes nothing."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import shapely

from weiwang.kernel.geo import LocalMetres, feature_collection
from weiwang.planning.gather import Choices, Gathered, GatherError, Source, Sources, addresses, gather
from weiwang.planning.gather.houses import House
from weiwang.plans import sources
from weiwang.plans.rules import PlanError
from weiwang.territory.models import Unit

DIGITS = 7
FROM_THE_MAP = frozenset({"no_roads", "no_water", "no_walls", "no_gates", "large_community"})
"""Findings about what a list does not hold and a draft takes from the base map and the tree."""
FROM_THE_LEDGER = frozenset({"own_ids"})
"""Findings about ids, which a list kept here can do without: buildings are known by their addresses."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What people said about a list: datum of its coordinates, its columns where they are not clear."""

    datum: str
    households: str = ""
    area: str = ""
    per: float = 60.0


@dataclass(slots=True)
class Read:
    """A list as it was understood: rows for the ledger, and what was found on the way in both languages."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[list[str]] = field(default_factory=list)
    """Weight, Chinese, English."""
    by_community: dict[str, list[int]] = field(default_factory=dict)
    """Buildings and households."""


class ListError(ValueError):
    """The list as a whole was refused; one sentence in each language."""

    def __init__(self, error: GatherError) -> None:
        self.zh, self.en = error.sentence("zh"), error.sentence("en")
        super().__init__(self.en)


def read(*, place: int, name: str, data: bytes, asked: Asked, on: date) -> Read:
    """Read a list against the communities of a sub-district. Raises `ListError`, `PlanError`."""
    units = sources.communities(place, on)
    if not units:
        raise PlanError("plan.no_community")
    choices = Choices(
        datum=asked.datum, datums={"communities": "wgs84"}, households=asked.households, area=asked.area,
        per=asked.per,
    )  # fmt: skip
    try:
        gathered = gather(Sources(Source(name, data), _communities(units)), choices)
    except GatherError as error:
        raise ListError(error) from error
    return _read(gathered, {unit.code: unit for unit in units})


def _communities(units: Sequence[Unit]) -> Source:
    """The communities that stand, with their boundaries."""
    rows = [(unit.boundary, {"code": unit.code, "name": unit.name}) for unit in units]
    text = json.dumps(feature_collection(rows), ensure_ascii=False)
    return Source("communities.geojson", text.encode())


def _read(gathered: Gathered, units: dict[str, Unit]) -> Read:
    said = [note for note in gathered.notes if note.code not in FROM_THE_MAP | FROM_THE_LEDGER]
    found = Read(notes=[[n.weight, n.sentence("zh"), n.sentence("en")] for n in said])
    for house, home in zip(gathered.houses, gathered.homes, strict=True):
        unit = units.get(gathered.communities[home].id)
        if unit is None:
            continue
        found.rows.append(_row(house, unit, gathered.ground.picture))
        count = found.by_community.setdefault(unit.name, [0, 0])
        count[0], count[1] = count[0] + 1, count[1] + house.households
    return found


def _row(house: House, unit: Unit, picture: LocalMetres | None) -> dict[str, Any]:
    lon = lat = shape = None
    if picture is not None and house.placed:
        point = picture.to_degrees(shapely.Point(house.x, house.y))
        lon, lat = round(point.x, DIGITS), round(point.y, DIGITS)
        shape = shapely.to_wkt(picture.to_degrees(house.shape), rounding_precision=7) if house.shape else None
    return {
        "code": house.id[:40], "unit": unit.pk, "address": (house.address or house.label)[:120],
        "name": _named(house)[:80], "kind": house.kind[:20], "floors": house.floors or None,
        "stairwells": house.stairwells or len(house.wells) or None, "households": house.households,
        "lon": lon, "lat": lat, "shape": shape,
        "placed": house.given, "own": list(house.own),
    }  # fmt: skip


def _named(house: House) -> str:
    """The building with its compound: 3栋 alone says nothing beside the next compound's."""
    return house.label if house.compound in house.label else f"{house.compound}{house.label}"


# ---------------------------------------------------------------- which of them the ledger knows


@dataclass(frozen=True, slots=True)
class Known:
    """A building of the ledger; `community` is the id of the general grid it lies in, 0 for none."""

    code: str
    community: int
    address: str
    name: str
    households: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What keeping a list would do to the ledger; `left`: buildings with households that it does not name."""

    new: int
    renewed: int
    changed: int
    left: int


def matches(rows: Sequence[Mapping[str, Any]], ledger: Iterable[Known]) -> list[Known | None]:
    """For each row the building of the ledger it is: of the same code, else the only one of its address.

    An address is compared inside its community, without spaces and street, and 3号楼 is 3栋.
    """
    known = list(ledger)
    by_code = {one.code: one for one in known}
    found = [by_code.get(row["code"]) for row in rows]
    taken = {one.code for one in found if one is not None}
    here = [_keys(row["unit"], row["address"], row["name"]) for row in rows]
    there = [_keys(one.community, one.address, one.name) for one in known]
    count_here, count_there = (Counter(key for keys in each for key in keys) for each in (here, there))
    by_key = {key: one for one, keys in zip(known, there, strict=True) for key in keys}
    for place, keys in enumerate(here):
        sure = [key for key in keys if count_here[key] == 1 and count_there[key] == 1]
        one = next((by_key[key] for key in sure if by_key[key].code not in taken), None)
        if found[place] is None and one is not None:
            found[place] = one
            taken.add(one.code)
    return found


def effect(rows: Sequence[Mapping[str, Any]], ledger: Iterable[Known]) -> Effect:
    """Count what is new, what is renewed, and what of it has other households."""
    known = list(ledger)
    found = matches(rows, known)
    pairs = [(row, one) for row, one in zip(rows, found, strict=True) if one is not None]
    named = {one.code for _, one in pairs}
    return Effect(
        len(rows) - len(pairs), len(pairs), sum(row["households"] != one.households for row, one in pairs),
        sum(one.households > 0 and one.code not in named for one in known),
    )  # fmt: skip


def _keys(community: int, address: str, name: str) -> list[tuple[int, str]]:
    """What a building may be called, the surest first."""
    said = [text for text in (address, name) if text]
    parts = [addresses.parse(text) for text in said]
    blocks = [f"{part.compound}-{part.building}" for part in parts if part.compound and part.building]
    return list(dict.fromkeys((community, key) for key in [*map(addresses.clean, said), *blocks]))
