"""The queue of whistles on the dispatch desk: who is called now and has reported in, warnings that wait."""

from dataclasses import dataclass
from datetime import datetime

from weiwang.territory.rules import Officer
from weiwang.web.desk.whistles.frame import ShownWhistle, shown
from weiwang.web.ui.clocks import moment, until
from weiwang.whistles import permissions, queries
from weiwang.whistles.permissions import SEE
from weiwang.whistles.queries import WarningLine

VIEW = "whistles"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One early warning that nobody has taken yet."""

    line: WarningLine
    when: str
    climbs: str


@dataclass(frozen=True, slots=True)
class Queue:
    running: list[ShownWhistle]
    warnings: list[Waiting]


def may_see(officer: Officer) -> bool:
    return officer.may(SEE)


def count(officer: Officer) -> int:
    return queries.open_count(permissions.visible_to(officer), permissions.warnings_to(officer))


def queue(officer: Officer, at: datetime) -> Queue:
    """What is open, the newest first."""
    running = [shown(line, at) for line in queries.running(permissions.visible_to(officer), at=at)]
    waiting = [
        Waiting(line, moment(line.raised_at, at), until(line.due_at, at) if line.due_at else "")
        for line in queries.warnings(permissions.warnings_to(officer), at=at)
        if line.taken_at is None
    ]
    return Queue(running, waiting)
