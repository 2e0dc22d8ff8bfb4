"""Leave and swaps: who is away when, and who wants to change with whom."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weiwang.patrols import actions, permissions, queries
from weiwang.patrols.permissions import PLAN, SEE
from weiwang.patrols.rules import SWAP_NAMES, PatrolError, SwapState
from weiwang.territory.rules import NotAllowedError
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.teams.frame import show_tab
from weiwang.web.desk.teams.patrols_forms import LeaveForm
from weiwang.web.desk.teams.patrols_frame import carry_out, language, word
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.forms import Form

BREACH_WORDS = {
    "rest": gettext_noop("too little rest between two shifts"),
    "days": gettext_noop("too many days in a row"),
    "nights": gettext_noop("too many nights in a row"),
    "week": gettext_noop("too many hours in a week"),
}
AHEAD = timedelta(days=180)
DECIDED = timedelta(days=14)


@needs(PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: DeskRequest) -> HttpResponse:
    """The leave of the coming months, and the form to enter one."""
    people = _people(request)
    if request.method != "POST":
        return _leave_page(request, people, _empty(people))
    form = LeaveForm(request.POST, table=queries.table(), people=_names(people))

    def act() -> object:
        data = form.cleaned_data
        if data["person"] not in people:
            raise PatrolError("leave.person")
        return actions.grant_leave(
            place=request.officer.places[0], user_id=data["person"], first=data["first"], last=data["last"],
            kind=data["kind"], by=request.officer.by_power(PLAN, people[data["person"]][2]),
            at=timezone.now(),
            submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("The leave was entered."), to=reverse("desk:patrol-leave"),
        again=lambda status: _leave_page(request, people, form, status=status),
    )  # fmt: skip


def _people(request: DeskRequest) -> dict[int, tuple[str, str, str]]:
    """Whom the officer plans: name, team, path of the unit."""
    today, officer = timezone.localdate(), request.officer
    teams = {team.pk: team for team in queries.teams_in(place=officer.places[0], paths=officer.paths(PLAN))}
    people = queries.people(teams=teams, first=today, last=today + AHEAD)
    return {p.user_id: (p.name, teams[p.team_id].name, teams[p.team_id].unit.path) for p in people}


def _names(people: dict[int, tuple[str, str, str]]) -> list[tuple[str, str]]:
    return [(str(user), f"{name} · {team}") for user, (name, team, _path) in people.items()]


def _empty(people: dict[int, tuple[str, str, str]]) -> LeaveForm:
    return LeaveForm(None, table=queries.table(), people=_names(people))


def _leave_page(
    request: DeskRequest, people: dict[int, Any], form: LeaveForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    today, table = timezone.localdate(), queries.table()
    rows = queries.leave_of(users=people, first=today - timedelta(days=7), last=today + AHEAD)
    values = {
        "rows": [(row, word(dict(table.leave), row.kind), people[row.user_id][1]) for row in rows],
        "form": form,
    }  # fmt: skip
    return show_tab(request, "desk/teams/patrol_leave.html", values, tab="desk:patrol-leave", status=status)


@needs(PLAN)
@require_POST
def cancel(request: DeskRequest, leave_id: int) -> HttpResponse:
    people = _people(request)
    found = queries.leave(leave_id=leave_id)
    if found is None or found.user_id not in people:
        raise Http404
    form = Form(request.POST)
    return carry_out(
        request, form, lambda: actions.cancel_leave(
            leave_id=leave_id, by=request.officer.by_power(PLAN, people[found.user_id][2]), at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("The leave was taken back."), to=reverse("desk:patrol-leave"),
        again=lambda status: _leave_page(request, people, _empty(people), status=status),
    )  # fmt: skip


# ---------------------------------------------------------------- swaps


@needs(SEE, PLAN)
@require_safe
def swaps(request: DeskRequest) -> HttpResponse:
    return _swaps_page(request, Form())


def _swaps_page(request: DeskRequest, form: Form, *, status: int = HTTPStatus.OK) -> HttpResponse:
    officer, now, table = request.officer, timezone.now(), queries.table()
    seen = {*officer.paths(SEE), *officer.paths(PLAN)}
    rows = []
    for swap in queries.swaps_in(place=officer.places[0], paths=tuple(seen), since=now - DECIDED):
        waits = swap.state == SwapState.WAITING
        broken = queries.swap_breaks(swap) if waits else []
        rows.append({
            "swap": swap, "state": _(SWAP_NAMES[SwapState(swap.state)]), "waits": waits,
            "open": swap.state == SwapState.PROPOSED,
            "mine": table.template(swap.shift.template).name(language()),
            "other": table.template(swap.other.template).name(language()),
            "breaks": [_(BREACH_WORDS[code]) for code in dict.fromkeys(broken)],
            "may_decide": waits and permissions.may_plan(officer, swap.shift.rota.unit.path),
        })  # fmt: skip
    values = {"rows": rows, "form": form}
    return show_tab(request, "desk/teams/patrol_swaps.html", values, tab="desk:patrol-swaps", status=status)


@needs(PLAN)
@require_POST
def decide(request: DeskRequest, swap_id: int) -> HttpResponse:
    swap = queries.swap(swap_id=swap_id)
    if swap is None or swap.place not in request.officer.places:
        raise Http404
    path = swap.shift.rota.unit.path
    if not permissions.may_see(request.officer, path):
        raise Http404
    if not permissions.may_plan(request.officer, path):
        raise NotAllowedError(PLAN)
    approve, form = request.POST.get("answer") == "yes", Form(request.POST)
    return carry_out(
        request, form, lambda: actions.decide_swap(
            swap_id=swap_id, approve=approve, by=request.officer.by_power(PLAN, path), at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("The two have swapped.") if approve else _("The swap was declined."),
        to=reverse("desk:patrol-swaps"), again=lambda status: _swaps_page(request, form, status=status),
    )  # fmt: skip
