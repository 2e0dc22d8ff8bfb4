"""The exact cut of a weighted tree into connected parts of permitted size, in plain Python."""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of a rooted forest: its parent's place (-1: a root), metres a household, fixed prices."""

    node: int
    parent: int = -1
    walk: float = 0.0
    cross: float = 0.0
    cut: float = 0.0


Price = Callable[[int, int], float]
"""(households of a finished part, its top node) -> price."""

_Table = dict[int, float]


def cut_tree(branches: Sequence[Branch], weight: Sequence[int], price: Price, high: int) -> list[int]:
    """Number of the part of each branch, at the least total price over all ways to cut the forest.

    Parents stand before their children. A part's price is `price(households, top node)`, plus, for every
    branch inside it, `walk` for each household below in the same part and `cross` once; `cut` is paid for a
    branch between two parts. No part is larger than `high`, except a single node that is.
    """
    tables: list[_Table] = [{min(weight[b.node], high): 0.0} for b in branches]
    joined: list[dict[int, int | None]] = [{} for _ in branches]
    closing = [0] * len(branches)
    for i in range(len(branches) - 1, -1, -1):
        branch, mine = branches[i], tables[i]
        closing[i] = min((value + price(q, branch.node), q) for q, value in mine.items())[1]
        if branch.parent >= 0:
            closed = mine[closing[i]] + price(closing[i], branch.node) + branch.cut
            tables[branch.parent], joined[i] = _merge(tables[branch.parent], mine, closed, branch, high)
    return _walk_back(branches, closing, joined)


def _merge(
    above: _Table, below: _Table, closed: float, branch: Branch, high: int
) -> tuple[_Table, dict[int, int | None]]:
    """The parent's table after this child, and for each size the households it took of it (None: cut)."""
    table: _Table = {q: value + closed for q, value in above.items()}
    took: dict[int, int | None] = dict.fromkeys(above)
    for q, value in above.items():
        for r, other in below.items():
            total, found = q + r, value + other + r * branch.walk + branch.cross
            if total <= high and found < table.get(total, float("inf")):
                table[total], took[total] = found, r
    return table, took


def _walk_back(
    branches: Sequence[Branch], closing: Sequence[int], joined: Sequence[dict[int, int | None]]
) -> list[int]:
    parts, size, part = 0, [0] * len(branches), [0] * len(branches)
    for i, branch in enumerate(branches):
        taken = None if branch.parent < 0 else joined[i][size[branch.parent]]
        if taken is None:
            size[i], part[i] = closing[i], parts
            parts += 1
        else:
            size[i], part[i] = taken, part[branch.parent]
            size[branch.parent] -= taken
    return part


@dataclass(frozen=True, slots=True)
class Way:
    """A link to a neighbour: where it stands in the order of growing trees, and its prices."""

    to: int
    key: float
    walk: float
    cross: float = 0.0
    cut: float = 0.0


def span(
    nodes: Iterable[int], ways: Callable[[int], Iterable[Way]], noise: Callable[[], float]
) -> list[Branch]:
    """A spanning forest of the nodes, parents first; every key is multiplied by `noise()`."""
    waiting = dict.fromkeys(nodes)
    place: dict[int, int] = {}
    branches: list[Branch] = []
    turn = count()
    while waiting:
        heap = [(0.0, next(turn), Branch(next(iter(waiting))))]
        while heap:
            branch = heapq.heappop(heap)[2]
            if branch.node not in waiting:
                continue
            del waiting[branch.node]
            place[branch.node] = here = len(branches)
            branches.append(branch)
            for way in ways(branch.node):
                if way.to in waiting:
                    after = Branch(way.to, here, way.walk, way.cross, way.cut)
                    heapq.heappush(heap, (way.key * noise(), next(turn), after))
    return branches
