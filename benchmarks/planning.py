"""How good and how fast plans are: `python -m benchmarks.planning [FOLDER ...]`.

Each folder is an instance (with a folder `previous` in it: also planned again from there). Without any, three
shapes are drawn by `benchmarks.places` at the seeds of `--seeds`, and as large as `--copies` says (20 and 100
are a district and a city). Every plan is made by the command in a process of its own, so that start, reading
and writing count. `benchmarks.scoring`, which knows nothing of the engine, counts what was avoidable;
`--scorer FILE` names another program that does (`FILE INSTANCE PLAN [--previous PLAN]`, JSON out). `--exact`
compares the grids of small parts with their proven optimum (set partition by HiGHS; needs scipy). `--write`
keeps the tables.
"""

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import places
from benchmarks.scoring import Judge
from weiwang.planning import engine, instance
from weiwang.planning.measure import Measure

RESULTS = Path(__file__).parent / "results" / "plans.md"
MOST_GROUPS = 400_000
MOST_PIECES = 40
JUDGED = 200_000
"""Households above which our own judge would take longer than planning; only a scorer named is asked then."""


@dataclass(frozen=True, slots=True)
class Run:
    """What making one plan took: CPU seconds of the process and its children, megabytes of the largest."""

    cpu: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the table."""

    name: str
    households: int
    cost: float
    avoidable: str
    forced: str
    run: Run
    moved: str


def make(folder: Path, out: Path, options: Sequence[str]) -> Run:
    """Plan by the command."""
    command = [sys.executable, "-m", "weiwang.planning.cli", str(folder), "--out", str(out), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def judge(scorer: Path, folder: Path, out: Path, previous: Path | None) -> dict[str, Any]:
    """What the scorer that was named says; it needs a Python with numpy and scipy, which this one is."""
    extra = ["--previous", str(previous)] if previous else []
    command = [sys.executable, str(scorer), str(folder), str(out), *extra]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def run(
    folder: Path, scorer: Path | None, options: Sequence[str] = (), previous: Path | None = None
) -> Result:
    """One plan of one folder."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch)
        again = ["--previous", str(previous)] if previous else []
        used = make(folder, out, [*options, *again])
        name = " ".join([folder.name, *options, *(["from the earlier plan"] if previous else [])])
        if scorer is None:
            return _own(name, folder, used, options)
        said = judge(scorer, folder, out, previous)
        levels = ("micro", "grid")
        moved = (
            " / ".join(f"{100 * said['stability'][v]['moved_share']:.2f}" for v in levels) if previous else ""
        )
        avoidable = int(said["avoidable_exceptions"])
        forced = sum(said[v]["exceptions"] for v in levels) - avoidable
        return Result(name, said["households"], said["cost"], f"{avoidable}", f"{forced}", used, moved)


def _own(name: str, folder: Path, used: Run, options: Sequence[str]) -> Result:
    """Judged by our own count, over the same plan made once more: the same seed gives the same bytes."""
    place = instance.read(folder)
    seconds = float(options[options.index("--seconds") + 1]) if "--seconds" in options else None
    made = engine.plan(place, seconds=seconds)
    if place.households > JUDGED:
        return Result(name, place.households, Measure(made).total(), "", f"{len(made.exceptions)}", used, "")
    score = Judge(made).score()
    forced = score.exceptions - score.avoidable
    return Result(name, place.households, score.cost, f"{score.avoidable}", f"{forced}", used, "")


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


def exact(folder: Path) -> Iterator[str]:
    """The gap of the grids to their optimum, part by part, as lines of a table."""
    measure = Measure(engine.plan(instance.read(folder)))
    yield f"\n{folder.name}: grids over their micro-grids, against the proven optimum (HiGHS)\n"
    yield "| micro-grids | columns | plan | optimum | gap % |"
    yield "|---:|---:|---:|---:|---:|"
    for micros in sorted(grid_parts(measure), key=len):
        if 5 <= len(micros) <= MOST_PIECES:
            found = grid_gap(measure, micros)
            if found is not None:
                columns, mine, best = found
                gap = 100 * (mine - best) / best
                yield f"| {len(micros)} | {columns} | {mine:.0f} | {best:.0f} | {gap:.2f} |"


HEAD = "| instance | households | m/household | avoidable | forced | CPU s | µs/household | MB | moved % |"


def line(result: Result) -> str:
    per = 1e6 * result.run.cpu / max(1, result.households)
    return (
        f"| {result.name} | {result.households:,} | {result.cost:.2f} | {result.avoidable} | "
        f"{result.forced} | {result.run.cpu:.2f} | {per:.1f} | {result.run.megabytes:.0f} | {result.moved} |"
    )


def drawn(scratch: Path, seeds: Sequence[int], copies: Sequence[int]) -> Iterator[Path]:
    """The shapes at each seed, then the large ones; drawn when their turn comes."""
    for times in copies:
        for shape in places.SHAPES if times == 1 else places.SHAPES[:1]:
            for seed in seeds if times == 1 else seeds[:1]:
                name = f"{shape}-{seed}" + (f"-x{times}" if times > 1 else "")
                subprocess.run(  # apart, because the memory of this process would count for its children
                    [
                        sys.executable, "-m", "benchmarks.places", str(scratch / name), "--shape", shape,
                        "--seed", str(seed), "--copies", str(times),
                    ], check=True,
                )  # fmt: skip
                yield scratch / name


def rows(folder: Path, scorer: Path | None) -> Iterator[Result]:
    """The plans of one folder."""
    large = (folder / "buildings.csv").stat().st_size > 5_000_000
    yield run(folder, scorer, ("--procs", "2") if large else ())
    if (folder / "previous").exists():
        yield run(folder, scorer, previous=folder / "previous")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--seeds", nargs="*", type=int, default=[1, 2, 3])
    parser.add_argument("--copies", nargs="*", type=int, default=[1])
    parser.add_argument("--scorer", type=Path)
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--write", action="store_true", help=f"into {RESULTS.name}")
    args = parser.parse_args()
    kept = []

    def say(text: str) -> None:
        kept.append(text)
        print(text, flush=True)

    by = "another program" if args.scorer else "`benchmarks.scoring`"
    machine = f"Python {platform.python_version()}, {platform.machine()}"
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    say(f"# Plans\n\n{day}, `python -m benchmarks.planning`; {machine}; judged by {by}.\n")
    say(f"{HEAD}\n|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        done = []
        for folder in args.folders or drawn(scratch, args.seeds, args.copies):
            for result in rows(folder, args.scorer):
                say(line(result))
            done.append(folder)
        for folder in done if args.exact else ():
            for text in exact(folder):
                say(text)
    if args.write:
        RESULTS.write_text("\n".join(kept) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
