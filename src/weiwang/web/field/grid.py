"""My grid: its buildings, what is open there, and who holds its posts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.cases import queries
from weiwang.cases.permissions import visible_to
from weiwang.cases.queries import Filters, Row, Tile
from weiwang.ledger import queries as ledger
from weiwang.territory import queries as territory
from weiwang.territory.rules import LEAF_LEVELS, LEVEL_NAMES, Level, NotAllowedError, Officer
from weiwang.web.field.frame import frame, my_posts
from weiwang.web.field.gate import FieldRequest, field_officer
from weiwang.web.field.today import cards
from weiwang.web.ui.pages import render_page

SOON = timedelta(days=1)
NEAR_DEGREES = 0.0004  # some 40 m: a point this close belongs to the building
SHOWN = 20  # open cases listed on the page


@dataclass(slots=True)
class Part:
    """One unit below, with what is open anywhere in it."""

    id: int
    name: str
    households: int | None
    open: int = 0
    late: int = 0


@dataclass(slots=True)
class House:
    """One building with its open cases."""

    label: str
    households: int
    floors: int | None
    open: int = 0


@require_safe
@field_officer
def grid(request: FieldRequest) -> HttpResponse:
    officer, now = request.officer, timezone.now()
    if not officer.may("unit.see"):
        raise NotAllowedError("unit.see")
    unit = chosen_unit(officer, request.GET.get("unit", ""))
    visible = visible_to(officer)
    tiles = queries.open_by_unit(visible, at=now, soon=now + SOON)
    rows = queries.worklist(
        visible, filters=Filters(view="open", under=unit.path), posts=my_posts(officer), at=now, limit=SHOWN
    )
    is_leaf = Level(unit.level) in LEAF_LEVELS
    context = {
        **frame(officer, "grid"),
        "unit": unit,
        "level_name": _(LEVEL_NAMES[Level(unit.level)]),
        "above": above(officer, unit),
        "own_units": own_units(officer),
        "parts": [] if is_leaf else parts(unit, tiles),
        "houses": houses(ledger.buildings_of(unit.pk), rows.rows) if is_leaf else [],
        "is_leaf": is_leaf,
        "cards": cards(rows.rows, now),
        "more_open": bool(rows.next),
        "people": people(unit, now),
    }
    return render_page(request, "field/grid.html", context)


def chosen_unit(officer: Officer, wanted: str) -> Any:  # noqa: ANN401 -- a unit; faces do not import models
    """The unit asked for, or one's own; one that is not ours to see does not exist."""
    mine = [holding for holding in officer.holdings if "unit.see" in holding.allows]
    smallest = max(mine, key=lambda holding: len(holding.unit_path))
    if not wanted:
        return territory.unit_in(place=smallest.place, unit_id=smallest.unit_id)
    if not wanted.isdecimal() or len(wanted) > 18:
        raise Http404
    units = (territory.unit_in(place=place, unit_id=int(wanted)) for place in officer.places)
    unit = next((unit for unit in units if unit is not None), None)
    if unit is None or not officer.may("unit.see", unit.path):
        raise Http404
    return unit


def above(officer: Officer, unit: Any) -> int | None:  # noqa: ANN401 -- a unit
    """The next unit up, as far as one may see."""
    upper = unit.path.rstrip("/").rpartition("/")[0] + "/"
    return unit.parent_id if officer.may("unit.see", upper) else None


def own_units(officer: Officer) -> list[tuple[int, str]]:
    """The units of one's posts, for those who look after several."""
    mine = {h.unit_id: h.unit_name for h in officer.holdings if "unit.see" in h.allows}
    return list(mine.items()) if len(mine) > 1 else []


def parts(unit: Any, tiles: dict[int, Tile]) -> list[Part]:  # noqa: ANN401 -- a unit
    """The units directly below, each with the open cases of everything in it."""
    branch = territory.branch(unit.path, timezone.localdate())
    found = {row.pk: Part(row.pk, row.name, row.households) for row in branch if row.parent_id == unit.pk}
    depth = unit.path.count("/") - 1
    for row in branch:
        steps = row.path.strip("/").split("/")
        part = found.get(int(steps[depth])) if len(steps) > depth else None
        if part is not None and row.pk in tiles:
            part.open += tiles[row.pk].open
            part.late += tiles[row.pk].late
    return list(found.values())


def houses(buildings: Iterable[Any], rows: Sequence[Row]) -> list[House]:
    """The buildings of a micro-grid, and which of them have something open."""
    found = []
    for row in buildings:
        count = sum(1 for case in rows if is_at(case, row))
        found.append(House(row.label, row.households, row.floors, count))
    return found


def is_at(case: Row, building: Any) -> bool:  # noqa: ANN401 -- a building
    """Whether a case names the building, or lies right beside it."""
    if case.address:
        return bool(building.address and building.address in case.address)
    if None in {case.lon, case.lat, building.lon, building.lat}:
        return False
    apart = max(abs(case.lon - building.lon), abs(case.lat - building.lat))
    return bool(apart < NEAR_DEGREES)


def people(unit: Any, at: datetime) -> list[tuple[str, str]]:  # noqa: ANN401 -- a unit
    """The posts of the unit and of the one above it, with the names on the notice board."""
    ids = [unit.pk, *([unit.parent_id] if unit.parent_id else [])]
    found = territory.people_of(place=unit.place, unit_ids=ids, at=at)
    return [(post.name, "、".join(post.names)) for post in found]
