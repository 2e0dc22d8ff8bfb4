"""Looking at what a plan would change, and adopting it on a day."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from weiwang.plans import actions, permissions
from weiwang.plans.queries import PlanRow
from weiwang.plans.rules import PlanError, PlanState
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.planning.frame import address, carry_out, plan_for, show_planning, state_words
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.forms import Form

FOLLOWS: Mapping[str, str] = {
    "buildings": gettext_noop("Buildings that come to another micro-grid"),
    "cases": gettext_noop("Open cases that go to another unit or post"),
    "duties": gettext_noop("Open duty tasks that go to another post"),
    "party": gettext_noop("Party branches and members' homes that follow"),
    "bodies": gettext_noop("Self-governance bodies that follow"),
    "patrols": gettext_noop("Teams, beats and auxiliaries that follow"),
}  # fmt: skip
NAMELESS = frozenset({"party", "patrols"})
"""Told by number only: their lines name nobody, and would only be ids."""


class AdoptForm(Form):
    """The day, and what the meeting decided."""

    on = forms.DateField(
        label=gettext_lazy("In force from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=gettext_lazy("Decided by (meeting, document number)"), max_length=200, required=False
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)


@needs(permissions.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: DeskRequest, plan_id: int) -> HttpResponse:
    """What adoption would change; a press finds it out anew."""
    found = plan_for(request, plan_id)
    if request.method != "POST":
        return review_page(request, found)
    form = Form(request.POST)
    seen = request.POST.get("seen", "")
    return carry_out(
        request, form, lambda: actions.ask_review(
            plan_id=found.pk, seen_version=int(seen) if seen.isdigit() else -1, at=timezone.now(),
            by=request.officer.by_power(permissions.DRAW), submission=submission_key(request),
        ),
        words="", to=reverse("desk:plan-review", args=[found.pk]),
        again=lambda status: review_page(request, plan_for(request, plan_id), errors=form, status=status),
    )  # fmt: skip


def review_page(
    request: DeskRequest, found: PlanRow, *, form: AdoptForm | None = None, errors: Form | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    words, tone = state_words(found)
    is_draft, today = found.state == PlanState.DRAFT, timezone.localdate()
    fresh = bool(found.review) and (found.reviewed_version == found.version or not is_draft)
    adopting = found.is_being_adopted(today)
    values = {
        "plan": found, "state_words": words, "tone": tone, "is_draft": is_draft, "fresh": fresh,
        "trying": is_draft and found.is_being_reviewed, "adopting": adopting,
        "working": adopting or (is_draft and found.is_being_reviewed),
        "fault": _kept(found.review_fault) if is_draft else "",
        "adopt_fault": _kept(found.adopt_fault) if is_draft else "",
        "is_awaiting": found.state == PlanState.AWAITING, "is_in_force": found.state == PlanState.IN_FORCE,
        "form": form or AdoptForm(initial={"on": today, "seen": found.version}),
        "errors": errors or form, "may_draw": request.officer.may(permissions.DRAW),
        "may_adopt": request.officer.may(permissions.ADOPT), "review": found.review,
        "begun_total": sum(found.review.get("begun_count", {}).values()), "follows": _follows(found),
    }  # fmt: skip
    return show_planning(request, "desk/planning/review.html", values, part="state", status=status)


def _kept(fault: list[Any]) -> str:
    """A refusal that a worker kept, as a sentence."""
    return said(PlanError(fault[0], **fault[1])) if fault else ""


def _follows(found: PlanRow) -> list[tuple[str, int, list[list[str]]]]:
    """Heading, number and the first lines of everything that follows."""
    if not found.review:
        return []
    return [
        (_(words), found.review[name]["count"], [] if name in NAMELESS else found.review[name]["lines"])
        for name, words in FOLLOWS.items()
        if name in found.review
    ]


@needs(permissions.ADOPT)
@require_POST
def adopt(request: DeskRequest, plan_id: int) -> HttpResponse:
    """Adopt on the day named; where that is today, the page says how far the worker is."""
    found = plan_for(request, plan_id, power=permissions.ADOPT)
    form = AdoptForm(request.POST)
    later = request.POST.get("on") != timezone.localdate().isoformat()
    return carry_out(
        request, form, lambda: actions.adopt_plan(
            plan_id=found.pk, on=form.cleaned_data["on"], seen_version=form.cleaned_data["seen"],
            reason=form.cleaned_data["reason"], by=request.officer.by_power(permissions.ADOPT),
            at=timezone.now(), submission=submission_key(request),
        ),
        words=_("Adopted. The plan comes into force on its day.") if later else "",
        to=address(found.pk) if later else reverse("desk:plan-review", args=[found.pk]),
        again=lambda status: review_page(request, plan_for(request, plan_id), form=form, status=status),
    )  # fmt: skip


@needs(permissions.ADOPT)
@require_POST
def withdraw(request: DeskRequest, plan_id: int) -> HttpResponse:
    """Take back the day of a plan that waits."""
    found = plan_for(request, plan_id, power=permissions.ADOPT)
    form = Form(request.POST)
    return carry_out(
        request, form, lambda: actions.withdraw_plan(
            plan_id=found.pk, by=request.officer.by_power(permissions.ADOPT), at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("Withdrawn. The plan is a draft again."), to=address(found.pk),
        again=lambda status: review_page(request, plan_for(request, plan_id), errors=form, status=status),
    )  # fmt: skip
