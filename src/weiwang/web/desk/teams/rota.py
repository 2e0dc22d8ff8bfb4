"""The rota of a week: to read, to change cell by cell, to have proposed, to publish, to print."""

from datetime import date, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weiwang.patrols import actions, permissions, queries
from weiwang.patrols.permissions import PLAN, SEE
from weiwang.patrols.queries import UnitRow
from weiwang.patrols.rules import PatrolTable, ProposalState, RotaState, monday
from weiwang.patrols.rules import week as week_of
from weiwang.territory.rules import NotAllowedError
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.teams import rota_grid
from weiwang.web.desk.teams.frame import show_tab
from weiwang.web.desk.teams.patrols_forms import CellForm, ProposeForm
from weiwang.web.desk.teams.patrols_frame import (
    carry_out,
    day_words,
    language,
    paths,
    unit_for,
)
from weiwang.web.desk.whereabouts import number
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.forms import Form

WEEK = timedelta(weeks=1)
LIMIT_WORDS = {
    "rest_hours": gettext_noop("at least %(count)s hours between two shifts"),
    "days_in_row": gettext_noop("at most %(count)s days in a row"),
    "week_hours": gettext_noop("at most %(count)s hours a week"),
    "nights_in_row": gettext_noop("at most %(count)s nights in a row"),
}


