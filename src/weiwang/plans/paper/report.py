"""The report of a plan for the meeting that approves it: PDF, A4, Chinese or English.

The whole sub-district has a map for each community and a table for each grid; the report of one community has
a map for each grid as well.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import shapely
from django.utils import timezone
from django.utils.translation import gettext as _

from weiwang.kernel.printing import Printed, typeset
from weiwang.ledger.models import Building
from weiwang.ledger.notice.drawing import Area, Feature, Scene, draw, frame
from weiwang.planning.limits import Language
from weiwang.plans import queries
from weiwang.plans.models import Group, Part, Plan
from weiwang.plans.rules import FAULTS, PIECES, STATE_NAMES, GroupLevel, PlanState
from weiwang.territory import queries as territory
from weiwang.territory.models import MapFeature, Unit

TEMPLATE = Path(__file__).parent / "data" / "report.typ"
RATIO = 1.6
HOUSES_SHOWN = 6


def report(plan: Plan, *, at: datetime, language: Language, part: Part | None = None) -> Printed:
    """Set the report of a plan, or of one community of it. Raises `PrintingError`."""
    return typeset(TEMPLATE, facts(plan, at=at, language=language, part=part))


def facts(plan: Plan, *, at: datetime, language: Language, part: Part | None = None) -> dict[str, Any]:
    """Everything the template prints."""
    rows = queries.groups(plan, part_id=part.pk if part else None)
    shapes = {
        row.pk: row.shape for row in Group.objects.filter(pk__in=[row.pk for row in rows]).only("shape")
    }
    features = list(MapFeature.objects.filter(place=plan.place).order_by("id"))
    parts = [part] if part else queries.parts(plan)
    settings = queries.settings_of(plan)
    return {
        "language": language, "title": plan.name, "place": territory.place_head(plan.place).name,
        "state": _(STATE_NAMES[PlanState(plan.state)]), "words": _words(),
        "date": timezone.localtime(at).strftime("%Y-%m-%d %H:%M"),
        "from": plan.starts_on.isoformat() if plan.starts_on else "",
        "limits": [settings.micro_low, settings.micro_high, settings.grid_low, settings.grid_high],
        "answers": queries.answer_words(plan, language) if part is None else [],
        "figures": _figures(rows, parts),
        "exceptions": exceptions(rows, language),
        "pieces": [
            _(PIECES) % {"name": row.name, "parts": count}
            for row, count in queries.in_pieces(plan, part_id=part.pk if part else None)
        ],
        "communities": [
            _community(
                one, [row for row in rows if row.part_id == one.pk], shapes, features, deep=part is not None
            )
            for one in parts
        ],
    }  # fmt: skip


def _words() -> dict[str, str]:
    return {
        "title": _("Plan of the grids"), "state": _("State"), "printed": _("Printed"),
        "from": _("In force from"),
        "rule": _("Rule of sizes"), "micro": _("Micro-grid"), "grid": _("Grid"),
        "households": _("Households"),
        "work": _("Cases in the past year"), "exceptions": _("Outside the rules, and why"),
        "none": _("Every grid and micro-grid keeps the rules."),
        "buildings": _("Buildings"),
        "community": _("Community"), "grids": _("Grids"), "micros": _("Micro-grids"),
        "cost": _("Metres a household"),
        "new": _("newly set up"), "missing": _("No typeface here has the characters"),
        "dedicated": _("Dedicated grids"), "pieces": _("Drawn in several pieces"), "note": _("Note"),
    }  # fmt: skip


def _figures(rows: Sequence[Group], parts: Sequence[Part]) -> list[list[str]]:
    """One line a community: name, grids, micro-grids, households, smallest and largest micro-grid."""
    found = []
    for part in parts:
        mine = [row for row in rows if row.part_id == part.pk]
        micros = [row.households for row in mine if row.level == GroupLevel.MICRO]
        grids = sum(row.level == GroupLevel.GRID for row in mine)
        size = f"{min(micros)}–{max(micros)}" if micros else "—"
        found.append(
            [part.unit.name, f"{grids}", f"{len(micros)}", f"{sum(micros)}", size, f"{part.cost:.1f}"]
        )
    return found


def exceptions(rows: Sequence[Group], language: Language) -> list[str]:
    """A sentence for every broken rule."""
    found: list[str] = []
    for row in rows:
        if row.faults and row.forced:
            found.append(row.forced[0 if language == "zh" else 1])
        elif row.faults:
            found += [_(FAULTS[code]) % params for code, params in row.faults]
    return found


def _community(
    part: Part,
    rows: Sequence[Group],
    shapes: Mapping[int, Any],
    features: Sequence[MapFeature],
    *,
    deep: bool,
) -> dict[str, Any]:
    grids = [row for row in rows if row.level == GroupLevel.GRID]
    boundary = Unit.objects.filter(pk=part.unit_id).values_list("boundary", flat=True).first()
    houses = _houses(part)
    areas = [Area(_short(row.name, part.unit.name), shapes[row.pk]) for row in grids if shapes.get(row.pk)]
    whole = _map(Area(part.unit.name, boundary), areas, features, ()) if boundary is not None else ""
    return {
        "name": part.unit.name, "map": whole,
        "grids": [
            _grid(
                row, [one for one in rows if one.parent_key == row.key], shapes, features, houses, deep=deep
            )
            for row in grids
        ],
        "dedicated": [[row.name, f"{row.households}"] for row in rows if row.level == GroupLevel.DEDICATED],
    }  # fmt: skip


def _grid(
    row: Group, micros: Sequence[Group], shapes: Mapping[int, Any], features: Sequence[MapFeature],
    houses: tuple[dict[int, list[str]], list[Any]], *, deep: bool,
) -> dict[str, Any]:  # fmt: skip
    named, outlines = houses
    areas = [Area(_short(one.name, row.name), shapes[one.pk]) for one in micros if shapes.get(one.pk)]
    shape = shapes.get(row.pk)
    drawn = _map(Area(row.name, shape), areas, features, outlines) if deep and shape is not None else ""
    lines = []
    for one in micros:
        inside = named.get(one.key, [])
        more = f" …（{len(inside)}）" if len(inside) > HOUSES_SHOWN else ""
        lines.append(
            [one.name, f"{one.households}", f"{one.work}", "、".join(inside[:HOUSES_SHOWN]) + more,
             _("newly set up") if one.unit_id is None else ""]
        )  # fmt: skip
    return {
        "name": row.name, "households": _("%(held)s households") % {"held": row.households},
        "work": f"{row.work}", "map": drawn, "rows": lines, "new": row.unit_id is None,
    }  # fmt: skip


def _houses(part: Part) -> tuple[dict[int, list[str]], list[Any]]:
    """What stands in each micro-grid, by its key, and the outlines of all buildings."""
    if not part.layout:
        return {}, []
    desk = queries.desk_of(part)
    named: dict[int, list[str]] = {}
    for piece, key in zip(desk.layout.pieces, desk.layout.micro, strict=True):
        label = desk.ground.houses[piece.house].label
        if label not in named.setdefault(key, []):
            named[key].append(label)
    ids = [house.id for house in desk.ground.houses]
    rows = Building.objects.filter(pk__in=ids, footprint__isnull=False).order_by("pk")
    return named, list(rows.values_list("footprint", flat=True))


def _short(name: str, above: str) -> str:
    """What tells a unit apart inside the one above it."""
    short = name.removeprefix(above).removesuffix("微网格") or name
    return short.removesuffix("网格") if short.startswith("第") else short


def _map(own: Area, parts: Sequence[Area], features: Sequence[MapFeature], buildings: Sequence[Any]) -> str:
    box = shapely.box(*frame(own.shape, ratio=RATIO))
    near = [Feature(row.kind, row.name, row.shape) for row in features if shapely.intersects(row.shape, box)]
    inside = [shape for shape in buildings if shapely.intersects(shape, box)]
    return draw(Scene(own, parts, (), near, inside), ratio=RATIO, size=26)
