"""Noting why a matter arose, from its page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.actions import note_cause
from weiwang.kernel.faults import CodedError
from weiwang.web.desk.cases import case_url, file_for, read_typed, refused
from weiwang.web.desk.gates import DeskRequest, needs


@needs("case.see")
@require_POST
def note(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Note the cause; back to the case."""
    file_for(request, case_id)
    asked = read_typed(request)
    try:
        note_cause(
            case_id=case_id, code=request.POST.get("cause", "")[:24], words=asked.note, by=request.officer,
            at=timezone.now(), submission=asked.submission or None,
        )  # fmt: skip
    except AlreadyDoneError:
        return HttpResponseRedirect(case_url(case_id))
    except CodedError as error:
        return refused(request, case_id, asked, error)
    messages.success(request, _("The cause has been recorded."))
    return HttpResponseRedirect(case_url(case_id))
