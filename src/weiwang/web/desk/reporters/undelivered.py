"""Messages that did not arrive, and sending them once more."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.audit.rules import AlreadyDoneError
from weiwang.kernel.faults import CodedError
from weiwang.notices import channels
from weiwang.notices import queries as notices
from weiwang.notices.actions import resend
from weiwang.notices.rules import CHANNEL_NAMES, FAILED, STATE_NAMES, NoticeError
from weiwang.territory.rules import Officer
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.reporters import telling
from weiwang.web.desk.reporters.frame import show_tab
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.parts import Tab


def places_of(officer: Officer) -> list[int]:
    return sorted({holding.place for holding in officer.holdings if "notice.keep" in holding.allows})


@needs("notice.keep")
@require_safe
def undelivered(request: DeskRequest) -> HttpResponse:
    asked, places = request.GET.get("state", ""), places_of(request.officer)
    state = asked if asked in FAILED else ""
    counts = notices.failure_counts(places=places)
    context = {
        "rows": telling.messages(notices.failures(places=places, state=state)),
        "views": [_view("", _("All"), sum(counts.values()), state)]
        + [_view(one, _(STATE_NAMES[one]), counts.get(one, 0), state) for one in sorted(FAILED)],
        "set_up": _set_up(),
        "fault": _fault(),
    }
    return show_tab(request, "undelivered.html", context, tab="desk:undelivered")


def _view(state: str, label: str, count: int, current: str) -> Tab:
    query = f"?state={state}" if state else ""
    return Tab(label=label, href=reverse("desk:undelivered") + query, count=count, current=state == current)


def _set_up() -> list[str]:
    return [_(CHANNEL_NAMES[channel]) for channel in channels.ready()]


def _fault() -> str:
    try:
        channels.configured()
    except NoticeError as error:
        return said(error)
    return ""


@needs("notice.keep")
@require_POST
def again(request: DeskRequest, notice_id: UUID) -> HttpResponse:
    """Send one failed message once more."""
    try:
        resend(
            delivery_id=notice_id, places=places_of(request.officer),
            by=request.officer.by_power("notice.keep"), at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip
        messages.success(request, _("It is being sent again."))
    except AlreadyDoneError:
        messages.success(request, _("It is being sent again."))
    except CodedError as error:
        messages.error(request, said(error))
    return HttpResponseRedirect(reverse("desk:undelivered"))
