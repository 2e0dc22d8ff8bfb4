"""Members by name: opened with an entry in the record, kept member by member; moves and their answers."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.party import actions, queries
from weiwang.party.permissions import keeper, reader
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.teams.frame import show_tab
from weiwang.web.desk.teams.party_forms import (
    AnswerForm,
    HomeForm,
    HouseholdForm,
    LeaveForm,
    SecretaryForm,
    buildings,
    home_grids,
)
from weiwang.web.desk.teams.party_frame import (
    KEEP,
    SEE,
    address_of,
    branch_for,
    carry_out,
    is_open,
    may_read,
    open_names,
    views,
)
from weiwang.web.desk.whereabouts import number
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.forms import Form
from weiwang.web.ui.gates import confirmed

TAB = "desk:party"


@needs(SEE)
@require_POST
@confirmed
def open_branch(request: DeskRequest, branch_id: int) -> HttpResponse:
    """Write down who looks, then show the members."""
    found = branch_for(request, branch_id)
    open_names(request, found.pk)
    return HttpResponseRedirect(address_of(branch_id, "party-names"))


@needs(SEE)
@require_safe
@confirmed
def names(request: DeskRequest, branch_id: int) -> HttpResponse:
    """The members of a branch, `?after=` a number; without an entry in the record, the page of the branch."""
    found = branch_for(request, branch_id)
    reader(request.officer, found.grid.path)
    if not is_open(request, branch_id):
        return HttpResponseRedirect(address_of(branch_id))
    return names_page(request, found)


def names_page(
    request: DeskRequest,
    found: Any,  # noqa: ANN401 -- a row of the branches
    *,
    wrong: BaseForm | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    after = number(request.GET.get("after", "")) or 0
    rows = queries.members_of(found.pk, on=timezone.localdate(), after=after, limit=queries.PAGE + 1)
    people, here = rows[: queries.PAGE], address_of(found.pk, "party-names")
    values = {
        "branch": found, "people": people, "wrong": wrong, "first": here if after else "",
        "next": f"{here}?after={people[-1].id}" if len(rows) > queries.PAGE else "",
        "keeps": found.ends_on is None and request.officer.may(KEEP, found.grid.path),
    }  # fmt: skip
    return show_tab(request, "desk/teams/party_names.html", values, tab=TAB, status=status)


@needs(KEEP)
@require_POST
@confirmed
def secretary(request: DeskRequest, branch_id: int) -> HttpResponse:
    found = branch_for(request, branch_id, keep=True)
    opened(request, found)
    form = SecretaryForm(request.POST)
    return carry_out(
        request, form, lambda: actions.name_secretary(
            branch_id=branch_id, member_id=form.cleaned_data["member"], by=request.officer,
            at=timezone.now(), submission=submission_key(request),
        ),
        words=_("The secretary was named."), to=address_of(branch_id, "party-names"),
        again=lambda status: names_page(request, found, wrong=form, status=status),
    )  # fmt: skip


def opened(request: DeskRequest, branch: Any) -> None:  # noqa: ANN401 -- a row of the branches
    """A form sent after the names had closed opens them anew, with an entry: nothing typed is lost."""
    reader(request.officer, branch.grid.path)
    if not is_open(request, branch.pk):
        open_names(request, branch.pk)


# ---------------------------------------------------------------- one member


def member_for(request: DeskRequest, person_id: int) -> Any:  # noqa: ANN401 -- a row of the members
    """A present member of a branch this officer keeps. Raises `Http404`, `NotAllowedError`."""
    found: Any = queries.member(person_id)
    if found is None or found.branch is None or found.left_on is not None:
        raise Http404
    branch_for(request, found.branch_id, keep=True)
    return found


@needs(KEEP)
@require_safe
@confirmed
def member(request: DeskRequest, person_id: int) -> HttpResponse:
    """What a keeper changes about one member; `?words=` finds buildings."""
    found = member_for(request, person_id)
    reader(request.officer, found.branch.grid.path)
    if not is_open(request, found.branch_id):
        return HttpResponseRedirect(address_of(found.branch_id))
    return member_page(request, found)


def member_page(
    request: DeskRequest, found: Any, *, forms: Mapping[str, BaseForm] | None = None,  # noqa: ANN401 -- a row
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    on = timezone.localdate()
    values = {
        "member": found, "branch": found.branch, "links": queries.links_of(found.pk, on),
        "words": request.GET.get("words", ""), "home_form": home_form(request, found),
        "link_form": household_form(request, found), "is_secretary": found.branch.secretary_id == found.pk,
        "leave_form": LeaveForm(initial={"on": on}, auto_id="leave-%s"), "wrong": None, **(forms or {}),
    }  # fmt: skip
    return show_tab(request, "desk/teams/party_member.html", values, tab=TAB, status=status)


def home_form(request: DeskRequest, found: Any, data: Any = None) -> HomeForm:  # noqa: ANN401 -- a row, what was sent
    grids = home_grids(found.place, timezone.localdate())
    also = number(data.get("building", "")) if data else found.building_id
    first = {"home": found.home_id, "building": found.building_id, "door": found.door}
    choices = {"home": grids, "building": found_buildings(request, found, also)}
    return HomeForm(data, choices=choices, initial=first, auto_id="home-%s")


def household_form(request: DeskRequest, found: Any, data: Any = None) -> HouseholdForm:  # noqa: ANN401 -- a row
    also = number(data.get("building", "")) if data else None
    choices = {"building": found_buildings(request, found, also)}
    return HouseholdForm(data, choices=choices, auto_id="link-%s")


def found_buildings(request: DeskRequest, member: Any, also: int | None) -> list[tuple[int, str]]:  # noqa: ANN401 -- a row
    """Those of the branch's grid; with words, of everything this officer keeps around it."""
    words, grid = request.GET.get("words", "").strip(), member.branch.grid.path
    around = next((path for path in request.officer.paths(KEEP) if grid.startswith(path)), grid)
    return buildings(member.place, under=around if words else grid, words=words, also=also)


