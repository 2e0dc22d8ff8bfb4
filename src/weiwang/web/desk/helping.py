"""Help while a report is taken: kinds that may fit, and open cases that may be the same."""

from datetime import datetime

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from weiwang.cases import neighbours, permissions, queries, suggestions
from weiwang.cases.neighbours import Near
from weiwang.cases.rules import CaseError
from weiwang.territory.rules import Officer
from weiwang.web.desk import words
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.whereabouts import foresight, lists, number, read_where
from weiwang.web.ui.nearness import why
from weiwang.web.ui.parts import Offered, Same


@needs("case.intake")
@require_POST
def kinds(request: DeskRequest) -> HttpResponse:
    """The kinds that may fit what is being written."""
    table, language = queries.categories(), get_language() or ""
    offered = [
        Offered(
            value=hint.code, label=table[hint.code].name(language), icon=table[hint.code].icon,
            sure=_(hint.sure), because=_("”, “").join(hint.evidence),
        )
        for hint in suggestions.hints(request.POST.get("text", ""))
    ]  # fmt: skip
    return render(request, "ui/parts/offered.html", {"offered": offered, "name": "category"})


@needs("case.intake")
@require_POST
def near(request: DeskRequest) -> HttpResponse:
    """Open cases nearby that may be what the caller means."""
    return render(request, "desk/parts/near.html", {"same": same_nearby(request, at=timezone.now())})


@needs("case.intake")
@require_POST
def where(request: DeskRequest) -> HttpResponse:
    """The lists that fit the words so far, and what will become of a report from here."""
    place, at = place_of(request.officer), timezone.now()
    values = {"lists": lists(place, timezone.localdate(at), request.POST), "foresight": ahead(request, at)}
    return render(request, "desk/parts/where.html", values)


def ahead(request: DeskRequest, at: datetime) -> str:
    post, place = request.POST, place_of(request.officer)
    lon, lat = _degrees(post, "lon"), _degrees(post, "lat")
    try:
        spot = read_where(place, post, lon=lon, lat=lat, address=post.get("address", ""))
    except CaseError:
        return ""
    return foresight(place, spot, at)


def place_of(officer: Officer) -> int:
    """The sub-district this officer takes reports for."""
    return next(holding.place for holding in officer.holdings if "case.intake" in holding.allows)


def same_nearby(request: DeskRequest, *, at: datetime) -> list[Same]:
    post, officer = request.POST, request.officer
    place = place_of(officer)
    try:
        where = read_where(
            place, post, lon=_degrees(post, "lon"), lat=_degrees(post, "lat"), address=post.get("address", "")
        )
    except CaseError:
        return []
    found = neighbours.near_words(
        permissions.visible_to(officer), place=place, text=post.get("text", ""),
        category=post.get("category", ""), lon=where.lon, lat=where.lat,
        unit_id=where.unit_id or number(post.get("community", "")), at=at, public=False,
    )  # fmt: skip
    return [said(one) for one in found]


def said(one: Near) -> Same:
    """An open case as somebody who may see it reads it, with why it may be the same."""
    seen, state = one.evidence, words.state_words()[one.state]
    return Same(
        title=one.title,
        lines=(
            _(" · ").join((one.number, state.word, one.address or one.unit_name)),
            why(metres=seen.metres, same_kind=seen.same_kind, shared=seen.shared, apart=seen.apart),
        ),
        picture=f"{reverse('desk:photo', args=[one.photo])}?small=1" if one.photo else "",
        href=reverse("desk:case", args=[one.case_id]),
        join=str(one.case_id),
    )  # fmt: skip


def _degrees(post: QueryDict, name: str) -> float | None:
    try:
        found = float(post.get(name, ""))
    except ValueError:
        return None
    return found if abs(found) <= 180 else None
