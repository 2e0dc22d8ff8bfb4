"""Two plans beside each other: what each comes to, their sizes, their maps, who would be led by whom."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.plans import permissions, queries
from weiwang.plans.queries import PlanRow
from weiwang.plans.rules import UNADOPTED, UNFINISHED, GroupLevel, PlanState
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.planning.charts import Histogram, histogram
from weiwang.web.desk.planning.frame import plan_for, show_planning, state_words


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two."""

    plan: PlanRow
    state: tuple[str, str]
    summary: queries.Summary
    charts: list[tuple[str, Histogram, object]]
    moved: tuple[int, int] | None
    """Households that would come to another micro-grid and grid; None where nothing waits to be adopted."""


@needs(permissions.SEE)
@require_safe
def compare(request: DeskRequest) -> HttpResponse:
    """`?a=` and `?b=` choose the plans; without them, the two newest that are finished."""
    finished = [
        plan
        for place in request.officer.places
        for plan in queries.plans(place)
        if PlanState(plan.state) not in UNFINISHED
    ]
    chosen = [_asked(request, name) for name in ("a", "b")]
    rest = [plan for plan in finished if plan not in chosen]
    sides = [side(found or rest.pop(0)) for found in chosen if found or rest]
    values: dict[str, object] = {"plans": finished, "sides": sides}
    if len(sides) == 2:
        values["between"] = queries.between(sides[0].plan, sides[1].plan)
    return show_planning(request, "desk/planning/compare.html", values)


def _asked(request: DeskRequest, name: str) -> PlanRow | None:
    value = request.GET.get(name, "")
    return plan_for(request, int(value)) if value.isdigit() and len(value) < 10 else None


def side(plan: PlanRow) -> Side:
    limits = queries.settings_of(plan).limits
    rows = queries.groups(plan)
    charts: list[tuple[str, Histogram, object]] = [
        (_("Micro-grids"), histogram(_sizes(rows, GroupLevel.MICRO), limits.micro), limits.micro),
        (_("Grids"), histogram(_sizes(rows, GroupLevel.GRID), limits.grid), limits.grid),
    ]
    moved = None
    if PlanState(plan.state) in UNADOPTED:
        rows_moved = queries.shifts(plan)
        moved = (sum(one.moved_micro for one in rows_moved), sum(one.moved_grid for one in rows_moved))
    return Side(plan, state_words(plan), queries.summary(plan), charts, moved)


def _sizes(rows: list[queries.GroupRow], level: GroupLevel) -> list[int]:
    return [row.households for row in rows if row.level == level]
