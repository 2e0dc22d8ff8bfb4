"""What stands around every page of the portal."""

from collections.abc import Mapping
from http import HTTPStatus
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from weiwang.web.portal.places import Place
from weiwang.web.ui.pages import render_page
from weiwang.web.ui.parts import NavItem


def nav(request: HttpRequest) -> list[NavItem]:
    """The three doors, also at the top of every page."""
    doors = (
        (_("Report something"), "portal:report", "message"),
        (_("Follow"), "portal:follow", "list-search"),
        (_("My grid"), "portal:grid", "map-pin"),
    )
    found = [(label, reverse(name), icon) for label, name, icon in doors]
    return [NavItem(label=label, href=to, icon=icon, current=request.path == to) for label, to, icon in found]


def show(
    request: HttpRequest, place: Place | None, template: str, context: Mapping[str, object] | None = None, *,
    part: str | None = None, status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    """Answer with a page of the portal."""
    around: dict[str, object] = {"nav": nav(request), "home_url": reverse("portal:home")}
    if place is not None:
        around |= {"place": place, "place_name": place.name, "demo_notice": place.is_demo}
    return render_page(request, f"portal/{template}", around | dict(context or {}), part=part, status=status)


def private(response: HttpResponse) -> HttpResponse:
    """Keep a page behind a private link out of search engines, caches and other sites.

    The referrer policy is `same-origin` and not `no-referrer`, because with the latter browsers send
    `Origin: null` with every form and the check against forged forms would refuse the feedback.
    """
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def submission_of(request: HttpRequest) -> str:
    """The submission key of a form, as its page made it; a new one when it is none."""
    try:
        return str(UUID(request.POST.get("submission_key", "")))
    except ValueError:
        return str(uuid4())
