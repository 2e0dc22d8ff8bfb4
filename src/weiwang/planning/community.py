"""One community as the search wants it, and what comes back; small enough to cross to another process."""

import ctypes
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from weiwang.planning import kernel
from weiwang.planning.atoms import PieceLinks, Pieces
from weiwang.planning.instance import Bytes, Floats, Instance, Ints
from weiwang.planning.limits import Limits, Prices
from weiwang.planning.previous import OldGroups


@dataclass(frozen=True, slots=True)
class Work:
    """Steps the search may spend (about five nanoseconds each, compiled); what it does with an old plan."""

    micro: float
    grid: float
    joint: float
    from_old: int = 0
    """0: afresh; 1: start from the earlier groups; 2: start there and touch only what is broken or new."""


@dataclass(slots=True)
class Community:
    """Pieces 0..n-1 of one community, their buildings 0..m-1 and the links between pieces."""

    w: Ints
    building: Ints
    compound: Ints
    start: Ints
    to: Ints
    old_micro: Ints
    old_grid: Ints
    first: Ints
    piece: Ints
    x: Floats
    y: Floats
    length: Floats
    kind: Bytes

    @property
    def households(self) -> int:
        return int(self.w.sum())


@dataclass(slots=True)
class Groups:
    """Per piece: its micro-grid and grid (any numbers), its part of the map and of each group.

    Flags: 1 no permitted micro-grid can hold it, 2 no permitted grid can.
    """

    micro: Ints
    grid: Ints
    map_part: Ints
    micro_part: Ints
    grid_part: Ints
    flags: Bytes
    work: float = 0.0


def _dense(values: Ints) -> Ints:
    """Places 0, 1, ... for the values that are not negative; -1 stays."""
    found, inverse = np.unique(values, return_inverse=True)
    return (inverse - int(len(found) > 0 and found[0] < 0)).astype(np.int32)


def communities(
    instance: Instance, pieces: Pieces, links: PieceLinks, old: OldGroups
) -> Iterator[tuple[str, slice, Community]]:
    """Each community with its name and the pieces it owns."""
    home = instance.buildings.community[pieces.buildings]
    bounds = np.searchsorted(home, np.arange(len(instance.communities) + 1))
    for name, low, high in zip(instance.communities, bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        first = pieces.first[low : high + 1]
        mine = slice(int(first[0]), int(first[-1]))
        near = slice(int(links.start[mine.start]), int(links.start[mine.stop]))
        building = pieces.building[mine]
        yield (
            name,
            mine,
            Community(
                w=pieces.households[mine],
                building=np.repeat(np.arange(high - low, dtype=np.int32), np.diff(first)),
                compound=_dense(instance.buildings.compound[building]),
                start=links.start[mine.start : mine.stop + 1] - np.int32(near.start),
                to=links.to[near] - np.int32(mine.start),
                old_micro=_dense(old.micro[mine]),
                old_grid=_dense(old.grid[mine]),
                first=first - np.int32(mine.start),
                piece=pieces.least[low:high],
                x=instance.buildings.x[building],
                y=instance.buildings.y[building],
                length=links.length[near],
                kind=links.kind[near],
            ),
        )


@dataclass(frozen=True, slots=True)
class Task:
    """All that one process needs to plan one community."""

    name: str
    community: Community
    limits: Limits
    prices: Prices
    work: Work
    seed: int


def _problem(task: Task, keep: list[object]) -> kernel.Problem:
    """`keep` holds the arrays alive as long as the C code looks at them."""
    c, limits, prices, work = task.community, task.limits, task.prices, task.work
    olds = 1 + int(max(c.old_micro.max(initial=-1), c.old_grid.max(initial=-1)))
    problem = kernel.Problem(
        n=len(c.w), buildings=len(c.piece), compounds=1 + int(c.compound.max(initial=-1)), olds=olds,
        micro_lo=limits.micro.low, micro_hi=limits.micro.high, micro_target=limits.micro.target,
        grid_lo=limits.grid.low, grid_hi=limits.grid.high, grid_target=limits.grid.target,
        micro_work=work.micro, grid_work=work.grid, joint_work=work.joint, from_old=work.from_old,
        seed=zlib.crc32(f"{task.seed}:{task.name}".encode()),
        **{f.name: getattr(prices, f.name) for f in fields(prices)},
    )  # fmt: skip
    for field in fields(c):
        column = np.ascontiguousarray(getattr(c, field.name))
        keep.append(column)
        setattr(problem, field.name, column.ctypes.data)
    return problem


def group_compiled(library: ctypes.CDLL, task: Task) -> Groups:
    """Plan one community by the compiled search."""
    n = len(task.community.w)
    keep: list[object] = []
    problem = _problem(task, keep)
    micro, grid, map_part, micro_part, grid_part = np.zeros((5, n), np.int32)
    groups = Groups(micro, grid, map_part, micro_part, grid_part, np.zeros(n, np.uint8))
    answer = kernel.Answer()
    for name in ("micro", "grid", "map_part", "micro_part", "grid_part", "flags"):
        setattr(answer, name, getattr(groups, name).ctypes.data)
    library.weiwang_plan(ctypes.byref(problem), ctypes.byref(answer))
    groups.work = answer.work
    return groups
