"""Limits of single places: rows of `limits_by_place` beside those of the categories. Plain Python."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from weiwang.cases.rules import LIMITED, Category, Clock
from weiwang.kernel.policy import PolicyFile
from weiwang.kernel.worktime import Limit


@dataclass(frozen=True, slots=True)
class LocalLimit:
    """One row of `limits_by_place`: a limit of one step below one unit, for a time."""

    unit: str
    category: str  # a code, the letter of a major, or `*`
    clock: Clock
    limit: str
    since: date
    until: date | None

    def holds_for(self, category: Category, on: date) -> bool:
        is_meant = self.category in {"*", category.major, category.code}
        return is_meant and self.since <= on and (self.until is None or on < self.until)


def read_local_limits(content: Mapping[str, Any]) -> tuple[LocalLimit, ...]:
    """Check `limits_by_place` of `policies/categories.yaml`: known names, days in order."""
    known = {"*", *content["majors"], *(row["code"] for row in content["categories"])}
    return tuple(_local_limit(row, known, content["sources"]) for row in content.get("limits_by_place") or ())


def _local_limit(row: Mapping[str, Any], known: Iterable[str], sources: Mapping[str, Any]) -> LocalLimit:
    if row["category"] not in known or row["source"] not in sources:
        raise ValueError(f"{row['unit']}: category {row['category']} or source {row['source']} is not known")
    clock, since, until = Clock(row["step"]), row["from"], row.get("until")
    if clock not in LIMITED or (until is not None and until <= since):
        raise ValueError(f"{row['unit']}: step {row['step']} has no limit, or the row ends before it begins")
    Limit.parse(row["limit"])
    return LocalLimit(str(row["unit"]), row["category"], clock, row["limit"], since, until)


def limits_there(
    category: Category, rows: Sequence[LocalLimit], units: Sequence[str], on: date
) -> Mapping[Clock, str]:
    """The limits of a category at a place on a day; `units` are the codes on the way up, nearest first."""
    found = dict(category.limits)
    fitting = [row for row in rows if row.unit in units and row.holds_for(category, on)]
    fitting.sort(key=lambda row: (-units.index(row.unit), len(row.category.strip("*")), row.since))
    for row in fitting:  # from far to near, from wide to narrow, from old to new: the last one stays
        found[row.clock] = row.limit
    return found


LOCAL_LIMITS = PolicyFile("categories", read_local_limits)
