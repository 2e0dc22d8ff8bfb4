"""A place without communities, cut into parts of a sensible size where main roads, water and railways run."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from weiwang.planning import spatial
from weiwang.planning.instance import KINDS, Floats, Ints, Links
from weiwang.planning.limits import SizeRange

if TYPE_CHECKING:
    from scipy.sparse import csr_array

COMMUNITY: Final = SizeRange(1000, 3000, 2000)
_WALL_M, _ROAD_M = 300.0, 600.0


def cut(households: Ints, links: Links, at: Floats, sizes: SizeRange = COMMUNITY) -> tuple[Ints, int]:
    """Find a part for every building; tells how many areas that lead nowhere joined the nearest.

    Parts hang together on foot and keep to `sizes` where the map allows; they end at main roads if they can.
    """
    whole = _Whole(households, links, sizes)
    label = _components(len(households), links, links.kind != KINDS["road"])
    label = whole.cut_large(label)
    merger = _Merger(label, households, sizes, links)
    merger.join_small()
    lonely = merger.join_lonely(at)
    return whole.cut_large(merger.label()), lonely


def _components(n: int, links: Links, mask: np.ndarray) -> Ints:
    return spatial.components(links.a[mask], links.b[mask], n)[1]


@dataclass(slots=True)
class _Whole:
    households: Ints
    links: Links
    sizes: SizeRange

    def cut_large(self, label: Ints) -> Ints:
        """Cut every part over the limit along the tree of its shortest ways, again and again."""
        links, extra = self.links, np.array([0.0, _WALL_M, _ROAD_M])
        price = links.length + 1.0 + extra[links.kind]
        inside = label[links.a] == label[links.b]
        n = len(label)
        both = spatial.spanning_tree(spatial.graph(links.a[inside], links.b[inside], price[inside], n))
        label, free = label.copy(), int(label.max(initial=-1)) + 1
        totals = np.bincount(label, self.households, free)
        for part in np.flatnonzero(totals > self.sizes.high).tolist():
            waiting = [np.flatnonzero(label == part)]
            while waiting:
                members = waiting.pop()
                side = self._side(both, members)
                if side is None:
                    continue
                label[side], free = free, free + 1
                waiting += [side, np.setdiff1d(members, side, assume_unique=True)]
        return np.asarray(np.unique(label, return_inverse=True)[1], np.int32)

    def _side(self, tree: "csr_array", members: np.ndarray) -> np.ndarray | None:
        """One side of the best cut of a part, None where it need not or cannot be cut."""
        total = int(self.households[members].sum())
        if total <= self.sizes.high or len(members) < 2:
            return None
        small = tree[members][:, members]
        order, above = spatial.outwards(small)
        if len(order) < len(members):
            return None  # already apart: nothing to cut on foot
        below = self.households[members].astype(np.int64)
        for v in order[:0:-1].tolist():
            below[above[v]] += below[v]
        parts = max(2, round(total / self.sizes.target))
        share = total / parts
        wanted = np.clip(np.round(below / share), 1, parts - 1) * share
        miss = np.abs(below - wanted)
        miss[order[0]] = np.inf
        best = int(miss.argmin())
        if below[best] in (0, total):
            return None
        under = np.zeros(len(members), bool)
        under[best] = True
        for v in order.tolist():
            if v != order[0] and under[above[v]]:
                under[v] = True
        return np.asarray(members[under])


@dataclass(slots=True)
class _Merger:
    """Parts that are too small join a neighbour: the one they share most links with that still has room."""

    start: Ints
    households: Ints
    sizes: SizeRange
    links: Links
    total: list[int] = field(init=False)
    near: list[dict[int, int]] = field(init=False)
    up: list[int] = field(init=False)

    def __post_init__(self) -> None:
        count = int(self.start.max(initial=-1)) + 1
        self.total = np.bincount(self.start, self.households, count).astype(int).tolist()
        self.near = [defaultdict(int) for _ in range(count)]
        self.up = list(range(count))
        for a, b in zip(self.start[self.links.a].tolist(), self.start[self.links.b].tolist(), strict=True):
            if a != b:
                self.near[a][b] += 1
                self.near[b][a] += 1

    def find(self, part: int) -> int:
        while self.up[part] != part:
            part = self.up[part]
        return part

    def join_small(self) -> None:
        waiting = sorted(range(len(self.total)), key=lambda part: (self.total[part], part))
        for part in waiting:
            while self.find(part) == part and self.total[part] < self.sizes.low and self.near[part]:
                self._join(part, self._best(part))

    def _best(self, part: int) -> int:
        def merit(other: int) -> tuple[bool, int, int, int]:
            fits = self.total[part] + self.total[other] <= self.sizes.high
            return (fits, self.near[part][other] if fits else -self.total[other], -self.total[other], -other)

        return max(self.near[part], key=merit)

    def _join(self, part: int, other: int) -> None:
        """Let `part` swallow the other one."""
        self.up[other] = part
        self.total[part] += self.total[other]
        for third, links in self.near[other].items():
            self.near[third].pop(other, None)
            if third != part:
                self.near[part][third] += links
                self.near[third][part] += links
        self.near[part].pop(other, None)
        self.near[other] = defaultdict(int)

    def join_lonely(self, at: Floats) -> int:
        """Parts that lead nowhere go to the nearest building of a part that is large enough."""
        label = self.label()
        totals = np.bincount(label, self.households)
        lonely = totals < self.sizes.low
        if lonely.all() or not lonely.any():
            return 0
        large = np.flatnonzero(~lonely[label])
        tree = spatial.kd_tree(at[large])
        for part in np.flatnonzero(lonely).tolist():
            members = np.flatnonzero(label == part)
            away, near = tree.query(at[members])
            goal = self.find(int(self.start[large[int(near[int(away.argmin())])]]))
            mine = self.find(int(self.start[members[0]]))
            self.up[mine] = goal
        return int(lonely.sum())

    def label(self) -> Ints:
        roots = np.array([self.find(part) for part in range(len(self.up))], np.int32)
        return np.asarray(np.unique(roots[self.start], return_inverse=True)[1], np.int32)
