"""Branches of grids in numbers, one branch with its care and areas, and what is still to be filled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.party import actions, queries
from weiwang.party.queries import BranchLine, Gap
from weiwang.party.rules import PartyError, community_of
from weiwang.territory import queries as territory
from weiwang.territory.rules import Level, Officer
from weiwang.web.desk import places
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.teams.frame import show_tab
from weiwang.web.desk.teams.party_forms import (
    AreaForm,
    CareByForm,
    CareForm,
    Choices,
    EndForm,
    FoundForm,
    NewMemberForm,
    home_grids,
    micro_grids,
)
from weiwang.web.desk.teams.party_frame import (
    KEEP,
    address_of,
    branch_for,
    carry_out,
    is_open,
    may_read,
    views,
)
from weiwang.web.desk.teams.shapes import read_shape
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.forms import Form
from weiwang.web.ui.gates import confirmed

TAB = "desk:party"


@dataclass(frozen=True, slots=True)
class Block:
    """The branches of one community."""

    name: str
    lines: Sequence[BranchLine]


@needs("unit.see")
@require_safe
def party(request: DeskRequest) -> HttpResponse:
    """The branches within reach by community; numbers, never names."""
    on, paths = timezone.localdate(), request.officer.paths("unit.see")
    found: dict[str, list[BranchLine]] = {}
    for line in queries.branches(paths=paths, on=on):
        found.setdefault(community_of(line.path), []).append(line)
    names = communities(request.officer, on)
    values = {
        "blocks": [Block(names.get(path, ""), lines) for path, lines in found.items()],
        "coverage": queries.coverage(paths=paths, on=on), "views": views(request, TAB),
    }  # fmt: skip
    return show_tab(request, "desk/teams/party.html", values, tab=TAB)


def communities(officer: Officer, on: date) -> dict[str, str]:
    """The names of the communities by path."""
    grounds = [one for place in officer.places for one in places.grounds(place, on)]
    return {one.path: one.name for one in grounds if one.level == Level.GENERAL_GRID}


# ---------------------------------------------------------------- one branch


@needs("unit.see")
@require_safe
def branch(request: DeskRequest, branch_id: int) -> HttpResponse:
    return page(request, branch_for(request, branch_id))


def page(
    request: DeskRequest, found: Any, *, forms: Mapping[str, BaseForm] | None = None,  # noqa: ANN401 -- a row
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    """The page of a branch; `forms` are those that were refused."""
    on, stands = timezone.localdate(), found.ends_on is None
    keeps = stands and request.officer.may(KEEP, found.grid.path)
    lines = queries.branches(paths=[found.grid.path], on=on)
    values = {
        "branch": found, "line": next((line for line in lines if line.id == found.pk), None),
        "community": communities(request.officer, on).get(community_of(found.grid.path), ""),
        "cares": queries.cares_of(found.pk, on),
        "areas": [row for row, _shape in queries.areas_of(found.pk, on)],
        "keeps": keeps, "may_read": stands and may_read(request, found.grid.path),
        "is_open": is_open(request, found.pk), "ending": None,
        **(branch_forms(request, found, on) if keeps else {}), **(forms or {}),
    }  # fmt: skip
    return show_tab(request, "desk/teams/party_branch.html", values, tab=TAB, status=status)


def branch_forms(request: DeskRequest, found: Any, on: date) -> dict[str, BaseForm]:  # noqa: ANN401 -- a row
    return {
        "care_form": care_form(found, on), "area_form": area_form(found, on),
        "member_form": member_form(request, found, on), "end_form": EndForm(auto_id="end-%s"),
    }  # fmt: skip


def care_form(found: Any, on: date, data: Any = None) -> CareForm:  # noqa: ANN401 -- a row of the branches
    """Micro-grids of the same community that are in nobody's care."""
    community = community_of(found.grid.path)
    free = {gap.id for gap in queries.gaps(paths=[community], on=on).without_care}
    units = [row for row in micro_grids(found.place, on, community) if row[0] in free]
    return CareForm(data, choices={"unit": units}, auto_id="care-%s")


def area_form(found: Any, on: date, data: Any = None) -> AreaForm:  # noqa: ANN401 -- a row of the branches
    units = micro_grids(found.place, on, found.grid.path)
    return AreaForm(data, choices={"unit": units}, auto_id="area-%s")


def member_form(request: DeskRequest, found: Any, on: date, data: Any = None) -> NewMemberForm:  # noqa: ANN401 -- a row
    grids = home_grids(found.place, on, request.officer.paths(KEEP))
    first = {"home": found.grid_id}
    return NewMemberForm(data, choices={"home": grids}, initial=first, auto_id="member-%s")


