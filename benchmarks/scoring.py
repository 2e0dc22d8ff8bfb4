"""Judge a plan by the map alone: what it costs, which rules it breaks, which breaks the map forces.

Nothing here uses the engine's own findings. A building is stuck when all it can reach along chains of at most
`high` households holds fewer than `low`: every walkable group with it is then too small. A part of the map
whose total no number of groups can hold excuses one break. Sound, not complete.
"""

import heapq
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from weiwang.planning.engine import Plan
from weiwang.planning.limits import Level
from weiwang.planning.measure import GroupCost, Measure


@dataclass(frozen=True, slots=True)
class Score:
    """One row of a table: metres a household, breaks that were avoidable, all breaks, shares in range."""

    cost: float
    avoidable: int
    exceptions: int
    micro_in_range: float
    grid_in_range: float
    roads: int


class Judge:
    """Looks at the buildings of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.measure = plan, Measure(plan)
        instance = plan.instance
        self.near: list[list[int]] = [[] for _ in instance.buildings.ids]
        for a, b in zip(instance.links.a.tolist(), instance.links.b.tolist(), strict=True):
            self.near[a].append(b)
            self.near[b].append(a)
        self.held = (
            np.bincount(plan.pieces.building, plan.pieces.households, len(self.near)).astype(int).tolist()
        )
        self.home = instance.buildings.community.tolist()

    def score(self) -> Score:
        micro, grid = self._costs("micro"), self._costs("grid")
        m, g = self._breaks("micro", micro), self._breaks("grid", grid)
        price = sum(map(self.measure.micro_price, micro)) + sum(map(self.measure.grid_price, grid))
        price += self.measure.prices.compound_split * self.measure.compound_splits()
        in_range = [
            sum(c.limits.of(level).holds(c.households) for c in costs) / len(costs)
            for level, costs in self._levels(micro, grid)
        ]
        roads = sum(c.roads for c in (*micro, *grid))
        households = max(1, self.plan.instance.households)
        return Score(price / households, m[0] + g[0], m[1] + g[1], in_range[0], in_range[1], roads)

    @staticmethod
    def _levels(micro: list[GroupCost], grid: list[GroupCost]) -> list[tuple[Level, list[GroupCost]]]:
        return [("micro", micro), ("grid", grid)]

    def _costs(self, level: Level) -> list[GroupCost]:
        return [self.measure.group(members) for members in self.measure.groups(level)]

    def _breaks(self, level: Level, costs: list[GroupCost]) -> tuple[int, int]:
        """(avoidable, all) breaks: groups out of range, and parts beyond the first."""
        found, forced, gaps = 0, 0, self._gaps(level)
        for cost, members in zip(costs, self.measure.groups(level), strict=True):
            out = not cost.limits.of(level).holds(cost.households)
            here = int(out) + cost.parts - 1
            found += here
            if here:
                forced += min(here, self._excused(level, cost, members, gaps))
        return found - forced, found

    def _excused(self, level: Level, cost: GroupCost, members: list[int], gaps: set[int]) -> int:
        buildings = {int(b) for b in self.plan.pieces.building[members]}
        parts = self._parts(buildings)
        stuck = sum(any(self.stuck(level, b) for b in part) for part in parts)
        excused = min(cost.parts - 1, stuck)
        if cost.households < cost.limits.of(level).low and stuck == len(parts):
            excused += 1
        here = int(not cost.limits.of(level).holds(cost.households)) + cost.parts - 1
        for part in {self.map_part[b] for b in buildings} & gaps:
            if excused < here:
                gaps.discard(part)
                excused += 1
        return excused

    def _parts(self, buildings: set[int]) -> list[list[int]]:
        left, parts = set(buildings), []
        while left:
            part = [left.pop()]
            for b in part:
                more = left.intersection(self.near[b])
                left -= more
                part += more
            parts.append(part)
        return parts

    @cached_property
    def map_part(self) -> list[int]:
        part = [-1] * len(self.near)
        for number, members in enumerate(self._parts(set(range(len(self.near))))):
            for b in members:
                part[b] = number
        return part

    def _gaps(self, level: Level) -> set[int]:
        total: dict[int, int] = defaultdict(int)
        sizes = {}
        for b, part in enumerate(self.map_part):
            total[part] += self.held[b]
            sizes[part] = self.plan.instance.limits_of(self.home[b]).of(level)
        return {p for p, t in total.items() if t >= sizes[p].low and not sizes[p].counts_for(t)}

    @cached_property
    def least(self) -> list[int]:
        """Fewest households a group can take of each building."""
        least = list(self.held)
        for b, wells in self.plan.instance.stairwells.items():
            high = self.plan.instance.limits_of(self.home[b]).micro.high
            if self.held[b] > high:
                least[b] = min(
                    min((f for f in w.by_floor if f), default=w.households)
                    if w.households > high
                    else w.households
                    for w in wells
                )
        return least

    def stuck(self, level: Level, start: int) -> bool:
        sizes = self.plan.instance.limits_of(self.home[start]).of(level)
        if self.held[start] >= sizes.low:
            return False
        best, heap, total, done = {start: self.held[start]}, [(self.held[start], start)], 0, set[int]()
        while heap and total < sizes.low:
            way, b = heapq.heappop(heap)
            if b in done:
                continue
            done.add(b)
            total += self.held[b]
            for other in self.near[b]:
                longer = way + self.least[other]
                if longer <= sizes.high and longer < best.get(other, 1 << 30):
                    best[other] = longer
                    heapq.heappush(heap, (longer, other))
        return total < sizes.low
