"""A duty of one's own post: recorded as done with one press, taken back the same day."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from weiwang.audit.rules import AlreadyDoneError
from weiwang.duties import actions
from weiwang.duties.rules import DutyError
from weiwang.kernel.text import TextError
from weiwang.web.field.gate import FieldRequest, field_officer
from weiwang.web.field.today import page
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said


@require_POST
@field_officer
def done(request: FieldRequest, task_id: UUID) -> HttpResponse:
    """Record it; a few words may come with it."""
    note = request.POST.get("note", "")
    return _carried_out(
        request,
        lambda: actions.record_done(
            task_id=task_id,
            by=request.officer,
            at=timezone.now(),
            note=note,
            submission=submission_key(request),
        ),
        _("Recorded as done."),
        lambda error, status: page(request, error=error, typed={task_id: note}, status=status),
    )


@require_POST
@field_officer
def taken_back(request: FieldRequest, task_id: UUID) -> HttpResponse:
    return _carried_out(
        request,
        lambda: actions.take_back(
            task_id=task_id, by=request.officer, at=timezone.now(), submission=submission_key(request)
        ),
        _("It is open again."),
        lambda error, status: page(request, error=error, status=status),
    )


def _carried_out(
    request: FieldRequest,
    act: Callable[[], object],
    words: str,
    again: Callable[[str, int], HttpResponse],
) -> HttpResponse:
    try:
        act()
    except AlreadyDoneError:
        pass  # a second press answers as the first did
    except TextError as error:
        return again(said(error), HTTPStatus.UNPROCESSABLE_ENTITY)
    except DutyError as error:
        if error.code == "task.unknown":
            raise Http404 from error
        return again(said(error), HTTPStatus.CONFLICT)
    messages.success(request, words)
    return HttpResponseRedirect(reverse("field:today"))
