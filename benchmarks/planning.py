"""How good and how fast plans are: `python -m benchmarks.planning [FOLDER ...] [--exact]`.

Each folder is an instance (with a folder `previous` in it: also planned again from there). Without any, those
beside the checkout are taken where they exist. Every plan is made by the command in a process of its own, so
that start, reading and writing count, and is judged by the independent scorer where one lies beside the
instance and a Python with scipy is found; otherwise by `weiwang.planning.measure`. `--exact` compares the
grids of small parts with their proven optimum (set partition by HiGHS; this Python needs scipy).
"""

import argparse
import importlib
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from weiwang.planning import engine, instance
from weiwang.planning.measure import Measure

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "planner"
MOST_GROUPS = 400_000
MOST_PIECES = 40


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the table; CPU seconds and memory are of the whole process and its children."""

    name: str
    households: int
    cost: float
    avoidable: str
    exceptions: int
    cpu: float
    moved: str


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def make(folder: Path, out: Path, options: Sequence[str]) -> float:
    """Plan by the command; answers the CPU seconds it took."""
    command = [sys.executable, "-m", "weiwang.planning.cli", str(folder), "--out", str(out), *options]
    before = cpu_of_children()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return cpu_of_children() - before


@cache
def python_with_scipy() -> str | None:
    """Find a Python that has scipy, which the scorer needs: this one or the first on the path."""
    folders = [str(Path(sys.executable).parent), *os.environ.get("PATH", "").split(os.pathsep)]
    for found in (shutil.which("python3", path=folder) for folder in folders):
        if (
            found
            and not subprocess.run([found, "-c", "import scipy"], check=False, capture_output=True).returncode
        ):
            return found
    return None


def judge(folder: Path, out: Path, previous: Path | None) -> dict[str, Any] | None:
    """What the independent scorer says; None where it or scipy is missing."""
    beside = [p / "score_plan.py" for p in (*folder.resolve().parents, BESIDE)]
    scorer = next((p for p in beside if p.exists()), None)
    python = python_with_scipy()
    if scorer is None or python is None:
        return None
    extra = ["--previous", str(previous)] if previous else []
    done = subprocess.run(
        [python, str(scorer), str(folder), str(out), *extra], capture_output=True, text=True, check=False
    )
    return json.loads(done.stdout) if done.returncode == 0 else None


def run(folder: Path, options: Sequence[str] = (), previous: Path | None = None) -> Result:
    """One plan of one folder."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch)
        again = ["--previous", str(previous)] if previous else []
        cpu = make(folder, out, [*options, *again])
        said = judge(folder, out, previous)
        name = " ".join([folder.name, *options, *(["from the earlier plan"] if previous else [])])
        if said is None:
            return _own_judgement(name, folder, cpu)
        levels = ("micro", "grid")
        moved = (
            "/".join(f"{100 * said['stability'][v]['moved_share']:.2f}" for v in levels) if previous else ""
        )
        exceptions = sum(said[v]["exceptions"] for v in levels)
        avoidable = str(said["avoidable_exceptions"])
        return Result(name, said["households"], said["cost"], avoidable, exceptions, cpu, moved)


def _own_judgement(name: str, folder: Path, cpu: float) -> Result:
    made = engine.plan(instance.read(folder))
    return Result(name, made.instance.households, Measure(made).total(), "?", len(made.exceptions), cpu, "")


# ---------------------------------------------------------------- proven optima of small parts


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


def optimum(nodes: int, sets: Sequence[frozenset[int]], prices: Sequence[float]) -> float | None:
    """Least total price of sets that hold each node once, or None."""
    solver = importlib.import_module("scipy.optimize")
    sparse = importlib.import_module("scipy.sparse")
    rows = [v for s in sets for v in s]
    columns = [i for i, s in enumerate(sets) for _ in s]
    table = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(nodes, len(sets)))
    rule = solver.LinearConstraint(table, 1, 1)
    bounds = solver.Bounds(0, 1)
    options = {"time_limit": 60}
    done = solver.milp(
        prices, constraints=rule, integrality=np.ones(len(sets)), bounds=bounds, options=options
    )
    return float(done.fun) if done.status == 0 else None


