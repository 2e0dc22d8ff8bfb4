"""Sizes of groups as a picture: bars against the permitted range, drawn without a script."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from weiwang.planning.limits import SizeRange

WIDE, HIGH = 480, 120
BINS = 24


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar: groups of `low` to `high` households; x, y, width, height in units of the picture."""

    low: int
    high: int
    count: int
    x: float
    y: float
    width: float
    height: float
    is_out: bool


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many groups have which size. `band`: where the permitted sizes lie, x and width."""

    bins: Sequence[Bin]
    band: tuple[float, float]
    marks: Sequence[tuple[float, int]]
    inside: int
    total: int
    most: int
    width: int = WIDE
    height: int = HIGH


def histogram(sizes: Sequence[int], permitted: SizeRange) -> Histogram:
    """Bars of one width; the permitted range falls on their edges as far as it can."""
    top = max([*sizes, permitted.high]) + 1
    step = max(1, round((permitted.high - permitted.low) / 10))
    start = permitted.low % step
    edges = [0, *range(start or step, top + step, step)]
    while len(edges) > BINS * 2:
        edges = edges[::2] + ([edges[-1]] if len(edges) % 2 == 0 else [])
    scale = WIDE / edges[-1]
    pairs = list(pairwise(edges))
    counts = [sum(low <= size < high for size in sizes) for low, high in pairs]
    most = max(counts, default=0) or 1
    bins = [
        Bin(
            low, high - 1, count, round(low * scale + 0.5, 1), round(HIGH * (1 - count / most), 1),
            round((high - low) * scale - 1, 1), round(HIGH * count / most, 1),
            not (permitted.holds(low) or permitted.holds(high - 1)),
        )
        for (low, high), count in zip(pairs, counts, strict=True)
    ]  # fmt: skip
    band = (round(permitted.low * scale, 1), round((permitted.high + 1 - permitted.low) * scale, 1))
    marks = [(round(at * scale, 1), at) for at in (permitted.low, permitted.high)]
    inside = sum(permitted.holds(size) for size in sizes)
    return Histogram(bins, band, marks, inside, len(sizes), most)


def size_step(held: int, permitted: SizeRange) -> int:
    """The colour of a group on the map: 0 far below the target to 4 far above."""
    span = (permitted.high - permitted.low) / 5
    return min(4, max(0, int((held - permitted.low) / span)))
