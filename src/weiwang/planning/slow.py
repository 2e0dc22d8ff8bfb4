"""The search in plain Python, for machines without a C compiler.

Same first draft and same improving moves as the compiled search, but no kicks and no joint phase: plans cost
a few per cent more and take many times as long.
"""

import heapq
import random
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, pairwise

import numpy as np

from weiwang.planning.community import Community, Groups, Task
from weiwang.planning.instance import Ints
from weiwang.planning.limits import SizeRange
from weiwang.planning.tree import Way, cut_tree, span

VIOLATION = 1e7
FAR = 4
SAME = 3
ROAD = 2
WALL = 1
KEY_MORE = (0.0, 300.0, 600.0, 0.0, 5000.0)
TRIES = 4

Members = tuple[int, ...]


class _Joints:
    """Union-find over any numbers."""

    def __init__(self) -> None:
        self._up: dict[int, int] = {}

    def find(self, a: int) -> int:
        up = self._up.setdefault(a, a)
        while up != a:
            a, up = up, self._up[up]
        return a

    def join(self, a: int, b: int) -> None:
        a, b = self.find(a), self.find(b)
        self._up[max(a, b)] = min(a, b)

    def parts(self, members: Iterable[int]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for member in members:
            found[self.find(member)].append(member)
        return found


@dataclass(slots=True)
class _Map:
    """The walking links of one community, over its pieces."""

    community: Community
    links: list[list[tuple[int, int, float]]] = field(default_factory=list)
    part: list[int] = field(default_factory=list)
    totals: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, c: Community) -> "_Map":
        start = c.start.tolist()
        columns = list(zip(c.to.tolist(), c.kind.tolist(), c.length.tolist(), strict=True))
        links = [columns[start[v] : start[v + 1]] for v in range(len(c.w))]
        first = c.first.tolist()
        for low, high in pairwise(first):
            for v in range(low, high):
                links[v] += [(u, SAME, 0.0) for u in range(low, high) if abs(u - v) > 1]
        made = cls(c, links)
        joints = _Joints()
        for v, ways in enumerate(links):
            for u, _, _ in ways:
                joints.join(v, u)
        made.part = [joints.find(v) for v in range(len(c.w))]
        for root, members in joints.parts(range(len(c.w))).items():
            made.totals[root] = int(c.w[members].sum())
        return made

    def hang(self, members: Members) -> tuple[int, int, list[list[int]]]:
        """Parts by open links, parts by all but main roads, and the parts by all links."""
        inside = set(members)
        joints, counts = _Joints(), []
        for kinds in ((0, SAME), (WALL,), (ROAD,)):
            for v in members:
                for u, kind, _ in self.links[v]:
                    if kind in kinds and u in inside:
                        joints.join(v, u)
            counts.append(joints.parts(members))
            if len(counts[-1]) == 1:
                break
        counts += [counts[-1]] * (3 - len(counts))
        return len(counts[0]), len(counts[1]), list(counts[2].values())

    def medoid(self, members: Members) -> float:
        """Household metres to the best-placed member."""
        if len(members) == 1:
            return 0.0
        at = np.array(members)
        x, y, w = self.community.x[at], self.community.y[at], self.community.w[at]
        return float((np.hypot(x[:, None] - x, y[:, None] - y) @ w).min())


def _is_stuck(c: Community, building: int, weight: Sequence[int], sizes: SizeRange) -> bool:
    """True when all it can reach along chains of at most `high` households holds fewer than `low`."""
    best, heap, held = {building: weight[building]}, [(weight[building], building)], 0
    done: set[int] = set()
    while heap and held < sizes.low:
        chain, b = heapq.heappop(heap)
        if b in done:
            continue
        done.add(b)
        held += weight[b]
        v = int(c.first[b])
        for u in c.building[c.to[c.start[v] : c.start[v + 1]]].tolist():
            longer = chain + int(c.piece[u])
            if longer <= sizes.high and longer < best.get(u, 1 << 30):
                best[u] = longer
                heapq.heappush(heap, (longer, u))
    return held < sizes.low


