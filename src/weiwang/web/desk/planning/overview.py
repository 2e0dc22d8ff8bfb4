"""Plans of the sub-district: the list, a new draft, and one plan with all that it would change."""

from http import HTTPStatus

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weiwang.plans import actions, permissions, queries
from weiwang.plans.queries import GroupRow, PlanRow
from weiwang.plans.rules import UNADOPTED, UNFINISHED, GroupLevel, PlanState
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.planning.charts import histogram
from weiwang.web.desk.planning.forms import NewPlanForm, RedrawForm
from weiwang.web.desk.planning.frame import (
    address,
    carry_out,
    fault_words,
    language,
    plan_for,
    show_planning,
    state_words,
)
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.forms import Form

SHOWN = 60
LEVEL_NAMES = {GroupLevel.MICRO: gettext_noop("Micro-grids"), GroupLevel.GRID: gettext_noop("Grids")}


@needs(permissions.SEE)
@require_safe
def plans(request: DeskRequest) -> HttpResponse:
    """All plans of the place, newest first."""
    rows = [
        (plan, *state_words(plan), queries.settings_of(plan))
        for place in request.officer.places
        for plan in queries.plans(place)
    ]
    values = {"rows": rows, "may_draw": request.officer.may(permissions.DRAW)}
    return show_planning(request, "desk/planning/plans.html", values)


@needs(permissions.DRAW)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """What a draft is asked for; the next page says how far it is."""
    place, at = request.officer.places[0], timezone.now()
    form = NewPlanForm(request.POST or None, initial={"name": _proposed_name()})
    if request.method != "POST":
        return _form_page(request, form, place)
    made: list[int] = []

    def act() -> object:
        plan = actions.ask_plan(
            place=place, name=form.cleaned_data["name"], settings=form.settings(), at=at,
            by=request.officer.by_power(permissions.DRAW), submission=submission_key(request),
        )  # fmt: skip
        made.append(plan.pk)
        return plan

    answer = carry_out(
        request, form, act,
        words=_("The draft is being drawn. You may leave this page; it continues by itself."),
        to=reverse("desk:plans"), again=lambda status: _form_page(request, form, place, status),
    )  # fmt: skip
    if made:
        answer["Location"] = address(made[0])
    return answer


def _proposed_name() -> str:
    return _("Draft of %(day)s") % {"day": date_format(timezone.localdate(), "Y-m-d", use_l10n=False)}


def _form_page(
    request: DeskRequest, form: NewPlanForm, place: int, status: int = HTTPStatus.OK
) -> HttpResponse:
    return show_planning(
        request,
        "desk/planning/new.html",
        {"form": form, "ground": queries.ground_summary(place)},
        status=status,
    )


@needs(permissions.SEE)
@require_safe
def plan(request: DeskRequest, plan_id: int) -> HttpResponse:
    """One plan: how far it is, or what it comes to."""
    return plan_page(request, plan_for(request, plan_id))


