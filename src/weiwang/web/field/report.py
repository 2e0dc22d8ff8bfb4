"""Report: photo, category, send. The place is one's own unit unless another one is given."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases import queries
from weiwang.cases.actions import Whereabouts, report_case
from weiwang.cases.permissions import case_file
from weiwang.cases.receipts import receipt_of
from weiwang.cases.rules import CaseError, Category
from weiwang.kernel.faults import CodedError
from weiwang.kernel.text import TextError
from weiwang.territory import queries as territory
from weiwang.territory.rules import Level, NotAllowedError, Officer
from weiwang.web.field.asking import questions_for
from weiwang.web.field.forms import ReportForm
from weiwang.web.field.frame import frame
from weiwang.web.field.gate import FieldRequest, field_officer, wants_json
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.pages import render_page
from weiwang.web.ui.questions import Questions

USED_MOST: Final = 8
USED_LATELY: Final = timedelta(days=90)
FIELD_OF: Final = {
    "case.outside": "unit", "case.no_place": "unit", "case.no_words": "text", "case.category": "category",
    "step.not_settleable": "settled", "step.not_your_area": "settled", "step.note_needed": "note",
    "photo.too_many": "photos", "paper.too_many": "papers",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """A category as a button."""

    code: str
    name: str
    icon: str
    words: str
    settles: bool


@require_http_methods(["GET", "HEAD", "POST"])
@field_officer
def report(request: FieldRequest) -> HttpResponse:
    if not request.officer.may("case.report"):
        raise NotAllowedError("case.report")
    if request.method != "POST":
        return ask(request, blank(request.officer))
    form = blank(request.officer, request.POST, request.FILES)
    questions = questions_for(request.POST.get("category", ""), request.POST)
    settled = questions.settled()
    if not form.is_valid() or not settled:
        return ask(request, form, status=422)
    try:
        case = send(request, form, questions)
    except AlreadyDoneError as done:
        return repeated(request, form, UUID(done.object_id))
    except (CaseError, TextError) as error:
        form.add_error(field_of(error), said(error))
        return ask(request, form, status=422)
    words = (
        _("Closed on the spot: %(number)s.")
        if case.self_handled
        else _("Sent: %(number)s. It is with %(owner)s.")
    )
    messages.success(request, words % {"number": case.number, "owner": case.owner_name})
    return sent(request, case.pk)


def repeated(request: FieldRequest, form: ReportForm, case_id: UUID) -> HttpResponse:
    """To the case of the first press. Other words under its key are another report, under a new key."""
    first = receipt_of(case_id)
    if first is not None and first.says(form.words()):
        return sent(request, case_id)
    form.add_error(
        None,
        _("This form was sent before with other words. If this is another report, press send once more."),
    )
    return ask(request, form, status=409, submission="")


def blank(officer: Officer, data: Any = None, files: Any = None) -> ReportForm:  # noqa: ANN401 -- as Django's forms
    units = unit_choices(officer)
    return ReportForm(
        data, files, units=units, table=queries.categories().values(), initial={"unit": own_unit(officer)}
    )


def own_unit(officer: Officer) -> int | None:
    """The smallest unit one may report for: the place of a report when nothing else is said."""
    mine = [holding for holding in officer.holdings if "case.report" in holding.allows]
    return max(mine, key=lambda holding: len(holding.unit_path)).unit_id if mine else None


def unit_choices(officer: Officer) -> list[tuple[int, str]]:
    """One's own units and what lies below them; a whole sub-district stands for itself."""
    found: dict[int, str] = {}
    today = timezone.localdate()
    for holding in officer.holdings:
        if "case.report" not in holding.allows:
            continue
        found.setdefault(holding.unit_id, holding.unit_name)
        if holding.level in {Level.GENERAL_GRID, Level.GRID}:
            names: dict[int, str] = {}
            for unit in territory.branch(holding.unit_path, today):
                above = names.get(unit.parent_id or 0, "")
                names[unit.pk] = unit.name
                found.setdefault(
                    unit.pk, f"{above} · {unit.name}" if above and unit.pk != holding.unit_id else unit.name
                )
    return list(found.items())


