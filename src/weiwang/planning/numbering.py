"""Names of groups: old names go where most of their households went, the rest are counted on."""

from collections.abc import Sequence

import numpy as np

from weiwang.planning.instance import Ints


def _first_met(labels: Ints) -> tuple[Ints, Ints]:
    """Labels renumbered 0, 1, ... in the order they are first met, and where that was."""
    _, where, inverse = np.unique(labels, return_index=True, return_inverse=True)
    order = np.argsort(where, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[inverse].astype(np.int32), where[order].astype(np.int32)


def renumber(micro: Ints, grid: Ints) -> tuple[Ints, Ints]:
    """Grids in the order they are first met, micro-grids in the order of grids, then of pieces."""
    grids, _ = _first_met(grid)
    order = np.argsort(grids, kind="stable")
    micros = np.empty_like(micro)
    micros[order] = _first_met(micro[order])[0]
    return micros, grids


def _kept(labels: Ints, old: Ints, weight: Ints, groups: int) -> dict[int, int]:
    """Each group's old group, one to one, by the largest number of households in common."""
    known = old >= 0
    if not known.any():
        return {}
    width = int(old.max()) + 1
    pairs, inverse = np.unique(labels[known].astype(np.int64) * width + old[known], return_inverse=True)
    shared = np.bincount(inverse, weight[known])
    kept: dict[int, int] = {}
    taken: set[int] = set()
    for i in np.lexsort((pairs, -shared)).tolist():
        group, was = divmod(int(pairs[i]), width)
        if group in kept or was in taken:
            continue
        kept[group] = was
        taken.add(was)
    return kept


def name_groups(
    labels: Ints,
    old: Ints,
    weight: Ints,
    old_ids: Sequence[str],
    homes: Sequence[str],
    letter: str,
    digits: int,
) -> list[str]:
    """Names of groups 0, 1, ...; `homes` holds each group's community. New names never repeat an old one."""
    kept = _kept(labels, old, weight, len(homes))
    used = set(old_ids)
    counters: dict[str, int] = {}
    names = []
    for group, home in enumerate(homes):
        if group in kept:
            names.append(old_ids[kept[group]])
            continue
        number = counters.get(home, 0) + 1
        while (name := f"{home}-{letter}{number:0{digits}d}") in used:
            number += 1
        counters[home] = number
        names.append(name)
    return names
