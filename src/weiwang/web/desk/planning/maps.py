"""The map of a plan: its grids and micro-grids over the base map, coloured by size."""

from collections.abc import Mapping, Sequence

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from weiwang.planning.limits import SizeRange
from weiwang.plans import permissions, queries
from weiwang.plans.queries import GroupRow
from weiwang.plans.rules import GroupLevel
from weiwang.web.desk import maps
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.planning.charts import size_step
from weiwang.web.desk.planning.frame import plan_for

GROUND = ("water", "buildings", "roads", "walls", "units-community")
DIGITS = 6


@needs(permissions.SEE)
@require_safe
def config(request: DeskRequest, plan_id: int) -> HttpResponse:
    """What the map of a plan shows; its own layers come from `shapes`."""
    found = plan_for(request, plan_id)
    limits = queries.settings_of(found).limits
    url = reverse("desk:plan-shapes", args=[found.pk])
    layers = [
        {
            "id": f"plan-{level}",
            "kind": "boundary",
            "url": f"{url}?level={level}&v={found.version}.{found.round}",
        }
        for level in ("grid", "micro")
    ]
    labels = {"plan-grid": _("Grid"), "plan-micro": _("Micro-grid")} | step_words(limits.micro)
    return plan_map(found.place, layers, labels)


def plan_map(
    place: int, layers: Sequence[Mapping[str, str]], labels: Mapping[str, str], bounds: object = None
) -> JsonResponse:
    """The document of a map with some layers of a plan over the ground. Raises `Http404`."""
    ground = [one for one in maps.base_layers(place) if one["id"] in GROUND]
    whole = maps.plan(place, layers, labels) | {"layers": [*ground, *layers]}
    answer = JsonResponse(whole | ({"bounds": bounds} if bounds else {}))
    answer["Cache-Control"] = "private, no-store"
    return answer


def step_words(sizes: SizeRange) -> dict[str, str]:
    """What the five colours mean."""
    span = (sizes.high - sizes.low) / 5
    edges = [round(sizes.low + span * n) for n in range(6)]
    words = {f"step-{n}": _("%(low)s to %(high)s households") % {"low": edges[n], "high": edges[n + 1] - 1}
             for n in range(5)}  # fmt: skip
    words["step-0"] = _("up to %(high)s households") % {"high": edges[1] - 1}
    words["step-4"] = _("%(low)s households and more") % {"low": edges[4]}
    return words


@needs(permissions.SEE)
@require_safe
def shapes(request: DeskRequest, plan_id: int) -> HttpResponse:
    """The groups of one level as GeoJSON."""
    found = plan_for(request, plan_id)
    level = GroupLevel.MICRO if request.GET.get("level") == "micro" else GroupLevel.GRID
    sizes = queries.settings_of(found).limits.micro if level is GroupLevel.MICRO else None
    rows = queries.shapes(found, level)
    answer = JsonResponse({"type": "FeatureCollection", "features": [feature(row, sizes) for row in rows]})
    answer["Cache-Control"] = "private, max-age=86400"
    return answer


def feature(row: GroupRow, sizes: SizeRange | None) -> dict[str, object]:
    """One group; its address leads to its community."""
    properties: dict[str, object] = {
        "id": f"g{row.pk}",
        "name": _("%(name)s · %(held)s households") % {"name": row.name, "held": row.households},
        "level": row.level,
        "href": f"{reverse('desk:plan-part', args=[row.plan_id, row.part_id])}#g{row.pk}",
    }
    if sizes is not None:
        properties["step"] = size_step(row.households, sizes)
    return {"type": "Feature", "geometry": rounded(row.shape), "properties": properties}


def rounded(shape: BaseGeometry | None) -> Mapping[str, object] | None:
    """A shape as GeoJSON with six decimals, a tenth of a metre."""
    if shape is None:
        return None
    drawn = mapping(shape)
    return {"type": drawn["type"], "coordinates": _round(drawn["coordinates"])}


def _round(value: object) -> object:
    if isinstance(value, float):
        return round(value, DIGITS)
    return [_round(one) for one in value] if isinstance(value, (list, tuple)) else value
