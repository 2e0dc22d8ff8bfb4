"""Putting a duplicate to the case that is there, and taking that back, from the case page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.actions import merge_cases, unmerge_case
from weiwang.kernel.faults import CodedError
from weiwang.web.desk.cases import case_url, file_for, read_typed, refused
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.intake import read_id
from weiwang.web.desk.whereabouts import number


@needs("case.register")
@require_POST
def merge(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """End this case as a duplicate of another one."""
    file_for(request, case_id)
    asked = read_typed(request)
    try:
        merge_cases(
            duplicate=case_id, into=read_id(request.POST.get("into", "")), by=request.officer,
            at=timezone.now(), seen_version=number(request.POST.get("seen_version", "")) or 0,
            note=asked.note, submission=asked.submission or None,
        )  # fmt: skip
    except AlreadyDoneError:
        return HttpResponseRedirect(case_url(case_id))
    except CodedError as error:
        return refused(request, case_id, asked, error)
    messages.success(request, _("Merged. The reporter now follows the other case. You can undo this."))
    return HttpResponseRedirect(case_url(case_id))


@needs("case.register")
@require_POST
def unmerge(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Take a merge back, with a reason."""
    file_for(request, case_id)
    asked = read_typed(request)
    try:
        unmerge_case(
            case_id=case_id, by=request.officer, at=timezone.now(),
            seen_version=number(request.POST.get("seen_version", "")) or 0, note=asked.note,
            submission=asked.submission or None,
        )  # fmt: skip
    except AlreadyDoneError:
        return HttpResponseRedirect(case_url(case_id))
    except CodedError as error:
        return refused(request, case_id, asked, error)
    messages.success(request, _("Undone. State, owner and clock are as they were before."))
    return HttpResponseRedirect(case_url(case_id))
