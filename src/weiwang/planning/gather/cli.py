"""`weiwang instance --buildings FILE … --out DIR`: from a place's lists to a folder for `weiwang plan`."""

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from weiwang.planning.gather.assemble import Choices, Gathered, Sources, gather
from weiwang.planning.gather.columns import NAMES
from weiwang.planning.gather.files import Source
from weiwang.planning.gather.ground import DATUMS, METRES
from weiwang.planning.gather.notes import GatherError, Notes
from weiwang.planning.gather.writing import write
from weiwang.planning.limits import Language, Limits, SizeRange

_LAYERS = {
    "buildings": "the list or map of buildings; the only file that is needed",
    "communities": "boundaries of communities with their names",
    "compounds": "walled compounds with walls and gates",
    "roads": "roads with their class",
    "water": "rivers, canals, lakes",
    "railways": "railways",
    "bridges": "points where water and railways can be crossed on foot",
    "links": "walking links that people know of: columns a, b",
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="weiwang instance",
        description="Make a place that can be planned from lists and maps: CSV, XLSX, GeoJSON, Shapefile.",
    )
    for layer, what in _LAYERS.items():
        parser.add_argument(f"--{layer}", type=Path, metavar="FILE", required=layer == "buildings", help=what)
    counted = parser.add_mutually_exclusive_group()
    counted.add_argument("--households", metavar="COLUMN", default="", help="the column of households")
    counted.add_argument("--area", metavar="COLUMN", default="", help="the column of living area in m²")
    parser.add_argument("--per", type=float, default=60.0, help="m² of a household, with --area (60)")
    parser.add_argument(
        "--datum", choices=[*DATUMS, METRES], default="", help="what the coordinates refer to; asked for"
    )
    parser.add_argument(
        "--datum-of",
        action="append",
        default=[],
        metavar="LAYER=DATUM",
        help="of one layer, such as communities=gcj02",
    )
    parser.add_argument(
        "--column", action="append", default=[], metavar="NAME=HEADER",
        help="which column is meant, such as 户数=户籍户数 or communities.name=社区",
    )  # fmt: skip
    parser.add_argument("--micro", default="30-100", metavar="LOW-HIGH", help="households of a micro-grid")
    parser.add_argument("--grid", default="300-500", metavar="LOW-HIGH", help="households of a grid")
    parser.add_argument(
        "--sizes", action="append", default=[], metavar="KIND:LOW-HIGH:LOW-HIGH",
        help="micro-grids and grids of communities of one kind, such as 村:20-60:150-300",
    )  # fmt: skip
    parser.add_argument("--whole", action="store_true", help="without communities: one place, not cut")
    parser.add_argument("--name", default="", help="what the place is called")
    parser.add_argument("--out", type=Path, required=True, help="folder for the files and report.md")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of what is printed")
    return parser


def _sizes(text: str, parser: argparse.ArgumentParser) -> SizeRange:
    try:
        low, high = (int(part) for part in text.split("-"))
        return SizeRange(low, high, (low + high) / 2)
    except ValueError:
        parser.error(f"sizes are LOW-HIGH, such as 30-100, not {text!r}")


def _choices(args: argparse.Namespace, parser: argparse.ArgumentParser) -> Choices:
    ours = {said: name for name, said in NAMES.items()}
    columns: dict[str, dict[str, str]] = defaultdict(dict)
    for given in args.column:
        name, _, header = given.partition("=")
        layer, _, name = name.rpartition(".")
        if not header or (layer or "buildings") not in _LAYERS:
            parser.error(f"--column takes NAME=HEADER or LAYER.NAME=HEADER, not {given!r}")
        columns[layer or "buildings"][ours.get(name, name)] = header
    datums = dict(given.partition("=")[::2] for given in args.datum_of)
    if not set(datums) <= set(_LAYERS) or not set(datums.values()) <= set(DATUMS):
        parser.error("--datum-of takes LAYER=DATUM, such as communities=gcj02")
    if args.per <= 0:
        parser.error("--per must be more than 0")
    areas = {}
    for given in args.sizes:
        kind, *ranges = given.split(":")
        if len(ranges) != 2:
            parser.error(f"--sizes takes KIND:LOW-HIGH:LOW-HIGH, not {given!r}")
        areas[kind] = Limits(*(_sizes(one, parser) for one in ranges))
    limits = Limits(_sizes(args.micro, parser), _sizes(args.grid, parser))
    return Choices(
        args.datum,
        datums,
        columns,
        args.households,
        args.area,
        args.per,
        args.name,
        limits,
        areas,
        args.whole,
    )


def _print(notes: Notes, language: Language) -> None:
    for note in notes:
        sys.stderr.write(f"{note.sentence(language)}\n")


def _done(made: Gathered, out: Path, language: Language) -> str:
    if language == "zh":
        return (
            f"{len(made.communities)}个社区，{len(made.houses)}栋楼，{made.households}户。"
            f"报告：{out / 'report.md'}；接着运行：weiwang plan {out} --out 方案"
        )
    return (
        f"{len(made.communities)} communities, {len(made.houses)} buildings, {made.households} households. "
        f"Report: {out / 'report.en.md'}; next: weiwang plan {out} --out plan"
    )


def run(argv: Sequence[str]) -> int:
    """Do what the arguments say; answers the exit status (0 done, 2 an answer or another file is needed)."""
    parser = _parser()
    args = parser.parse_args(list(argv))
    choices = _choices(args, parser)
    try:
        paths = {f.name: getattr(args, f.name) for f in fields(Sources)}
        made = gather(Sources(**{name: Source.of(path) for name, path in paths.items() if path}), choices)
    except GatherError as error:
        if error.notes is not None:
            _print(error.notes, args.lang)
        sys.stderr.write(f"{error.sentence(args.lang)}\n")
        return 2
    write(made, args.out)
    _print(made.notes, args.lang)
    sys.stdout.write(f"{_done(made, args.out, args.lang)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
