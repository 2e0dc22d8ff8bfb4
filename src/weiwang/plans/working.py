"""A community's plan while people work on it: what lies where, what groups hold, which rules they break."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np

from weiwang.planning.atoms import Pieces
from weiwang.planning.engine import Plan
from weiwang.planning.limits import Limits, SizeRange
from weiwang.planning.measure import GroupCost, Measure
from weiwang.plans.ground import Ground, instance_of
from weiwang.plans.rules import Fault, GroupLevel

NO_GRID = -1


class Piece(NamedTuple):
    """What a plan may move: a building, a stairwell (0: the whole building), or floors of one (0: all)."""

    house: int
    stairwell: int
    floor_from: int
    floor_to: int
    households: int


@dataclass(slots=True)
class Layout:
    """The pieces of a community, the micro-grid of each, and the grid of each micro-grid.

    A dedicated grid is a group of pieces under no grid: its `grid_of` is -1.
    """

    pieces: list[Piece]
    micro: list[int]
    grid_of: dict[int, int]

    def to_json(self) -> dict[str, Any]:
        return {
            "pieces": [list(piece) for piece in self.pieces], "micro": self.micro,
            "grid_of": [[micro, grid] for micro, grid in sorted(self.grid_of.items())],
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        grid_of = {int(micro): int(grid) for micro, grid in stored["grid_of"]}
        return cls([Piece(*row) for row in stored["pieces"]], list(stored["micro"]), grid_of)

    def moved(self, pieces: Iterable[int], micro: int, grid: int) -> "Layout":
        """The layout with some pieces in a micro-grid; a micro-grid that is new lies in `grid`."""
        labels = list(self.micro)
        for piece in pieces:
            labels[piece] = micro
        grid_of = self.grid_of | {micro: self.grid_of.get(micro, grid)}
        kept = set(labels)
        return Layout(self.pieces, labels, {key: at for key, at in grid_of.items() if key in kept})

    def regrouped(self, micros: Iterable[int], grid: int) -> "Layout":
        """The layout with some micro-grids in a grid."""
        return Layout(self.pieces, list(self.micro), self.grid_of | dict.fromkeys(micros, grid))

    @property
    def grid(self) -> list[int]:
        """The grid of each piece, -1 for those of dedicated grids."""
        return [self.grid_of[micro] for micro in self.micro]

    def free_key(self) -> int:
        """A number no group has."""
        return max([*self.grid_of, *self.grid_of.values(), 0]) + 1

    def pieces_of(self, houses: Iterable[int]) -> list[int]:
        """The pieces of some houses, by their places in the ground."""
        wanted = set(houses)
        return [place for place, piece in enumerate(self.pieces) if piece.house in wanted]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a group is like. `price` in household metres, by which plans are compared."""

    level: GroupLevel
    key: int
    pieces: tuple[int, ...]
    households: int
    work: int
    houses: int
    cost: GroupCost
    price: float
    faults: tuple[Fault, ...]


@dataclass
class Desk:
    """One community on the desk: measures groups, whatever was moved."""

    ground: Ground
    limits: Limits
    layout: Layout
    names: Mapping[tuple[GroupLevel, int], str] = field(default_factory=dict)

    @cached_property
    def _measure(self) -> Measure:
        pieces = self.layout.pieces
        table = np.array([list(piece) for piece in pieces], np.int32).reshape(-1, 5)
        homes, first = np.unique(table[:, 0], return_index=True)
        columns = [np.ascontiguousarray(table[:, n]) for n in range(5)]
        starts = np.append(first, len(pieces)).astype(np.int32)
        least = np.zeros(len(homes), np.int32)
        a, b, c, d, e = columns
        known = Pieces(a, b, c, d, e, homes.astype(np.int32), starts, least)
        micro = np.array(self.layout.micro, np.int32)
        grid = np.array(self.layout.grid, np.int32)
        instance = instance_of(self.ground, self.limits)
        return Measure(Plan(instance, known, micro, grid, [], [], []))

    def members(self, level: GroupLevel) -> dict[int, list[int]]:
        """The pieces of each group of a level."""
        layout = self.layout
        found: dict[int, list[int]] = {}
        for place, micro in enumerate(layout.micro):
            grid = layout.grid_of[micro]
            if (grid == NO_GRID) != (level is GroupLevel.DEDICATED):
                continue
            found.setdefault(grid if level is GroupLevel.GRID else micro, []).append(place)
        return found

    def figures(self, level: GroupLevel, only: Iterable[int] | None = None) -> dict[int, Figures]:
        """Every group of a level, or only some."""
        found = self.members(level)
        wanted = found.keys() if only is None else set(only) & found.keys()
        return {key: self._figure(level, key, found[key]) for key in sorted(wanted)}

    def _figure(self, level: GroupLevel, key: int, pieces: Sequence[int]) -> Figures:
        measure, rows = self._measure, self.layout.pieces
        cost = measure.group(pieces)
        houses = {rows[place].house for place in pieces}
        work = round(sum(self._work_of(rows[place]) for place in pieces))
        price = {
            GroupLevel.MICRO: measure.micro_price, GroupLevel.GRID: measure.grid_price,
        }.get(level, lambda _cost: 0.0)(cost)  # fmt: skip
        faults = tuple(self._faults(level, key, pieces, cost))
        return Figures(level, key, tuple(pieces), cost.households, work, len(houses), cost, price, faults)

    def _work_of(self, piece: Piece) -> float:
        house = self.ground.houses[piece.house]
        share = piece.households / house.households if house.households else 1.0
        return house.work * share

    def _faults(self, level: GroupLevel, key: int, pieces: Sequence[int], cost: GroupCost) -> Iterable[Fault]:
        if level is GroupLevel.DEDICATED:
            return
        name = self.names.get((level, key), "")
        sizes = self.limits.grid if level is GroupLevel.GRID else self.limits.micro
        yield from size_faults(name, cost.households, sizes)
        if cost.parts > 1:
            yield Fault("apart", {"name": name, "parts": cost.parts})
        if level is GroupLevel.MICRO:
            yield from self._stair_faults(name, pieces)

    def _stair_faults(self, name: str, pieces: Sequence[int]) -> Iterable[Fault]:
        """Stairwells and floors of one building inside one micro-grid must follow each other."""
        by_house: dict[int, list[int]] = {}
        for place in pieces:
            by_house.setdefault(self.layout.pieces[place].house, []).append(place)
        for house, places in by_house.items():
            if max(places) - min(places) + 1 != len(places):
                yield Fault("stairs", {"name": name, "house": self.ground.houses[house].label})

    def cost(self) -> float:
        """Metres a household over the whole community: the figure drafts are compared by."""
        if not self.layout.pieces:
            return 0.0
        measure = self._measure
        price = sum(
            one.price for level in (GroupLevel.MICRO, GroupLevel.GRID) for one in self.figures(level).values()
        )
        price += measure.prices.compound_split * measure.compound_splits()
        return price / max(1, self.ground.households)


def size_faults(name: str, held: int, sizes: SizeRange) -> Iterable[Fault]:
    """What a size breaks, if anything."""
    if held < sizes.low:
        yield Fault("small", {"name": name, "held": held, "low": sizes.low, "by": sizes.low - held})
    if held > sizes.high:
        yield Fault("large", {"name": name, "held": held, "high": sizes.high, "by": held - sizes.high})
