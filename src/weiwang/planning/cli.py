"""`weiwang plan INSTANCE_DIR --out DIR`: the console face of the planning engine."""

import argparse
import sys
from collections.abc import Sequence

from weiwang.planning import engine, instance, plan_files
from weiwang.planning.limits import Level

SHOWN = 20


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="weiwang plan",
        description="Plan the micro-grids and grids of a place, and say what the map forced.",
    )
    parser.add_argument("instance", help="folder with meta.json, buildings.csv, units.csv and links.csv")
    parser.add_argument("--out", required=True, help="folder for plan.csv and exceptions.csv")
    parser.add_argument("--previous", help="folder with the plan.csv to stay close to")
    parser.add_argument(
        "--keep", type=float, default=1.0, help="0 plans afresh, 1 touches only what must change"
    )
    parser.add_argument(
        "--procs", type=int, default=1, help="processes to use; the plan is the same for any number"
    )
    parser.add_argument("--seconds", type=float, help="CPU seconds of search in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--grids", type=int, help="ask whether so many grids can keep the size rule")
    parser.add_argument(
        "--micro-grids", type=int, help="ask whether so many micro-grids can keep the size rule"
    )
    parser.add_argument(
        "--lang", choices=("zh", "en"), default="zh", help="language of the sentences printed"
    )
    return parser


def _bar(done: int, total: int) -> None:
    share = done / total if total else 1.0
    filled = int(share * 40)
    end = "\n" if done >= total else ""
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (40 - filled)}] {share:4.0%} {done}/{total}{end}")
    sys.stderr.flush()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _report(made: engine.Plan, args: argparse.Namespace) -> None:
    wishes: list[tuple[Level, int | None]] = [("grid", args.grids), ("micro", args.micro_grids)]
    for level, wished in wishes:
        if wished:
            _say(engine.answer_count(made.instance, level, wished).sentence(args.lang))
    _say(
        f"{made.instance.households} households, {len(made.micro_ids)} micro-grids, "
        f"{len(made.grid_ids)} grids, {len(made.exceptions)} exceptions"
    )
    for exception in made.exceptions[:SHOWN]:
        _say(exception.sentence(args.lang))
    if len(made.exceptions) > SHOWN:
        _say(f"... {len(made.exceptions) - SHOWN} more in exceptions.csv")


def run(argv: Sequence[str]) -> int:
    """Do what the arguments say; answers the exit status (0 done, 2 unreadable input)."""
    args = _parser().parse_args(list(argv))
    try:
        place = instance.read(args.instance)
        previous = plan_files.read(args.previous) if args.previous else None
    except instance.InstanceError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for finding in place.findings[:SHOWN]:
        sys.stderr.write(f"{finding}\n")
    if len(place.findings) > SHOWN:
        sys.stderr.write(f"... {len(place.findings) - SHOWN} more\n")
    made = engine.plan(
        place,
        previous=previous,
        keep=min(max(args.keep, 0.0), 1.0),
        seconds=args.seconds,
        procs=args.procs,
        seed=args.seed,
        progress=_bar if sys.stderr.isatty() else None,
    )
    plan_files.write(made, args.out)
    _report(made, args)
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
