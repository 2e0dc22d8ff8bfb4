"""The tabs above every page about those who report."""

from collections.abc import Mapping
from http import HTTPStatus

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest
from weiwang.web.ui.parts import Tab

# power, name of the page, word
TABS = (
    ("reporter.contact", "desk:contacts", gettext_noop("To be contacted")),
    ("reporter.contact", "desk:satisfaction", gettext_noop("Feedback")),
    ("hotline.keep", "desk:orders", gettext_noop("Hotline orders")),
    ("notice.keep", "desk:undelivered", gettext_noop("Messages that failed")),
)


def show_tab(
    request: DeskRequest,
    template: str,
    context: Mapping[str, object],
    *,
    tab: str,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Answer with a page under the tabs; `tab` is the page name of the one it belongs to."""
    rows = [
        Tab(label=_(word), href=reverse(name), current=name == tab)
        for power, name, word in TABS
        if request.officer.may(power)
    ]
    return show(
        request, f"desk/reporters/{template}", {"tabs": rows, **context}, here="desk:contacts", status=status
    )
