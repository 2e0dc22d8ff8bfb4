"""One case: its page, the steps on it, who reported it, its photos and papers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases import permissions, queries
from weiwang.cases.actions import reveal_reporter, take_pair, take_step
from weiwang.cases.actions.files import paper_path, photo_path
from weiwang.cases.actions.previewing import Deed, preview
from weiwang.cases.pairs import PAIRS
from weiwang.cases.queries import CaseFile
from weiwang.cases.rules import LIFECYCLE, STEP_NAMES, Step, StepRefusedError
from weiwang.kernel.faults import CodedError
from weiwang.kernel.pictures import clean_picture
from weiwang.notices.rules import CHANNEL_NAMES
from weiwang.web.desk import casefile, replying
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.offers import ResultFiles, Typed
from weiwang.web.ui.attached import paper_file
from weiwang.web.ui.faults import said
from weiwang.web.ui.forms import Form
from weiwang.web.ui.gates import confirmed
from weiwang.web.ui.replying import INSERT, shown, wants_preview

# Somebody else was quicker, or the page is old: the new state is shown beside the sentence.
OVERTAKEN = frozenset(
    {
        "step.stale",
        "step.wrong_state",
        "step.not_owner",
        "step.same_person",
        "step.not_asked",
        "step.asked_already",
    }
)


def case_url(case_id: UUID | str) -> str:
    return reverse("desk:case", args=[case_id])


def file_for(request: DeskRequest, case_id: UUID) -> CaseFile:
    """The case, if it is this officer's to see. Raises `Http404`."""
    file = permissions.case_file(request.officer, case_id)
    if file is None:
        raise Http404
    return file


def answer(
    request: DeskRequest,
    case_id: UUID,
    *,
    status: int = HTTPStatus.OK,
    typed: Typed | None = None,
    reporter: object = None,
    part: str = "case",
) -> HttpResponse:
    file = file_for(request, case_id)
    values = casefile.page(
        request.officer, file, at=timezone.now(), typed=typed, reporter=reporter, more="more" in request.GET
    )
    return show(request, "desk/case.html", values, here="desk:worklist", part=part, status=status)


@needs("case.see")
@require_safe
def case(request: DeskRequest, case_id: UUID) -> HttpResponse:
    return answer(request, case_id)


