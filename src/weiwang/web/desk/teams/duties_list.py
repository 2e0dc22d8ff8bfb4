"""One duty list: its versions to read, its draft to write and to publish."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.duties import actions, permissions, queries
from weiwang.duties.permissions import KEEP, SEE
from weiwang.duties.rules import RECURRENCE_NAMES, DutyError, Recurrence
from weiwang.territory.rules import NotAllowedError
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.teams.duties import kind_name, language
from weiwang.web.desk.teams.duties_forms import DutyEditForm, PublishForm, duty_values
from weiwang.web.desk.teams.frame import show_tab
from weiwang.web.desk.teams.patrols_frame import carry_out
from weiwang.web.desk.whereabouts import number
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.forms import Form
from weiwang.web.ui.parts import Tab

Found = Any  # a row of the lists or of the duties; faces know no models


@dataclass(frozen=True, slots=True)
class Line:
    """One duty, ready to show, with what it lacks before it can be published."""

    number: int
    duty: Found
    text: str
    rhythm: str
    past_review: bool
    lacks: Sequence[str]


def seen(request: DeskRequest, list_id: int, *, keep: bool = False) -> Found:
    """A list the officer sees; drafts only by those who keep it. Raises `Http404`, `NotAllowedError`."""
    found = queries.duty_list(list_id)
    if found is None or not permissions.may_see(request.officer, found):
        raise Http404
    may_keep = permissions.may_keep(request.officer, found)
    if found.published_at is None and not may_keep:
        raise Http404
    if keep and not may_keep:
        raise NotAllowedError(KEEP)
    return found


@needs(SEE)
@require_safe
def duty_list(request: DeskRequest, list_id: int) -> HttpResponse:
    """`?duty=` opens one duty of a draft in the form."""
    return page(request, seen(request, list_id))


def page(
    request: DeskRequest, found: Found, *, form: BaseForm | None = None, publish: BaseForm | None = None,
    problem: BaseForm | None = None, status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    on = timezone.localdate(timezone.now())
    may_keep = permissions.may_keep(request.officer, found)
    is_draft = found.published_at is None
    lines = _lines(found, on)
    values = {
        "list": found, "kind": kind_name(found.kind), "lines": lines, "is_draft": is_draft,
        "may_keep": may_keep, "versions": _versions(found, may_keep=may_keep),
        "form": form or _form(request, lines),
        "publish": publish or PublishForm(initial={"valid_from": on}), "problem": problem,
        "lacking": any(line.lacks for line in lines), "past": sum(line.past_review for line in lines),
    }  # fmt: skip
    return show_tab(request, "desk/teams/duty_list.html", values, tab="desk:duties", status=status)


def _lines(found: Found, on: date) -> list[Line]:
    draft = found.published_at is None
    lacks = {row.pk: codes for row, codes in queries.gaps(found, valid_from=on)} if draft else {}
    return [
        Line(
            place, row, row.text_en if language().startswith("en") and row.text_en else row.text_zh,
            rhythm(row), row.review_on is not None and row.review_on < on,
            [_(DutyError.messages[code]) for code in lacks.get(row.pk, ())],
        )
        for place, row in enumerate(queries.duties_of(found.pk), 1)
    ]  # fmt: skip


def rhythm(row: Found) -> str:
    """`every month`, `in season 11-15 – 03-15`, `at an event: …`."""
    word = _(RECURRENCE_NAMES[Recurrence(row.recurrence)])
    if row.recurrence == Recurrence.SEASON:
        return f"{word} {row.season_from} – {row.season_to}"
    return _("%(rhythm)s: %(event)s") % {"rhythm": word, "event": row.event} if row.event else word


def _form(request: DeskRequest, lines: Sequence[Line]) -> DutyEditForm:
    wanted = number(request.GET.get("duty", ""))
    chosen = next((line.duty for line in lines if line.duty.pk == wanted), None)
    return DutyEditForm(initial=duty_values(chosen) if chosen else None)


def _versions(found: Found, *, may_keep: bool) -> list[Tab]:
    return [
        Tab(
            label=_version(one), href=reverse("desk:duty-list", args=[one.pk]), current=one.pk == found.pk
        )
        for one in queries.versions(found)
        if one.published_at is not None or may_keep
    ]  # fmt: skip


def _version(one: Found) -> str:
    if one.published_at is None:
        return _("Draft")
    return _("Version %(number)s, from %(day)s") % {"number": one.version, "day": one.valid_from}


# ---------------------------------------------------------------- writing


@needs(KEEP)
@require_POST
def keep(request: DeskRequest, list_id: int) -> HttpResponse:
    """Add a duty to a draft, or change one."""
    found, form = seen(request, list_id, keep=True), DutyEditForm(request.POST)
    return carry_out(
        request, form, lambda: actions.keep_duty(
            list_id=list_id, duty_id=form.cleaned_data["duty"], form=form.as_typed(), by=request.officer,
            at=timezone.now(), submission=submission_key(request),
        ),
        words=_("The duty was saved in the draft."), to=reverse("desk:duty-list", args=[list_id]),
        again=lambda status: page(request, found, form=form, status=status),
    )  # fmt: skip


@needs(KEEP)
@require_POST
def drop(request: DeskRequest, list_id: int, duty_id: int) -> HttpResponse:
    """Take a duty out of a draft."""
    found, form = seen(request, list_id, keep=True), Form(request.POST)
    return carry_out(
        request, form, lambda: actions.drop_duty(
            list_id=list_id, duty_id=duty_id, by=request.officer, at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("The duty was removed from the draft."), to=reverse("desk:duty-list", args=[list_id]),
        again=lambda status: page(request, found, problem=form, status=status),
    )  # fmt: skip


@needs(KEEP)
@require_POST
def publish(request: DeskRequest, list_id: int) -> HttpResponse:
    """Publish a draft; what is missing stands with each duty when it is refused."""
    found, form = seen(request, list_id, keep=True), PublishForm(request.POST)
    here = reverse("desk:duty-list", args=[list_id])
    if found.published_at is not None:  # pressed twice: it is published
        return HttpResponseRedirect(here)
    return carry_out(
        request, form, lambda: actions.publish_list(
            list_id=list_id, valid_from=form.cleaned_data["valid_from"], by=request.officer,
            at=timezone.now(), submission=submission_key(request),
        ),
        words=_("The list is published."), to=here,
        again=lambda status: page(request, found, publish=form, status=status),
    )  # fmt: skip


@needs(KEEP)
@require_POST
def discard(request: DeskRequest, list_id: int) -> HttpResponse:
    """Give a draft up; what is published stays as it is."""
    found, form = seen(request, list_id, keep=True), Form(request.POST)
    return carry_out(
        request, form, lambda: actions.discard_draft(
            list_id=list_id, by=request.officer, at=timezone.now(), submission=submission_key(request)
        ),
        words=_("The draft was discarded."), to=reverse("desk:duties"),
        again=lambda status: page(request, found, problem=form, status=status),
    )  # fmt: skip
