"""Whoever left a contact hears from us within a day: those who still wait, and noting a contact."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.cases import contacts, permissions
from weiwang.cases.actions import note_contact
from weiwang.cases.contacts import Waiting
from weiwang.cases.promises import How, share_of_contact
from weiwang.web.desk import words
from weiwang.web.desk.cases import answer, carried_out
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.offers import Typed
from weiwang.web.desk.reporters.frame import show_tab
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.clocks import time_left
from weiwang.web.ui.faults import said
from weiwang.web.ui.parts import Tone, clock_tone


@dataclass(frozen=True, slots=True)
class Line:
    """One case whose reporter waits, with its light."""

    case: Waiting
    percent: int
    left: str
    tone: Tone
    channel: str
    reported: str


@needs("reporter.contact")
@require_safe
def waiting(request: DeskRequest) -> HttpResponse:
    at, visible = timezone.now(), permissions.visible_to(request.officer)
    rows = [line(case, at) for case in contacts.not_contacted(visible)]
    counts = contacts.contact_counts(visible, at=at)
    return show_tab(request, "contacts.html", {"rows": rows, "counts": counts}, tab="desk:contacts")


def line(case: Waiting, at: datetime) -> Line:
    percent = share_of_contact(since=case.reported_at, due_at=case.contact_due_at, at=at)
    return Line(
        case, percent, time_left(case.contact_due_at, at), clock_tone(percent),
        words.channel_word(case.channel), words.moment_words(case.reported_at),
    )  # fmt: skip


@needs("reporter.contact")
@require_POST
def note(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Note a contact, or a try; back to the case."""
    text = request.POST.get("words", "")
    how, reached = request.POST.get("how", ""), request.POST.get("reached", "")
    if how not in set(How) or reached not in {"yes", "no"}:
        return _again(request, case_id, text, _("Choose how, and whether they were reached."))

    def write() -> str:
        note_contact(
            case_id=case_id, how=How(how), reached=reached == "yes", words=text, by=request.officer,
            at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip
        return (
            _("Recorded: the reporter was contacted.")
            if reached == "yes"
            else _("Recorded: not reached yet.")
        )

    return carried_out(request, case_id, write, lambda error: _again(request, case_id, text, said(error)))


def _again(request: DeskRequest, case_id: UUID, text: str, sentence: str) -> HttpResponse:
    typed = Typed(step="contact", note=text, error=sentence, submission=submission_key(request) or "")
    return answer(request, case_id, status=HTTPStatus.UNPROCESSABLE_ENTITY, typed=typed)
