"""Following a report: the page after sending, the private page, and what the reporter says at the end."""

import unicodedata
from http import HTTPStatus
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases import queries as cases
from weiwang.cases.actions import answer_question, give_feedback
from weiwang.cases.actions.files import paper_path, photo_path
from weiwang.cases.links import private_token, query_code
from weiwang.cases.progress import Progress, by_code, by_token
from weiwang.cases.rules import CaseError, StepRefusedError
from weiwang.kernel.faults import CodedError
from weiwang.kernel.ids import NumberError
from weiwang.web.portal import words
from weiwang.web.portal.forms import (
    PHOTOS,
    AnswerForm,
    FeedbackForm,
    FollowForm,
    cleaned_papers,
    cleaned_photos,
)
from weiwang.web.portal.frame import private, show, submission_of
from weiwang.web.portal.limits import CODE_TRIES, NUMBER_TRIES, address
from weiwang.web.portal.places import Place, in_a_place, places
from weiwang.web.portal.remembered import remembered
from weiwang.web.ui.attached import PAPERS, paper_file
from weiwang.web.ui.faults import said
from weiwang.web.ui.pages import error_page

WRONG = HTTPStatus.UNPROCESSABLE_ENTITY
PHOTO_SECONDS = 3600


# ---------------------------------------------------------------- by number and code


@require_http_methods(["GET", "HEAD", "POST"])
@in_a_place
def follow(request: HttpRequest, place: Place) -> HttpResponse:
    """Number and six digits lead to the private page."""
    if request.method != "POST":
        return _asking(request, place, FollowForm(initial={"number": request.GET.get("number", "")[:60]}))
    form = FollowForm(request.POST)
    if not form.is_valid():
        return _asking(request, place, form, status=WRONG)
    return _look_up(request, place, form)


def _look_up(request: HttpRequest, place: Place, form: FollowForm) -> HttpResponse:
    now, who = timezone.now(), address(request)
    number, code = form.cleaned_data["number"], _digits(form.cleaned_data["code"])
    known = "".join(c for c in unicodedata.normalize("NFKC", number).upper() if c.isalnum())
    if CODE_TRIES.is_used_up(who, at=now) or NUMBER_TRIES.is_used_up(known, at=now):
        form.add_error(None, _("Too many wrong codes. Please wait ten minutes, or open your private link."))
        response = _asking(request, place, form, status=HTTPStatus.TOO_MANY_REQUESTS)
        response["Retry-After"] = str(CODE_TRIES.wait(at=now))
        return response
    try:
        seen = by_code(number, code)
    except NumberError as error:
        form.add_error("number", said(error))
        return _asking(request, place, form, status=WRONG)
    if seen is None:
        CODE_TRIES.take(who, at=now)
        NUMBER_TRIES.take(known, at=now)
        form.add_error(None, _("Number and code do not belong together. Please compare both once more."))
        return _asking(request, place, form, status=WRONG)
    return HttpResponseRedirect(_link(seen))


def _digits(text: str) -> str:
    """Six digits however they were typed: full width, with spaces or dashes between."""
    narrow = unicodedata.normalize("NFKC", text)
    return "".join(c for c in narrow if c.isascii() and c.isdigit())


