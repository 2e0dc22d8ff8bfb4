"""Responsibility areas and what is in the care of a branch, drawn on the map of its grid."""

import json
from typing import Any

import shapely
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.party import queries
from weiwang.web.desk import maps
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.teams.party_frame import branch_for

MARGIN = 0.0005  # degrees around the grid, some fifty metres


@needs("unit.see")
@require_safe
def config(request: DeskRequest, branch_id: int) -> HttpResponse:
    """The map of a branch: its own grid fills the window."""
    found = branch_for(request, branch_id)
    layer = {"id": "areas-grid", "kind": "boundary", "url": reverse("desk:party-areas", args=[branch_id])}
    document = maps.plan(found.place, [layer], {"areas-grid": _("Responsibility area")})
    if found.grid.boundary is not None:
        document["bounds"] = [
            round(float(edge), 6) for edge in found.grid.boundary.buffer(MARGIN).bounds
        ]  # west, south, east, north
    return _private(document)


@needs("unit.see")
@require_safe
def areas(request: DeskRequest, branch_id: int) -> HttpResponse:
    """The responsibility areas as GeoJSON: names of areas, never of persons."""
    found = branch_for(request, branch_id)
    features = [
        {
            "type": "Feature",
            "geometry": json.loads(shapely.to_geojson(shape)),
            "properties": {"id": area.pk, "name": area.name, "step": number % 3 + 1},
        }
        for number, (area, shape) in enumerate(queries.areas_of(found.pk, timezone.localdate()))
        if shape is not None
    ]
    return _private({"type": "FeatureCollection", "features": features})


def _private(document: dict[str, Any]) -> HttpResponse:
    answer = JsonResponse(document)
    answer["Cache-Control"] = "private, no-store"
    return answer
