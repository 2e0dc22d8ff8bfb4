"""The front page, the choice of a sub-district, and how personal data are handled."""

from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from weiwang.cases import queries as cases
from weiwang.kernel.policy import PolicyError
from weiwang.web.portal.frame import show
from weiwang.web.portal.places import COOKIE, Place, chosen, in_a_place, place_at, places
from weiwang.web.portal.remembered import remembered
from weiwang.web.portal.retention import RETENTION

PULSE = timedelta(days=30)
ONE_YEAR = 365 * 24 * 3600


@require_safe
@in_a_place
def home(request: HttpRequest, place: Place) -> HttpResponse:
    pulse = cases.public_pulse(place.id, since=timezone.now() - PULSE)
    context = {
        "pulse": pulse, "days": PULSE.days, "several": len(places()) > 1, "kept": len(remembered(request)),
    }  # fmt: skip
    return show(request, place, "home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest) -> HttpResponse:
    """Choose a sub-district: by its name, or by a position."""
    known = places()
    if request.method != "POST":
        return _choices(request, known)
    wanted = _wanted(request, known)
    if wanted is None:
        return _choices(request, known, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    response = HttpResponseRedirect(_next(request))
    response.set_cookie(
        COOKIE, wanted.code, max_age=ONE_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
    )
    return response


def _choices(request: HttpRequest, known: list[Place], *, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {"places": known, "next": _next(request), "not_found": status != HTTPStatus.OK}
    return show(request, chosen(request, known), "place.html", context, status=status)


def _wanted(request: HttpRequest, known: list[Place]) -> Place | None:
    code = request.POST.get("place", "")
    if code:
        return next((place for place in known if place.code == code), None)
    try:
        return place_at(float(request.POST["lon"]), float(request.POST["lat"]))
    except (KeyError, ValueError):
        return None


def _next(request: HttpRequest) -> str:
    to = request.POST.get("next") or request.GET.get("next") or ""
    return to if url_has_allowed_host_and_scheme(to, allowed_hosts=None) else reverse("portal:home")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is held about people, why, how long, and what this software refuses to do."""
    try:
        policy = RETENTION.read(settings.POLICIES)
    except PolicyError:
        policy = None
    known = places()
    language = get_language() or ""
    context = {
        "policy": policy,
        "notice": policy.table if policy else None,
        "english": language.startswith("en"),
    }
    return show(request, chosen(request, known), "privacy.html", context)