def _asking(
    request: HttpRequest, place: Place, form: FollowForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {"form": form, "kept": len(remembered(request))}
    response = show(request, place, "follow.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _link(seen: Progress, name: str = "portal:case") -> str:
    return reverse(name, args=[seen.case_id, private_token(seen.case_id)])


# ---------------------------------------------------------------- the private pages


def gone(request: HttpRequest) -> HttpResponse:
    return private(error_page(request, HTTPStatus.NOT_FOUND, message=said(CaseError("link.invalid"))))


def _place_of(seen: Progress) -> Place | None:
    return next((place for place in places() if place.id == seen.place), None)


@require_safe
def sent(request: HttpRequest, case_id: UUID, token: str) -> HttpResponse:
    """Number, private link with its QR code, query code, and when they will hear."""
    seen = by_token(case_id, token)
    if seen is None:
        return gone(request)
    link = request.build_absolute_uri(_link(seen))
    context = {
        "seen": seen,
        "link": link,
        "path": _link(seen),
        "qr": segno.make(link, error="m").svg_data_uri(scale=4, border=3, dark="#000", light="#fff"),
        "code": query_code(case_id),
        "promise": words.promise(seen, at=timezone.now()),
        "token": token,
        "is_kept": seen.case_id in remembered(request),
    }
    return private(show(request, _place_of(seen), "sent.html", context))


@require_safe
def case(request: HttpRequest, case_id: UUID, token: str) -> HttpResponse:
    seen = by_token(case_id, token)
    return _case_page(request, seen, token, FeedbackForm()) if seen is not None else gone(request)


def _case_page(
    request: HttpRequest, seen: Progress, token: str, form: FeedbackForm, *, status: int = HTTPStatus.OK,
    refusal: str = "", submission: str = "", answer_form: AnswerForm | None = None,
) -> HttpResponse:  # fmt: skip
    category = cases.categories()[seen.category]
    context = {
        "seen": seen,
        "token": token,
        "thread": words.thread(seen),
        **words.papers(seen, token),
        "answer_form": answer_form or AnswerForm(),
        "category": category.public_name(get_language() or ""),
        "category_icon": category.icon,
        "state": words.state_name(seen.state),
        "tone": words.state_tone(seen.state),
        "reported": words.moment(seen.reported_at),
        "promise": words.promise(seen, at=timezone.now()),
        "steps": words.steps(seen),
        "split_off": [
            (number, reverse("portal:case", args=[other, private_token(other)]))
            for other, number in seen.split_off
        ],
        "form": form,
        "thanks": FeedbackForm(satisfied=True, prefix="good"),
        "may_object": seen.may_be_reopened and not seen.objections_over(timezone.now()),
        "objections": words.moment(seen.objections_until) if seen.objections_until else "",
        "refusal": refusal,
        "submission": submission,
        "is_kept": seen.case_id in remembered(request),
    }
    return private(show(request, _place_of(seen), "case.html", context, status=status))


@require_POST
def answer(request: HttpRequest, case_id: UUID, token: str) -> HttpResponse:
    """The reporter answers what they were asked; their case goes on where it stood still."""
    seen = by_token(case_id, token)
    if seen is None:
        return gone(request)
    form, key = AnswerForm(request.POST, request.FILES), submission_of(request)
    pictures, faults = cleaned_photos(request.FILES.getlist("photos"), PHOTOS)
    papers, wrong = cleaned_papers(request.FILES.getlist("papers"), PAPERS)
    if form.is_valid():
        for field, sentence in [*(("photos", one) for one in faults), *(("papers", one) for one in wrong)]:
            form.add_error(field, sentence)
    if not form.is_valid():
        return _case_page(
            request, seen, token, FeedbackForm(), status=WRONG, submission=key, answer_form=form
        )
    try:
        answer_question(
            case_id=case_id, words=form.cleaned_data["words"], photos=pictures, papers=papers,
            at=timezone.now(), submission=key,
        )  # fmt: skip
    except AlreadyDoneError:
        return HttpResponseRedirect(_link(seen))
    except CodedError as error:
        now = by_token(seen.case_id, token) or seen
        return _case_page(
            request, now, token, FeedbackForm(), status=HTTPStatus.CONFLICT, refusal=said(error),
            answer_form=form,
        )  # fmt: skip
    return HttpResponseRedirect(_link(seen))


@require_POST
def feedback(request: HttpRequest, case_id: UUID, token: str) -> HttpResponse:
    """Satisfied, or not and why: then the case goes to the next level up."""
    seen = by_token(case_id, token)
    if seen is None:
        return gone(request)
    satisfied = request.POST.get("satisfied") == "yes"
    form, key = FeedbackForm(request.POST, satisfied=satisfied), submission_of(request)
    if not form.is_valid():
        return _case_page(request, seen, token, form, status=WRONG, submission=key)
    try:
        give_feedback(
            case_id=case_id, satisfied=satisfied, remark=form.cleaned_data["remark"],
            reasons=form.cleaned_data["reasons"], language=get_language() or "zh",
            at=timezone.now(), submission=key,
        )  # fmt: skip
    except AlreadyDoneError:
        return HttpResponseRedirect(_link(seen))
    except CodedError as error:
        return _refused(request, seen, token, form, error, key)
    return HttpResponseRedirect(_link(seen))


def _refused(
    request: HttpRequest, seen: Progress, token: str, form: FeedbackForm, error: CodedError, key: str
) -> HttpResponse:
    """A missing word is asked for; everything else means the case has moved on meanwhile."""
    if error.code == "step.note_needed":
        form.add_error("remark", _("Please say in a word what is not right, so that it can be put right."))
        return _case_page(request, seen, token, form, status=WRONG, submission=key)
    now = by_token(seen.case_id, token) or seen
    moved = isinstance(error, StepRefusedError) or error.code in {"feedback.given", "feedback.too_late"}
    status = HTTPStatus.CONFLICT if moved else WRONG
    return _case_page(request, now, token, form, status=status, refusal=said(error))


@require_safe
def photo(request: HttpRequest, case_id: UUID, token: str, photo_id: UUID, size: str) -> HttpResponse:
    """A photo of the report, or of the result once there is an answer."""
    seen = by_token(case_id, token)
    shown = [*seen.report_photos, *seen.reply_photos, *seen.result_photos] if seen is not None else []
    found = next((one for one in shown if one.pk == photo_id), None)
    path = photo_path(found, small=size == "small") if found is not None else None
    if path is None or not path.is_file():
        return gone(request)
    response = HttpResponse(path.read_bytes(), content_type="image/jpeg")
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Cache-Control"] = f"private, max-age={PHOTO_SECONDS}"
    return response


@require_safe
def paper(request: HttpRequest, case_id: UUID, token: str, paper_id: UUID) -> HttpResponseBase:
    """A paper the reporter may read, to be kept as a file."""
    seen = by_token(case_id, token)
    found = next((one for one in seen.papers if one.pk == paper_id), None) if seen is not None else None
    if seen is None or found is None or not paper_path(found).is_file():
        return gone(request)
    return paper_file(found.pk, paper_path(found), seen.number)
