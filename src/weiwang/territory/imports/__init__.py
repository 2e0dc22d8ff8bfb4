"""Importing from other people's files: read, compare, show what would happen, then do all of it or nothing.

    seen = preview(UNITS, Task(place=place, source=Source(data, "units.geojson"), at=now))
    done = apply(UNITS, task, by=officer)         # one transaction; raises ImportRefusedError

Each kind is a module here or the `imports` module of a higher domain.
"""

from weiwang.territory.imports.divisions import DIVISIONS
from weiwang.territory.imports.features import FEATURES
from weiwang.territory.imports.frame import (
    Findings,
    ImportFaultError,
    ImportRefusedError,
    Kind,
    Preview,
    Sample,
    Source,
    Status,
    Task,
    apply,
    preview,
    sentence,
)
from weiwang.territory.imports.staff import STAFF
from weiwang.territory.imports.units import UNITS

__all__ = [
    "DIVISIONS",
    "FEATURES",
    "STAFF",
    "UNITS",
    "Findings",
    "ImportFaultError",
    "ImportRefusedError",
    "Kind",
    "Preview",
    "Sample",
    "Source",
    "Status",
    "Task",
    "apply",
    "preview",
    "sentence",
]
