"""What stands around every page of the desk: the rail with what one's posts allow, and nothing else."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from django.http import HttpResponse
from django.urls import NoReverseMatch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from weiwang.territory.rules import Officer
from weiwang.web.desk.gates import DeskRequest
from weiwang.web.ui.addresses import address
from weiwang.web.ui.pages import render_page
from weiwang.web.ui.parts import NavItem

# powers (one of them is enough), name of the page, word, icon
PLACES = (
    (("case.see",), "desk:worklist", gettext_noop("Worklist"), "checklist"),
    (("case.dispatch",), "desk:dispatch", gettext_noop("Dispatch desk"), "send"),
    (("case.intake",), "desk:intake", gettext_noop("Take a report"), "phone"),
    (("reporter.contact",), "desk:contacts", gettext_noop("Reporters"), "message"),
    (("case.see",), "desk:inbox", gettext_noop("My messages"), "bell"),
    (("whistle.see", "whistle.answer"), "desk:whistles", gettext_noop("Whistles"), "speakerphone"),
    (("case.dispatch",), "desk:parted", gettext_noop("Cases with parts"), "stack-2"),
    (("board.see",), "desk:board", gettext_noop("Zero board"), "layout-grid"),
    (("case.see",), "desk:again", gettext_noop("Causes and topics"), "repeat"),
    (("unit.see",), "desk:grids", gettext_noop("Grids"), "sitemap"),
    (("plan.see",), "desk:plans", gettext_noop("Planning"), "map-2"),
    (("unit.see",), "desk:teams", gettext_noop("People and duties"), "users"),
)
CALLED = ("whistle.answer", "warning.take")  # who sees at once what calls for an answer
CONSOLE_POWERS = ("staff.manage", "unit.edit", "import.run", "policy.see", "audit.read")


def may_enter(officer: Officer, powers: Sequence[str]) -> bool:
    return any(officer.may(power) for power in powers)


def rail(officer: Officer, here: str) -> list[NavItem]:
    """The places this officer may go to; `here` is the name of the page shown."""
    items = [
        NavItem(label=_(word), href=address(name), icon=icon, current=name == here)
        for powers, name, word, icon in PLACES
        if may_enter(officer, powers)
    ]
    if may_enter(officer, CONSOLE_POWERS):
        items += _console()
    return items


def _console() -> list[NavItem]:
    try:
        return [NavItem(label=_("Setting up"), href=address("console:home"), icon="settings")]
    except NoReverseMatch:
        return []


def show(
    request: DeskRequest,
    template: str,
    context: Mapping[str, object],
    *,
    here: str,
    part: str | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Answer with a page of the desk; nothing of it is kept by caches on the way."""
    whole = {
        "nav": rail(request.officer, here),
        "home_url": address("desk:home"),
        "officer": request.officer,
        "is_called": may_enter(request.officer, CALLED),
        **context,
    }
    answer = render_page(request, template, whole, part=part, status=status)
    answer["Cache-Control"] = "private, no-store"
    return answer
