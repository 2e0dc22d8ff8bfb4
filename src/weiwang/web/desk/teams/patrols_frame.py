"""What the pages of the patrol force share: finding within reach, carrying out, words."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from weiwang.audit.rules import AlreadyDoneError
from weiwang.kernel.faults import CodedError
from weiwang.patrols import permissions, queries
from weiwang.patrols.permissions import PLAN
from weiwang.patrols.queries import TeamRow, UnitRow
from weiwang.patrols.rules import Word
from weiwang.territory.rules import NotAllowedError, Officer
from weiwang.web.desk.gates import DeskRequest
from weiwang.web.ui.answers import refused

# What somebody else did meanwhile, rather than what was typed.
OVERTAKEN = frozenset(
    {"shift.changed", "swap.over", "rota.published", "rota.working", "member.ended", "team.ended"}
)


def language() -> str:
    return get_language() or ""


def word(words: dict[str, Word], code: str) -> str:
    """A word of the policy table in the reader's language; the code itself when it is no longer there."""
    found = words.get(code)
    return found.name(language()) if found else code


def day_words(day: date) -> str:
    """`11月26日 周四`, `Thu 26 Nov`."""
    return date_format(day, _("D j M"), use_l10n=False)


def team_for(request: DeskRequest, team_id: int, *, plan: bool = False) -> TeamRow:
    """A team within reach. Raises `Http404`, `NotAllowedError`."""
    team = queries.team(team_id=team_id)
    if team is None or team.place not in request.officer.places:
        raise Http404
    if not permissions.may_see(request.officer, team.unit.path):
        raise Http404
    if plan and not permissions.may_plan(request.officer, team.unit.path):
        raise NotAllowedError(PLAN)
    return team


def unit_for(request: DeskRequest, unit_id: int, *, plan: bool = False) -> UnitRow:
    """A unit within reach whose teams have a rota. Raises `Http404`, `NotAllowedError`."""
    unit = queries.planned_unit(unit_id=unit_id)
    if unit is None or unit.place not in request.officer.places:
        raise Http404
    if not permissions.may_see(request.officer, unit.path):
        raise Http404
    if plan and not permissions.may_plan(request.officer, unit.path):
        raise NotAllowedError(PLAN)
    return unit


def paths(officer: Officer) -> tuple[str, ...]:
    """The parts of the tree whose patrol force the officer sees."""
    return tuple({*officer.paths(permissions.SEE), *officer.paths(PLAN)})


def carry_out(
    request: DeskRequest, form: BaseForm, act: Callable[[], object], *, words: str, to: str,
    again: Callable[[int], HttpResponse],
) -> HttpResponse:  # fmt: skip
    """Do it and go to `to` with a word of success, or show the form `again` with what is wrong."""
    if not form.is_valid():
        return again(HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        act()
    except AlreadyDoneError:
        pass  # a second press answers as the first did
    except CodedError as error:
        return again(refused(form, error, overtaken=OVERTAKEN))
    messages.success(request, words)
    return HttpResponseRedirect(to)
