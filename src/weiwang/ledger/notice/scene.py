"""From the tree and the base map to one map to draw."""

import re
from collections.abc import Sequence
from datetime import date
from posixpath import commonprefix

import shapely
from django.core.cache import cache
from django.utils.safestring import SafeString
from shapely.geometry.base import BaseGeometry

from weiwang.ledger import queries as ledger
from weiwang.ledger.notice.drawing import Area, Feature, Scene, draw, frame
from weiwang.territory import queries as territory
from weiwang.territory.models import Unit
from weiwang.territory.rules import LEAF_LEVELS, Level

RATIO = 1.25  # of the map on a page, width by height
KEPT_SECONDS = 600

NUMBERED = re.compile(r"第\d+$")  # 微网格 says what is numbered, so it stays

# Whose outlines stand around a unit of a level, and whose stand inside it.
AROUND = {
    Level.GENERAL_GRID: frozenset({Level.GENERAL_GRID}),
    Level.GRID: frozenset({Level.GRID}),
    Level.MICRO_GRID: LEAF_LEVELS,
    Level.DEDICATED_GRID: frozenset({Level.GRID}),
}
INSIDE = {
    Level.GENERAL_GRID: frozenset({Level.GRID, Level.DEDICATED_GRID}),
    Level.GRID: frozenset({Level.MICRO_GRID}),
}


def scene(unit: Unit, *, on: date, ratio: float) -> Scene | None:
    """What the map of a unit shows; None while it has no boundary."""
    if unit.boundary is None or unit.place is None:
        return None
    west, south, east, north = box = frame(unit.boundary, ratio=ratio)
    level = Level(unit.level)
    parts = territory.boundaries(
        place=unit.place, levels=INSIDE.get(level, frozenset()), on=on, under=unit.path
    )
    names = short_names([part.name for part, _shape in parts], unit.name)
    community = "/".join(unit.path.split("/")[: _depth(unit)]) + "/"
    houses = ledger.shapes_within(under=community, west=west, south=south, east=east, north=north)
    return Scene(
        Area(unit.name, unit.boundary),
        [Area(name, shape) for name, (_part, shape) in zip(names, parts, strict=True)],
        _neighbours(unit, AROUND[level], shapely.box(*box), on),
        _features(unit.place, shapely.box(*box)),
        [house.footprint for house in houses if house.footprint is not None],
    )


def picture(unit: Unit, *, on: date) -> SafeString:
    """The map of a unit for a page, empty without a boundary; drawn again when a boundary moves."""

    def drawn() -> str:
        found = scene(unit, on=on, ratio=RATIO)
        return draw(found, ratio=RATIO, size=36) if found is not None else ""

    version = territory.boundary_version(unit.place or 0)
    kept = cache.get_or_set(f"grid-map:{unit.pk}:{version}:{on}", drawn, KEPT_SECONDS)
    return SafeString(kept)  # `draw` escapes every name it writes


def _depth(unit: Unit) -> int:
    """How much of a path names the community: what follows the sub-district."""
    ids = unit.path.strip("/").split("/")
    return ids.index(str(unit.place)) + 3


def _neighbours(unit: Unit, levels: frozenset[Level], box: BaseGeometry, on: date) -> list[Area]:
    found = territory.boundaries(place=unit.place or 0, levels=levels, on=on)
    return [
        Area(other.name, shape) for other, shape in found if other.pk != unit.pk and shape.intersects(box)
    ]


def _features(place: int, box: BaseGeometry) -> list[Feature]:
    rows = territory.map_features(place=place)
    return [Feature(row.kind, row.name, row.shape) for row in rows if row.shape.intersects(box)]


def short_name(name: str, above: str) -> str:
    """A name as a map has room for it: without the name of the unit around it, without 微网格 at the end."""
    short = name.removeprefix(above) or name
    bare = short.removesuffix("微网格")
    return bare if len(bare) > 2 and not NUMBERED.search(bare) else short


def short_names(names: Sequence[str], above: str) -> list[str]:
    """The names of neighbours: 石磨村5组第1微网格 and 石磨村5组第2微网格 are 第1微网格 and 第2微网格."""
    shared = commonprefix(list(names)) if len(names) > 1 else ""
    same = shared.removesuffix("第") if shared.endswith("第") else ""
    return [short_name(name.removeprefix(same), above) for name in names]
