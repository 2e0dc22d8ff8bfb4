"""The tabs above every page of people and duties."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from weiwang.territory.rules import Officer
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest
from weiwang.web.ui.parts import Tab

# power, name of the page, word
TABS = (
    ("unit.see", "desk:teams", gettext_noop("Overview")),
    ("unit.see", "desk:posts", gettext_noop("Posts")),
    ("unit.see", "desk:party", gettext_noop("Party branches")),
    ("body.see", "desk:bodies", gettext_noop("Self-governance bodies")),
    ("body.see", "desk:charts", gettext_noop("Three by three")),
    ("duty.see", "desk:duties", gettext_noop("Duty lists")),
    ("patrol.see", "desk:patrols", gettext_noop("Patrol force")),
)
# what stands under one of the tabs, as a second row
UNDER = {
    "desk:patrols": (
        ("patrol.see", "desk:patrols", gettext_noop("Teams and beats")),
        ("patrol.see", "desk:rota", gettext_noop("Rota")),
        ("patrol.plan", "desk:patrol-leave", gettext_noop("Leave of patrols")),
        ("patrol.see", "desk:patrol-swaps", gettext_noop("Swaps")),
    ),
}
TAB_OF = {name: tab for tab, rows in UNDER.items() for _power, name, _word in rows}


def show_tab(
    request: DeskRequest,
    template: str,
    context: Mapping[str, object],
    *,
    tab: str,
    part: str | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Answer with a page under the tabs; `tab` is the page name of the one it belongs to."""
    upper = TAB_OF.get(tab, tab)
    rows = {
        "tabs": _row(request.officer, TABS, upper),
        "views": _row(request.officer, UNDER.get(upper, ()), tab),
    }
    return show(request, template, rows | dict(context), here="desk:teams", part=part, status=status)


def _row(officer: Officer, places: Sequence[tuple[str, str, str]], current: str) -> list[Tab]:
    return [
        Tab(label=_(word), href=reverse(name), current=name == current)
        for power, name, word in places
        if officer.may(power)
    ]
