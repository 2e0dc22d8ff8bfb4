"""What the pages of the branches share: finding within reach, names that were opened, carrying out."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from weiwang.audit.rules import AlreadyDoneError
from weiwang.kernel.faults import CodedError
from weiwang.party import actions, permissions, queries
from weiwang.territory.rules import NotAllowedError
from weiwang.web.desk.gates import DeskRequest
from weiwang.web.ui.answers import refused
from weiwang.web.ui.parts import Tab

KEEP, SEE = "party.keep", "party.see"
OPEN_FOR = timedelta(minutes=15)  # after this, names are opened anew, with a new entry
OPENED = "party_names"
WAITING = 0  # in place of a branch: members who belong to none yet
# What somebody else did meanwhile, rather than what was typed.
OVERTAKEN = frozenset({"branch.taken", "branch.ended", "member.left", "care.taken", "move.done"})
FIELDS = {
    "member.consent": "consent_on", "member.building": "building", "member.building_grid": "building",
    "member.order": "on", "member.future": "on", "link.door": "door", "link.taken": "door",
}  # fmt: skip


def branch_for(request: DeskRequest, branch_id: int, *, keep: bool = False) -> Any:  # noqa: ANN401 -- a row of the branches
    """A branch within reach. Raises `Http404`, `NotAllowedError`."""
    found = queries.branch(branch_id)
    if found is None or not request.officer.may("unit.see", found.grid.path):
        raise Http404
    if keep and not request.officer.may(KEEP, found.grid.path):
        raise NotAllowedError(KEEP)
    return found


def address_of(branch_id: int, page: str = "party-branch") -> str:
    return reverse(f"desk:{page}", args=[branch_id])


def views(request: DeskRequest, current: str) -> list[Tab]:
    """The pages of the branches, each with what waits there."""
    officer = request.officer
    gaps = queries.gaps(paths=officer.paths("unit.see"), on=timezone.localdate())
    missing = len(gaps.without_branch) + len(gaps.without_secretary) + len(gaps.without_care)
    missing += gaps.members_without_branch
    found = [
        _view("desk:party", _("Party branches"), current),
        _view("desk:party-gaps", _("Gaps"), current, missing),
    ]
    if officer.may(SEE):
        moves = len(queries.open_moves(paths=officer.paths(SEE)))
        found.append(_view("desk:party-moves", _("Moves between branches"), current, moves))
    return found


def _view(name: str, word: str, current: str, count: int | None = None) -> Tab:
    tone = "near" if count else "quiet"
    return Tab(label=word, href=reverse(name), current=name == current, count=count, tone=tone)  # type: ignore[arg-type]


# ---------------------------------------------------------------- names


def open_names(request: DeskRequest, branch_id: int) -> None:
    """Write down the look, then show the names of a branch for a while. Raises `NotAllowedError`."""
    actions.names_were_shown(branch_id=branch_id, by=request.officer, at=timezone.now())
    keep_open(request, branch_id)


def keep_open(request: DeskRequest, which: int) -> None:
    """Names that were opened stay so for a while; `which` is a branch, or `WAITING`."""
    now = timezone.now()
    kept = {key: until for key, until in _opened(request).items() if until > now.timestamp()}
    request.session[OPENED] = {**kept, str(which): (now + OPEN_FOR).timestamp()}


def is_open(request: DeskRequest, which: int) -> bool:
    return _opened(request).get(str(which), 0) > timezone.now().timestamp()


def _opened(request: DeskRequest) -> Mapping[str, float]:
    found: Mapping[str, float] = request.session.get(OPENED, {})
    return found


def may_read(request: DeskRequest, path: str) -> bool:
    return permissions.may_see_names(request.officer, path)


# ---------------------------------------------------------------- how a form's action ends


def carry_out(
    request: DeskRequest, form: BaseForm, act: Callable[[], Any], *, words: str | Callable[[Any], str],
    to: str, again: Callable[[int], HttpResponse],
) -> HttpResponse:  # fmt: skip
    """Do it and go to `to` with a word of success, or show the form `again` with what is wrong."""
    if not form.is_valid():
        return again(HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        done = act()
    except AlreadyDoneError:
        return HttpResponseRedirect(to)  # a second press answers as the first did
    except CodedError as error:
        return again(refused(form, error, overtaken=OVERTAKEN, fields=FIELDS))
    messages.success(request, words(done) if callable(words) else words)
    return HttpResponseRedirect(to)
