"""The base map of the demo: water, streets, railway, parks and compound walls."""

from collections.abc import Iterator

import shapely

from weiwang.demo.blocks import Side
from weiwang.demo.ground import Ground
from weiwang.demo.houses import park_of
from weiwang.demo.layout import GreatLine, Layout
from weiwang.demo.parcels import Parcels
from weiwang.demo.specs import Geometry, MapFeatureSpec

_STEP = 30.0  # metres between vertices, so that lines follow the bent ground
_BANK = 26.0  # metres of park on each side of the river
_DRAWN = {Side.ROAD: "road", Side.LANE: "lane"}


def map_features(layout: Layout, parcels: Parcels) -> tuple[MapFeatureSpec, ...]:
    """All features, in the order in which they are painted: what lies below comes first."""
    order = ("park", "water", "river", "wall", "lane", "road", "main_road", "railway")
    found = [*_great_lines(layout), *_cuts(layout, parcels), *_walls(parcels), *_parks(parcels)]
    found.sort(key=lambda feature: order.index(feature[0]))
    return tuple(MapFeatureSpec(kind, name, _placed(layout.ground, shape)) for kind, name, shape in found)


Drawn = tuple[str, str, Geometry]


def _placed(ground: Ground, shape: Geometry) -> Geometry:
    return ground.place(shapely.segmentize(shape, _STEP))


def _great_lines(layout: Layout) -> Iterator[Drawn]:
    for line in layout.lines:
        yield line.kind, line.name, shapely.LineString(line.points)
        if line.kind == "river":
            yield from _river(line, layout.river_half_width)


def _river(line: GreatLine, half_width: float) -> Iterator[Drawn]:
    (u0, v), (u1, _v) = line.points[0], line.points[-1]
    yield "park", f"{line.name}绿道", shapely.box(u0, v - half_width - _BANK, u1, v + half_width + _BANK)
    yield "water", line.name, shapely.box(u0, v - half_width, u1, v + half_width)


def _cuts(layout: Layout, parcels: Parcels) -> Iterator[Drawn]:
    """Streets and lanes; those that meet the river end on its bank."""
    rivers = [shapely.LineString(line.points) for line in layout.lines if line.kind == "river"]
    water = shapely.union_all(rivers).buffer(layout.river_half_width + 4, cap_style="flat")
    for cut in parcels.cuts:
        kind = _DRAWN.get(cut.border.side)
        if kind is not None:
            dry = shapely.difference(cut.line, water)
            yield kind, cut.border.street, dry if isinstance(dry, shapely.LineString) else cut.line


def _walls(parcels: Parcels) -> Iterator[Drawn]:
    for name, wall in parcels.walls:
        yield "wall", f"{name}围墙", wall


def _parks(parcels: Parcels) -> Iterator[Drawn]:
    for leaf in parcels.leaves:
        park = park_of(leaf)
        if park is not None:
            yield "park", f"{leaf.estate}{'操场' if leaf.dedicated else '游园'}", park
