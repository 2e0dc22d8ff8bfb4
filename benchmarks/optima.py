"""How far plans are from the best there is, on parts of a place small enough to prove it.

A part is either whole, all that hangs together without crossing a main road, or a few neighbouring groups out
of a larger whole. At the level of micro-grids its buildings are divided anew, at the level of grids its
micro-grids as they are: every permitted group is a column, and HiGHS proves the cheapest set of columns that
holds everything once (needs scipy). Where it runs out of time the gap to its bound is shown, which the true
gap cannot exceed.
"""

import importlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np

from weiwang.planning import engine, instance
from weiwang.planning.limits import Level
from weiwang.planning.measure import ROAD, Measure

MOST_COLUMNS = 10_000
FEWEST: Mapping[Level, int] = {"micro": 8, "grid": 6}
MOST: Mapping[Level, int] = {"micro": 40, "grid": 19}
EACH = 3
"""Parts of one level of one place: the largest that are whole, then neighbours from all over it."""
SECONDS = 60.0

EVEN = 0.005
STRIDE, MANY = 37, 2

Price = Callable[[Sequence[int]], float]


@dataclass(frozen=True, slots=True)
class Part:
    """Nodes (each a list of pieces), who is near whom, what each weighs, and the plan's groups of them."""

    whole: bool
    nodes: Sequence[Sequence[int]]
    near: Sequence[set[int]]
    weight: Sequence[int]
    mine: frozenset[frozenset[int]]


@dataclass(frozen=True, slots=True)
class Found:
    """Price of the plan's groups in one part, and the least price or, where time ran out, its lower bound."""

    part: Part
    columns: int
    plan: float
    least: float
    proven: bool
    seconds: float

    @property
    def gap(self) -> float:
        return 100 * max(0.0, self.plan - self.least) / self.least if self.least else 0.0


def connected_sets(
    near: Sequence[set[int]], weight: Sequence[int], low: int, high: int
) -> Iterator[frozenset[int]]:
    """Every connected set of nodes that holds low..high, each once."""

    def grow(
        held: int, chosen: frozenset[int], open_: list[int], banned: frozenset[int]
    ) -> Iterator[frozenset[int]]:
        if held >= low:
            yield chosen
        shut = banned
        for i, node in enumerate(open_):
            shut |= {node}
            if held + weight[node] > high:
                continue
            more = [v for v in near[node] if v not in shut and v not in chosen and v not in open_]
            yield from grow(held + weight[node], chosen | {node}, [*open_[i + 1 :], *more], shut)

    for root in range(len(near)):
        if weight[root] <= high:
            before = frozenset(range(root))
            start = [v for v in near[root] if v > root]
            yield from grow(weight[root], frozenset({root}), start, before | {root})


def optimum(nodes: int, sets: Sequence[frozenset[int]], prices: Sequence[float]) -> tuple[float, bool] | None:
    """Least total price of sets that hold each node once, and whether it is proven; else a bound, or None."""
    solver = importlib.import_module("scipy.optimize")
    sparse = importlib.import_module("scipy.sparse")
    rows = [v for s in sets for v in s]
    columns = [i for i, s in enumerate(sets) for _ in s]
    table = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(nodes, len(sets)))
    done = solver.milp(
        prices, constraints=solver.LinearConstraint(table, 1, 1), integrality=np.ones(len(sets)),
        bounds=solver.Bounds(0, 1), options={"time_limit": SECONDS, "mip_rel_gap": 0.0},
    )  # fmt: skip
    if done.status == 0:
        return float(done.fun), True
    return (float(done.mip_dual_bound), False) if done.status == 1 and done.mip_dual_bound else None


class _Joints:
    """Union-find over 0..n-1."""

    def __init__(self, n: int) -> None:
        self._up = list(range(n))

    def find(self, i: int) -> int:
        while self._up[i] != i:
            i = self._up[i]
        return i

    def join(self, i: int, j: int) -> None:
        self._up[self.find(i)] = self.find(j)


def parts(measure: Measure, level: Level) -> Iterator[Part]:
    """The parts of a plan at one level: whole ones, the largest first, then neighbours from all over it."""
    nodes = measure.groups("micro") if level == "grid" else [[v] for v in range(len(measure.plan.micro))]
    place = {v: i for i, pieces in enumerate(nodes) for v in pieces}
    near: list[set[int]] = [set() for _ in nodes]
    joints = _Joints(len(nodes))
    for v, u, kind in _walks(measure):
        near[place[v]].add(place[u])
        if kind != ROAD:
            joints.join(place[v], place[u])
    groups = [sorted({place[v] for v in group}) for group in measure.groups(level)]
    for group in groups:
        for i in group:
            joints.join(i, group[0])
    wholes: dict[int, list[list[int]]] = {}
    for group in groups:
        wholes.setdefault(joints.find(group[0]), []).append(group)
    held = sorted(wholes.values(), key=lambda whole: (-sum(map(len, whole)), whole[0]))
    few = [(mine, True) for mine in held if sum(map(len, mine)) <= MOST[level]]
    more = ((mine, False) for mine in neighbours(groups, near, MOST[level]))
    for mine, whole in chain(few, more):
        if len(mine) > 1 and sum(map(len, mine)) >= FEWEST[level]:
            yield _part(measure, nodes, near, mine, whole=whole)


