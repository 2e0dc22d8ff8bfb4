"""Pieces: the smallest things a plan may move - a building, a stairwell, or a band of floors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from weiwang.planning.instance import Floats, Instance, Ints, Stairwell
from weiwang.planning.limits import SizeRange

OUT_OF_RANGE = 1e6

Cuts = Mapping[tuple[int, int], tuple[int, ...]]
"""(building, stairwell number) -> floors after which an earlier plan cut it."""


@dataclass(slots=True)
class Pieces:
    """Columns over all pieces, those of one building side by side and in order, communities together.

    `stairwell` 0: the whole building; `floor_from` 0: the whole stairwell. `first` has one entry a building
    (in the order of `buildings`) and one more; `least`: the fewest households that can be cut off.
    """

    building: Ints
    stairwell: Ints
    floor_from: Ints
    floor_to: Ints
    households: Ints
    buildings: Ints
    first: Ints
    least: Ints


@lru_cache(maxsize=65536)
def bands(by_floor: tuple[int, ...], sizes: SizeRange) -> tuple[int, ...]:
    """Last floors of the bands a stairwell is cut into: fewest out of range, then nearest to the target."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for top in range(1, len(by_floor) + 1):
        found, held = (float("inf"), 0), 0
        for start in range(top - 1, -1, -1):
            held += by_floor[start]
            price = best[start][0] + _band_price(held, sizes)
            if price < found[0]:
                found = (price, start)
            if held > sizes.high:
                break
        best.append(found)
    ends, top = list[int](), len(by_floor)
    while top:
        ends.append(top)
        top = best[top][1]
    return tuple(reversed(ends))


def _band_price(held: int, sizes: SizeRange) -> float:
    price = ((held - sizes.target) / (sizes.target - sizes.low)) ** 2
    return price if sizes.holds(held) else price + OUT_OF_RANGE


def _old_bands(stairwell: Stairwell, ends: Sequence[int], sizes: SizeRange) -> tuple[int, ...] | None:
    """The bands of an earlier plan, if they still cover the floors and every one is in range."""
    whole = (0, *ends)
    if whole[-1] != len(stairwell.by_floor):
        return None
    held = [sum(stairwell.by_floor[a:b]) for a, b in zip(whole, ends, strict=False)]
    return tuple(ends) if all(map(sizes.holds, held)) else None


Piece = tuple[int, int, int, int]


def _stairwell_pieces(stairwell: Stairwell, sizes: SizeRange, old: Sequence[int]) -> list[Piece]:
    if stairwell.households <= sizes.high or not stairwell.by_floor:
        return [(stairwell.number, 0, 0, stairwell.households)]
    ends = (_old_bands(stairwell, old, sizes) if old else None) or bands(stairwell.by_floor, sizes)
    return [
        (stairwell.number, start + 1, end, sum(stairwell.by_floor[start:end]))
        for start, end in zip((0, *ends), ends, strict=False)
    ]


def _least(stairwells: Sequence[Stairwell], high: int) -> int:
    """Fewest households that one group can take of a building over the limit."""
    return min(
        min((f for f in s.by_floor if f > 0), default=s.households) if s.households > high else s.households
        for s in stairwells
    )


def cut_buildings(instance: Instance, old: Cuts) -> Pieces:
    """Cut each building too large for one micro-grid between stairwells and, above the limit, floors."""
    order = np.argsort(instance.buildings.community, kind="stable").astype(np.int32)
    households = instance.buildings.households.tolist()
    home = instance.buildings.community.tolist()
    rows: list[tuple[int, int, int, int, int]] = []
    first, least = [0], list[int]()
    for building in order.tolist():
        stairwells = instance.stairwells.get(building)
        sizes = instance.limits_of(home[building]).micro
        if stairwells and households[building] > sizes.high:
            for s in stairwells:
                pieces = _stairwell_pieces(s, sizes, old.get((building, s.number), ()))
                rows += [(building, *piece) for piece in pieces]
            least.append(_least(stairwells, sizes.high))
        else:
            rows.append((building, 0, 0, 0, households[building]))
            least.append(households[building])
        first.append(len(rows))
    table = np.array(rows, np.int32).reshape(-1, 5)
    building, stairwell, low, high, held = (np.ascontiguousarray(table[:, i]) for i in range(5))
    whole = (order, np.array(first, np.int32), np.array(least, np.int32))
    return Pieces(building, stairwell, low, high, held, *whole)


@dataclass(slots=True)
class PieceLinks:
    """Neighbour lists over pieces: `to[start[i]:start[i + 1]]` with metres and kind (3: same building)."""

    start: Ints
    to: Ints
    length: Floats
    kind: np.ndarray[tuple[int], np.dtype[np.uint8]]


def link_pieces(instance: Instance, pieces: Pieces) -> PieceLinks:
    """Every piece of a building has all links of the building; its stairwells and floors form a chain."""
    first = np.empty(len(instance.buildings.ids), np.int32)
    count = np.empty_like(first)
    first[pieces.buildings] = pieces.first[:-1]
    count[pieces.buildings] = np.diff(pieces.first)
    links = instance.links
    pairs = count[links.a].astype(np.int64) * count[links.b]
    row = np.repeat(np.arange(len(pairs)), pairs)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(pairs) - pairs, pairs)
    width = count[links.b][row]
    a = first[links.a][row] + (turn // width).astype(np.int32)
    b = first[links.b][row] + (turn % width).astype(np.int32)
    chain = np.flatnonzero(pieces.building[1:] == pieces.building[:-1]).astype(np.int32)
    tail = np.concatenate([a, b, chain, chain + 1]).astype(np.int32)
    head = np.concatenate([b, a, chain + 1, chain]).astype(np.int32)
    length = np.concatenate([links.length[row], links.length[row], np.zeros(2 * len(chain))])
    same = np.full(2 * len(chain), 3, np.uint8)
    kind = np.concatenate([links.kind[row], links.kind[row], same]).astype(np.uint8)
    order = np.lexsort((head, tail))
    start = np.zeros(len(pieces.building) + 1, np.int32)
    np.cumsum(np.bincount(tail, minlength=len(pieces.building)), out=start[1:])
    return PieceLinks(start, head[order], length[order], kind[order])
