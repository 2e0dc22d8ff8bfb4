"""Making a case urgent, or ordinary again, from its page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.actions import set_urgency
from weiwang.kernel.faults import CodedError
from weiwang.web.desk.cases import case_url, file_for, read_typed, refused
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.whereabouts import number


@needs("case.urgency")
@require_POST
def urgency(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Set it with a reason; back to the case, whose clock is counted again."""
    file_for(request, case_id)
    asked, urgent = read_typed(request), request.POST.get("urgent") == "yes"
    try:
        set_urgency(
            case_id=case_id, urgent=urgent, reason=asked.note, by=request.officer, at=timezone.now(),
            seen_version=number(request.POST.get("seen_version", "")) or 0,
            submission=asked.submission or None,
        )  # fmt: skip
    except AlreadyDoneError:
        return HttpResponseRedirect(case_url(case_id))
    except CodedError as error:
        return refused(request, case_id, asked, error)
    told = _("The case is urgent now; its limit is counted anew.") if urgent else _("It is no longer urgent.")
    messages.success(request, told)
    return HttpResponseRedirect(case_url(case_id))
