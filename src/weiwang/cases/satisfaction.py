"""Figures of how finished cases ended for those who reported: by place and reason, never by person."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, QuerySet

from weiwang.cases.models import Case, Feedback
from weiwang.cases.promises import Outcome
from weiwang.cases.rules import State

FEW = 5  # below so many answers no share is shown: it would say more about people than about the work


@dataclass(slots=True)
class Figures:
    """How many cases ended how. `waiting` are closed ones nobody has said anything about yet."""

    satisfied: int = 0
    dissatisfied: int = 0
    no_answer: int = 0
    waiting: int = 0

    @property
    def answered(self) -> int:
        return self.satisfied + self.dissatisfied

    @property
    def share(self) -> int | None:
        """Satisfied among those who answered, in per cent; None when too few did."""
        return round(100 * self.satisfied / self.answered) if self.answered >= FEW else None

    @property
    def reach(self) -> int | None:
        """Those who answered among all that are settled, in per cent; None when there are too few."""
        settled = self.answered + self.no_answer
        return round(100 * self.answered / settled) if settled >= FEW else None

    def add(self, name: str, count: int) -> None:
        setattr(self, name, getattr(self, name) + count)


@dataclass(slots=True)
class Overview:
    whole: Figures = field(default_factory=Figures)
    by_part: dict[str, Figures] = field(default_factory=dict)
    reasons: Mapping[str, Counter[str]] = field(default_factory=dict)


def overview(
    visible: "QuerySet[Case]", *, since: datetime, until: datetime, parts: Iterable[str]
) -> Overview:
    """Three queries. `parts` are the unit paths to show; a case counts in the part it lies in."""
    known = sorted(parts, key=len, reverse=True)
    found = Overview(by_part={path: Figures() for path in known})
    given = Feedback.objects.filter(at__gte=since, at__lt=until, case__in=visible)
    for path, outcome, count in given.order_by().values_list("unit_path", "outcome").annotate(n=Count("pk")):
        _count(found, known, path, outcome, count)
    closed = visible.filter(state=State.CLOSED, satisfied=None, parent=None)
    closed = closed.filter(closed_at__gte=since, closed_at__lt=until)
    for path, count in closed.order_by().values_list("unit_path").annotate(n=Count("pk")):
        _count(found, known, path, "waiting", count)
    found.reasons = {outcome: Counter() for outcome in Outcome}
    for outcome, reasons in given.exclude(reasons=[]).values_list("outcome", "reasons"):
        found.reasons[outcome].update(reasons)
    return found


def _count(found: Overview, parts: Iterable[str], path: str, name: str, count: int) -> None:
    found.whole.add(name, count)
    part = next((part for part in parts if path.startswith(part)), None)
    if part is not None:
        found.by_part[part].add(name, count)
