"""`weiwang topics --csv`: topics of messages in a file; no database, no network."""

import argparse
import sys
from collections.abc import Iterator, Sequence

from weiwang.suggesting.sheets import Sheet, SheetError, long_cells, write
from weiwang.suggesting.topics import LEAST, Topic, topics

_HEAD = ("topic", "messages", "words", "from", "to")


def run_topics(argv: Sequence[str]) -> int:
    """Do what the arguments say; answers the exit status (0 done, 2 cannot be done)."""
    args = _parser().parse_args(list(argv))
    try:
        with long_cells():
            _run(args)
    except SheetError as error:
        sys.stderr.write(f"weiwang topics: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"weiwang topics: {error.filename}: {error.strerror}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="weiwang topics",
        description="Group the messages of a file by the matter they are about; a row for each message.",
    )
    parser.add_argument("--csv", required=True, metavar="FILE")
    parser.add_argument("--text", nargs="+", required=True, metavar="COLUMN", help="subject first")
    parser.add_argument("--time", metavar="COLUMN", help="when it was written, for the span of each topic")
    parser.add_argument("--least", type=int, default=LEAST, help="messages that make a topic")
    parser.add_argument("--out", required=True, metavar="OUT.csv")
    return parser


def _run(args: argparse.Namespace) -> None:
    sheet = Sheet.open(args.csv)
    places = sheet.columns(args.text)
    if len(places) < len(args.text):
        missing = next(name for name in args.text if name not in sheet.header)
        raise SheetError(f"{sheet.path.name} has no column “{missing}”.")
    at = sheet.columns([args.time])[0] if args.time in sheet.header else None
    rows = list(sheet.rows())
    subjects = [(row[places[0]], " ".join(row[place] for place in places[1:])) for row in rows]
    found = topics(subjects, least=args.least)
    count = write(
        args.out, [*_HEAD, *sheet.header], _answered(found, rows, at), mark=sheet.encoding == "utf-8-sig"
    )
    sys.stdout.write(f"{len(found)} topics, {count} of {len(rows)} messages\n")


def _answered(found: Sequence[Topic], rows: Sequence[list[str]], at: int | None) -> Iterator[list[str]]:
    for number, topic in enumerate(found, 1):
        moments = sorted(rows[place][at] for place in topic.members) if at is not None else [""]
        for place in topic.members:
            head = [str(number), str(len(topic.members)), " ".join(topic.words), moments[0], moments[-1]]
            yield [*head, *rows[place]]
