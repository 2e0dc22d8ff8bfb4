"""Numbers of grids by a scheme, names of micro-grids from the compounds and house numbers in them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from math import ceil, sqrt

from weiwang.plans.rules import Scheme

LONGEST = 40
_NUMBERED = re.compile(r"(.*?)(\d{1,4})\s*(栋|幢|座|号楼|号院|号)?$")
_GRID_NUMBER = re.compile(r"第(\d{1,3})网格$")


def reading_order(middles: Mapping[int, tuple[float, float]], scheme: Scheme) -> list[int]:
    """Keys of places in the order of the scheme; `middles` are metres east and north."""
    if scheme is Scheme.WEST_EAST:
        return sorted(middles, key=lambda key: (middles[key][0], -middles[key][1], key))
    if scheme is Scheme.NORTH_SOUTH:
        return sorted(middles, key=lambda key: (-middles[key][1], middles[key][0], key))
    north = sorted(middles, key=lambda key: (-middles[key][1], key))
    wide = ceil(sqrt(len(north))) or 1
    rows = [north[start : start + wide] for start in range(0, len(north), wide)]
    return [key for row in rows for key in sorted(row, key=lambda key: (middles[key][0], key))]


def grid_names(community: str, order: Iterable[int], kept: Mapping[int, str]) -> dict[int, str]:
    """`…社区第3网格`: kept names stay, the others take the numbers that are free, in order."""
    used = {int(found[1]) for name in kept.values() if (found := _GRID_NUMBER.search(name))}
    names, number = dict(kept), 0
    for key in order:
        if key in names:
            continue
        number += 1
        while number in used:
            number += 1
        names[key] = f"{community}第{number}网格"
    return names


def micro_name(labels: Sequence[tuple[str, int]]) -> str:
    """`同福家园1-3栋微网格`, from the houses in it and their households; empty when they say nothing."""
    by_head: dict[tuple[str, str], list[int]] = {}
    held: dict[tuple[str, str], int] = {}
    for label, households in labels:
        found = _NUMBERED.match(label.strip())
        head = (found[1], found[3] or "") if found and found[1] else (label.strip(), "")
        by_head.setdefault(head, []).extend([int(found[2])] if found and found[1] else [])
        held[head] = held.get(head, 0) + households
    heads = sorted(held, key=lambda head: (-held[head], head))
    words = [_words(head, by_head[head]) for head in heads[:2]]
    name = "、".join(word for word in words if word)
    if len(heads) > 2:
        name = f"{name}等"
    return f"{name[:LONGEST]}微网格" if name else ""


def _words(head: tuple[str, str], numbers: Sequence[int]) -> str:
    return f"{head[0]}{_runs(numbers)}{head[1] if numbers else ''}"


def _runs(numbers: Sequence[int]) -> str:
    """`1-3、7`, at most two runs, the rest as from-to."""
    ordered = sorted(set(numbers))
    runs = []
    for _, pairs in groupby(enumerate(ordered), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in pairs]
        runs.append(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]))
    if len(runs) > 2:
        return f"{ordered[0]}-{ordered[-1]}"
    return "、".join(runs)


def distinct(names: Mapping[int, str], taken: Iterable[str] = ()) -> dict[int, str]:
    """The same names, the second of each called 其二, and so on."""
    seen = set(taken)
    found = {}
    for key, name in names.items():
        whole, turn = name, 1
        while whole in seen:
            turn += 1
            whole = name.replace("微网格", f"（{turn}）微网格") if "微网格" in name else f"{name}（{turn}）"
        seen.add(whole)
        found[key] = whole
    return found