@needs("case.see")
@require_POST
def step(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Take one step. Refusals show the page again with what was typed: 422 to mend, 409 when overtaken."""
    file, asked, at = file_for(request, case_id), read_typed(request), timezone.now()
    if request.POST.get("do") == INSERT:
        return answer(request, case_id, typed=replying.with_text(file, asked, request.POST.get("reply", "")))
    looks = wants_preview(request.POST)
    asked = replace(asked, tried=looks)
    try:
        deed = read_deed(request, case_id, asked, at=at, looks=looks)
        if looks:
            look = preview(deed, file.case.history_length, at=at)
            found = shown(look, note=asked.note, channels=CHANNEL_NAMES)
            return answer(request, case_id, typed=replace(asked, preview=found))
        moved = deed()
    except AlreadyDoneError:
        return HttpResponseRedirect(case_url(case_id))
    except CodedError as error:
        return refused(request, case_id, asked, error)
    messages.success(request, done_words(asked.step, moved.owner_name, before=file.case.owner_name))
    return HttpResponseRedirect(case_url(case_id))


def read_deed(request: DeskRequest, case_id: UUID, asked: Typed, *, at: datetime, looks: bool) -> Deed:
    """The step or the pair that was pressed, as it will be done. Raises what cannot be read of it."""
    told: dict[str, Any] = {
        "case_id": case_id, "by": request.officer, "at": at, "note": asked.note,
        "seen_version": _number(request.POST.get("seen_version", "")) or 0, "target_post": asked.target,
        "submission": asked.submission or None,
    }  # fmt: skip
    if asked.step in PAIRS:
        return partial(take_pair, pair=PAIRS[asked.step], **told)
    files = {} if looks else read_files(request)
    return partial(
        take_step, step=read_step(asked.step), longer=asked.longer, review_on=read_day(asked.review_on),
        channel=asked.channel, **told, **files,
    )  # fmt: skip


def carried_out(
    request: DeskRequest,
    case_id: UUID,
    deed: Callable[[], str],
    again: Callable[[CodedError], HttpResponse],
    *,
    back: str = "",
) -> HttpResponse:
    """Do what was sent about a case and go back to it, or to `back`, with the words the deed returns.

    Sent twice, it goes back in silence; what is refused is answered by `again`. Raises `Http404`.
    """
    file_for(request, case_id)
    try:
        done = deed()
    except AlreadyDoneError:
        return HttpResponseRedirect(back or case_url(case_id))
    except CodedError as error:
        return again(error)
    messages.success(request, done)
    return HttpResponseRedirect(back or case_url(case_id))


def refused(request: DeskRequest, case_id: UUID, asked: Typed, error: CodedError) -> HttpResponse:
    status = HTTPStatus.CONFLICT if error.code in OVERTAKEN else HTTPStatus.UNPROCESSABLE_ENTITY
    return answer(request, case_id, status=status, typed=replace(asked, error=said(error)))


def done_words(name: str, owner: str, *, before: str) -> str:
    """What was done, by the name of the step or pair, and who has the case now."""
    if name in PAIRS:
        words, asks = {"step": _(PAIRS[name].name), "post": owner}, None
    else:
        words, asks = {"step": _(STEP_NAMES[Step(name)]), "post": owner}, LIFECYCLE[Step(name)].asks
    if asks is not None:
        return _("Done: %(step)s. Another post decides on it now.") % words
    if owner and name == Step.REGISTER:  # who reads "is now with" takes it for sent
        return _("Done: %(step)s. It now waits at %(post)s to be dispatched.") % words
    if owner in {"", before}:
        return _("Done: %(step)s.") % words
    return _("Done: %(step)s. The case is now with %(post)s.") % words


def read_typed(request: DeskRequest) -> Typed:
    post = request.POST.get
    return Typed(
        step=post("step", ""),
        note=post("note", ""),
        target=_number(post("target", "")),
        submission=post("submission_key", ""),
        longer=post("longer", ""),
        review_on=post("review_on", ""),
        channel=post("channel", ""),
    )


def read_day(text: str) -> date | None:
    """A day as the form sends it; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_step(name: str) -> Step:
    """Raises `StepRefusedError` for a step nobody knows: a page from before an upgrade."""
    if name not in set(Step):
        raise StepRefusedError("step.stale")
    return Step(name)


def read_files(request: DeskRequest) -> dict[str, Any]:
    """The photos and papers sent, made clean. Raises `PictureError` or `FilesRefusedError`."""
    data = sound(ResultFiles(request.POST, request.FILES))
    return {
        "photos": [clean_picture(photo.read()) for photo in data["photos"]],
        "papers": data["papers"],
    }


def sound(form: Form) -> dict[str, Any]:
    """What a form of files holds. Raises `FilesRefusedError` with the first sentence of the form."""
    if not form.is_valid():
        raise FilesRefusedError(str(next(iter(form.errors.values()))[0]))
    return form.cleaned_data


class FilesRefusedError(CodedError):
    """The form refused a file; its sentence is in the reader's language already."""

    def __init__(self, sentence: str) -> None:
        super().__init__("files")
        self.sentence = sentence

    @property
    def msgid(self) -> str:
        return self.sentence.replace("%", "%%")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@needs("reporter.reveal")
@require_POST
@confirmed
def reveal(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Who reported, shown once in this answer; the look and its reason are in the record."""
    file_for(request, case_id)
    reason = request.POST.get("reason", "")
    try:
        reporter = reveal_reporter(case_id=case_id, by=request.officer, at=timezone.now(), reason=reason)
    except CodedError as error:
        typed = Typed(step="reveal", note=reason, error=said(error))
        return answer(request, case_id, status=HTTPStatus.UNPROCESSABLE_ENTITY, typed=typed, part="reporter")
    return answer(request, case_id, reporter=reporter, part="reporter")


@needs("case.see")
@require_safe
def photo(request: DeskRequest, photo_id: UUID) -> FileResponse:
    """A photo of a visible case; the browser may keep it, nobody on the way."""
    found = queries.photo(permissions.visible_to(request.officer), photo_id)
    path = photo_path(found, small="small" in request.GET) if found else None
    if path is None or not path.is_file():
        raise Http404
    picture = FileResponse(path.open("rb"), content_type="image/jpeg")
    picture["Cache-Control"] = "private, max-age=3600"
    picture["Content-Disposition"] = f'inline; filename="{photo_id}.jpg"'
    return picture


@needs("case.see")
@require_safe
def paper(request: DeskRequest, paper_id: UUID) -> FileResponse:
    """A paper of a visible case, to be kept as a file."""
    found = queries.paper(permissions.visible_to(request.officer), paper_id)
    if found is None or not paper_path(found).is_file():
        raise Http404
    return paper_file(found.pk, paper_path(found), found.case.number)
