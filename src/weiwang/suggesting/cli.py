"""`weiwang train categories` and `weiwang predict categories`: no database, no network."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

from weiwang.suggesting import model_file
from weiwang.suggesting.features import Text
from weiwang.suggesting.model import Band, Model
from weiwang.suggesting.model_file import ModelFileError
from weiwang.suggesting.sheets import Sheet, SheetError, long_cells, write
from weiwang.suggesting.training import MOST_TEXTS, TrainingError, train

ANSWER: Final = ("label", "confidence")
_AT_ONCE: Final = 1000


class AskError(ValueError):
    """The columns asked for are not there; the message is one sentence."""


def run_train(argv: Sequence[str]) -> int:
    """Do what the arguments say; answers the exit status (0 done, 2 cannot be done)."""
    return _ended("train", _train, _train_parser().parse_args(list(argv)))


def run_predict(argv: Sequence[str]) -> int:
    """Do what the arguments say; answers the exit status (0 done, 2 cannot be done)."""
    return _ended("predict", _predict, _predict_parser().parse_args(list(argv)))


def _ended(verb: str, doing: Callable[[argparse.Namespace], None], args: argparse.Namespace) -> int:
    try:
        with long_cells():
            doing(args)
    except (AskError, SheetError, TrainingError, ModelFileError) as error:
        sys.stderr.write(f"weiwang {verb}: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"weiwang {verb}: {error.filename}: {error.strerror}\n")
        return 2
    return 0


def share(text: str) -> float:
    """A number from 0 to 1, for argparse."""
    found = float(text)
    if not 0 <= found <= 1:
        raise argparse.ArgumentTypeError("write a number from 0 to 1")
    return found


def day(text: str) -> date:
    """A day as YYYY-MM-DD, for argparse."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("write a day as YYYY-MM-DD") from error


def _train_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="weiwang train",
        description="Learn categories from labelled texts and say how well they can be told apart.",
        epilog="Several files may be given; each needs the label column and at least one text column. "
        "Texts cut into words by spaces and plain texts may be mixed.",
    )
    parser.add_argument("what", choices=["categories"])
    parser.add_argument("--csv", nargs="+", action="extend", required=True, metavar="FILE")
    parser.add_argument(
        "--text", nargs="+", action="extend", required=True, metavar="COLUMN", help="subject first"
    )
    parser.add_argument("--label", required=True, metavar="COLUMN")
    parser.add_argument("--out", required=True, metavar="MODEL")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--silent-below",
        type=share,
        metavar="0.x",
        help="confidence below which nothing is suggested to people; from the calibration by default",
    )
    parser.add_argument(
        "--date", type=day, metavar="YYYY-MM-DD", help="date kept in the model; today by default"
    )
    return parser


def _predict_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="weiwang predict",
        description="Add the columns label and confidence to a CSV file; all else stays as it is.",
    )
    parser.add_argument("what", choices=["categories"])
    parser.add_argument("--model", required=True)
    parser.add_argument("--csv", required=True, metavar="FILE")
    parser.add_argument("--text", nargs="+", action="extend", required=True, metavar="COLUMN")
    parser.add_argument("--out", required=True, metavar="OUT.csv")
    return parser


def _columns(sheet: Sheet, names: Sequence[str], *, every: bool) -> list[int]:
    found = sheet.columns(names)
    if not found or (every and len(found) < len(names)):
        missing = next(name for name in names if name not in sheet.header)
        raise AskError(
            f"{sheet.path.name} has no column “{missing}”; its columns are: {', '.join(sheet.header)}."
        )
    return found


def _train(args: argparse.Namespace) -> None:
    texts: list[list[str]] = []
    labels: list[str] = []
    for sheet in map(Sheet.open, args.csv):
        places = _columns(sheet, args.text, every=len(args.csv) == 1)
        label = _columns(sheet, [args.label], every=True)[0]
        for cells in sheet.rows():
            texts.append([cells[place] for place in places])
            labels.append(cells[label].strip())
    trained_on = args.date or date.today()  # noqa: DTZ011 -- a note in the model
    model = train(
        texts, labels, seed=args.seed, silent_below=args.silent_below, trained_on=trained_on.isoformat()
    )
    version = model_file.write(model, args.out)
    report(model, version, len(labels))


def report(model: Model, version: str, rows: int) -> None:
    """Say on standard output what was learned and what it is worth."""
    used, found = sum(model.examples.values()), model.calibration
    lines = [f"version {version[:12]}, {used} of {rows} texts, {len(model.classes)} classes"]
    if used == MOST_TEXTS:
        lines.append(f"more than {MOST_TEXTS} texts: learned from an even part of each class")
    lines += [f"  {count:>7}  {label}" for label, count in model.examples.items()]
    if found.texts:
        lines += [
            f"on texts the model had not seen: macro-F1 {found.macro_f1:.3f}, right {found.accuracy:.1%}",
            f"calibration error {found.error:.3f}",
            "confidence      texts  said  right",
            *map(_line, found.bands),
        ]
    else:
        lines.append("too few texts to measure how well the model does; its confidence means little")
    lines.append(f"silent below {model.silent_below:.2f}")
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _line(band: Band) -> str:
    said, right = f"{band.confidence:>4.0%}", f"{band.right:>5.0%}"
    return f"{band.since:.1f} to {band.until:.1f}  {band.texts:>7}  {said}  {right}"


def _predict(args: argparse.Namespace) -> None:
    if Path(args.out).resolve() == Path(args.csv).resolve():
        raise AskError("The answer needs a file of its own; --out names the input.")
    model, sheet = model_file.read(args.model), Sheet.open(args.csv)
    places = _columns(sheet, args.text, every=True)
    for name in ANSWER:
        if name in sheet.header:
            sys.stderr.write(
                f"weiwang predict: there already is a column “{name}”; the answer is the last one\n"
            )
    marked = sheet.encoding == "utf-8-sig"
    rows = write(args.out, [*sheet.header, *ANSWER], _answered(model, sheet, places), mark=marked)
    sys.stdout.write(f"{rows} rows\n")


def _answered(model: Model, sheet: Sheet, places: Sequence[int]) -> Iterator[list[str]]:
    rows = sheet.rows()
    while batch := list(islice(rows, _AT_ONCE)):
        answers = model.best([Text.of([cells[place] for place in places]) for cells in batch])
        for cells, answer in zip(batch, answers, strict=True):
            yield [*cells, answer.label, f"{answer.confidence:.4f}"]
