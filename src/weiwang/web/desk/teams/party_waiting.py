"""Members who belong to no branch yet: opened with an entry in the record, given the grid they live in."""

from http import HTTPStatus

from django.forms import BaseForm
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.party import actions, queries
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.teams.frame import show_tab
from weiwang.web.desk.teams.party_forms import WaitingForm, home_grids
from weiwang.web.desk.teams.party_frame import (
    KEEP,
    SEE,
    WAITING,
    carry_out,
    is_open,
    keep_open,
    views,
)
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.gates import confirmed


@needs(SEE)
@require_POST
@confirmed
def open_waiting(request: DeskRequest) -> HttpResponse:
    """One entry for each part of the tree whose names the list will show."""
    actions.waiting_names_were_shown(by=request.officer, at=timezone.now())
    keep_open(request, WAITING)
    return HttpResponseRedirect(reverse("desk:party-waiting"))


@needs(SEE)
@require_safe
@confirmed
def waiting(request: DeskRequest) -> HttpResponse:
    if not is_open(request, WAITING):
        return HttpResponseRedirect(reverse("desk:party-gaps"))
    return waiting_page(request)


def waiting_page(
    request: DeskRequest, *, wrong: BaseForm | None = None, about: int | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    """`wrong` is the form that was refused for the member `about`."""
    officer, on = request.officer, timezone.localdate()
    grids = home_grids(officer.places[0], on, officer.paths(KEEP))
    people = queries.unassigned(paths=officer.paths(SEE), on=on)
    rows = [
        (one, (wrong if one.id == about else WaitingForm(choices={"home": grids}, auto_id=f"w{one.id}-%s")))
        for one in people
    ]
    values = {
        "rows": rows, "keeps": officer.may(KEEP), "views": views(request, "desk:party-gaps"), "wrong": wrong,
    }  # fmt: skip
    return show_tab(request, "desk/teams/party_waiting.html", values, tab="desk:party", status=status)


@needs(KEEP)
@require_POST
@confirmed
def waiting_home(request: DeskRequest, person_id: int) -> HttpResponse:
    """Note the grid somebody lives in; where it has a branch of this keeper, they join it."""
    officer, on = request.officer, timezone.localdate()
    if person_id not in {one.id for one in queries.unassigned(paths=officer.paths(SEE), on=on)}:
        raise Http404
    grids = home_grids(officer.places[0], on, officer.paths(KEEP))
    form = WaitingForm(request.POST, choices={"home": grids}, auto_id=f"w{person_id}-%s")
    keep_open(request, WAITING)
    return carry_out(
        request, form, lambda: actions.change_home(
            member_id=person_id, home=actions.Home(grid_id=form.cleaned_data["home"]), by=officer,
            at=timezone.now(), submission=submission_key(request),
        ),
        words=_("The grid was recorded. Where it has a branch, the member belongs to it now."),
        to=reverse("desk:party-waiting"),
        again=lambda status: waiting_page(request, wrong=form, about=person_id, status=status),
    )  # fmt: skip
