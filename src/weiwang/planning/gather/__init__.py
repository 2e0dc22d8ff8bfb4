"""From a place's own lists and maps to a plan: read, judge, complete, say what was assumed.

    gathered = gather(Sources(buildings=Source.of(Path("楼栋.xlsx"))), Choices(datum="gcj02"))
    gathered.instance()             # what `weiwang.planning.engine.plan` takes
    write(gathered, Path("place"))  # the folder for `weiwang plan`, with report.md and findings.csv

`GatherError` is a refusal with a question or a remedy, in Chinese and English; everything that does not make
the whole useless becomes a `Note` with its rows, and the rest is used.
"""

from weiwang.planning.gather.assemble import Choices, Gathered, Sources, gather
from weiwang.planning.gather.files import Source
from weiwang.planning.gather.notes import GatherError, Note, Notes, Weight
from weiwang.planning.gather.writing import report, write

__all__ = [
    "Choices",
    "GatherError",
    "Gathered",
    "Note",
    "Notes",
    "Source",
    "Sources",
    "Weight",
    "gather",
    "report",
    "write",
]