def week_from(text: str, today: date) -> date:
    """The Monday of the week asked for, of the present one without. Raises `Http404`."""
    if not text:
        return monday(today)
    try:
        found = monday(date.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise Http404 from error
    if abs(found.year - today.year) > 5:
        raise Http404
    return found


def address(unit_id: int, week: date) -> str:
    return f"{reverse('desk:rota')}?unit={unit_id}&week={week.isoformat()}"


@needs(SEE, PLAN)
@require_safe
def rota(request: DeskRequest) -> HttpResponse:
    """`?unit=` chooses whose, `?week=` which; without them the first one's present week."""
    officer, week = request.officer, week_from(request.GET.get("week", ""), timezone.localdate())
    units = queries.team_units(place=officer.places[0], paths=paths(officer))
    asked = request.GET.get("unit", "")
    if not units and not asked:
        return show_tab(
            request, "desk/teams/rota_none.html", {"may_plan": officer.may(PLAN)}, tab="desk:rota"
        )
    return page(request, unit_for(request, (number(asked) or 0) if asked else units[0][0]), week)


def page(
    request: DeskRequest, unit: UnitRow, week: date, *, form: ProposeForm | None = None,
    template: str = "desk/teams/rota.html", status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    officer, table, word = request.officer, queries.table(), language()
    may_plan = permissions.may_plan(officer, unit.path)
    found = queries.rota(unit_id=unit.pk, week=week)
    proposal = queries.last_proposal(unit_id=unit.pk, week=week)
    values = {
        "unit": unit, "week": week, "grid": rota_grid.build(unit, week, plan=may_plan), "may_plan": may_plan,
        "units": queries.team_units(place=officer.places[0], paths=paths(officer)),
        "published": found is not None and found.state == RotaState.PUBLISHED, "rota": found,
        "before": address(unit.pk, week - WEEK), "after": address(unit.pk, week + WEEK),
        "print_url": f"{reverse('desk:rota-print')}?unit={unit.pk}&week={week.isoformat()}",
        "proposal": proposal, "working": proposal is not None and queries.is_worked_on(proposal),
        "form": form or ProposeForm(), "last": week + timedelta(days=6), "today": timezone.localdate(),
        "templates": [(t.short(word), t.name(word), t.times, t.code) for t in table.templates.values()],
        "limits": _limits(table),
        "days": [(day, day_words(day)) for day in week_of(week)],
    }  # fmt: skip
    return show_tab(request, template, values, tab="desk:rota", status=status)


def _limits(table: PatrolTable) -> list[tuple[str, str]]:
    """Each working-time rule with where its figure comes from."""
    return [
        (_(LIMIT_WORDS[code]) % {"count": getattr(table.limits, code)}, basis.name(language()))
        for code, basis in table.bases.items()
    ]


@needs(SEE, PLAN)
@require_safe
def printed(request: DeskRequest) -> HttpResponse:
    """The week for the wall, A4 or A3 across (`?paper=a3`)."""
    week = week_from(request.GET.get("week", ""), timezone.localdate())
    unit = unit_for(request, number(request.GET.get("unit", "")) or 0)
    return page(request, unit, week, template="desk/teams/rota_print.html")


# ---------------------------------------------------------------- one cell


@needs(PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def cell(request: DeskRequest, unit_id: int, week: str) -> HttpResponse:
    """The form of one person on one day; htmx asks for the form alone."""
    unit, first = unit_for(request, unit_id, plan=True), week_from(week, timezone.localdate())
    given = request.POST if request.method == "POST" else request.GET
    user, day = number(given.get("user", "")) or 0, _day(given.get("day", ""), first)
    duties = _duties(unit, user, day)
    if request.method != "POST":
        return _cell_page(request, unit, first, user, day, _cell_form(unit, user, day, duties))
    form = CellForm(request.POST, duties=duties)

    def act() -> object:
        code, _colon, beat = form.cleaned_data["duty"].partition(":")
        return actions.set_shift(
            unit=unit, user_id=user, day=day, template=code, beat_id=int(beat) if beat else None,
            seen=form.cleaned_data["seen"], by=request.officer.by_power(PLAN, unit.path), at=timezone.now(),
            submission=submission_key(request),
        )  # fmt: skip

    def again(status: int) -> HttpResponse:
        if status == HTTPStatus.CONFLICT:  # show what stands now, with the sentence above it
            fresh = _cell_form(unit, user, day, _duties(unit, user, day))
            return _cell_page(request, unit, first, user, day, fresh, errors=form, status=status)
        return _cell_page(request, unit, first, user, day, form, status=status)

    return carry_out(
        request, form, act, words=_("The rota was changed. The cell stays when the week is proposed anew."),
        to=address(unit.pk, first), again=again,
    )  # fmt: skip


def _day(text: str, week: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    if monday(day) != week:
        raise Http404
    return day


def _duties(unit: UnitRow, user: int, day: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every shift and beat of the person's teams that day, needed ones first. Raises `Http404`."""
    teams = {team.pk for team in queries.teams_of(unit_id=unit.pk)}
    mine = {p.team_id for p in queries.people(teams=teams, first=day, last=day) if p.user_id == user}
    if not mine:
        raise Http404
    walks = queries.beats(teams=mine)
    return [
        (
            f"{template.name(language())} {template.times}",
            [
                (f"{template.code}:{walk.id}", f"{template.name(language())} · {walk.name}")
                for walk in sorted(walks, key=lambda walk: not walk.needs.get(template.code))
            ],
        )
        for template in queries.table().templates.values()
    ]


def _cell_form(unit: UnitRow, user: int, day: date, duties: list[Any]) -> CellForm:
    found = next((c for c in queries.cells(unit_id=unit.pk, first=day, last=day) if c.user_id == user), None)
    initial: dict[str, Any] = {"user": user, "day": day.isoformat()}
    if found is not None:
        initial |= {"seen": found.id, "duty": f"{found.template}:{found.beat_id}"}
    return CellForm(None, duties=duties, initial=initial)


def _cell_page(
    request: DeskRequest, unit: UnitRow, week: date, user: int, day: date, form: CellForm, *,
    errors: CellForm | None = None, status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    there = [c for c in queries.cells(unit_id=unit.pk, first=day, last=day) if c.user_id == user]
    away = queries.leave_of(users=[user], first=day, last=day)
    teams = {team.pk for team in queries.teams_of(unit_id=unit.pk)}
    person = next(p for p in queries.people(teams=teams, first=day, last=day) if p.user_id == user)
    values = {
        "unit": unit, "week": week, "form": form, "errors": errors or form, "day": day_words(day),
        "person": person, "there": there[0] if there else None, "away": bool(away),
        "back": address(unit.pk, week),
    }  # fmt: skip
    return show_tab(request, "desk/teams/rota_cell.html", values, tab="desk:rota", part="cell", status=status)


@needs(PLAN)
@require_POST
def lock(request: DeskRequest, shift_id: UUID) -> HttpResponse:
    """Keep a cell when the week is proposed anew, or give it free."""
    shift = queries.shift(shift_id=shift_id)
    if shift is None:
        raise Http404
    unit, locked = unit_for(request, shift.rota.unit_id, plan=True), request.POST.get("locked") == "1"
    form = Form(request.POST)
    return carry_out(
        request, form, lambda: actions.lock_shift(
            shift_id=shift_id, locked=locked, by=request.officer.by_power(PLAN, unit.path), at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("The cell stays when the week is proposed anew.") if locked else _("The cell is free again."),
        to=address(unit.pk, shift.rota.week),
        again=lambda status: page(request, unit, shift.rota.week, status=status),
    )  # fmt: skip


# ---------------------------------------------------------------- propose and publish


@needs(PLAN)
@require_POST
def propose(request: DeskRequest, unit_id: int, week: str) -> HttpResponse:
    """Ask for a proposal; the next page says how far it is."""
    unit, first = unit_for(request, unit_id, plan=True), week_from(week, timezone.localdate())
    form = ProposeForm(request.POST)
    made: list[int] = []

    def act() -> object:
        proposal = actions.ask_proposal(
            unit=unit, first=first, weeks=form.cleaned_data["weeks"], at=timezone.now(),
            by=request.officer.by_power(PLAN, unit.path), submission=submission_key(request),
        )  # fmt: skip
        made.append(proposal.pk)
        return proposal

    answer = carry_out(
        request, form, act, words=_("Asked for. You may go on working; the proposal appears by itself."),
        to=address(unit.pk, first), again=lambda status: page(request, unit, first, form=form, status=status),
    )  # fmt: skip
    if made:
        answer["Location"] = reverse("desk:rota-proposal", args=[made[0]])
    return answer


@needs(SEE, PLAN)
@require_safe
def proposal(request: DeskRequest, proposal_id: int) -> HttpResponse:
    """How far a proposal is, then what came of it; reads itself again until it is done."""
    found = queries.proposal(proposal_id=proposal_id)
    if found is None:
        raise Http404
    unit = unit_for(request, found.unit_id)
    if not permissions.may_plan(request.officer, unit.path):
        raise NotAllowedError(PLAN)
    beats = rota_grid.beat_names(unit)
    rows = found.outcome.get("gaps", [])
    lines = [
        rota_grid.missing_words(
            date.fromisoformat(row["day"]), row["template"], beats.get(row["beat"], "—"), row["needed"],
            row["planned"], row["reasons"],
        )
        for row in rows
    ]  # fmt: skip
    values = {
        "proposal": found, "unit": unit, "working": queries.is_worked_on(found), "lines": lines,
        "failed": found.state == ProposalState.FAILED,
        "weeks": [(week, address(unit.pk, week)) for week in _weeks(found.first, found.weeks)],
    }  # fmt: skip
    return show_tab(request, "desk/teams/rota_proposal.html", values, tab="desk:rota", part="state")


def _weeks(first: date, count: int) -> list[date]:
    return [first + n * WEEK for n in range(count)]


@needs(PLAN)
@require_POST
def publish(request: DeskRequest, unit_id: int, week: str) -> HttpResponse:
    unit, first = unit_for(request, unit_id, plan=True), week_from(week, timezone.localdate())
    form = Form(request.POST)
    return carry_out(
        request, form, lambda: actions.publish_rota(
            unit=unit, week=first, by=request.officer.by_power(PLAN, unit.path), at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("Published. Everybody sees their shifts now."), to=address(unit.pk, first),
        again=lambda status: page(request, unit, first, form=_with_errors(form), status=status),
    )  # fmt: skip


def _with_errors(form: Form) -> ProposeForm:
    """The form of the page with what was refused at its top."""
    shown = ProposeForm({"weeks": "1"})
    for sentence in form.non_field_errors():
        shown.add_error(None, sentence)
    return shown