@needs(KEEP)
@require_POST
def care(request: DeskRequest, branch_id: int) -> HttpResponse:
    found = branch_for(request, branch_id, keep=True)
    form = care_form(found, timezone.localdate(), request.POST)
    return carry_out(
        request, form, lambda: actions.give_care(
            branch_id=branch_id, unit_id=form.cleaned_data["unit"], by=request.officer, at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("The micro-grid is in the care of the branch."), to=address_of(branch_id),
        again=lambda status: page(request, found, forms={"care_form": form}, status=status),
    )  # fmt: skip


@needs(KEEP)
@require_POST
def end_care(request: DeskRequest, care_id: int) -> HttpResponse:
    branch_id = queries.branch_of_care(care_id)
    if branch_id is None:
        raise Http404
    found, form = branch_for(request, branch_id, keep=True), Form(request.POST)
    return carry_out(
        request, form, lambda: actions.end_care(
            care_id=care_id, by=request.officer, at=timezone.now(), submission=submission_key(request)
        ),
        words=_("Nobody cares for the micro-grid now; it is on the list of gaps."),
        to=address_of(found.pk),
        again=lambda status: page(request, found, forms={"ending": form}, status=status),
    )  # fmt: skip


@needs(KEEP)
@require_POST
def area(request: DeskRequest, branch_id: int) -> HttpResponse:
    found = branch_for(request, branch_id, keep=True)
    form = area_form(found, timezone.localdate(), request.POST)
    return carry_out(
        request, form, lambda: actions.add_area(
            branch_id=branch_id, name=form.cleaned_data["name"], unit_id=form.cleaned_data["unit"],
            shape=read_shape(form.cleaned_data["shape"], otherwise=PartyError("area.shape")),
            by=request.officer, at=timezone.now(), submission=submission_key(request),
        ),
        words=_("The responsibility area was set."), to=address_of(branch_id),
        again=lambda status: page(request, found, forms={"area_form": form}, status=status),
    )  # fmt: skip


@needs(KEEP)
@require_POST
def end_area(request: DeskRequest, area_id: int) -> HttpResponse:
    branch_id = queries.branch_of_area(area_id)
    if branch_id is None:
        raise Http404
    found, form = branch_for(request, branch_id, keep=True), Form(request.POST)
    return carry_out(
        request, form, lambda: actions.end_area(
            area_id=area_id, by=request.officer, at=timezone.now(), submission=submission_key(request)
        ),
        words=_("The responsibility area has ended."), to=address_of(found.pk),
        again=lambda status: page(request, found, forms={"ending": form}, status=status),
    )  # fmt: skip


@needs(KEEP)
@require_POST
def end(request: DeskRequest, branch_id: int) -> HttpResponse:
    found, form = branch_for(request, branch_id, keep=True), EndForm(request.POST, auto_id="end-%s")
    return carry_out(
        request, form, lambda: actions.end_branch(
            branch_id=branch_id, reason=form.cleaned_data["reason"], by=request.officer, at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("The branch has ended."), to=address_of(branch_id),
        again=lambda status: page(request, found, forms={"end_form": form}, status=status),
    )  # fmt: skip


@needs(KEEP)
@require_POST
@confirmed
def add_member(request: DeskRequest, branch_id: int) -> HttpResponse:
    """Take in a member, into the branch of the grid they live in."""
    found = branch_for(request, branch_id, keep=True)
    form = member_form(request, found, timezone.localdate(), request.POST)

    def act() -> object:
        data = form.cleaned_data
        return actions.add_member(
            place=found.place, name=data["name"], home=actions.Home(grid_id=data["home"]),
            consent_on=data["consent_on"], by=request.officer, at=timezone.now(),
            submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("The member was admitted."), to=address_of(branch_id),
        again=lambda status: page(request, found, forms={"member_form": form}, status=status),
    )  # fmt: skip


# ---------------------------------------------------------------- what is to be filled


@dataclass(frozen=True, slots=True)
class Missing:
    """One unit or branch on the list, with where it lies."""

    gap: Gap
    where: str
    keeps: bool


@dataclass(frozen=True, slots=True)
class Alone:
    """The micro-grids of one community that nobody cares for, and the form that changes it."""

    name: str
    units: Sequence[str]
    form: CareByForm | None


@needs("unit.see")
@require_safe
def gaps(request: DeskRequest) -> HttpResponse:
    return gaps_page(request)


def gaps_page(
    request: DeskRequest, *, wrong: BaseForm | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    """`wrong` is a form that was refused."""
    on, officer = timezone.localdate(), request.officer
    found = queries.gaps(paths=officer.paths("unit.see"), on=on)
    values = {
        "gaps": found, "views": views(request, "desk:party-gaps"), "wrong": wrong,
        "reads": officer.may("party.see"),
        "bare": missing(officer, found.without_branch, on),
        "headless": missing(officer, found.without_secretary, on),
        "alone": alone(officer, found.without_care, on, wrong if isinstance(wrong, CareByForm) else None),
    }  # fmt: skip
    return show_tab(request, "desk/teams/party_gaps.html", values, tab=TAB, status=status)


def missing(officer: Officer, rows: Sequence[Gap], on: date) -> list[Missing]:
    names = communities(officer, on)
    return [Missing(row, names.get(community_of(row.path), ""), officer.may(KEEP, row.path)) for row in rows]


def alone(officer: Officer, rows: Sequence[Gap], on: date, wrong: CareByForm | None) -> list[Alone]:
    """By community; the form only where the officer keeps the branches."""
    labels = {id_: label for place in officer.places for id_, label in micro_grids(place, on, "")}
    by_path: dict[str, Choices] = {}
    for row in rows:
        where = community_of(community_of(row.path))
        by_path.setdefault(where, []).append((row.id, labels.get(row.id, row.name)))
    names, branches = communities(officer, on), queries.branches(paths=officer.paths(KEEP), on=on)
    return [
        Alone(names.get(path, ""), [label for _id, label in units], care_by(path, units, branches, wrong))
        for path, units in by_path.items()
    ]


def care_by(
    path: str, units: Choices, branches: Sequence[BranchLine], wrong: CareByForm | None
) -> CareByForm | None:
    """The form of one community; the refused one where it was sent from."""
    standing = [(line.id, line.name) for line in branches if line.path.startswith(path)]
    auto = f"c{path.strip('/').rpartition('/')[2]}-%s"
    if wrong is not None and wrong.auto_id == auto:
        return wrong
    return CareByForm(choices={"unit": units, "branch": standing}, auto_id=auto) if standing else None


@needs(KEEP)
@require_POST
def give_care(request: DeskRequest) -> HttpResponse:
    """From the list to fill: a micro-grid, and the branch that is to care for it."""
    on, officer = timezone.localdate(), request.officer
    lines = queries.branches(paths=officer.paths(KEEP), on=on)
    free = queries.gaps(paths=officer.paths(KEEP), on=on).without_care
    sent = next((gap for gap in free if str(gap.id) == request.POST.get("unit")), None)
    community = community_of(community_of(sent.path)) if sent else ""
    auto = f"c{community.strip('/').rpartition('/')[2]}-%s"
    units = [(gap.id, gap.name) for gap in free if gap.path.startswith(community)]
    standing = [(line.id, line.name) for line in lines if line.path.startswith(community)]
    form = CareByForm(request.POST, choices={"unit": units, "branch": standing}, auto_id=auto)
    return carry_out(
        request, form, lambda: actions.give_care(
            branch_id=form.cleaned_data["branch"], unit_id=form.cleaned_data["unit"], by=officer,
            at=timezone.now(), submission=submission_key(request),
        ),
        words=_("The micro-grid is in the care of the branch."), to=reverse("desk:party-gaps"),
        again=lambda status: gaps_page(request, wrong=form, status=status),
    )  # fmt: skip


@needs(KEEP)
@require_POST
def found_branch(request: DeskRequest) -> HttpResponse:
    """Found the branch of a grid; who lives there without a branch joins it."""
    form = FoundForm(request.POST)

    def act() -> object:
        grid = grid_of(request, form.cleaned_data["grid"])
        return actions.create_branch(
            place=grid.place, grid_id=grid.pk, name="", by=request.officer, at=timezone.now(),
            submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("The branch was set up. Name its secretary next."),
        to=reverse("desk:party-gaps"), again=lambda status: gaps_page(request, wrong=form, status=status),
    )  # fmt: skip


def grid_of(request: DeskRequest, unit_id: int) -> Any:  # noqa: ANN401 -- a row of the tree
    """A unit within reach. Raises `Http404`."""
    for place in request.officer.places:
        unit = territory.unit_in(place=place, unit_id=unit_id)
        if unit is not None and request.officer.may("unit.see", unit.path):
            return unit
    raise Http404
