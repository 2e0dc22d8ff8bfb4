"""The public page of cases: a map of micro-grids and the same as a table."""

from collections import Counter
from dataclasses import dataclass

import shapely
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from weiwang.cases.public_map import MOST, SINCE, Shown, on_map, shown
from weiwang.kernel.geo import feature_collection
from weiwang.territory import queries as territory
from weiwang.territory.rules import Level
from weiwang.web.portal.frame import show
from weiwang.web.portal.places import Place, in_a_place
from weiwang.web.ui.parts import Tone

FRESH = 300  # seconds a page may be old


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the table, every word ready."""

    category: str
    unit: str
    state: str
    tone: Tone
    reported: str
    closed: str


@require_safe
@in_a_place
@cache_control(max_age=FRESH)
def cases(request: HttpRequest, place: Place) -> HttpResponse:
    found, language = shown(place=place.id, at=timezone.now()), get_language() or ""
    kinds = sorted({one.public_name(language) for one in on_map().values()})
    context = {
        "lines": [line(one, language) for one in found], "kinds": kinds, "days": SINCE.days,
        "most": MOST if len(found) == MOST else 0,
        "open": sum(not one.is_closed for one in found), "closed": sum(one.is_closed for one in found),
        "map_url": f"{reverse('portal:cases-map')}?in={place.code}",
    }  # fmt: skip
    return show(request, place, "cases.html", context)


def line(one: Shown, language: str) -> Line:
    word, tone = state_of(closed=one.is_closed)
    return Line(
        one.category.public_name(language), one.unit_name, word, tone,
        date_format(one.reported_on, "m-d"), date_format(one.closed_on, "m-d") if one.closed_on else "",
    )  # fmt: skip


def state_of(*, closed: bool) -> tuple[str, Tone]:
    return (_("settled"), "cleared") if closed else (_("being worked on"), "action")


@require_safe
@in_a_place
@cache_control(max_age=FRESH)
def cases_map(_request: HttpRequest, place: Place) -> HttpResponse:
    """What the map draws: the public base, and a point in each unit that has such cases."""
    base = (("water", "water"), ("buildings", "building"), ("roads", "road"), ("units-micro", "boundary"))
    layers = [
        {"id": name, "kind": kind, "url": reverse("rest:map-layer", args=[place.id, name])}
        for name, kind in base
    ]
    points = f"{reverse('portal:cases-points')}?in={place.code}"
    layers.append({"id": "cases", "kind": "points", "url": points})
    shapes = territory.boundaries(place=place.id, levels=Level, on=timezone.localdate())
    bounds = [round(float(edge), 6) for edge in shapely.total_bounds([shape for _unit, shape in shapes])]
    labels = {"tone-action": _("being worked on"), "tone-cleared": _("settled")}
    return JsonResponse({"bounds": bounds, "layers": layers, "labels": labels})


@require_safe
@in_a_place
@cache_control(max_age=FRESH)
def cases_points(_request: HttpRequest, place: Place) -> HttpResponse:
    """For every case the same point inside its unit, never where the case is; so clusters count cases."""
    found = shown(place=place.id, at=timezone.now())
    whole, inside = Counter(one.unit_id for one in found), {}
    for unit, shape in territory.boundaries(place=place.id, levels=Level, on=timezone.localdate()):
        if unit.pk in whole:
            inside[unit.pk] = shape.representative_point()
    points = [(inside[one.unit_id], said(one, whole[one.unit_id])) for one in found if one.unit_id in inside]
    return JsonResponse(feature_collection(points))


def said(one: Shown, whole: int) -> dict[str, str]:
    words = ngettext("%(unit)s: %(count)s case", "%(unit)s: %(count)s cases", whole)
    return {
        "name": words % {"unit": one.unit_name, "count": whole},
        "tone": state_of(closed=one.is_closed)[1],
    }