def plan_page(
    request: DeskRequest, found: PlanRow, *, form: Form | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    words, tone = state_words(found)
    state = PlanState(found.state)
    values: dict[str, object] = {
        "plan": found, "state_words": words, "tone": tone, "errors": form,
        "working": state in UNFINISHED, "is_draft": state is PlanState.DRAFT,
        "is_paused": state is PlanState.PAUSED,
        "may_draw": request.officer.may(permissions.DRAW),
        "may_adopt": request.officer.may(permissions.ADOPT),
        "progress": queries.progress(found), "parts": queries.parts(found),
    }  # fmt: skip
    if state not in UNFINISHED:
        values |= _results(found)
    return show_planning(request, "desk/planning/plan.html", values, part="state", status=status)


def _results(found: PlanRow) -> dict[str, object]:
    settings = queries.settings_of(found)
    rows = queries.groups(found)
    limits = settings.limits
    sizes = {
        level: [row.households for row in rows if row.level == level]
        for level in (GroupLevel.GRID, GroupLevel.MICRO)
    }
    undo, redo = queries.edit_state(found)
    said = [(one, _(queries.FINDINGS[one.code]) % one.params) for one in queries.findings(found)]
    return {
        "settings": settings, "summary": queries.summary(found),
        "answers": queries.answer_words(found, language()),
        "charts": [
            (_("Micro-grids"), histogram(sizes[GroupLevel.MICRO], limits.micro), limits.micro),
            (_("Grids"), histogram(sizes[GroupLevel.GRID], limits.grid), limits.grid),
        ],
        "exceptions": exceptions(rows)[:SHOWN], "pieces": queries.in_pieces(found),
        "shifts": queries.shifts(found) if PlanState(found.state) in UNADOPTED else [],
        "findings": [line for line in said if not line[0].is_guess][:SHOWN],
        "guesses": [line for line in said if line[0].is_guess],
        "spreads": [(_(LEVEL_NAMES[one.level]), one) for one in queries.spreads(rows)],
        "redraw": RedrawForm(initial={"seen": found.version}), "may_undo": undo, "may_redo": redo,
    }  # fmt: skip


def exceptions(rows: list[GroupRow]) -> list[tuple[GroupRow, list[str], bool]]:
    """Groups that break a rule, each with its sentences, and whether the map forces it."""
    found = []
    for row in rows:
        if not row.faults:
            continue
        reason = row.forced[0 if language() == "zh" else 1] if row.forced else ""
        sentences = [reason] if reason else [fault_words(code, params) for code, params in row.faults]
        found.append((row, sentences, bool(reason)))
    return found


# ---------------------------------------------------------------- halting, going on, laying aside


@needs(permissions.DRAW)
@require_POST
def pause(request: DeskRequest, plan_id: int) -> HttpResponse:
    found = plan_for(request, plan_id, power=permissions.DRAW)
    form = Form(request.POST)
    return carry_out(
        request, form, lambda: actions.pause_plan(
            plan_id=found.pk, by=request.officer.by_power(permissions.DRAW), at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("Halted. Communities that are finished stay."), to=address(found.pk),
        again=lambda status: plan_page(request, plan_for(request, plan_id), form=form, status=status),
    )  # fmt: skip


@needs(permissions.DRAW)
@require_POST
def resume(request: DeskRequest, plan_id: int) -> HttpResponse:
    found = plan_for(request, plan_id, power=permissions.DRAW)
    form = Form(request.POST)
    return carry_out(
        request, form, lambda: actions.resume_plan(
            plan_id=found.pk, by=request.officer.by_power(permissions.DRAW), at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("It resumes where it was halted."), to=address(found.pk),
        again=lambda status: plan_page(request, plan_for(request, plan_id), form=form, status=status),
    )  # fmt: skip


@needs(permissions.DRAW)
@require_POST
def discard(request: DeskRequest, plan_id: int) -> HttpResponse:
    found = plan_for(request, plan_id, power=permissions.DRAW)
    form = Form(request.POST)
    return carry_out(
        request, form, lambda: actions.discard_plan(
            plan_id=found.pk, by=request.officer.by_power(permissions.DRAW), at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("Archived. It can still be read."), to=reverse("desk:plans"),
        again=lambda status: plan_page(request, plan_for(request, plan_id), form=form, status=status),
    )  # fmt: skip


@needs(permissions.DRAW)
@require_POST
def redraw(request: DeskRequest, plan_id: int) -> HttpResponse:
    """Draw all communities again around what is locked."""
    found = plan_for(request, plan_id, power=permissions.DRAW)
    form = RedrawForm(request.POST)
    return carry_out(
        request, form, lambda: actions.redraw(
            plan_id=found.pk, part_id=None, keep=float(form.cleaned_data["keep"]),
            seen_version=form.cleaned_data["seen"], by=request.officer.by_power(permissions.DRAW),
            at=timezone.now(), submission=submission_key(request),
        ),
        words=_("It is being drawn again around what is locked."), to=address(found.pk),
        again=lambda status: plan_page(request, plan_for(request, plan_id), form=form, status=status),
    )  # fmt: skip
