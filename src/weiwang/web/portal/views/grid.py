"""Which grid am I in, and who is responsible for it."""

from dataclasses import dataclass
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from weiwang.territory import queries as territory
from weiwang.territory.rules import LEVEL_NAMES, Level
from weiwang.web.portal.frame import show
from weiwang.web.portal.places import Place, in_a_place, places
from weiwang.web.portal.spots import NOWHERE, communities, find_buildings, where_words


@require_http_methods(["GET", "HEAD", "POST"])
@in_a_place
def grid(request: HttpRequest, place: Place) -> HttpResponse:
    """By position (posted, so that it stands in no log), or by address from the list."""
    if request.method == "POST":
        return _by_position(request, place)
    return _page(request, place)


def _by_position(request: HttpRequest, place: Place) -> HttpResponse:
    spot = where_words(request.POST, place)
    if spot == NOWHERE or spot.place is None:
        return _page(request, place, outside=True, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    more = {"in": spot.place.code} | ({"near": "1"} if spot.approximate else {})
    return HttpResponseRedirect(f"{reverse('portal:unit', args=[spot.code])}?{urlencode(more)}")


def _page(
    request: HttpRequest, place: Place, *, outside: bool = False, status: int = HTTPStatus.OK
) -> HttpResponse:
    finding = find_buildings(place, request.GET)
    units = {one.unit_id for one in finding.buildings if one.unit_id is not None}
    codes = territory.codes_of(units)
    rows = [(one.label, codes[one.unit_id]) for one in finding.buildings if one.unit_id in codes]
    context = {
        "finding": finding, "rows": rows, "outside": outside, "communities": communities(place),
        "unit": request.GET.get("unit", ""),
    }  # fmt: skip
    return show(request, place, "grid.html", context, part="found", status=status)


@dataclass(frozen=True, slots=True)
class Rung:
    """One unit on the way up, with those whose names stand on its notice board."""

    level: str
    name: str
    code: str
    people: list[tuple[str, str]]  # post, names; no telephone


@require_safe
@in_a_place
def unit(request: HttpRequest, place: Place, code: str) -> HttpResponse:
    """A grid with the units above it and the people on their notice boards."""
    place = next((one for one in places() if one.code == request.GET.get("in")), place)
    found = territory.unit_by_code(place=place.id, code=code)
    if found is None or found.level in {Level.SUBDISTRICT, Level.DISTRICT}:
        raise Http404
    context = {"unit": found, "rungs": _rungs(place, found.path), "near": "near" in request.GET}
    return show(request, place, "unit.html", context)


def _rungs(place: Place, path: str) -> list[Rung]:
    """From the smallest unit up to the community."""
    units = [u for u in territory.ancestors(path) if u.level not in {Level.SUBDISTRICT, Level.DISTRICT}]
    kinds = territory.post_table().kinds
    people: dict[int, list[tuple[str, str]]] = {}
    for post in territory.people_of(place=place.id, unit_ids=[u.pk for u in units], at=timezone.now()):
        if kinds[post.kind].on_board:
            names = _(", ").join(post.names) if post.names else _("vacant at present")
            people.setdefault(post.unit_id, []).append((post.name, names))
    return [
        Rung(_(LEVEL_NAMES[Level(u.level)]), u.name, u.code, people.get(u.pk, [])) for u in reversed(units)
    ]