def send(request: FieldRequest, form: ReportForm, questions: Questions) -> Any:  # noqa: ANN401 -- a case; faces do not import models
    data, officer = form.cleaned_data, request.officer
    actor = officer.by_power("case.settle" if data["settled"] else "case.report")
    return report_case(
        place=place_of(officer, data["unit"]), text=form.words(), where=whereabouts(data), by=actor,
        at=timezone.now(), channel="field", category=data["category"], photos=data["photos"],
        papers=data["papers"],
        settled=data["note"] if data["settled"] else "", answers=questions.answers,
        submission=submission_key(request),
    )  # fmt: skip


def place_of(officer: Officer, unit_id: int) -> int:
    """The sub-district of the chosen unit; somebody with posts in several reports where the unit lies."""
    if len(officer.places) == 1:
        return officer.places[0]
    found: int | None = territory.unit(unit_id).place
    return found if found in officer.places else officer.places[0]


def whereabouts(data: dict[str, Any]) -> Whereabouts:
    """A point if one was given, else the chosen unit."""
    if data["lon"] is not None and data["lat"] is not None:
        return Whereabouts(lon=data["lon"], lat=data["lat"], address=data["address"])
    return Whereabouts(unit_id=data["unit"], address=data["address"])


def field_of(error: CodedError) -> str | None:
    return "text" if isinstance(error, TextError) else FIELD_OF.get(error.code)


def sent(request: FieldRequest, case_id: UUID) -> HttpResponse:
    """To the case; one that only its handlers may open leads back to the list."""
    visible = case_file(request.officer, case_id) is not None
    href = reverse("field:case", args=[case_id]) if visible else reverse("field:today")
    return JsonResponse({"href": href}, status=201) if wants_json(request) else HttpResponseRedirect(href)


def ask(
    request: FieldRequest, form: ReportForm, *, status: int = 200, submission: str | None = None
) -> HttpResponse:
    """The form; under the key it came with unless another one is given, empty for a new one."""
    officer = request.officer
    place = officer.places[0]
    questions = questions_for(form["category"].value() or "", request.POST if form.is_bound else None)
    form.fields["note"].required = True  # it is, beside the tick; `ReportForm.clean` sees to it
    most = used_most(place)
    context = {
        **frame(officer, "report"),
        "form": form,
        "questions": questions,
        "second_step": form.is_bound and questions.is_new and bool(questions.fields),
        "chosen": form["category"].value() or "",
        "most_used": [kind(form.table[code]) for code in most],
        "groups": groups(category for code, category in form.table.items() if code not in most),
        "may_settle": officer.may("case.settle"),
        "map_url": reverse("rest:map-config", args=[place]),
        "several_units": len(form.fields["unit"].choices) > 1,  # type: ignore[attr-defined]
        "submission": request.POST.get("submission_key", "") if submission is None else submission,
    }
    return render_page(request, "field/report.html", context, status=status)


def used_most(place: int) -> list[str]:
    """The eight categories used most here; a new place begins with those that are settled on the spot."""
    table = queries.categories()
    found = queries.most_used_categories(place=place, since=timezone.now() - USED_LATELY, limit=USED_MOST)
    usual = sorted(table.values(), key=lambda category: not category.self_handled)
    known = [code for code in found if code in table]
    return list(dict.fromkeys((*known, *(category.code for category in usual))))[:USED_MOST]


def kind(category: Category) -> Kind:
    name = category.name(translation.get_language() or "")
    words = " ".join((category.zh, category.en, *category.keywords)).lower()
    return Kind(category.code, name, category.icon, words, category.self_handled)


def groups(categories: Any) -> list[tuple[str, list[Kind]]]:  # noqa: ANN401 -- an iterable of categories
    """Categories under the names of their groups, in the order of the policy."""
    english = (translation.get_language() or "").startswith("en")
    return [
        (name, [kind(category) for category in members])
        for name, members in groupby(categories, key=lambda c: c.major_en if english else c.major_zh)
    ]
