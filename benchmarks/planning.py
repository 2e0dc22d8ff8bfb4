"""How good and how fast plans are: `python -m benchmarks.planning [FOLDER ...]`.

Each folder is an instance (with a folder `previous` in it: also planned again from there). Without any, three
shapes are drawn at the seeds of `--seeds`, and as large as `--copies` says (20 and 100 are a district and a
city); with `--shapes` also beside the folders. `benchmarks.places` draws them, or another program that
`--generator FILE` names (`FILE OUT --shape SHAPE --seed N --copies N`). Every plan is made by the command in
a process of its own, so that start, reading and writing count. `benchmarks.scoring`, which knows nothing of
the engine, counts what was avoidable; `--scorer FILE` names another program that does (`FILE INSTANCE PLAN
[--previous PLAN]`, JSON out). `--exact` compares small parts with their proven optimum
(`benchmarks.optima`). `--write` keeps the tables.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import optima, places
from benchmarks.scoring import Judge
from weiwang.planning import engine, instance
from weiwang.planning.measure import Measure

RESULTS = Path(__file__).parent / "results" / "plans.md"
LARGE_BYTES = 3_000_000
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


HEAD = "| instance | households | m/household | avoidable | forced | CPU s | µs/household | MB | moved % |"


def line(result: Result) -> str:
    per = 1e6 * result.run.cpu / max(1, result.households)
    return (
        f"| {result.name} | {result.households:,} | {result.cost:.2f} | {result.avoidable} | "
        f"{result.forced} | {result.run.cpu:.2f} | {per:.1f} | {result.run.megabytes:.0f} | {result.moved} |"
    )


def drawn(
    scratch: Path, shapes: Sequence[str], seeds: Sequence[int], copies: Sequence[int], generator: Path | None
) -> Iterator[Path]:
    """Every shape at each seed, then all shapes together as often as `copies` says; drawn when needed."""
    together = ",".join(shapes) if generator else shapes[0]
    wanted = [(shape, seed, 1) for shape in shapes for seed in seeds if 1 in copies]
    wanted += [(together, seeds[0], times) for times in copies if times > 1]
    program = [str(generator)] if generator else ["-m", "benchmarks.places"]
    for shape, seed, times in wanted:
        kind = "mixed" if "," in shape else shape
        folder = scratch / (f"{kind}-{seed}" + (f"-x{times}" if times > 1 else ""))
        if not folder.exists():  # apart, because the memory of this process would count for its children
            options = ["--shape", shape, "--seed", str(seed), "--copies", str(times)]
            command = [sys.executable, *program, str(folder), *options]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        yield folder


def is_large(folder: Path) -> bool:
    """A district or a city rather than a sub-district."""
    return (folder / "buildings.csv").stat().st_size > LARGE_BYTES


def rows(folder: Path, scorer: Path | None) -> Iterator[Result]:
    """The plans of one folder."""
    yield run(folder, scorer, ("--procs", "2") if is_large(folder) else ())
    if (folder / "previous").exists():
        yield run(folder, scorer, previous=folder / "previous")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--shapes", nargs="*", help=f"of the generator; {', '.join(places.SHAPES)}")
    parser.add_argument("--seeds", nargs="*", type=int, default=[1, 2, 3])
    parser.add_argument("--copies", nargs="*", type=int, default=[1])
    parser.add_argument("--generator", type=Path)
    parser.add_argument("--scorer", type=Path)
    parser.add_argument("--scratch", type=Path, help="draw here, and take what was drawn here before")
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--write", action="store_true", help=f"into {RESULTS.name}")
    return parser.parse_args()


def _spoken(args: argparse.Namespace) -> str:
    """The command without the paths of this machine."""
    said = [folder.name for folder in args.folders]
    for name in ("shapes", "seeds", "copies"):
        said += [f"--{name}", *map(str, getattr(args, name))] if getattr(args, name) else []
    for name in ("generator", "scorer"):
        said += [f"--{name}", "…"] if getattr(args, name) else []
    return " ".join(["python -m benchmarks.planning", *said, *(["--exact"] if args.exact else [])])


def tables(args: argparse.Namespace, scratch: Path) -> Iterator[str]:
    """Line by line, each as soon as it is known."""
    by = "an independent scorer outside this repository" if args.scorer else "`benchmarks.scoring`"
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    yield f"# Plans\n\n{datetime.now(UTC):%Y-%m-%d}; {machine}; judged by {by}:\n\n    {_spoken(args)}\n"
    yield "CPU seconds and memory are of the whole command, reading and writing included; memory is of its"
    yield "largest process. From a million households on it runs with two processes. `moved %`: households"
    yield f"that change micro-grid / grid, from the plan of a year before.\n\n{HEAD}"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    shapes = args.shapes or ([] if args.folders else places.SHAPES)
    done = []
    more = drawn(scratch, shapes, args.seeds, args.copies, args.generator) if shapes else ()
    for folder in (*args.folders, *more):
        yield from map(line, rows(folder, args.scorer))
        done.append(folder)
    if args.exact:
        yield from optima.table([folder for folder in done if not is_large(folder)])


def main() -> None:
    """Print the tables."""
    args = _asked()
    kept = []
    with tempfile.TemporaryDirectory() as scratch:
        for text in tables(args, args.scratch or Path(scratch)):
            kept.append(text)
            print(text, flush=True)
    if args.write:
        RESULTS.write_text("\n".join(kept) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
