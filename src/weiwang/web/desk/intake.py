"""Taking a report for somebody who calls or stands at the counter."""

from http import HTTPStatus
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases import permissions, queries
from weiwang.cases.actions import Contact, join_case, report_case
from weiwang.cases.links import query_code
from weiwang.cases.queries import CaseFile
from weiwang.cases.receipts import receipt_of
from weiwang.cases.rules import CaseError
from weiwang.kernel.faults import CodedError
from weiwang.kernel.pictures import clean_picture
from weiwang.web.desk import words
from weiwang.web.desk.asking import questions_for
from weiwang.web.desk.forms import IntakeForm
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.helping import ahead, place_of
from weiwang.web.desk.whereabouts import lists, read_where
from weiwang.web.desk.worklist import category_options, chosen
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.questions import Questions

# Which field a refusal belongs to; the others stand at the top of the form.
FIELDS = {
    "case.no_words": "text",
    "case.no_place": "address",
    "case.outside": "address",
    "contact.phone": "phone",
    "contact.email": "email",
}


@needs("case.intake")
@require_http_methods(["GET", "HEAD", "POST"])
def intake(request: DeskRequest) -> HttpResponse:
    """The empty form, the form with another community's lists, or the report taken."""
    if request.method != "POST":
        return blank(request)
    if "show" in request.POST:
        return page(request, IntakeForm(initial=request.POST.dict()))
    form = IntakeForm(request.POST, request.FILES)
    if "join" in request.POST:
        return join(request, form)
    questions = questions_for(request.POST)
    settled = questions.settled()
    if not form.is_valid() or not settled:
        return page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return take(request, form, questions)


def blank(request: DeskRequest) -> HttpResponse:
    return page(request, IntakeForm())


def take(request: DeskRequest, form: IntakeForm, questions: Questions) -> HttpResponse:
    place, data = place_of(request.officer), form.cleaned_data
    try:
        where = read_where(place, request.POST, lon=data["lon"], lat=data["lat"], address=data["address"])
        case = report_case(
            place=place,
            text=data["text"],
            where=where,
            by=request.officer.by_power("case.intake"),
            at=timezone.now(),
            channel="desk",
            category=request.POST.get("category", ""),
            contact=Contact(data["name"], data["phone"], data["email"], "zh-hans"),
            photos=[clean_picture(photo.read()) for photo in data["photos"]],
            papers=data["papers"],
            answers=questions.answers,
            submission=submission_key(request),
        )
    except AlreadyDoneError as done:
        return repeated(request, form, UUID(done.object_id))
    except CodedError as error:
        form.add_error(FIELDS.get(error.code), said(error))
        return page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return HttpResponseRedirect(reverse("desk:taken", args=[case.pk]))


def repeated(request: DeskRequest, form: IntakeForm, case_id: UUID) -> HttpResponse:
    """To the case of the first press. Other words under its key are another call, under a new key."""
    first = receipt_of(case_id)
    if first is not None and first.says(form.cleaned_data["text"]):
        return HttpResponseRedirect(reverse("desk:taken", args=[case_id]))
    form.add_error(
        None,
        _("This form was sent before with other words. If this is another report, press send once more."),
    )
    return page(request, form, status=HTTPStatus.CONFLICT, typed_key="")


def join(request: DeskRequest, form: IntakeForm) -> HttpResponse:
    """The caller joins a case that is there; the place on the form does not matter then."""
    form.is_valid()
    if {"text", "name", "phone", "email", "photos", "papers"} & set(form.errors):
        return page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    data = form.cleaned_data
    try:
        joined = join_case(
            case_id=read_id(request.POST["join"]),
            text=data["text"],
            by=request.officer.by_power("case.intake"),
            at=timezone.now(),
            channel="desk",
            contact=Contact(data["name"], data["phone"], data["email"], "zh-hans"),
            photos=[clean_picture(photo.read()) for photo in data["photos"]],
            papers=data["papers"],
            submission=submission_key(request),
        )
    except AlreadyDoneError as done:
        return HttpResponseRedirect(reverse("desk:joined", args=[done.object_id]))
    except CodedError as error:
        form.add_error(FIELDS.get(error.code), said(error))
        return page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return HttpResponseRedirect(reverse("desk:joined", args=[joined.pk]))


def read_id(text: str) -> UUID:
    """Raises `CaseError` for what is no id."""
    try:
        return UUID(text)
    except ValueError as error:
        raise CaseError("case.unknown") from error


@needs("case.intake")
@require_safe
def joined(request: DeskRequest, joined_id: UUID) -> HttpResponse:
    """What to tell a caller who joined: the number of the case and their own query code."""
    case_id = queries.case_joined(joined_id)
    file = permissions.case_file(request.officer, case_id) if case_id else None
    if file is None:
        raise Http404
    return show(request, "desk/taken.html", told(file, query_code(joined_id)), here="desk:intake")


def told(file: CaseFile, code: str) -> dict[str, object]:
    return {
        "case": file.case,
        "code": code,
        "promise": words.moment_words(file.case.promised_at),
        "with_whom": file.case.owner_name or _("nobody: it is closed"),
    }


def page(
    request: DeskRequest, form: IntakeForm, *, status: int = HTTPStatus.OK, typed_key: str | None = None
) -> HttpResponse:
    place, post = place_of(request.officer), request.POST
    questions = questions_for(post)
    values = {
        "form": form,
        "questions": questions,
        "second_step": form.is_bound and questions.is_new and bool(questions.fields),
        "lists": lists(place, timezone.localdate(), post),
        "foresight": ahead(request, timezone.now()) if post else "",
        "categories": chosen(category_options(get_language() or ""), _known_category(post)),
        "map_config": reverse("desk:grids-map"),
        "typed_key": post.get("submission_key", "") if typed_key is None else typed_key,
        "files_lost": bool(request.FILES),
    }
    return show(request, "desk/intake.html", values, here="desk:intake", status=status)


def _known_category(post: QueryDict) -> str:
    code = post.get("category", "")
    return code if code in queries.categories() else ""


@needs("case.intake")
@require_safe
def taken(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """What to tell the caller: number, query code, promise. Only for whoever took the report."""
    file = permissions.case_file(request.officer, case_id)
    if file is None or file.case.reported_by_id != request.officer.user_id:
        raise Http404
    return show(request, "desk/taken.html", told(file, query_code(file.case.pk)), here="desk:intake")
