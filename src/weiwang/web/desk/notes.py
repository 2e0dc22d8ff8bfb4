"""Words beside the steps of a case: notes, and posts that are asked to help."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.actions import add_note, ask_to_help, end_help
from weiwang.kernel.faults import CodedError
from weiwang.web.desk.cases import answer, case_url, file_for
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.offers import Typed
from weiwang.web.desk.whereabouts import number
from weiwang.web.ui.faults import said


def carried_out(
    request: DeskRequest, case_id: UUID, name: str, deed: Callable[[], object], done: str
) -> HttpResponse:
    """Do it and go back to the case; a refusal shows the page again with what was typed."""
    file_for(request, case_id)
    try:
        deed()
    except AlreadyDoneError:
        return HttpResponseRedirect(case_url(case_id))
    except CodedError as error:
        post = request.POST.get
        typed = Typed(
            step=name, note=post("note", ""), target=number(post("helper", "")), error=said(error),
            submission=post("submission_key", ""), public="public" in request.POST,
        )  # fmt: skip
        return answer(request, case_id, status=HTTPStatus.UNPROCESSABLE_ENTITY, typed=typed)
    messages.success(request, _(done))
    return HttpResponseRedirect(case_url(case_id))


@needs("case.see")
@require_POST
def note(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """A note for colleagues, or with the tick for the reporter."""
    public = "public" in request.POST
    done = gettext_lazy("The reporter can read it now.") if public else gettext_lazy("Saved for colleagues.")
    return carried_out(
        request, case_id, "note",
        lambda: add_note(
            case_id=case_id, by=request.officer, at=timezone.now(), note=request.POST.get("note", ""),
            public=public, submission=request.POST.get("submission_key") or None,
        ),
        str(done),
    )  # fmt: skip


@needs("case.see")
@require_POST
def help_asked(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Another post is asked to help."""
    return carried_out(
        request, case_id, "help",
        lambda: ask_to_help(
            case_id=case_id, post_id=number(request.POST.get("helper", "")) or 0, by=request.officer,
            at=timezone.now(), note=request.POST.get("note", ""),
            submission=request.POST.get("submission_key") or None,
        ),
        str(gettext_lazy("The post can see the case now and has received your message.")),
    )  # fmt: skip


@needs("case.see")
@require_POST
def help_over(request: DeskRequest, case_id: UUID) -> HttpResponse:
    return carried_out(
        request, case_id, "help_over",
        lambda: end_help(
            case_id=case_id, post_id=number(request.POST.get("helper", "")) or 0, by=request.officer,
            at=timezone.now(), submission=request.POST.get("submission_key") or None,
        ),
        str(gettext_lazy("The post no longer helps with this case.")),
    )  # fmt: skip