@needs(KEEP)
@require_POST
@confirmed
def lives(request: DeskRequest, person_id: int) -> HttpResponse:
    """Note where somebody lives now; in another grid this only proposes a move."""
    found = member_for(request, person_id)
    opened(request, found.branch)
    form = home_form(request, found, request.POST)

    def act() -> object:
        data = form.cleaned_data
        there = actions.Home(grid_id=data["home"], building_id=data["building"], door=data["door"])
        return actions.change_home(
            member_id=person_id,
            home=there,
            by=request.officer,
            at=timezone.now(),
            submission=submission_key(request),
        )

    return carry_out(
        request, form, act, to=address_of(person_id, "party-member"),
        words=lambda move: _("A move was proposed. The keeper of the receiving branch decides it.")
        if move else _("The home was recorded. Nothing has to move."),
        again=lambda status: member_page(request, found, forms={"home_form": form}, status=status),
    )  # fmt: skip


@needs(KEEP)
@require_POST
@confirmed
def leave(request: DeskRequest, person_id: int) -> HttpResponse:
    """Somebody left, or took the consent back: name and home are forgotten."""
    found = member_for(request, person_id)
    opened(request, found.branch)
    form = LeaveForm(request.POST, auto_id="leave-%s")
    return carry_out(
        request, form, lambda: actions.member_leaves(
            member_id=person_id, on=form.cleaned_data["on"], by=request.officer, at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("The membership has ended; name and home were deleted."),
        to=address_of(found.branch_id, "party-names"),
        again=lambda status: member_page(request, found, forms={"leave_form": form}, status=status),
    )  # fmt: skip


@needs(KEEP)
@require_POST
@confirmed
def link(request: DeskRequest, person_id: int) -> HttpResponse:
    found = member_for(request, person_id)
    opened(request, found.branch)
    form = household_form(request, found, request.POST)
    return carry_out(
        request, form, lambda: actions.link_household(
            member_id=person_id, building_id=form.cleaned_data["building"], door=form.cleaned_data["door"],
            by=request.officer, at=timezone.now(), submission=submission_key(request),
        ),
        words=_("The household was linked."), to=address_of(person_id, "party-member"),
        again=lambda status: member_page(request, found, forms={"link_form": form}, status=status),
    )  # fmt: skip


@needs(KEEP)
@require_POST
@confirmed
def unlink(request: DeskRequest, link_id: int) -> HttpResponse:
    person_id = queries.member_of_link(link_id)
    if person_id is None:
        raise Http404
    found, form = member_for(request, person_id), Form(request.POST)
    opened(request, found.branch)
    return carry_out(
        request, form, lambda: actions.unlink_household(
            link_id=link_id, by=request.officer, at=timezone.now(), submission=submission_key(request)
        ),
        words=_("The household has been unlinked."), to=address_of(found.pk, "party-member"),
        again=lambda status: member_page(request, found, forms={"wrong": form}, status=status),
    )  # fmt: skip


# ---------------------------------------------------------------- moves


@needs(SEE)
@require_safe
@confirmed
def moves(request: DeskRequest) -> HttpResponse:
    return moves_page(request)


def moves_page(
    request: DeskRequest, *, wrong: AnswerForm | None = None, at: int | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    """Open proposals; names only of branches that were opened. `wrong` was refused for the move `at`."""
    rows = []
    for line in queries.open_moves(paths=request.officer.paths(SEE)):
        shown = is_open(request, branch_of(request, line))
        rows.append({
            "line": line, "name": line.name if shown else "",
            "form": wrong if line.id == at else AnswerForm(auto_id=f"m{line.id}-%s"),
            "may_decide": shown and request.officer.may(KEEP, line.to_path),
        })  # fmt: skip
    values = {
        "rows": rows, "hidden": any(not row["name"] for row in rows), "wrong": wrong,
        "views": views(request, "desk:party-moves"),
    }  # fmt: skip
    return show_tab(request, "desk/teams/party_moves.html", values, tab=TAB, status=status)


def branch_of(request: DeskRequest, line: queries.MoveLine) -> int:
    """The branch whose names this officer reads: the receiving one, else the one left."""
    return line.to_id if may_read(request, line.to_path) else line.from_id


@needs(SEE)
@require_POST
@confirmed
def open_moves(request: DeskRequest) -> HttpResponse:
    """One entry for each branch whose names the list will show."""
    lines = queries.open_moves(paths=request.officer.paths(SEE))
    for branch_id in dict.fromkeys(branch_of(request, line) for line in lines):
        if not is_open(request, branch_id):
            open_names(request, branch_id)
    return HttpResponseRedirect(reverse("desk:party-moves"))


@needs(KEEP)
@require_POST
@confirmed
def decide(request: DeskRequest, move_id: int) -> HttpResponse:
    found = queries.move(move_id)
    if found is None or not seen(request, found):
        raise Http404
    keeper(request.officer, found.to_branch.grid.path)
    form = AnswerForm(request.POST, auto_id=f"m{move_id}-%s")
    accept = request.POST.get("answer") == "yes"
    return carry_out(
        request, form, lambda: actions.decide_move(
            move_id=move_id, accept=accept, reason=form.cleaned_data["reason"], by=request.officer,
            at=timezone.now(), submission=submission_key(request),
        ),
        words=_("The member was transferred.") if accept else _("The move was declined."),
        to=reverse("desk:party-moves"),
        again=lambda status: moves_page(request, wrong=form, at=move_id, status=status),
    )  # fmt: skip


def seen(request: DeskRequest, move: Any) -> bool:  # noqa: ANN401 -- a row of the moves
    """Whether the officer sees either branch of a move."""
    grids = (move.to_branch.grid.path, move.from_branch.grid.path)
    return any(request.officer.may("unit.see", path) for path in grids)
