"""Which sub-district a visitor means: the only one, or the one they chose once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from weiwang.kernel.geo import Match
from weiwang.territory import queries as territory

COOKIE = "portal_place"
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Place:
    """A sub-district as the portal needs it."""

    id: int
    code: str
    name: str
    path: str
    is_demo: bool
    is_only: bool = True


def places() -> list[Place]:
    known = territory.places()
    return [Place(u.pk, u.code, u.name, u.path, u.is_demo, len(known) == 1) for u in known]


def chosen(request: HttpRequest, known: list[Place]) -> Place | None:
    """The only place, the one a link names, or the one in the visitor's cookie; None: they have to choose."""
    if len(known) == 1:
        return known[0]
    named = (request.GET.get("in"), request.COOKIES.get(COOKIE))
    return next((place for code in named for place in known if place.code == code), None)


def place_at(lon: float, lat: float) -> Place | None:
    """The sub-district a point lies in."""
    for place in places():
        landing = territory.locate(place=place.id, lon=lon, lat=lat)
        if landing.located.match is not Match.OUTSIDE:
            return place
    return None


def in_a_place(
    view: Callable[Concatenate[HttpRequest, Place, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Hand the sub-district to the view; ask for it first when there are several."""

    def placed(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        known = places()
        if not known:
            return render(request, "portal/not_ready.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
        place = chosen(request, known)
        if place is None:
            back: dict[str, Any] = {"next": request.get_full_path()} if request.method == "GET" else {}
            return HttpResponseRedirect(f"{reverse('portal:place')}?{urlencode(back)}")
        return view(request, place, *args, **kwargs)

    update_wrapper(placed, view)
    return placed
