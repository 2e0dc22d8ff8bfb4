"""Reporting something: one page, one press."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weiwang.audit.queries import was_done
from weiwang.audit.rules import RESIDENT, AlreadyDoneError
from weiwang.cases import queries as cases
from weiwang.cases.actions import Whereabouts, join_case, report_case
from weiwang.cases.links import private_token
from weiwang.cases.receipts import receipt_of
from weiwang.cases.rules import CaseError
from weiwang.kernel.faults import CodedError
from weiwang.ledger import queries as ledger
from weiwang.territory import queries as territory
from weiwang.territory.rules import Level
from weiwang.web.portal.forms import PHOTOS, ReportForm, cleaned_papers, cleaned_photos
from weiwang.web.portal.frame import show, submission_of
from weiwang.web.portal.limits import address, attempts, reports
from weiwang.web.portal.places import Place, in_a_place, place_at, places
from weiwang.web.portal.spots import Finding, find_buildings, units_to_choose, where_words
from weiwang.web.portal.views.asking import questions_for
from weiwang.web.portal.views.helping import same_nearby
from weiwang.web.portal.waiting import Waiting, keep, papers_in, pictures_in, redeem, ticket
from weiwang.web.ui.attached import PAPERS
from weiwang.web.ui.parts import Same
from weiwang.web.ui.questions import Questions

TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS
WRONG = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass
class Sheet:
    """The page while it is filled in: the form, the files kept for it, and what to say about them."""

    form: ReportForm
    questions: Questions
    waiting: list[Waiting] = field(default_factory=list)
    file_words: list[str] = field(default_factory=list)
    finding: Finding | None = None
    refusal: str = ""
    submission: str = ""
    same: list[Same] = field(default_factory=list)


@require_http_methods(["GET", "HEAD", "POST"])
@in_a_place
def report(request: HttpRequest, place: Place) -> HttpResponse:
    """The form; a press of "search" finds buildings without scripts, a press of "send" reports."""
    if request.method != "POST":
        return _page(request, place, Sheet(_empty(request, place), questions_for("", None)))
    place = _meant(request, place)
    if not attempts().take(address(request), at=timezone.now()):
        return _later(request, place, _unread(request, place))
    sheet = _read(request, place)
    if request.POST.get("act") == "find":
        return _page(request, place, sheet)
    if request.POST.get("join"):
        return _join(request, place, sheet)
    settled = sheet.questions.settled()
    if sheet.file_words or not sheet.form.is_valid() or not (settled or sheet.questions.is_new):
        return _page(request, place, sheet, status=WRONG)
    if not request.POST.get("near_seen"):
        sheet.same = _same(place, sheet)
    return _send(request, place, sheet) if settled and not sheet.same else _page(request, place, sheet)


def _same(place: Place, sheet: Sheet) -> list[Same]:
    """What neighbours reported that may be the same, for those who have not been shown it while typing."""
    if was_done(submission=sheet.submission, action="case.report", by=RESIDENT):
        return []  # a second press: what is near is the report of the first
    data = sheet.form.cleaned_data
    return same_nearby(place, data, _whereabouts(place, data), at=timezone.now())


def _join(request: HttpRequest, place: Place, sheet: Sheet) -> HttpResponse:
    """“Me too”: the words, the contact and the files go to the case that is there."""
    sheet.form.is_valid()
    wrong = {"text", "name", "phone", "email"} & set(sheet.form.errors)
    if sheet.file_words or wrong:
        return _page(request, place, sheet, status=WRONG)
    if not reports().take(address(request), at=timezone.now()):
        return _later(request, place, sheet)
    sheet.form.errors.clear()  # a place is not needed to join
    try:
        joined = join_case(
            case_id=_uuid(request.POST["join"]), text=sheet.form.cleaned_data["text"], by=RESIDENT,
            at=timezone.now(), channel="portal", contact=sheet.form.contact,
            photos=pictures_in(sheet.waiting), papers=papers_in(sheet.waiting), submission=sheet.submission,
        )  # fmt: skip
    except AlreadyDoneError as done:
        return _sent(done.object_id)
    except CodedError as error:
        sheet.form.refuse(error)
        return _page(request, place, sheet, status=WRONG)
    return _sent(str(joined.pk))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise CaseError("case.unknown") from error


def _meant(request: HttpRequest, place: Place) -> Place:
    """The place of the form, which may be older than a choice made elsewhere since."""
    return next((one for one in places() if one.code == request.POST.get("place")), place)


def _empty(request: HttpRequest, place: Place) -> ReportForm:
    unit = _unit_asked_for(request, place)
    return ReportForm(units=units_to_choose(place, extra=unit), initial={"unit": unit})


def _unit_asked_for(request: HttpRequest, place: Place) -> int | None:
    code = request.GET.get("unit", "")
    found = territory.unit_by_code(place=place.id, code=code) if code else None
    return found.pk if found and found.level != Level.SUBDISTRICT else None


def _typed(request: HttpRequest, place: Place) -> ReportForm:
    return ReportForm(
        request.POST, request.FILES, units=units_to_choose(place, extra=request.POST.get("unit"))
    )


def _read(request: HttpRequest, place: Place) -> Sheet:
    """What was sent: the form as typed, files cleaned and kept aside, buildings looked up if asked for."""
    now = timezone.now()
    waiting, gone = redeem(request.POST.get("waiting", ""), dropped=request.POST.getlist("drop"))
    files = request.FILES.getlist
    pictures, refusals = cleaned_photos(files("photos"), PHOTOS - len(pictures_in(waiting)))
    papers, more = cleaned_papers(files("papers"), PAPERS - len(papers_in(waiting)))
    refusals += more
    kept = keep([*pictures, *papers], at=now)
    if gone or len(kept) < len(pictures) + len(papers):
        refusals.append(_("Some photos or papers could not be kept. Please choose them again."))
    sheet = Sheet(
        _typed(request, place), _questions(request), [*waiting, *kept], refusals,
        submission=submission_of(request),
    )  # fmt: skip
    if request.POST.get("act") == "find":
        sheet.form = _without_judging(request, place)
        sheet.finding = find_buildings(place, request.POST)
    elif request.POST.get("building"):
        sheet.finding = find_buildings(place, request.POST)
    return sheet


def _without_judging(request: HttpRequest, place: Place) -> ReportForm:
    """The same words in a form that says nothing about them yet."""
    typed: dict[str, Any] = request.POST.dict()
    return ReportForm(units=units_to_choose(place, extra=request.POST.get("unit")), initial=typed)


def _unread(request: HttpRequest, place: Place) -> Sheet:
    """What was typed, shown again without looking at it or at new files."""
    waiting, _gone = redeem(request.POST.get("waiting", ""))
    return Sheet(
        _without_judging(request, place), _questions(request), waiting, submission=submission_of(request)
    )


def _questions(request: HttpRequest) -> Questions:
    return questions_for(request.POST.get("category", ""), request.POST)


def _send(request: HttpRequest, place: Place, sheet: Sheet) -> HttpResponse:
    now = timezone.now()
    allowance = reports()
    if not allowance.take(address(request), at=now):
        return _later(request, place, sheet)
    data = sheet.form.cleaned_data
    where = _whereabouts(place, data)
    try:
        case = report_case(
            place=_at_the_point(place, where).id, text=data["text"], where=where, by=RESIDENT, at=now,
            channel="portal", category=data["category"], contact=sheet.form.contact,
            photos=pictures_in(sheet.waiting), papers=papers_in(sheet.waiting), submission=sheet.submission,
            photos_shown=data["photos_shown"], answers=sheet.questions.answers,
        )  # fmt: skip
    except AlreadyDoneError as done:
        return _repeated(request, place, sheet, UUID(done.object_id))
    except CodedError as error:
        sheet.form.refuse(error)
        return _page(request, place, sheet, status=WRONG)
    return _sent(str(case.pk))


def _repeated(request: HttpRequest, place: Place, sheet: Sheet, case_id: UUID) -> HttpResponse:
    """To the page of the first press. Other words under its key are another report, or somebody who guesses.

    They get the form again under a new key, and nothing of the first report.
    """
    first = receipt_of(case_id)
    if first is not None and first.text == sheet.form.cleaned_data["text"]:
        return _sent(str(case_id))
    sheet.submission = str(uuid4())
    sheet.refusal = _(
        "This form was sent before with other words. If this is another report, press send once more."
    )
    return _page(request, place, sheet, status=HTTPStatus.CONFLICT)


def _sent(case_id: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("portal:sent", args=[case_id, private_token(UUID(case_id))]))


def _whereabouts(place: Place, data: dict[str, Any]) -> Whereabouts:
    """A chosen building counts first, then the pin, then the community, then the words."""
    building = ledger.building(place=place.id, building_id=data["building"]) if data.get("building") else None
    if building is not None and building.unit_id is not None:
        words = " ".join(filter(None, (building.label, data["address"])))
        return Whereabouts(building.lon, building.lat, building.unit_id, words[:160])
    if data["lon"] is not None:
        return Whereabouts(data["lon"], data["lat"], address=data["address"])
    return Whereabouts(unit_id=data["unit"], address=data["address"])


def _at_the_point(place: Place, where: Whereabouts) -> Place:
    """With several sub-districts, a point decides over the choice made before."""
    if where.unit_id is not None or where.lon is None or where.lat is None:
        return place
    return place_at(where.lon, where.lat) or place


def _later(request: HttpRequest, place: Place, sheet: Sheet) -> HttpResponse:
    wait = reports().wait(at=timezone.now())
    sheet.refusal = _(
        "Very many reports came from your connection. Nothing is lost: send it again in a while."
    )
    response = _page(request, place, sheet, status=TOO_MANY)
    response["Retry-After"] = str(wait)
    return response


def _page(request: HttpRequest, place: Place, sheet: Sheet, *, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {
        "form": sheet.form,
        "questions": sheet.questions,
        "second_step": sheet.form.is_bound and sheet.questions.is_new and bool(sheet.questions.fields),
        "majors": majors(sheet.form["category"].value() or ""),
        "waiting": sheet.waiting,
        "ticket": ticket(sheet.waiting),
        "file_words": sheet.file_words,
        "room": PHOTOS - len(pictures_in(sheet.waiting)),
        "paper_room": PAPERS - len(papers_in(sheet.waiting)),
        "finding": sheet.finding,
        "refusal": sheet.refusal,
        "same": sheet.same,
        "submission": sheet.submission,
    }
    response = show(request, place, "report.html", context, status=status)
    # Going back after sending must bring the same form with the same key, so that sending again makes no
    # second case; what somebody typed is never stored.
    response["Cache-Control"] = "private, no-store" if request.method == "POST" else "private, no-cache"
    return response


@dataclass(frozen=True, slots=True)
class Major:
    """A group of categories to pick from."""

    name: str
    icon: str
    categories: list[tuple[str, str, str]]  # code, name, icon
    is_open: bool


def majors(picked: str) -> list[Major]:
    """The categories by their groups, in the order of the table; the group of the picked one stands open."""
    language = get_language() or ""
    groups: dict[str, list[Any]] = {}
    for category in cases.categories().values():
        groups.setdefault(category.major, []).append(category)
    return [
        Major(
            rows[0].major_en if language.startswith("en") else rows[0].major_zh, rows[0].icon,
            [(row.code, row.public_name(language), row.icon) for row in rows],
            any(row.code == picked for row in rows),
        )
        for rows in groups.values()
    ]  # fmt: skip


@require_safe
@in_a_place
def buildings(request: HttpRequest, place: Place) -> HttpResponse:
    """The part of the page with the buildings found."""
    return show(request, place, "parts/buildings.html", {"finding": find_buildings(place, request.GET)})


@require_POST
@in_a_place
def spot(request: HttpRequest, place: Place) -> HttpResponse:
    """Say in words which grid a position lies in. Posted, so that positions stand in no log."""
    return show(request, place, "parts/spot.html", {"words": where_words(request.POST, place)})
