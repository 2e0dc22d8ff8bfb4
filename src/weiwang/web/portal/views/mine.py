"""My reports on this phone: where each stands; put one on the list, take one or all off."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from weiwang.cases import queries as cases
from weiwang.cases.links import private_token
from weiwang.cases.progress import Head, by_token, heads
from weiwang.cases.rules import FINAL
from weiwang.web.portal import words
from weiwang.web.portal.frame import private, show
from weiwang.web.portal.places import Place, in_a_place
from weiwang.web.portal.remembered import remember, remembered
from weiwang.web.portal.views.case import gone
from weiwang.web.ui.parts import Tone


@dataclass(frozen=True, slots=True)
class Line:
    """One report of the list, every word ready."""

    head: Head
    href: str
    title: str
    icon: str
    state: str
    tone: Tone
    reported: str
    promised: str


@require_safe
@in_a_place
def mine(request: HttpRequest, place: Place) -> HttpResponse:
    found = [line(head) for head in heads(remembered(request))]
    return private(show(request, place, "mine.html", {"lines": found}))


def line(head: Head) -> Line:
    category = cases.categories().get(head.category)
    name = category.public_name(get_language() or "") if category else head.category
    return Line(
        head, reverse("portal:case", args=[head.page_id, private_token(head.page_id)]), head.title or name,
        category.icon if category else "message", words.state_name(head.state), words.state_tone(head.state),
        words.moment(head.reported_at), "" if head.state in FINAL else words.moment(head.promised_at),
    )  # fmt: skip


@require_POST
def keep(request: HttpRequest, case_id: UUID, token: str) -> HttpResponse:
    """Remember this report on this phone."""
    seen = by_token(case_id, token)
    if seen is None:
        return gone(request)
    response = HttpResponseRedirect(reverse("portal:mine"))
    others = [page for page in remembered(request) if page != seen.case_id]
    remember(response, request, [seen.case_id, *others])
    return response


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Take one report off the list, or all of them; the reports themselves stay."""
    one = request.POST.get("page", "")
    response = HttpResponseRedirect(reverse("portal:mine"))
    remember(response, request, [page for page in remembered(request) if one and page.hex != one])
    return response
