"""Help while somebody writes: kinds that may fit, and what neighbours have reported already.

Posted, so that words and positions stand in no log. Nothing is kept, nothing is decided.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.cases import neighbours, suggestions
from weiwang.cases import queries as cases
from weiwang.cases.actions import Whereabouts
from weiwang.cases.actions.files import photo_path
from weiwang.cases.neighbours import Near
from weiwang.cases.rules import State
from weiwang.web.portal import words
from weiwang.web.portal.frame import show
from weiwang.web.portal.limits import HELPED, address
from weiwang.web.portal.places import Place, in_a_place
from weiwang.web.ui.nearness import why
from weiwang.web.ui.pages import error_page
from weiwang.web.ui.parts import Offered, Same


@require_POST
@in_a_place
def kinds(request: HttpRequest, place: Place) -> HttpResponse:
    """The part with the kinds that may fit what is being written."""
    offered = kinds_for(request.POST.get("text", "")) if _allowed(request) else []
    return show(request, place, "parts/kinds.html", {"offered": offered})


def kinds_for(text: str) -> list[Offered]:
    table, language = cases.categories(), get_language() or ""
    return [
        Offered(
            value=hint.code, label=table[hint.code].public_name(language), icon=table[hint.code].icon,
            sure=_(hint.sure), because=_("”, “").join(hint.evidence),
        )
        for hint in suggestions.hints(text)
    ]  # fmt: skip


@require_POST
@in_a_place
def near(request: HttpRequest, place: Place) -> HttpResponse:
    """The part with what was reported nearby and may be the same."""
    where = where_typed(request.POST) if _allowed(request) else None
    found = same_nearby(place, request.POST, where, at=timezone.now()) if where else []
    return show(request, place, "parts/near.html", {"same": found})


def _allowed(request: HttpRequest) -> bool:
    return HELPED.take(address(request), at=timezone.now())


def where_typed(sent: Mapping[str, str]) -> Whereabouts | None:
    """The place on the form so far: a pin, else a unit; None where there is neither."""
    try:
        lon, lat = float(sent.get("lon", "")), float(sent.get("lat", ""))
    except ValueError:
        unit = sent.get("unit", "")
        known = unit.isascii() and unit.isdigit() and len(unit) < 19
        return Whereabouts(unit_id=int(unit)) if known else None
    return Whereabouts(lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None


def same_nearby(place: Place, sent: Mapping[str, Any], where: Whereabouts, *, at: datetime) -> list[Same]:
    """What neighbours reported that may be the same. Shown of it: kind, place, time and state."""
    found = neighbours.near_words(
        neighbours.public_open(place.id), place=place.id, text=sent.get("text", ""),
        category=sent.get("category", ""), lon=where.lon, lat=where.lat, unit_id=where.unit_id, at=at,
        public=True,
    )  # fmt: skip
    return [_said(one) for one in found]


def _said(one: Near) -> Same:
    category = cases.categories()[one.category].public_name(get_language() or "")
    facts = {"unit": one.unit_name, "when": words.moment(one.reported_at)}
    people = ngettext("%(count)s person so far", "%(count)s people so far", one.people) % {
        "count": one.people
    }
    seen = one.evidence
    return Same(
        title=f"{category} · {words.state_name(State(one.state))}",
        lines=(
            _("%(unit)s, reported %(when)s") % facts + _(" · ") + people,
            why(metres=seen.metres, same_kind=seen.same_kind, shared=seen.shared, apart=seen.apart),
        ),
        picture=reverse("portal:near-photo", args=[one.photo]) if one.photo else "",
        join=str(one.case_id),
    )  # fmt: skip


@require_safe
@in_a_place
def near_photo(request: HttpRequest, place: Place, photo_id: UUID) -> HttpResponse:
    """The small picture of an open report whose reporter lets neighbours see it."""
    found = neighbours.public_photo(place.id, photo_id)
    path = photo_path(found, small=True) if found is not None else None
    if path is None or not path.is_file():
        return error_page(request, 404)
    response = HttpResponse(path.read_bytes(), content_type="image/jpeg")
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Cache-Control"] = "private, max-age=300"
    return response