def grid_parts(measure: Measure) -> Iterator[list[list[int]]]:
    """Parts of the map that share no grid, as lists of micro-grids, each a list of pieces."""
    made, micros, grids = measure.plan, measure.groups("micro"), measure.groups("grid")
    up = list(range(len(micros)))

    def find(v: int) -> int:
        while up[v] != v:
            v = up[v]
        return v

    for v, links in enumerate(measure.links):
        for u, _ in links:
            up[find(int(made.micro[v]))] = find(int(made.micro[u]))
    for grid in grids:
        for v in grid:
            up[find(int(made.micro[v]))] = find(int(made.micro[grid[0]]))
    found: dict[int, list[list[int]]] = {}
    for m, pieces in enumerate(micros):
        found.setdefault(find(m), []).append(pieces)
    yield from found.values()


def grid_gap(measure: Measure, micros: list[list[int]]) -> tuple[int, float, float] | None:
    """(columns, price of the plan's grids, least price) over one part with its micro-grids as they are."""
    made = measure.plan
    place = {v: i for i, pieces in enumerate(micros) for v in pieces}
    building: dict[int, set[int]] = {}
    for v, i in place.items():
        building.setdefault(int(made.pieces.building[v]), set()).add(i)
    near: list[set[int]] = [set() for _ in micros]
    for v, i in place.items():
        near[i] |= {place[u] for u, _ in measure.links[v]} | building[int(made.pieces.building[v])]
        near[i].discard(i)
    weight = [int(made.pieces.households[pieces].sum()) for pieces in micros]
    sizes = made.instance.limits.grid
    sets: list[frozenset[int]] = []
    for found in connected_sets(near, weight, sizes.low, sizes.high):
        sets.append(found)
        if len(sets) > MOST_GROUPS:
            return None
    mine = {frozenset(place[v] for v in grid) for grid in measure.groups("grid") if grid[0] in place}
    if not mine <= set(sets):  # a pocket: out of the rules anyway
        return None
    prices = {s: _price(measure, [v for i in s for v in micros[i]]) for s in {*sets, *mine}}
    best = optimum(len(micros), sets, [prices[s] for s in sets])
    return None if best is None else (len(sets), sum(prices[s] for s in mine), best)


def _price(measure: Measure, members: list[int]) -> float:
    buildings = measure.plan.pieces.building[members]
    held = measure.plan.pieces.households[members] > 0
    compounds = set(measure.plan.instance.buildings.compound[buildings][held].tolist()) - {-1}
    return measure.grid_price(measure.group(members)) + measure.prices.compound_split * len(compounds)


def exact(folder: Path) -> None:
    """Print the gap of the grids to their optimum, part by part."""
    measure = Measure(engine.plan(instance.read(folder)))
    print(f"\ngrids of {folder.name} over their micro-grids, against the proven optimum (HiGHS)")
    print(f"{'micro-grids':>12}{'columns':>10}{'plan':>12}{'optimum':>12}{'gap %':>8}")
    for micros in sorted(grid_parts(measure), key=len):
        if 5 <= len(micros) <= MOST_PIECES:
            found = grid_gap(measure, micros)
            if found is not None:
                columns, mine, best = found
                gap = 100 * (mine - best) / best
                print(f"{len(micros):>12}{columns:>10}{mine:>12.0f}{best:>12.0f}{gap:>8.2f}")


def show(result: Result) -> None:
    per = 1e6 * result.cpu / max(1, result.households)
    print(
        f"{result.name:38}{result.households:>11,}{result.cost:>9.3f}{result.avoidable:>10}{result.exceptions:>11}"
        f"{result.cpu:>9.2f}{per:>8.1f}{result.moved:>12}",
        flush=True,
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--exact", action="store_true")
    args = parser.parse_args()
    folders = args.folders or [p for p in (BESIDE / "public", BESIDE / "public_later") if p.exists()]
    if not folders:
        print("no instance given and none beside the checkout: nothing to measure")
        return
    print(f"{datetime.now(UTC):%Y-%m-%d}  Python {platform.python_version()}, {platform.machine()}\n")
    print(
        f"{'instance':38}{'households':>11}{'m/hh':>9}{'avoidable':>10}{'exceptions':>11}"
        f"{'CPU s':>9}{'µs/hh':>8}{'moved %':>12}"
    )
    for folder in folders:
        show(run(folder))
        if (folder / "buildings.csv").stat().st_size < 1_000_000:
            show(run(folder, ("--seconds", "8")))
        if (folder / "previous").exists():
            show(run(folder, previous=folder / "previous"))
    if args.exact:
        for folder in folders:
            exact(folder)


if __name__ == "__main__":
    main()
