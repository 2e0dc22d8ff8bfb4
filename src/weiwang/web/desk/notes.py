"""Words beside the steps of a case: notes, and posts that are asked to help."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from weiwang.cases.actions import add_note, ask_to_help, end_help
from weiwang.kernel.faults import CodedError
from weiwang.web.desk.cases import answer, carried_out, sound
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.offers import NoteFiles, Typed
from weiwang.web.desk.whereabouts import number
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said


def again(request: DeskRequest, case_id: UUID, name: str) -> Callable[[CodedError], HttpResponse]:
    """The page once more with what was typed into the form of this name, and why it was refused."""

    def shown(error: CodedError) -> HttpResponse:
        post = request.POST.get
        typed = Typed(
            step=name, note=post("note", ""), target=number(post("helper", "")), error=said(error),
            submission=post("submission_key", ""), public="public" in request.POST,
        )  # fmt: skip
        return answer(request, case_id, status=HTTPStatus.UNPROCESSABLE_ENTITY, typed=typed)

    return shown


@needs("case.see")
@require_POST
def note(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """A note for colleagues, or with the tick for the reporter."""
    public = "public" in request.POST

    def write() -> str:
        add_note(
            case_id=case_id, by=request.officer, at=timezone.now(), note=request.POST.get("note", ""),
            public=public, papers=sound(NoteFiles(request.POST, request.FILES))["papers"],
            submission=submission_key(request),
        )  # fmt: skip
        return _("The reporter can read it now.") if public else _("Saved for colleagues.")

    return carried_out(request, case_id, write, again(request, case_id, "note"))


@needs("case.see")
@require_POST
def help_asked(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Another post is asked to help."""

    def ask() -> str:
        ask_to_help(
            case_id=case_id, post_id=number(request.POST.get("helper", "")) or 0, by=request.officer,
            at=timezone.now(), note=request.POST.get("note", ""), submission=submission_key(request),
        )  # fmt: skip
        return _("The post can see the case now and has received your message.")

    return carried_out(request, case_id, ask, again(request, case_id, "help"))


@needs("case.see")
@require_POST
def help_over(request: DeskRequest, case_id: UUID) -> HttpResponse:
    def end() -> str:
        end_help(
            case_id=case_id, post_id=number(request.POST.get("helper", "")) or 0, by=request.officer,
            at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip
        return _("The post no longer helps with this case.")

    return carried_out(request, case_id, end, again(request, case_id, "help_over"))
