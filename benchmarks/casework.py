"""The figures of the casework on one page: `python -m benchmarks.casework [--write]`.

Measures nothing itself: it reads what `benchmarks.serving`, `benchmarks.search` and `benchmarks.clocks` kept
in `benchmarks/results` with `--write`, and holds it against the aims.
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
PAGE = RESULTS / "casework.md"
Table = list[list[str]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One aim and what was measured; `limit` is the most, or with `least` the least, that reaches it."""

    what: str
    aim: str
    value: float
    limit: float
    source: str
    unit: str = ""
    least: bool = False

    def cells(self) -> list[str]:
        reached = self.value >= self.limit if self.least else self.value < self.limit
        found = f"{self.value:,.0f}" if self.value >= 30 else f"{self.value:.1f}"
        return [
            self.what,
            self.aim,
            f"{found} {self.unit}".strip(),
            "yes" if reached else "**no**",
            self.source,
        ]


def figures() -> Iterator[Figure]:
    serving, search, clocks = (_kept(name) for name in ("serving", "search", "clocks"))
    create, worklist = _row(serving, "create a case"), _row(serving, "worklist, 50 rows")
    yield Figure(
        "create a case through the API", "≥ 200 a second", float(create[1]), 200, "serving", least=True
    )
    yield Figure("the same, p95", "< 60 ms", float(create[4]), 60, "serving", "ms")
    yield Figure("worklist, 50 rows", "≥ 80 a second", float(worklist[1]), 80, "serving", least=True)
    memory = re.search(r"larger web worker: (\d+) MB", _text("serving"))
    if memory:
        yield Figure("memory of a web worker (PSS)", "< 250 MB", float(memory[1]), 250, "serving", "MB")
    for kind in ("worklist", "search"):
        whole = _row(search, f"{kind}, all of these")
        asked = [row for row in _rows(search) if row[0].startswith(kind) and row is not whole]
        said = f"{kind} among a million cases, {len(asked)} kinds of question, p95"
        yield Figure(said, "< 150 ms", float(whole[3]), 150, "search", "ms")
        slowest = max(float(row[4]) for row in asked)
        yield Figure("the slowest of them, p95 of processor time", "", slowest, 150, "search", "ms")
    for what, start, limit in (
        ("deadlines of 100,000 open cases counted again, each move logged", "count again and keep", 20),
        ("nightly escalation over 100,000 open cases", "the ladder, ", 30),
    ):
        row = _row(clocks, start)
        yield Figure(f"{what} ({row[1]} cases)", f"< {limit} s", float(row[2]), limit, "clocks", "s")


def page(found: Sequence[Figure]) -> str:
    heads = ["what", "aim", "measured", "reached", "from"]
    dated = [f"- `{name}.md`: {_dated(name)}" for name in ("serving", "search", "clocks")]
    lines = [
        "# Casework: aims and figures",
        "",
        "Composed by `python -m benchmarks.casework --write` from:",
        "",
    ]
    lines += [*dated, "", "| " + " | ".join(heads) + " |", "| --- | --- | --: | --- | --- |"]
    return "\n".join([*lines, *("| " + " | ".join(one.cells()) + " |" for one in found), ""])


def _text(name: str) -> str:
    return (RESULTS / f"{name}.md").read_text(encoding="utf-8")


def _dated(name: str) -> str:
    """The line that says when and where it was measured."""
    return next(line for line in _text(name).splitlines() if line.startswith("20")).rstrip(".")


def _kept(name: str) -> Table:
    lines = [line for line in _text(name).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _rows(table: Table) -> Iterator[list[str]]:
    return (row for row in table if row[0] != "what" and not row[0].startswith("---"))


def _row(table: Table, start: str) -> list[str]:
    return next(row for row in _rows(table) if row[0].startswith(start))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the page in benchmarks/results")
    options = parser.parse_args()
    said = page(list(figures()))
    print(said)
    if options.write:
        PAGE.write_text(said, encoding="utf-8")


if __name__ == "__main__":
    main()
