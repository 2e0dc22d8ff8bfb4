"""Roads, water and railways: which of them people on foot cannot simply cross, and where they can."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from weiwang.planning.gather.ground import Laid
from weiwang.planning.gather.notes import Notes

BarrierKind = Literal["main_road", "river", "railway"]
POND_M2: Final = 5_000.0
WIDTHS: Final = {"main_road": 30.0, "river": 20.0, "railway": 20.0}

_MAIN: Final = {
    "main_road", "motorway", "trunk", "primary",
    "secondary", "高速", "高速公路", "快速路", "主干道", "主干路", "次干道",
    "次干路", "城市主干道", "城市次干道", "国道", "省道", "一级公路",
}  # fmt: skip
_RIVERS: Final = {
    "river", "canal", "riverbank", "water", "河", "河道", "河流",
    "江", "渠", "运河", "水系", "湖", "水库",
}  # fmt: skip
_RAILS: Final = {
    "railway", "rail", "铁路", "高铁", "light_rail",
    "narrow_gauge", "preserved",
}  # fmt: skip
_EASY: Final = {
    "stream", "ditch", "drain", "沟", "沟渠", "水沟", "subway", "tram", "abandoned", "disused", "razed",
    "platform", "proposed", "construction", "funicular", "monorail", "station", "dam", "weir",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Barrier:
    """A main road, river or railway; areas keep their edge."""

    id: str
    kind: BarrierKind
    width: float
    line: BaseGeometry


@dataclass(slots=True)
class Lines:
    """All barriers, all other ways, and the points where water and rails can be crossed on foot."""

    barriers: list[Barrier] = field(default_factory=list)
    roads: list[BaseGeometry] = field(default_factory=list)
    crossings: list[tuple[float, float]] = field(default_factory=list)

    def of(self, *kinds: BarrierKind) -> list[BaseGeometry]:
        return [barrier.line for barrier in self.barriers if barrier.kind in kinds]

    def add(self, name: str, kind: BarrierKind, width: float, shape: BaseGeometry) -> None:
        edge = shape.boundary if shapely.get_dimensions(shape) == 2 else shape
        parts = [p for p in shapely.get_parts(shapely.line_merge(edge)) if shapely.get_dimensions(p) == 1]
        for turn, part in enumerate(parts):
            self.barriers.append(Barrier(f"{name}.{turn + 1}" if turn else name, kind, width, part))


def _bare(kind: str) -> str:
    return kind.strip().lower().removesuffix("_link")


def add_roads(lines: Lines, laid: Laid, notes: Notes) -> None:
    """Roads by their class; a list without classes is taken as one of main roads."""
    records, file = laid.listed.records, laid.listed.file
    classed = laid.listed.has("kind")
    main = total = 0
    for record, shape in zip(records, laid.shapes, strict=True):
        if shape is None or shapely.get_dimensions(shape) == 0:
            continue
        kind = _bare(record.get("kind"))
        if kind in _RIVERS | _RAILS:
            _add(lines, laid, record.row, "river" if kind in _RIVERS else "railway", shape)
            continue
        total += 1
        lines.roads.append(shape)
        if not classed or kind in _MAIN:
            main += 1
            _add(lines, laid, record.row, "main_road", shape)
    if total and not classed:
        notes.add_rows("all_main", file, [r.row for r in records])
    elif total:
        notes.add("main_roads", file, total=total, main=main)


def add_water(lines: Lines, laid: Laid, usual: BarrierKind, notes: Notes) -> None:
    """Rivers, lakes or railways; ponds, ditches and lines without trains are no barriers."""
    for record, shape in zip(laid.listed.records, laid.shapes, strict=True):
        if shape is None or shapely.get_dimensions(shape) == 0:
            continue
        kind = _bare(record.get("kind"))
        if kind in _EASY or (shapely.get_dimensions(shape) == 2 and shape.area < POND_M2):
            notes.add("ponds", laid.listed.file, record.row)
            continue
        sure: BarrierKind = "railway" if kind in _RAILS else "river" if kind in _RIVERS else usual
        _add(lines, laid, record.row, sure, shape)


def _add(lines: Lines, laid: Laid, row: int, kind: BarrierKind, shape: BaseGeometry) -> None:
    name = {"main_road": "R", "river": "W", "railway": "T"}[kind]
    lines.add(f"{name}{row:04d}-{len(lines.barriers)}", kind, WIDTHS[kind], shape)


def add_crossings(lines: Lines, given: Sequence[tuple[float, float]], notes: Notes) -> None:
    """Bridges as given, and where any road meets water or rails."""
    lines.crossings += given
    water = np.array(lines.of("river", "railway"), dtype=object)
    if not len(water):
        return
    roads = np.array(lines.roads, dtype=object)
    if len(roads):
        road, met = shapely.STRtree(water).query(roads, predicate="intersects")
        shared = shapely.intersection(roads[road], water[met])
        spots = np.unique(np.round(shapely.get_coordinates(shared), 1), axis=0)
        lines.crossings += [(x, y) for x, y in spots.tolist()]
        if len(spots):
            notes.add("bridges_found", "", count=len(spots))
    if not lines.crossings:
        notes.add("no_water_crossing")
