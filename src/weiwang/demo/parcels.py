"""Laying out a place: communities into grids, grids into estates or hamlets, those into micro-grids."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import shapely

from weiwang.demo import names
from weiwang.demo.blocks import Block, Border, Cut, Side, divide
from weiwang.demo.dice import Dice
from weiwang.demo.layout import CommunityPlan, Dedicated, Layout
from weiwang.demo.village import hamlets

PARK_WEIGHT = 1.9  # ground of a micro-grid with a park, counted in ordinary ones


@dataclass(frozen=True, slots=True)
class Leaf:
    """A micro-grid or dedicated grid on the board, before it has buildings.

    `grid` counts from 1 inside the community; 0 marks a dedicated grid. `estate` is the estate or hamlet.
    `spur` is the hamlet lane in a village.
    """

    community: int
    grid: int
    shape: shapely.Polygon
    style: str  # tower | walk_up | courtyard | village | school | market | office_park
    estate: str
    street: str
    households: int
    block: Block | None = None
    spur: shapely.LineString | None = None
    dedicated: Dedicated | None = None
    has_park: bool = False


@dataclass(slots=True)
class Parcels:
    """Everything laid out on the board. `walls` are compound walls with a gap for the gate."""

    leaves: list[Leaf] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    walls: list[tuple[str, shapely.LineString]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Names:
    """The names still free."""

    streets: Iterator[str]
    lanes: Iterator[str]
    estates: dict[str, Iterator[str]]


def lay_out(layout: Layout, dice: Dice) -> Parcels:
    free = Names(
        names.street_names(dice.child("streets")),
        names.lane_names(dice.child("lanes")),
        {style: names.estate_names(style, dice.child(style)) for style in ("tower", "walk_up", "courtyard")},
    )
    parcels = Parcels()
    for number, plan in enumerate(layout.communities):
        _community(parcels, number, plan, free, dice.child("community", number))
    return parcels


def _community(parcels: Parcels, number: int, plan: CommunityPlan, free: Names, dice: Dice) -> None:
    """Cut a community into grids, numbered from north to south and west to east (DB6101/T 3185-2024)."""
    weights: list[float] = list(plan.grids)
    middle = len(weights) // 2
    weights[middle:middle] = [dedicated.weight for dedicated in plan.dedicated]
    blocks, cuts = divide(plan.block, weights, lambda: Border(Side.ROAD, next(free.streets)), dice)
    parcels.cuts.extend(cuts)
    reserved = blocks[middle : middle + len(plan.dedicated)]
    for block, dedicated in zip(reserved, plan.dedicated, strict=True):
        parcels.leaves.append(_dedicated(number, block, dedicated))
    sized = [*zip(blocks[:middle], plan.grids[:middle], strict=True)]
    sized += zip(blocks[middle + len(reserved) :], plan.grids[middle:], strict=True)
    sized.sort(key=lambda pair: (-round((pair[0].v0 + pair[0].v1) / 300), pair[0].u0))
    for grid, (block, micro_grids) in enumerate(sized, start=1):
        lay = _village_grid if plan.kind == "village" else _town_grid
        lay(parcels, _Grid(number, grid, block, micro_grids, plan), free, dice.child("grid", grid))


@dataclass(frozen=True, slots=True)
class _Grid:
    community: int
    number: int
    block: Block
    micro_grids: int
    plan: CommunityPlan


def _dedicated(community: int, block: Block, dedicated: Dedicated) -> Leaf:
    shape, name = block.outline, dedicated.name
    return Leaf(community, 0, shape, dedicated.kind, name, block.street, 0, block, dedicated=dedicated)


def _households(usual: float, dice: Dice) -> int:
    """Mostly inside 30 to 100; a few outside, as in real life, so that the warning has something to say."""
    luck = dice.random()
    if luck < 0.022:
        return dice.randint(102, 121)
    if luck < 0.032:
        return dice.randint(19, 28)
    while True:
        households = dice.whole(usual, usual * 0.075, 34, 120)
        if households <= 100:
            return households


def estate_sizes(micro_grids: int) -> list[int]:
    """Micro-grids for each estate of a grid: threes, with fours where a remainder is left."""
    estates = max(1, micro_grids // 3)
    low, more = divmod(micro_grids, estates)
    return [low + 1] * more + [low] * (estates - more)


def _town_grid(parcels: Parcels, grid: _Grid, free: Names, dice: Dice) -> None:
    sizes = estate_sizes(grid.micro_grids)
    blocks, cuts = divide(grid.block, sizes, lambda: Border(Side.LANE, next(free.lanes)), dice)
    parcels.cuts.extend(cuts)
    for index, (block, size) in enumerate(zip(blocks, sizes, strict=True)):
        has_park = index == 0 and grid.number in {2, 5} and len(grid.plan.grids) > 2
        _estate(parcels, grid, _Estate(block, size, has_park), free, dice.child("estate", index))


@dataclass(frozen=True, slots=True)
class _Estate:
    block: Block
    size: int
    has_park: bool


def _estate(parcels: Parcels, grid: _Grid, estate: _Estate, free: Names, dice: Dice) -> None:
    style = dice.choice(grid.plan.styles)
    name = next(free.estates[style])
    weights = [dice.around(1, 0.12) for _ in range(estate.size)]
    if estate.has_park:
        weights[0] = PARK_WEIGHT
    blocks, _paths = divide(estate.block, weights, lambda: Border(Side.PATH), dice)
    if style != "courtyard":
        parcels.walls.append((name, compound_wall(estate.block)))
    for index, block in enumerate(blocks):
        parcels.leaves.append(
            Leaf(
                grid.community,
                grid.number,
                block.outline,
                style,
                name,
                estate.block.street,
                _households(grid.plan.usual_households, dice),
                block,
                has_park=estate.has_park and index == 0,
            )
        )


def compound_wall(block: Block) -> shapely.LineString:
    """A wall around an estate, with a gap of 14 m for the gate on its south side."""
    u0, v0, u1, v1 = block.inner(-4)
    gate = (u0 + u1) / 2
    return shapely.LineString(
        [(gate + 7, v0), (u1, v0), (u1, v1), (u0, v1), (u0, v0), (gate - 7, v0)],
    )


def _village_grid(parcels: Parcels, grid: _Grid, free: Names, dice: Dice) -> None:
    lane, plots = hamlets(grid.block, grid.micro_grids, dice)
    street = f"{grid.plan.name}{grid.number}组"
    parcels.cuts.append(Cut(Border(Side.ROAD, f"{next(free.streets)[:-1]}村道"), lane))
    for plot in plots:
        parcels.cuts.append(Cut(Border(Side.LANE), plot.spur))
        parcels.leaves.append(
            Leaf(
                grid.community,
                grid.number,
                plot.shape,
                "village",
                street,
                street,
                _households(grid.plan.usual_households, dice),
                spur=plot.spur,
            )
        )
