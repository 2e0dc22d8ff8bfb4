"""What stands around every page of the console, and how its forms answer."""

from collections.abc import Mapping
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from weiwang.territory.rules import Officer
from weiwang.web.console.gates import POWERS, ConsoleRequest
from weiwang.web.ui.pages import render_page
from weiwang.web.ui.parts import NavItem

PLACES = (
    (POWERS, "console:home", gettext_noop("Setting up"), "checklist"),
    (("unit.edit",), "console:units", gettext_noop("Units"), "sitemap"),
    (("staff.manage",), "console:posts", gettext_noop("Posts"), "id-badge-2"),
    (("staff.manage",), "console:people", gettext_noop("People"), "users"),
    (("import.run",), "console:import", gettext_noop("Import"), "upload"),
    (("api.manage",), "console:clients", gettext_noop("Other programs"), "key"),
    (("calendar.keep", "policy.see"), "console:calendar", gettext_noop("Working calendar"), "calendar-event"),
    (("policy.see",), "console:policies", gettext_noop("Policy tables"), "file-text"),
    (("audit.read",), "console:record", gettext_noop("Record"), "history"),
)


def rail(officer: Officer, here: str) -> list[NavItem]:
    """The places this officer may go to; `here` is the name of the page shown."""
    items = [
        NavItem(label=_(word), href=reverse(name), icon=icon, current=name == here)
        for powers, name, word, icon in PLACES
        if any(officer.may(power) for power in powers)
    ]
    if officer.may("case.see"):
        items += _desk()
    return items


def _desk() -> list[NavItem]:
    try:
        return [NavItem(label=_("Desk"), href=reverse("desk:home"), icon="arrow-back-up")]
    except NoReverseMatch:
        return []


def show(
    request: ConsoleRequest, template: str, context: Mapping[str, object], *, here: str,
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    """Answer with a page of the console; nothing of it is kept by caches on the way."""
    whole = {
        "nav": rail(request.officer, here), "home_url": reverse("console:home"), "officer": request.officer,
        **context,
    }  # fmt: skip
    answer = render_page(request, f"console/{template}.html", whole, status=status)
    answer["Cache-Control"] = "private, no-store"
    return answer


def done(request: ConsoleRequest, words: str, name: str, *args: object) -> HttpResponse:
    """Say what was done and lead to a page: the same answer for the first and for a repeated submission."""
    messages.success(request, words)
    return HttpResponseRedirect(reverse(name, args=args))
