"""What the pages of planning share: finding a plan within reach, carrying out, words."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from weiwang.audit.rules import AlreadyDoneError
from weiwang.kernel.faults import CodedError
from weiwang.planning.limits import Language
from weiwang.plans import permissions, queries
from weiwang.plans.queries import PartRow, PlanRow
from weiwang.plans.rules import FAULTS, OVERTAKEN, STATE_NAMES, PlanState
from weiwang.territory.rules import NotAllowedError
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest
from weiwang.web.ui.answers import refused
from weiwang.web.ui.parts import Tone

TONES: Mapping[PlanState, Tone] = {
    PlanState.DRAWING: "action",
    PlanState.PAUSED: "near",
    PlanState.DRAFT: "action",
    PlanState.AWAITING: "near",
    PlanState.IN_FORCE: "cleared",
    PlanState.FORMER: "quiet",
    PlanState.DISCARDED: "quiet",
}


def language() -> Language:
    """The language of the engine's sentences."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def state_words(plan: PlanRow) -> tuple[str, Tone]:
    state = PlanState(plan.state)
    if plan.is_being_adopted(timezone.localdate()):
        return _("being carried out"), "action"
    return _(STATE_NAMES[state]), TONES[state]


def fault_words(code: str, params: Mapping[str, object]) -> str:
    """A broken rule as a sentence."""
    return _(FAULTS[code]) % params


def plan_for(request: DeskRequest, plan_id: int, *, power: str = permissions.SEE) -> PlanRow:
    """A plan of a sub-district the officer works in. Raises `Http404`, `NotAllowedError`."""
    for place in request.officer.places:
        found = queries.plan(place=place, plan_id=plan_id)
        if found is not None:
            if not request.officer.may(power):
                raise NotAllowedError(power)
            return found
    raise Http404


def part_for(request: DeskRequest, plan_id: int, part_id: int, *, power: str = permissions.SEE) -> PartRow:
    """One community of a plan. Raises `Http404`, `NotAllowedError`."""
    plan = plan_for(request, plan_id, power=power)
    found = queries.part(place=plan.place, part_id=part_id)
    if found is None or found.plan_id != plan.pk:
        raise Http404
    return found


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
    if words:
        messages.success(request, words)
    return HttpResponseRedirect(to)


def show_planning(
    request: DeskRequest, template: str, context: Mapping[str, object], *, part: str | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    """A page of planning with the rail on its place."""
    return show(request, template, context, here="desk:plans", part=part, status=status)


def address(plan_id: int) -> str:
    return reverse("desk:plan", args=[plan_id])
