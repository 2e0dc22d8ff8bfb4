"""The map beside the worklist: the base map of the place with the cases of the list on it."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import shapely
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.cases import permissions, queries
from weiwang.territory import queries as territory
from weiwang.territory.rules import Level
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.rows import case_ends
from weiwang.web.desk.worklist import read_asked

NEAR = timedelta(hours=4)
BASE = (
    ("water", "water"),
    ("buildings", "building"),
    ("roads", "road"),
    ("walls", "wall"),
    ("units-community", "boundary"),
    ("units-grid", "boundary"),
    ("units-micro", "boundary"),
)


def base_layers(place: int) -> list[dict[str, str]]:
    """The layers of the base map, from the house's own map data."""
    query = f"?v={territory.boundary_version(place)}&l={get_language() or ''}"
    return [
        {"id": name, "kind": kind, "url": reverse("rest:map-layer", args=[place, name]) + query}
        for name, kind in BASE
    ]


def plan(place: int, layers: Iterable[Mapping[str, str]], labels: Mapping[str, str]) -> dict[str, object]:
    """The document the map reads. Raises `Http404` for a place without boundaries."""
    levels = (Level.SUBDISTRICT, Level.GENERAL_GRID)
    shapes = [
        shape for _unit, shape in territory.boundaries(place=place, levels=levels, on=timezone.localdate())
    ]
    if not shapes:
        raise Http404
    bounds = [round(float(value), 6) for value in shapely.total_bounds(shapes)]
    units = {
        "units-community": _("Community"),
        "units-grid": _("Grid"),
        "units-micro": _("Micro-grid"),
    }
    return {"bounds": bounds, "layers": [*base_layers(place), *layers], "labels": units | dict(labels)}


@needs("case.see")
@require_safe
def config(request: DeskRequest) -> HttpResponse:
    """What the map of the worklist shows; the filters of the list go on in the address of the points."""
    points_url = f"{reverse('desk:points')}?{request.GET.urlencode()}"
    labels = {"tone-late": _("Late"), "tone-near": _("Due soon"), "tone-action": _("Open")}
    layers = [{"id": "cases", "kind": "points", "url": points_url}]
    answer = JsonResponse(plan(request.officer.places[0], layers, labels))
    answer["Cache-Control"] = "private, no-store"
    return answer


@needs("case.see")
@require_safe
def points(request: DeskRequest) -> HttpResponse:
    """The open cases of the list that have a point, as GeoJSON: nothing of persons."""
    at = timezone.now()
    asked = read_asked(request, at)
    posts = [holding.post_id for holding in request.officer.holdings]
    visible = permissions.visible_to(request.officer)
    found = queries.open_points(queries.narrowed(visible, filters=asked.filters, posts=posts, at=at))
    soon = at + NEAR
    ends = case_ends()
    features = [
        _point(row, "late" if row["due_at"] <= at else "near" if row["due_at"] <= soon else "action", ends)
        for row in found
    ]
    answer = JsonResponse({"type": "FeatureCollection", "features": features})
    answer["Cache-Control"] = "private, no-store"
    return answer


def _point(row: Mapping[str, Any], tone: str, ends: tuple[str, str]) -> dict[str, object]:
    row_id = str(row["id"])
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(row["lon"], 6), round(row["lat"], 6)]},
        "properties": {
            "id": row_id,
            "name": f"{row['number']} {row['title']}",
            "href": f"{ends[0]}{row_id}{ends[1]}",
            "tone": tone,
        },
    }
