"""The merged patrol force: its teams, who is in them, what they walk, on one page with the map."""

import json
from http import HTTPStatus

import shapely
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from shapely.geometry.base import BaseGeometry

from weiwang.patrols import actions, queries
from weiwang.patrols.permissions import PLAN, SEE
from weiwang.territory import queries as territory
from weiwang.web.desk import maps, places
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.teams.frame import show_tab
from weiwang.web.desk.teams.patrols_forms import Choices, TeamForm
from weiwang.web.desk.teams.patrols_frame import carry_out, paths, word
from weiwang.web.ui.answers import submission_key

TEAM_LEVELS = ("subdistrict", "general_grid")
LINE_WIDTH = 0.00006  # degrees, about six metres: a street on the map


@needs(SEE, PLAN)
@require_safe
def patrols(request: DeskRequest) -> HttpResponse:
    return page(request)


def page(request: DeskRequest, *, form: TeamForm | None = None, status: int = HTTPStatus.OK) -> HttpResponse:
    officer, today = request.officer, timezone.localdate()
    table, place = queries.table(), officer.places[0]
    teams = queries.teams_in(place=place, paths=paths(officer))
    ids = [team.pk for team in teams]
    people = queries.people(teams=ids, first=today, last=today)
    walks = queries.beats(teams=ids)
    blocks = [
        {
            "team": team,
            "origins": [
                (
                    word(dict(table.origins), code),
                    sum(p.team_id == team.pk and p.origin == code for p in people),
                )
                for code in table.origins
            ],
            "leaders": [p.name for p in people if p.team_id == team.pk and p.role == "leader"],
            "people": sum(p.team_id == team.pk for p in people),
            "beats": [walk for walk in walks if walk.team_id == team.pk],
        }
        for team in teams
    ]
    values = {
        "blocks": blocks, "may_plan": officer.may(PLAN), "has_beats": bool(walks),
        "summary": queries.summary(place=place, paths=paths(officer), on=today),
        "form": form or TeamForm(units=team_units(request)), "map_url": reverse("desk:patrol-map"),
    }  # fmt: skip
    return show_tab(request, "desk/teams/patrols.html", values, tab="desk:patrols", status=status)


def team_units(request: DeskRequest) -> Choices:
    """The units for which the officer may set up a team."""
    grounds = places.grounds(request.officer.places[0], timezone.localdate())
    return [
        (str(g.id), g.name) for g in grounds if g.level in TEAM_LEVELS and request.officer.may(PLAN, g.path)
    ]


@needs(PLAN)
@require_POST
def create(request: DeskRequest) -> HttpResponse:
    form = TeamForm(request.POST, units=team_units(request))

    def act() -> object:
        unit = territory.unit(int(form.cleaned_data["unit"]))
        return actions.create_team(
            unit=unit, name=form.cleaned_data["name"], at=timezone.now(),
            by=request.officer.by_power(PLAN, unit.path), submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("The team was set up. Add its people and beats next."),
        to=reverse("desk:patrols"), again=lambda status: page(request, form=form, status=status),
    )  # fmt: skip


# ---------------------------------------------------------------- the map


@needs(SEE, PLAN)
@require_safe
def map_config(request: DeskRequest) -> HttpResponse:
    layer = {"id": "beats-grid", "kind": "boundary", "url": reverse("desk:patrol-beats")}
    answer = JsonResponse(maps.plan(request.officer.places[0], [layer], {"beats-grid": _("Beat")}))
    answer["Cache-Control"] = "private, no-store"
    return answer


@needs(SEE, PLAN)
@require_safe
def beats(request: DeskRequest) -> HttpResponse:
    """The beats as areas; a line is given the width of a street."""
    officer = request.officer
    teams = queries.teams_in(place=officer.places[0], paths=paths(officer))
    features = [
        {
            "type": "Feature", "geometry": json.loads(shapely.to_geojson(_drawn(walk.shape))),
            "properties": {
                "id": walk.id, "name": walk.name, "step": walk.team_id % 3 + 1,
                "href": reverse("desk:patrol-team", args=[walk.team_id]),
            },
        }
        for walk in queries.beats(teams=[team.pk for team in teams], shapes=True)
        if walk.shape is not None
    ]  # fmt: skip
    answer = JsonResponse({"type": "FeatureCollection", "features": features})
    answer["Cache-Control"] = "private, no-store"
    return answer


def _drawn(shape: BaseGeometry) -> BaseGeometry:
    return shape if "Polygon" in shape.geom_type else shape.buffer(LINE_WIDTH, cap_style="flat")
