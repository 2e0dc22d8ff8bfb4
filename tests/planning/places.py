"""Small places for tests, built in sight: buildings on a plane and the links between them."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from weiwang.planning.engine import Plan
from weiwang.planning.instance import KINDS, Buildings, Instance, Links, Stairwell
from weiwang.planning.limits import Limits, SizeRange

Link = tuple[str, str, str]
TINY = Limits(SizeRange(3, 10, 6), SizeRange(8, 20, 14))


@dataclass(frozen=True)
class House:
    """A building: its households, or those of its stairwells, or of the floors of its only stairwell."""

    id: str
    x: float
    households: int = 0
    y: float = 0.0
    community: str = "C1"
    compound: str = ""
    stairwells: tuple[int, ...] = ()
    floors: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        return self.households or sum(self.stairwells) or sum(self.floors)

    def wells(self) -> tuple[Stairwell, ...]:
        if self.floors:
            return (Stairwell(1, len(self.floors), self.total, self.floors),)
        return tuple(Stairwell(n, 6, held) for n, held in enumerate(self.stairwells or (self.total,), 1))


def place(houses: Sequence[House], links: Iterable[Link], *, limits: Limits | None = None) -> Instance:
    """An instance of these houses; links are (one, other, kind) and as long as the houses are apart."""
    limits = limits or Limits()
    rows = {h.id: i for i, h in enumerate(houses)}
    communities = list(dict.fromkeys(h.community for h in houses))
    compounds = list(dict.fromkeys(h.compound for h in houses if h.compound))
    columns = Buildings(
        list(rows),
        np.array([communities.index(h.community) for h in houses], np.int32),
        np.array([compounds.index(h.compound) if h.compound else -1 for h in houses], np.int32),
        np.array([h.x for h in houses], float),
        np.array([h.y for h in houses], float),
        np.array([h.total for h in houses], np.int32),
        rows,
    )
    ends = [(rows[a], rows[b], KINDS[kind]) for a, b, kind in links]
    a, b, kind = (np.array([e[i] for e in ends], np.int32) for i in range(3))
    length = np.hypot(columns.x[a] - columns.x[b], columns.y[a] - columns.y[b])
    tall = {rows[h.id]: h.wells() for h in houses if h.total > limits.micro.high}
    walks = Links(a, b, np.maximum(length, 1.0), kind.astype(np.uint8))
    return Instance("test", limits, communities, compounds, columns, tall, walks)


def row_of(sizes: Sequence[int], *, limits: Limits | None = None, gap: float = 10.0) -> Instance:
    """Houses in one row, each linked to the next."""
    houses = [House(f"H{i}", i * gap, size) for i, size in enumerate(sizes)]
    links = [(f"H{i}", f"H{i + 1}", "open") for i in range(len(sizes) - 1)]
    return place(houses, links, limits=limits)


def town(seed: int, *, blocks: int = 5, limits: Limits | None = None) -> Instance:
    """Two communities of houses: towers with floors, walk-ups, farmhouses, a wall, a road."""
    draw = random.Random(seed)
    houses: list[House] = []
    links: list[Link] = []
    for community in ("C1", "C2"):
        side = blocks * 3
        for x in range(side):
            for y in range(side):
                houses.append(_house(draw, community, x, y))
                here = houses[-1].id
                if x:
                    links.append((here, f"{community}-{x - 1}-{y}", "road" if x % 6 == 0 else "open"))
                if y:
                    links.append((here, f"{community}-{x}-{y - 1}", "wall" if y % 5 == 0 else "open"))
    return place(houses, links, limits=limits)


def _house(draw: random.Random, community: str, x: int, y: int) -> House:
    name, east = f"{community}-{x}-{y}", x * 40.0 + (10_000 if community == "C2" else 0)
    compound = f"{community}-X{y // 5}" if x < 6 else ""
    kind = draw.random()
    if kind < 0.05:
        return House(name, east, y=y * 40.0, community=community, compound=compound)
    if kind < 0.15:
        floors = tuple(draw.randint(4, 8) for _ in range(draw.randint(18, 33)))
        return House(name, east, y=y * 40.0, community=community, compound=compound, floors=floors)
    if kind < 0.3:
        wells = tuple(draw.randint(20, 70) for _ in range(draw.randint(2, 5)))
        return House(name, east, y=y * 40.0, community=community, compound=compound, stairwells=wells)
    return House(name, east, draw.randint(1, 40), y * 40.0, community, compound)


def broken_rules(plan: Plan) -> list[str]:
    """The five hard rules, checked from the rows alone; empty when all are kept."""
    instance, found = plan.instance, []
    by_building: Mapping[str, list[tuple[int, int, int, str]]] = defaultdict(list)
    grid_of: dict[str, str] = {}
    home_of: dict[str, int] = {}
    for row in plan.rows():
        by_building[row.building].append((row.stairwell, row.floor_from, row.floor_to, row.micro))
        home = int(instance.buildings.community[instance.buildings.rows[row.building]])
        if grid_of.setdefault(row.micro, row.grid) != row.grid or home_of.setdefault(row.grid, home) != home:
            found.append(f"{row.micro} is not nested")
    for i, name in enumerate(instance.buildings.ids):
        found += _broken_building(name, instance.stairwells.get(i, ()), by_building[name])
    return found


def _broken_building(
    name: str, wells: Sequence[Stairwell], rows: Sequence[tuple[int, int, int, str]]
) -> list[str]:
    if not wells:
        return [] if [r[:3] for r in rows] == [(0, 0, 0)] else [f"{name} is not whole"]
    order: list[tuple[int, int, str]] = []
    for well in wells:
        mine = sorted(
            (low or 1, high or well.floors, micro) for n, low, high, micro in rows if n == well.number
        )
        covered = [floor for low, high, _ in mine for floor in range(low, high + 1)]
        if covered != list(range(1, well.floors + 1)):
            return [f"{name}/{well.number} is not covered once"]
        if len(mine) > 1 and well.households <= 100:
            return [f"{name}/{well.number} is split"]
        order += [(well.number, low, micro) for low, _, micro in mine]
    runs = [order[0][2]] + [b[2] for a, b in pairwise(order) if a[2] != b[2]]
    return [f"{name} is scattered"] if len(runs) != len(set(runs)) else []
