"""One team: its people, its beats, and the forms that change them."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.patrols import actions, permissions, queries
from weiwang.patrols.permissions import PLAN, SEE
from weiwang.patrols.queries import TeamRow
from weiwang.patrols.rules import PatrolError
from weiwang.web.desk import places
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.teams.frame import show_tab
from weiwang.web.desk.teams.patrols_forms import BeatForm, Choices, JoinForm, LastDayForm
from weiwang.web.desk.teams.patrols_frame import carry_out, language, team_for, word
from weiwang.web.desk.teams.shapes import read_shape, written_shape
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.forms import Form


@needs(SEE, PLAN)
@require_safe
def team(request: DeskRequest, team_id: int) -> HttpResponse:
    return page(request, team_for(request, team_id))


def page(
    request: DeskRequest, team: TeamRow, *, joining: BaseForm | None = None, walking: BaseForm | None = None,
    ending: BaseForm | None = None, status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    """`?beat=` opens one beat in the form."""
    table, today = queries.table(), timezone.localdate()
    people = queries.people(teams=[team.pk], first=today, last=date.max)
    walks = queries.beats(teams=[team.pk], shapes=True)
    chosen = next((walk for walk in walks if str(walk.id) == request.GET.get("beat")), None)
    values = {
        "team": team, "may_plan": permissions.may_plan(request.officer, team.unit.path), "today": today,
        "people": [
            {
                "row": p, "origin": word(dict(table.origins), p.origin),
                "role": word(dict(table.roles), p.role),
                "duties": [word(dict(table.duties), code) for code in p.duties],
            }
            for p in people
        ],
        "templates": [(t.code, t.name(language()), t.times) for t in table.templates.values()],
        "walks": [(walk, [walk.needs.get(code, 0) for code in table.templates]) for walk in walks],
        "joining": joining or _joining(request, team, None),
        "walking": walking or BeatForm(None, table=table, units=units(request, team), initial=_typed(chosen)),
        "chosen": chosen, "ending": ending or LastDayForm(initial={"last": today}),
    }  # fmt: skip
    return show_tab(request, "desk/teams/patrol_team.html", values, tab="desk:patrols", status=status)


def _joining(request: DeskRequest, team: TeamRow, data: Any) -> JoinForm:  # noqa: ANN401 -- as Django's
    grids = units(request, team, grids=True)
    return JoinForm(data, table=queries.table(), grids=grids, initial={"starts_on": timezone.localdate()})


def _typed(walk: queries.Walk | None) -> dict[str, Any]:
    if walk is None:
        return {}
    needs = {f"need_{code}": count for code, count in walk.needs.items()}
    return {
        "beat": walk.id,
        "name": walk.name,
        "unit": walk.unit_id,
        "shape": written_shape(walk.shape),
        **needs,
    }


def units(request: DeskRequest, team: TeamRow, *, grids: bool = False) -> Choices:
    """The units below the team's own, or only its grids."""
    grounds = places.grounds(team.place, timezone.localdate())
    inside = [g for g in grounds if g.path.startswith(team.unit.path)]
    return [(str(g.id), g.name) for g in inside if not grids or g.level in {"grid", "dedicated_grid"}]


@needs(PLAN)
@require_POST
def join(request: DeskRequest, team_id: int) -> HttpResponse:
    found = team_for(request, team_id, plan=True)
    form = _joining(request, found, request.POST)

    def act() -> object:
        data = form.cleaned_data
        return actions.add_member(
            team_id=found.pk, username=data["username"], origin=data["origin"], role=data["role"],
            starts_on=data["starts_on"], ends_on=data["ends_on"], grid_id=data["grid"], duties=data["duties"],
            by=request.officer.by_power(PLAN, found.unit.path), at=timezone.now(),
            submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("Added to the team."), to=reverse("desk:patrol-team", args=[found.pk]),
        again=lambda status: page(request, found, joining=form, status=status),
    )  # fmt: skip


@needs(PLAN)
@require_POST
def leave_team(request: DeskRequest, member_id: int) -> HttpResponse:
    member = queries.member(member_id=member_id)
    if member is None:
        raise Http404
    found = team_for(request, member.team_id, plan=True)
    form = LastDayForm(request.POST)

    def act() -> object:
        return actions.end_member(
            member_id=member_id, last=form.cleaned_data["last"], at=timezone.now(),
            by=request.officer.by_power(PLAN, found.unit.path), submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("The membership ends. Later shifts are listed as not covered."),
        to=reverse("desk:patrol-team", args=[found.pk]),
        again=lambda status: page(request, found, ending=form, status=status),
    )  # fmt: skip


@needs(PLAN)
@require_POST
def keep_beat(request: DeskRequest, team_id: int) -> HttpResponse:
    found = team_for(request, team_id, plan=True)
    form = BeatForm(request.POST, table=queries.table(), units=units(request, found))

    def act() -> object:
        data = form.cleaned_data
        beat = queries.beat(beat_id=data["beat"]) if data["beat"] else None
        if data["beat"] and (beat is None or beat.team_id != found.pk):
            raise Http404
        return actions.keep_beat(
            team_id=found.pk, beat_id=data["beat"], unit_id=data["unit"], name=data["name"], needs=form.needs,
            shape=read_shape(data["shape"], otherwise=PatrolError("beat.shape")), at=timezone.now(),
            by=request.officer.by_power(PLAN, found.unit.path), submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("The beat was saved."), to=reverse("desk:patrol-team", args=[found.pk]),
        again=lambda status: page(request, found, walking=form, status=status),
    )  # fmt: skip


@needs(PLAN)
@require_POST
def end_beat(request: DeskRequest, beat_id: int) -> HttpResponse:
    beat = queries.beat(beat_id=beat_id)
    if beat is None:
        raise Http404
    found = team_for(request, beat.team_id, plan=True)
    form = Form(request.POST)
    return carry_out(
        request, form, lambda: actions.end_beat(
            beat_id=beat_id, by=request.officer.by_power(PLAN, found.unit.path), at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("The beat has been closed. Its later shifts were removed."),
        to=reverse("desk:patrol-team", args=[found.pk]),
        again=lambda status: page(request, found, ending=form, status=status),
    )  # fmt: skip
