"""An earlier plan: where its cuts and groups lie among the pieces of today."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from weiwang.planning.atoms import Pieces
from weiwang.planning.instance import Instance, Ints


class PlanRow(NamedTuple):
    """One line of a plan; stairwell 0: the whole building, floors 0: the whole stairwell."""

    building: str
    stairwell: int
    floor_from: int
    floor_to: int
    micro: str
    grid: str


@dataclass(slots=True)
class OldGroups:
    """Old micro-grid and grid of every piece, as places in the lists of ids; -1 for newcomers."""

    micro: Ints
    grid: Ints
    micro_ids: list[str]
    grid_ids: list[str]


def old_cuts(instance: Instance, rows: Iterable[PlanRow]) -> dict[tuple[int, int], tuple[int, ...]]:
    """Floors after which the earlier plan cut each stairwell."""
    ends: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in rows:
        building = instance.buildings.rows.get(row.building)
        if building is not None and row.floor_to:
            ends[building, row.stairwell].append(row.floor_to)
    return {key: tuple(sorted(found)) for key, found in ends.items()}


def _overlap(row: PlanRow, stairwell: int, low: int, high: int) -> float:
    """How much of a piece (stairwell 0: all; floors 0: all) an old line covers, for comparison only."""
    if stairwell and row.stairwell and row.stairwell != stairwell:
        return 0.0
    if not low or not row.floor_to:
        return 1.0 if not row.floor_to else row.floor_to - row.floor_from + 0.5
    return max(0.0, min(high, row.floor_to) - max(low, row.floor_from) + 1.0)


def _main_row(rows: Sequence[PlanRow], stairwell: int, low: int, high: int) -> PlanRow | None:
    if len(rows) == 1:
        return rows[0]
    by_group: dict[str, float] = defaultdict(float)
    found: dict[str, PlanRow] = {}
    for row in rows:
        by_group[row.micro] += _overlap(row, stairwell, low, high)
        found.setdefault(row.micro, row)
    best = max(by_group, key=lambda name: by_group[name], default=None)
    return found[best] if best is not None and by_group[best] > 0 else None


def old_groups(instance: Instance, pieces: Pieces, rows: Iterable[PlanRow]) -> OldGroups:
    """Find the old groups of all pieces; a grid that spread over two communities counts for the first."""
    lines: dict[int, list[PlanRow]] = defaultdict(list)
    for row in rows:
        building = instance.buildings.rows.get(row.building)
        if building is not None:
            lines[building].append(row)
    micro_ids, grid_ids = dict[str, int](), dict[str, int]()
    home: dict[str, int] = {}
    community = instance.buildings.community.tolist()
    micro = np.full(len(pieces.building), -1, np.int32)
    grid = micro.copy()
    columns = (pieces.building, pieces.stairwell, pieces.floor_from, pieces.floor_to)
    for i, (building, stairwell, low, high) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        main = _main_row(lines.get(building, ()), stairwell, low, high)
        if main is None or home.setdefault(main.grid, community[building]) != community[building]:
            continue
        micro[i] = micro_ids.setdefault(main.micro, len(micro_ids))
        grid[i] = grid_ids.setdefault(main.grid, len(grid_ids))
    return OldGroups(micro, grid, list(micro_ids), list(grid_ids))


def no_old_groups(pieces: Pieces) -> OldGroups:
    nobody = np.full(len(pieces.building), -1, np.int32)
    return OldGroups(nobody, nobody, [], [])
