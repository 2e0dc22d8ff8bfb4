"""What everybody may see of cases on a page of their own: kind, micro-grid, state and day, and nothing else.

Only categories that the signed table marks with `on_map`, never what usually lies in somebody's home or is
restricted; only what was accepted, so that nobody can put something there by reporting it. A unit of few
households names no home: the next one above stands in its place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from weiwang.cases.models import Case
from weiwang.cases.queries import categories
from weiwang.cases.rules import FINAL, Category, State
from weiwang.territory.models import Unit

SINCE = timedelta(days=90)
MOST = 200
HOUSEHOLDS = 30  # of the unit that is named, at least
HIDDEN = sorted({State.DRAFT, State.REPORTED, State.VERIFYING, State.REJECTED, State.VOID, State.HANDED_OVER})


@dataclass(frozen=True, slots=True)
class Shown:
    """One case as everybody may see it."""

    category: Category
    unit_id: int
    unit_name: str
    is_closed: bool
    reported_on: date
    closed_on: date | None


def on_map() -> dict[str, Category]:
    """The categories of the public map, by code; none where the table marks none."""
    return {
        code: one
        for code, one in categories().items()
        if one.on_map and not one.at_home and not one.restricted
    }


def shown(*, place: int, at: datetime) -> list[Shown]:
    """The accepted cases of the last ninety days, newest first: two queries."""
    known = on_map()
    found = Case.objects.filter(
        place=place, category__in=list(known), restricted=False, parent=None, merged_into=None,
        cleared_on=None, reported_at__gte=at - SINCE,
    ).exclude(state__in=HIDDEN)  # fmt: skip
    fields = ("category", "state", "unit_path", "reported_at", "closed_at")
    rows = list(found.order_by("-reported_at", "-id").values_list(*fields)[:MOST])
    units = _units(path for _code, _state, path, _reported, _closed in rows)
    return [_shown(known[code], state, _named(path, units), *moments) for code, state, path, *moments in rows]


@dataclass(frozen=True, slots=True)
class _Unit:
    id: int
    name: str
    households: int | None


def _units(paths: Iterable[str]) -> Mapping[int, _Unit]:
    ids = {int(part) for path in paths for part in path.strip("/").split("/")}
    rows = Unit.objects.filter(pk__in=ids).values_list("pk", "name", "households")
    return {row[0]: _Unit(*row) for row in rows}


def _named(path: str, units: Mapping[int, _Unit]) -> _Unit:
    """The smallest unit of the way that is large enough; the sub-district when none is."""
    way = [units[int(part)] for part in path.strip("/").split("/")]
    large = [unit for unit in way if (unit.households or 0) >= HOUSEHOLDS]
    return large[-1] if large else way[0]


def _shown(
    category: Category, state: str, unit: _Unit, reported: datetime, closed: datetime | None
) -> Shown:  # fmt: skip
    ended = State(state) in FINAL
    return Shown(
        category, unit.id, unit.name, ended, timezone.localdate(reported),
        timezone.localdate(closed) if ended and closed else None,
    )  # fmt: skip
