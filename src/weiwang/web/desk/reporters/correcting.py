"""Putting right the contact of a reporter, from the card on which it was just looked at."""

from http import HTTPStatus
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from weiwang.cases.actions import Contact
from weiwang.cases.actions.contact_data import correct_contact
from weiwang.cases.actions.privacy import Contacts
from weiwang.kernel.faults import CodedError
from weiwang.web.desk.cases import answer, carried_out
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.offers import Typed
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.gates import confirmed


@needs("reporter.correct")
@require_POST
@confirmed
def correct(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Back to the case, where the contact is hidden again; a refusal shows what was typed."""
    post = request.POST
    typed = Contact(post.get("name", ""), post.get("phone", ""), post.get("email", ""))
    reason = post.get("reason", "")

    def correct_it() -> str:
        correct_contact(
            case_id=case_id, contact=typed, reason=reason, by=request.officer, at=timezone.now(),
            submission=submission_key(request),
        )  # fmt: skip
        return _("The contact was corrected. Messages go to the new one from now on.")

    def again(error: CodedError) -> HttpResponse:
        shown = Contacts(typed.name, typed.phone, typed.email, ())
        asked = Typed("correct", reason, error=said(error), submission=submission_key(request) or "")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return answer(request, case_id, status=status, typed=asked, reporter=shown)

    return carried_out(request, case_id, correct_it, again)
