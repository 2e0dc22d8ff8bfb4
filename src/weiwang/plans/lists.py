"""From an office's own list of buildings (Excel, CSV, GeoJSON) to rows for the ledger. Writes nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import shapely

from weiwang.kernel.geo import LocalMetres, feature_collection
from weiwang.planning.gather import Choices, Gathered, GatherError, Source, Sources, gather
from weiwang.planning.gather.houses import House
from weiwang.plans import sources
from weiwang.plans.rules import PlanError
from weiwang.territory.models import Unit

DIGITS = 7


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
    found = Read(notes=[[n.weight, n.sentence("zh"), n.sentence("en")] for n in gathered.notes])
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
        "name": house.label[:80], "kind": house.kind[:20], "floors": house.floors or None,
        "stairwells": house.stairwells or len(house.wells) or None, "households": house.households,
        "lon": lon, "lat": lat, "shape": shape,
    }  # fmt: skip
