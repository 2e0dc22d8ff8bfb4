"""A village grid: one lane through the middle, spurs to both sides, a hamlet on each spur, fields between."""

from dataclasses import dataclass

import shapely

from weiwang.demo.blocks import Block
from weiwang.demo.dice import Dice


@dataclass(frozen=True, slots=True)
class Plot:
    """The ground of one hamlet, and the spur of the lane its houses stand along (from the lane outwards)."""

    shape: shapely.Polygon
    spur: shapely.LineString


@dataclass(frozen=True, slots=True)
class _Axis:
    """A block seen along its longer side: `along` 0 to 1 on that side, `across` -1 to 1 around the lane."""

    block: Block

    def point(self, along: float, across: float) -> tuple[float, float]:
        block = self.block
        if block.width >= block.height:
            return block.u0 + along * block.width, block.v0 + (0.5 + across / 2) * block.height
        return block.u0 + (0.5 + across / 2) * block.width, block.v0 + along * block.height


def hamlets(block: Block, count: int, dice: Dice) -> tuple[shapely.LineString, list[Plot]]:
    """The lane of a village grid and `count` plots that fill the block, each cell around its own hamlet."""
    axis = _Axis(block)
    lane = shapely.LineString([axis.point(along, 0) for along in (0, 0.25, 0.5, 0.75, 1)])
    seats = _seats(count, dice)
    seeds = [axis.point(along, across) for along, across in seats]
    cells = _cells(block, seeds)
    spurs = [
        shapely.LineString([axis.point(along, 0), axis.point(along + dice.gauss(0, 0.015), across * 1.5)])
        for along, across in seats
    ]
    return lane, [Plot(cell, spur) for cell, spur in zip(cells, spurs, strict=True)]


def _seats(count: int, dice: Dice) -> list[tuple[float, float]]:
    """(along, across) of each hamlet: two rows, staggered, on both sides of the lane."""
    seats = []
    for row, (size, side) in enumerate((((count + 1) // 2, 1), (count // 2, -1))):
        for index in range(size):
            along = (index + 0.5) / size + dice.gauss(0, 0.12) / size
            seats.append((along + 0.06 * row / max(size, 1), side * (0.5 + dice.gauss(0, 0.06))))
    return seats


def _cells(block: Block, seeds: list[tuple[float, float]]) -> list[shapely.Polygon]:
    """The part of the block nearest to each seed, in the order of the seeds."""
    if len(seeds) == 1:
        return [block.outline]
    outline = block.outline
    regions = shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=outline, ordered=True)
    cells = (shapely.intersection(region, outline) for region in regions.geoms)
    return [cell for cell in cells if isinstance(cell, shapely.Polygon)]
