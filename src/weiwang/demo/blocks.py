"""Cutting the board into blocks, the way a town is laid out: roads first, then estates, then homes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import shapely

from weiwang.demo.dice import Dice


class Side(StrEnum):
    """What runs along the side of a block."""

    OPEN = "open"
    MAIN = "main_road"
    ROAD = "road"
    LANE = "lane"
    PATH = "path"
    RIVER = "river"
    RAIL = "railway"


# Metres between the side of a block and the first building or wall.
SETBACK = {
    Side.OPEN: 14.0,
    Side.MAIN: 24.0,
    Side.ROAD: 15.0,
    Side.LANE: 8.0,
    Side.PATH: 5.0,
    Side.RIVER: 64.0,
    Side.RAIL: 36.0,
}


@dataclass(frozen=True, slots=True)
class Border:
    side: Side
    street: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle on the board, in metres, with what runs along each of its sides."""

    u0: float
    v0: float
    u1: float
    v1: float
    left: Border
    bottom: Border
    right: Border
    top: Border

    @property
    def width(self) -> float:
        return self.u1 - self.u0

    @property
    def height(self) -> float:
        return self.v1 - self.v0

    @property
    def outline(self) -> shapely.Polygon:
        return shapely.box(self.u0, self.v0, self.u1, self.v1)

    @property
    def street(self) -> str:
        """The largest named street along the block."""
        for side in (Side.ROAD, Side.MAIN, Side.LANE):
            for border in self.borders:
                if border.side is side and border.street:
                    return border.street
        return ""

    @property
    def borders(self) -> tuple[Border, Border, Border, Border]:
        return (self.left, self.bottom, self.right, self.top)

    def inner(self, more: float = 0.0) -> tuple[float, float, float, float]:
        """(u0, v0, u1, v1) of the ground that may be built on, `more` metres further in."""
        left, bottom, right, top = (SETBACK[border.side] + more for border in self.borders)
        return (self.u0 + left, self.v0 + bottom, self.u1 - right, self.v1 - top)

    def dry(self) -> tuple[float, float, float, float]:
        """(u0, v0, u1, v1) without the strips that a river or railway takes."""
        left, bottom, right, top = (max(0.0, SETBACK[b.side] - SETBACK[Side.ROAD]) for b in self.borders)
        return (self.u0 + left, self.v0 + bottom, self.u1 - right, self.v1 - top)

    def cut(self, share: float, border: Border) -> "tuple[Block, Block, shapely.LineString]":
        """Two blocks and the line between them: the longer side is cut, `share` of it from south or west."""
        u0, v0, u1, v1 = self.dry()
        if u1 - u0 >= v1 - v0:
            u = round((u0 + share * (u1 - u0)) * 2) / 2
            line = shapely.LineString([(u, self.v0), (u, self.v1)])
            return replace(self, u1=u, right=border), replace(self, u0=u, left=border), line
        v = round((v0 + share * (v1 - v0)) * 2) / 2
        line = shapely.LineString([(self.u0, v), (self.u1, v)])
        return replace(self, v1=v, top=border), replace(self, v0=v, bottom=border), line


@dataclass(frozen=True, slots=True)
class Cut:
    """A street or path that a cut laid out, on the board."""

    border: Border
    line: shapely.LineString


def divide(
    block: Block, weights: Sequence[float], border: Callable[[], Border], dice: Dice
) -> tuple[list[Block], list[Cut]]:
    """One block for each weight, with ground in proportion, and the cuts between them."""
    if len(weights) == 1:
        return [block], []
    half = _half(weights)
    share = dice.around(sum(weights[:half]) / sum(weights), 0.04)
    between = border()
    low, high, line = block.cut(share, between)
    low_blocks, low_cuts = divide(low, weights[:half], border, dice)
    high_blocks, high_cuts = divide(high, weights[half:], border, dice)
    return low_blocks + high_blocks, [Cut(between, line), *low_cuts, *high_cuts]


def _half(weights: Sequence[float]) -> int:
    """How many weights, from the first, come nearest to half of all."""
    total = sum(weights)
    return min(range(1, len(weights)), key=lambda count: abs(sum(weights[:count]) - total / 2))
