"""The base map as data: our own layers only, nothing from outside.

What is served here is public on every notice board: boundaries, roads, water, the outlines of buildings. No
household counts, no names of people.
"""

import json
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Any

import shapely
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from weiwang.kernel.geo import feature_collection
from weiwang.ledger import queries as ledger
from weiwang.ledger.rules import house_number
from weiwang.territory import queries as territory
from weiwang.territory.rules import LEAF_LEVELS, Level

UNIT_LAYERS = {
    "units-community": frozenset({Level.GENERAL_GRID}),
    "units-grid": frozenset({Level.GRID}),
    "units-micro": LEAF_LEVELS,
}
FEATURE_LAYERS = {
    "water": frozenset({"water", "river"}),
    "parks": frozenset({"park"}),
    "roads": frozenset({"main_road", "road", "lane"}),
    "railways": frozenset({"railway"}),
    "walls": frozenset({"wall"}),
}
ROAD_CLASSES = {"main_road": "major", "road": "minor", "lane": "path"}  # how wide `map.js` draws them
KINDS = {
    "water": "water",
    "parks": "park",
    "roads": "road",
    "railways": "railway",
    "walls": "wall",
    "buildings": "building",
}


@require_safe
def config(request: HttpRequest, place: int) -> HttpResponse:
    """What `map.js` needs to draw a sub-district: bounds, layers in drawing order, words for the legend."""
    shapes = [shape for _unit, shape in territory.boundaries(place=place, levels=Level, on=_today())]
    if not shapes:
        raise Http404
    order = ("water", "parks", "buildings", "roads", "railways", "walls", *UNIT_LAYERS)
    layers = [
        {"id": name, "kind": KINDS.get(name, "boundary"), "url": _layer_url(place, name)} for name in order
    ]
    bounds = shapely.total_bounds(shapes)
    return JsonResponse(
        {
            "bounds": [round(float(v), 6) for v in bounds],
            "layers": layers,
            "labels": {
                "boundary": _("boundary"), "road": _("road"), "water": _("water"), "building": _("building"),
                "cases": _("cases"),
            },
        }
    )  # fmt: skip


def _layer_url(place: int, name: str) -> str:
    version = territory.boundary_version(place)
    return f"{reverse('rest:map-layer', args=[place, name])}?v={version}&l={translation.get_language() or ''}"


def _number(name: str, address: str) -> dict[str, str]:
    """What is written on a building; nothing where neither name nor address has a number."""
    number = house_number(name, address)
    return {"number": number} if number else {}


@gzip_page
@require_safe
def layer(request: HttpRequest, place: int, name: str) -> HttpResponse:
    """One layer as GeoJSON; kept by the browser until the version in its address changes."""
    body = json.dumps(_layer(place, name), ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'"{sha256(body).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304)
    answer = HttpResponse(body, content_type="application/geo+json")
    answer["ETag"] = tag
    answer["Cache-Control"] = "public, max-age=86400" if "v" in request.GET else "no-cache"
    return answer


def _layer(place: int, name: str) -> dict[str, Any]:
    if name in UNIT_LAYERS:
        return _collection(
            (shape, {"id": unit.pk, "code": unit.code, "name": unit.name})
            for unit, shape in territory.boundaries(place=place, levels=UNIT_LAYERS[name], on=_today())
        )
    if name in FEATURE_LAYERS:
        found = territory.map_features(place=place)
        return _collection(
            (row.shape, {"kind": row.kind, "name": row.name, "class": ROAD_CLASSES.get(row.kind, "")})
            for row in found
            if row.kind in FEATURE_LAYERS[name]
        )
    if name == "buildings":
        return _collection(
            (row.footprint, {"name": row.name, "kind": row.kind} | _number(row.name, row.address))
            for row in ledger.footprints(place=place)
            if row.footprint is not None
        )
    raise Http404


def _collection(rows: Iterable[tuple[Any, dict[str, Any]]]) -> dict[str, Any]:
    return feature_collection(rows)


def _today() -> date:
    return timezone.localdate()