def neighbours(groups: Sequence[list[int]], near: Sequence[set[int]], most: int) -> Iterator[list[list[int]]]:
    """Three or more groups beside each other of at most so many nodes, from all over a place."""
    label = {i: g for g, group in enumerate(groups) for i in group}
    for turn in range(len(groups)):
        chosen = [turn * STRIDE % len(groups)]
        for g in chosen:
            beside = {label[j] for i in groups[g] for j in near[i] if label[j] not in chosen}
            held = sum(len(groups[c]) for c in chosen)
            chosen += [h for h in sorted(beside)[:1] if held + len(groups[h]) <= most]
        if len(chosen) > MANY:
            yield [groups[g] for g in chosen]


def _part(
    measure: Measure,
    nodes: Sequence[list[int]],
    near: Sequence[set[int]],
    mine: Sequence[Sequence[int]],
    *,
    whole: bool,
) -> Part:
    members = sorted(i for group in mine for i in group)
    seat = {i: n for n, i in enumerate(members)}
    return Part(
        whole,
        [nodes[i] for i in members],
        [{seat[j] for j in near[i] if j in seat} - {seat[i]} for i in members],
        [int(measure.plan.pieces.households[nodes[i]].sum()) for i in members],
        frozenset(frozenset(seat[i] for i in group) for group in mine),
    )


def _walks(measure: Measure) -> Iterator[tuple[int, int, int]]:
    """Every walking link in both directions, and every two pieces of one building."""
    first: dict[int, int] = {}
    for v, links in enumerate(measure.links):
        yield from ((v, u, kind) for u, kind in links)
        other = first.setdefault(int(measure.plan.pieces.building[v]), v)
        yield from ((v, other, -1), (other, v, -1))


def solve(part: Part, price: Price, low: int, high: int) -> Found | None:
    """The gap of one part; None where it has too many columns, or a group out of the rules."""
    began = time.process_time()
    sets: list[frozenset[int]] = []
    for found in connected_sets(part.near, part.weight, low, high):
        sets.append(found)
        if len(sets) > MOST_COLUMNS:
            return None
    if not part.mine <= set(sets):  # a pocket: out of the rules anyway
        return None
    prices = {s: price([v for i in sorted(s) for v in part.nodes[i]]) for s in sets}
    best = optimum(len(part.nodes), sets, [prices[s] for s in sets])
    if best is None:
        return None
    mine = sum(prices[s] for s in part.mine)
    return Found(part, len(sets), mine, *best, time.process_time() - began)


def prices_of(measure: Measure) -> Mapping[Level, Price]:
    """What a group of pieces costs at each level; stairwells of one building must follow each other."""
    pieces = measure.plan.pieces

    def micro(members: Sequence[int]) -> float:
        runs: dict[int, list[int]] = {}
        for v in members:
            runs.setdefault(int(pieces.building[v]), []).append(v)
        scattered = sum(max(run) - min(run) + 1 - len(run) for run in runs.values())
        return measure.micro_price(measure.group(members)) + 1e7 * scattered

    def grid(members: Sequence[int]) -> float:
        held = pieces.households[members] > 0
        compounds = set(measure.plan.instance.buildings.compound[pieces.building[members]][held].tolist()) - {
            -1
        }
        splits = measure.prices.compound_split * len(compounds)
        return measure.grid_price(measure.group(members)) + splits

    return {"micro": micro, "grid": grid}


def table(folders: Sequence[Path]) -> Iterator[str]:
    """The gaps of the largest parts of each place that can be solved, as lines of a table."""
    yield "\n## Against the proven optimum\n"
    yield f"Of each place and level {EACH} parts with at most {MOST_COLUMNS:,} permitted groups: whole"
    yield "(all that hangs together without crossing a main road) or a few neighbours. Micro-grids are"
    yield "divided anew over their buildings, grids over the micro-grids as they are, by set partition"
    yield f"(HiGHS, at most {SECONDS:.0f} seconds; where that was not enough, the gap is that to its lower"
    yield "bound). Micro-grids are weighed alone here; the search weighs both levels together and may pay"
    yield "below to gain above.\n"
    yield "| place | level | part | nodes | permitted groups | plan | least | gap % | proven | CPU s |"
    yield "|---|---|---|---:|---:|---:|---:|---:|---|---:|"
    gaps: dict[tuple[Level, bool], list[float]] = {}
    for folder in folders:
        for level, found in _solved(folder):
            gaps.setdefault((level, found.proven), []).append(found.gap)
            yield _line(folder.name, level, found)
    yield ""
    for (level, proven), listed in sorted(gaps.items()):
        even = sum(gap < EVEN for gap in listed)
        yield (
            f"- {level}, {'proven' if proven else 'out of time'}: {len(listed)} parts, {even} without a gap, "
            f"mean gap {sum(listed) / len(listed):.2f} %, largest {max(listed):.2f} %."
        )


def _solved(folder: Path) -> Iterator[tuple[Level, Found]]:
    made = engine.plan(instance.read(folder))
    measure, limits = Measure(made), made.instance.limits
    prices = prices_of(measure)
    levels: tuple[Level, Level] = ("grid", "micro")
    for level in levels:
        sizes = limits.of(level)
        solved = (solve(part, prices[level], sizes.low, sizes.high) for part in parts(measure, level))
        yield from ((level, found) for found in islice(filter(None, solved), EACH))


def _line(name: str, level: Level, found: Found) -> str:
    return (
        f"| {name} | {level} | {'whole' if found.part.whole else 'neighbours'} | {len(found.part.nodes)} | "
        f"{found.columns:,} | {found.plan:.0f} | {found.least:.0f} | "
        f"{found.gap:.2f} | {'yes' if found.proven else 'no, out of time'} | {found.seconds:.1f} |"
    )
