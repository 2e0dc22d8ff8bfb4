"""What a plan costs, computed from the plan and the map alone, group by group."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from weiwang.planning.atoms import link_pieces
from weiwang.planning.engine import Plan
from weiwang.planning.limits import Level, Limits, Prices, SizeRange

OPEN, WALL, ROAD, SAME = range(4)


@dataclass(frozen=True, slots=True)
class GroupCost:
    """One group: households, household metres to its best-placed building, barriers it has to cross."""

    households: int
    metres: float
    roads: int
    walls: int
    parts: int
    limits: Limits = field(default=Limits(), compare=False)


@dataclass(slots=True)
class Measure:
    """Costs of groups of pieces of one plan; `links` may also be used to look around."""

    plan: Plan
    prices: Prices = field(default_factory=Prices)
    links: list[list[tuple[int, int]]] = field(init=False)

    def __post_init__(self) -> None:
        made = link_pieces(self.plan.instance, self.plan.pieces)
        pairs = list(zip(made.to.tolist(), made.kind.tolist(), strict=True))
        start = made.start.tolist()
        self.links = [pairs[start[v] : start[v + 1]] for v in range(len(start) - 1)]

    def group(self, members: Sequence[int]) -> GroupCost:
        """Measure one group of pieces."""
        pieces, buildings = self.plan.pieces, self.plan.instance.buildings
        at = np.array(members)
        where, held = pieces.building[at], pieces.households[at]
        x, y = buildings.x[where], buildings.y[where]
        metres = float((np.hypot(x[:, None] - x, y[:, None] - y) @ held).min())
        by_open, near, parts = self._hang(members)
        limits = self.plan.instance.limits_of(int(buildings.community[where[0]]))
        return GroupCost(int(held.sum()), metres, near - parts, by_open - near, parts, limits)

    def _hang(self, members: Sequence[int]) -> tuple[int, int, int]:
        """Parts by open links, by all but main roads, by all; pieces of one building are together."""
        up = {v: v for v in members}

        def find(v: int) -> int:
            while up[v] != v:
                up[v] = up[up[v]]
                v = up[v]
            return v

        def join(pairs: Iterable[tuple[int, int]]) -> int:
            gained = 0
            for one, other in pairs:
                a, b = find(one), find(other)
                gained += a != b
                up[a] = b
            return gained

        inside = [(v, u, kind) for v in members for u, kind in self.links[v] if u in up]
        building = self.plan.pieces.building
        first: dict[int, int] = {}
        same = [(v, first.setdefault(int(building[v]), v)) for v in members]
        by_open = len(up) - join(same) - join((v, u) for v, u, kind in inside if kind in {OPEN, SAME})
        near = by_open - join((v, u) for v, u, kind in inside if kind == WALL)
        return by_open, near, near - join((v, u) for v, u, kind in inside if kind == ROAD)

    def micro_price(self, cost: GroupCost) -> float:
        """Price of a micro-grid in metres, without what its exceptions are worth."""
        p = self.prices
        size = _off(cost.households, cost.limits.micro)
        return cost.metres + p.micro_road * cost.roads + p.micro_wall * cost.walls + p.micro_size * size

    def grid_price(self, cost: GroupCost) -> float:
        """Price of a grid in metres, without its compounds and exceptions."""
        p = self.prices
        size = _off(cost.households, cost.limits.grid)
        return p.grid_distance * cost.metres + p.grid_road * cost.roads + p.grid_size * size

    def groups(self, level: Level) -> list[list[int]]:
        """Pieces of each group, in the order of the ids."""
        label, ids = (
            (self.plan.micro, self.plan.micro_ids)
            if level == "micro"
            else (self.plan.grid, self.plan.grid_ids)
        )
        found: list[list[int]] = [[] for _ in ids]
        for v, g in enumerate(label.tolist()):
            found[g].append(v)
        return found

    def compound_splits(self) -> int:
        """Grids that touch a compound beyond the fewest that could hold it, over all compounds."""
        pieces, buildings = self.plan.pieces, self.plan.instance.buildings
        touched: dict[int, set[int]] = defaultdict(set)
        held: dict[int, int] = defaultdict(int)
        high: dict[int, int] = {}
        homes = buildings.community[pieces.building].tolist()
        compounds = buildings.compound[pieces.building].tolist()
        for compound, grid, w, home in zip(
            compounds, self.plan.grid.tolist(), pieces.households.tolist(), homes, strict=True
        ):
            if compound >= 0 and w > 0:
                touched[compound].add(grid)
                held[compound] += w
                high[compound] = self.plan.instance.limits_of(home).grid.high
        return sum(max(0, len(grids) - -(-held[c] // high[c])) for c, grids in touched.items())

    def total(self) -> float:
        """Metres a household, the figure plans are compared by."""
        price = sum(self.micro_price(self.group(g)) for g in self.groups("micro"))
        price += sum(self.grid_price(self.group(g)) for g in self.groups("grid"))
        price += self.prices.compound_split * self.compound_splits()
        return price / max(1, self.plan.instance.households)


def _off(held: int, sizes: SizeRange) -> float:
    return ((held - sizes.target) / (sizes.target - sizes.low)) ** 2