@dataclass(slots=True)
class _Level:
    """Nodes to be grouped: pieces (micro-grids) or micro-grids (grids)."""

    map: _Map
    sizes: SizeRange
    size_price: float
    pieces: list[Members]
    own_price: Callable[[Members], tuple[float, list[list[int]]]]
    ways: list[list[Way]]
    old: Sequence[int]
    keep: float
    stuck: set[int] = field(default_factory=set)
    weight: list[int] = field(default_factory=list)
    known: dict[Members, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        w = self.map.community.w
        self.weight = [int(w[list(p)].sum()) for p in self.pieces]
        self.stuck |= {v for v in range(len(w)) if self.map.totals[self.map.part[v]] < self.sizes.low}

    def size_cost(self, held: int) -> float:
        return self.size_price * ((held - self.sizes.target) / (self.sizes.target - self.sizes.low)) ** 2

    def range_cost(self, held: int) -> float:
        low, high = self.sizes.low, self.sizes.high
        if held < low:
            return VIOLATION * (1 + (low - held) / low)
        return VIOLATION * (1 + (held - high) / high) if held > high else 0.0

    def close(self, held: int, node: int) -> float:
        """Price of a finished part on a tree."""
        forced = held < self.sizes.low and any(v in self.stuck for v in self.pieces[node])
        return self.size_cost(held) + (0.0 if forced else self.range_cost(held))

    def moved(self, nodes: Members) -> float:
        """Price of households away from the old group of most of this group's."""
        came: dict[int, int] = defaultdict(int)
        for node in nodes:
            if self.old[node] >= 0:
                came[self.old[node]] += self.weight[node]
        return self.keep * (sum(came.values()) - max(came.values(), default=0))

    def cost(self, nodes: Members) -> float:
        """True cost of one group."""
        if nodes in self.known:
            return self.known[nodes]
        held = sum(self.weight[n] for n in nodes)
        pieces = tuple(v for n in nodes for v in self.pieces[n])
        price, parts = self.own_price(pieces)
        stuck = sum(any(v in self.stuck for v in part) for part in parts)
        extra = len(parts) - 1
        price += VIOLATION * max(0, extra - stuck) + self.size_cost(held) + self.moved(nodes)
        if not (held < self.sizes.low and stuck == len(parts)):
            price += self.range_cost(held)
        self.known[nodes] = price
        return price

    def find_stuck(self, groups: Iterable[Members]) -> bool:
        """Look for pieces of broken groups that no permitted group can hold; true when there are new ones."""
        c = self.map.community
        weight = np.bincount(c.building, c.w, len(c.piece)).astype(int).tolist()
        before = len(self.stuck)
        for nodes in groups:
            if self.cost(nodes) < VIOLATION / 2:
                continue
            pieces = [v for n in nodes for v in self.pieces[n] if v not in self.stuck]
            self.stuck |= {v for v in pieces if _is_stuck(c, int(c.building[v]), weight, self.sizes)}
        if len(self.stuck) > before:
            self.known.clear()
        return len(self.stuck) > before


@dataclass(slots=True)
class _Search:
    """Groups of one level while they are being improved."""

    level: _Level
    rng: random.Random
    budget: float
    label: list[int] = field(default_factory=list)
    groups: dict[int, Members] = field(default_factory=dict)
    waiting: dict[int, None] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def begin(self) -> None:
        """First draft: old groups as they were, all others by the cheapest cut of a spanning forest."""
        self.label = [-1] * len(self.level.pieces)
        kept: dict[int, list[int]] = defaultdict(list)
        for node, old in enumerate(self.level.old):
            kept[old if self.level.keep > 0 else -1].append(node)
        for part in self._parts(kept.pop(-1, [])):
            self._place(self._cut(part, lambda: 1.0, 0.8))
        for _, nodes in sorted(kept.items()):
            self._place([tuple(nodes)])
        for _ in range(3):
            if not self.level.find_stuck(list(self.groups.values())):
                break

    def _parts(self, nodes: Sequence[int]) -> list[list[int]]:
        inside, joints = set(nodes), _Joints()
        for n in nodes:
            for way in self.level.ways[n]:
                if way.to in inside:
                    joints.join(n, way.to)
        return list(joints.parts(nodes).values())

    def _cap(self, nodes: Sequence[int]) -> int:
        total, sizes = sum(self.level.weight[n] for n in nodes), self.level.sizes
        few = total // sizes.low
        return sizes.high if few < 1 or few * sizes.high >= total else -(-total // few)

    def _cut(self, nodes: Sequence[int], noise: Callable[[], float], pace: float) -> list[Members]:
        level = self.level
        branches = span(nodes, level.ways.__getitem__, noise)
        if pace != 1.0:
            slower = [type(b)(b.node, b.parent, b.walk * pace, b.cross, b.cut) for b in branches]
            branches = slower
        parts = cut_tree(branches, level.weight, level.close, self._cap(nodes))
        found: dict[int, list[int]] = defaultdict(list)
        for branch, part in zip(branches, parts, strict=True):
            found[part].append(branch.node)
        return [tuple(sorted(p)) for p in found.values()]

    def _place(self, groups: Iterable[Members]) -> None:
        for nodes in groups:
            number = next(self.numbers)
            for old in {self.label[n] for n in nodes} - {-1}:
                self.groups.pop(old, None)
                self.waiting.pop(old, None)
            self.groups[number] = nodes
            self.waiting[number] = None
            for n in nodes:
                self.label[n] = number

    def _near(self, group: int) -> list[int]:
        found = {self.label[way.to]: None for n in self.groups[group] for way in self.level.ways[n]}
        found.pop(group, None)
        return list(found)

    def improve(self) -> None:
        """Move single nodes and draw neighbouring groups again until nothing gains or the budget is spent."""
        while self.waiting and self.budget > 0:
            group = next(iter(self.waiting))
            del self.waiting[group]
            if not self._move_one(group):
                self._recut(group)

    def _move_one(self, group: int) -> bool:
        nodes = self.groups[group]
        for n in nodes:
            for to in dict.fromkeys(self.label[way.to] for way in self.level.ways[n]):
                if to != group and self._moves(n, group, to):
                    return True
        return False

    def _moves(self, node: int, group: int, to: int) -> bool:
        level = self.level
        left = tuple(v for v in self.groups[group] if v != node)
        more = tuple(sorted((*self.groups[to], node)))
        self.budget -= 20 + len(more)
        gain = level.cost(self.groups[group]) + level.cost(self.groups[to]) - level.cost(more)
        gain -= level.cost(left) if left else 0.0
        if gain <= 1e-6:
            return False
        self._swap((group, to), [p for p in (left, more) if p])
        return True

    def _swap(self, old: Iterable[int], new: list[Members]) -> None:
        for group in old:
            self.groups.pop(group, None)
            self.waiting.pop(group, None)
        self._place(new)

    def _recut(self, group: int) -> None:
        for other in self._near(group):
            union = (*self.groups[group], *self.groups[other])
            best = self.level.cost(self.groups[group]) + self.level.cost(self.groups[other]) - 1e-6
            found: list[Members] | None = None
            for _ in range(TRIES):
                parts = self._cut(union, lambda: 1.0 + 3.0 * self.rng.random(), 0.3 + 0.7 * self.rng.random())
                self.budget -= 20.0 * len(union)
                price = sum(map(self.level.cost, parts))
                if price < best:
                    best, found = price, parts
            if found is not None:
                self._swap((group, other), found)
                return


def _run(level: _Level, rng: random.Random, budget: float) -> list[int]:
    search = _Search(level, rng, budget)
    search.begin()
    search.improve()
    if level.find_stuck(list(search.groups.values())):
        search.waiting.update(dict.fromkeys(search.groups))
        search.improve()
    return search.label


def _far_ways(c: Community, part: Sequence[int], small: Iterable[int]) -> list[tuple[int, int, float]]:
    """For each piece of a pocket the nearest piece outside it."""
    found = []
    parts = np.array(part)
    for v in small:
        away = np.hypot(c.x - c.x[v], c.y - c.y[v])
        away[parts == part[v]] = np.inf
        u = int(away.argmin())
        if np.isfinite(away[u]):
            found.append((v, u, float(away[u])))
    return found


def _best_ways(count: int, found: Iterable[tuple[int, Way]]) -> list[list[Way]]:
    """Neighbour lists with the easiest way to each neighbour."""
    best: list[dict[int, Way]] = [{} for _ in range(count)]
    for node, way in found:
        if way.to != node and (way.to not in best[node] or way.key < best[node][way.to].key):
            best[node][way.to] = way
    return [list(ways.values()) for ways in best]


def _micro_ways(task: Task, area: _Map) -> list[list[Way]]:
    c, prices = task.community, task.prices
    cross = (0.0, prices.micro_wall, prices.micro_road, 0.0, 0.0)
    found = []
    for v, links in enumerate(area.links):
        for u, kind, length in links:
            metres = float(np.hypot(c.x[v] - c.x[u], c.y[v] - c.y[u]))
            key = 0.01 if kind == SAME else length + 30.0 + KEY_MORE[kind]
            if kind != SAME or abs(u - v) == 1:
                found.append((v, Way(u, key, metres, cross[kind])))
    low = task.limits.micro.low
    small = [v for v in range(len(c.w)) if area.totals[area.part[v]] < low]
    for v, u, metres in _far_ways(c, area.part, small):
        found += [(v, Way(u, metres + KEY_MORE[FAR], metres)), (u, Way(v, metres + KEY_MORE[FAR], metres))]
    return _best_ways(len(c.w), found)


def _scattered(c: Community, members: Members) -> int:
    """Gaps among the pieces of one building in one group."""
    places: dict[int, list[int]] = defaultdict(list)
    for v in members:
        places[int(c.building[v])].append(v)
    return sum(max(p) - min(p) + 1 - len(p) for p in places.values() if len(p) > 1)


def _micro_level(task: Task, area: _Map) -> _Level:
    prices, c = task.prices, task.community

    def own(members: Members) -> tuple[float, list[list[int]]]:
        by_open, near, parts = area.hang(members)
        crossed = prices.micro_wall * (by_open - near) + prices.micro_road * (near - len(parts))
        return area.medoid(members) + crossed + VIOLATION * _scattered(c, members), parts

    pieces: list[Members] = [(v,) for v in range(len(c.w))]
    keep = prices.micro_keep if task.work.from_old else 0.0
    ways = _micro_ways(task, area)
    return _Level(area, task.limits.micro, prices.micro_size, pieces, own, ways, c.old_micro.tolist(), keep)


def _grid_ways(task: Task, area: _Map, micro: Sequence[int], pieces: Sequence[Members]) -> list[list[Way]]:
    c, prices = task.community, task.prices
    x = [float(c.x[list(p)].mean()) for p in pieces]
    y = [float(c.y[list(p)].mean()) for p in pieces]
    compounds = [set(c.compound[list(p)].tolist()) - {-1} for p in pieces]
    found = []
    far = [(v, u, FAR) for v, u, _ in _far_ways(c, area.part, _pocket(task, area))]
    near = [(v, u, kind) for v, links in enumerate(area.links) for u, kind, _ in links]
    for v, u, kind in near + far + [(u, v, kind) for v, u, kind in far]:
        a, b = micro[v], micro[u]
        metres = prices.grid_distance * float(np.hypot(x[a] - x[b], y[a] - y[b]))
        key = metres / prices.grid_distance + 30.0 + (100.0 if kind == WALL else KEY_MORE[kind])
        cross = prices.grid_road if kind == ROAD else 0.0
        cut = prices.compound_split if compounds[a] & compounds[b] else 0.0
        found.append((a, Way(b, key, metres, cross, cut)))
    return _best_ways(len(pieces), found)


def _pocket(task: Task, area: _Map) -> list[int]:
    """Pieces in parts of the map too small for a grid."""
    low = task.limits.grid.low
    return [v for v in range(len(task.community.w)) if area.totals[area.part[v]] < low]


def _grid_level(task: Task, area: _Map, micro: Sequence[int]) -> _Level:
    prices, c = task.prices, task.community

    def own(members: Members) -> tuple[float, list[list[int]]]:
        _, near, parts = area.hang(members)
        compounds = {int(c.compound[v]) for v in members if c.w[v] > 0} - {-1}
        price = prices.grid_distance * area.medoid(members) + prices.grid_road * (near - len(parts))
        return price + prices.compound_split * len(compounds), parts

    inside: dict[int, list[int]] = defaultdict(list)
    for v, m in enumerate(micro):
        inside[m].append(v)
    pieces = [tuple(inside[m]) for m in range(len(inside))]
    old = [_main_old(c, p) for p in pieces]
    keep = prices.grid_keep if task.work.from_old else 0.0
    ways = _grid_ways(task, area, micro, pieces)
    return _Level(area, task.limits.grid, prices.grid_size, pieces, own, ways, old, keep)


def _main_old(c: Community, members: Members) -> int:
    came: dict[int, int] = defaultdict(int)
    for v in members:
        if c.old_grid[v] >= 0:
            came[int(c.old_grid[v])] += int(c.w[v])
    return max(came, key=lambda old: came[old], default=-1)


def _inner_parts(area: _Map, label: Sequence[int]) -> Ints:
    """For each piece a number of the part of its group it hangs together with."""
    joints = _Joints()
    for v, links in enumerate(area.links):
        for u, _, _ in links:
            if label[u] == label[v]:
                joints.join(v, u)
    return np.array([joints.find(v) for v in range(len(label))], np.int32)


def group(task: Task) -> Groups:
    """Plan one community in plain Python."""
    c = task.community
    area = _Map.of(c)
    rng = random.Random(zlib.crc32(f"{task.seed}:{task.name}".encode()))  # noqa: S311 - no secret
    pieces = _micro_level(task, area)
    found = _run(pieces, rng, task.work.micro + 1e5 + 2e3 * len(c.w))
    _, inverse = np.unique(found, return_inverse=True)
    micro = inverse.tolist()
    grids = _grid_level(task, area, micro)
    label = _run(grids, rng, task.work.grid + 1e5 + 2e3 * len(c.w))
    grid = [label[m] for m in micro]
    flags = np.array([(v in pieces.stuck) + 2 * (v in grids.stuck) for v in range(len(c.w))], np.uint8)
    return Groups(
        np.array(micro, np.int32),
        np.array(grid, np.int32),
        np.array(area.part, np.int32),
        _inner_parts(area, micro),
        _inner_parts(area, grid),
        flags,
    )
