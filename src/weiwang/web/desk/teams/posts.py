"""Posts of one's part of the tree: who holds them, who deputises, which stand empty, what was handed over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.accounts.queries import people_called
from weiwang.accounts.rules import AccountError
from weiwang.audit.rules import AlreadyDoneError
from weiwang.kernel.faults import CodedError
from weiwang.territory import actions, roster
from weiwang.territory import queries as territory
from weiwang.territory.roster import Holder, Leave, PostLine, Vacancy
from weiwang.territory.rules import NotAllowedError, TerritoryError
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.teams.frame import show_tab
from weiwang.web.desk.teams.posts_forms import DeputyForm, EndForm, HandoverForm
from weiwang.web.ui.answers import refused, submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.parts import Tab

SOON = timedelta(days=30)
# What somebody else did meanwhile, rather than what was typed.
OVERTAKEN = frozenset({"appointment.ended", "post.held", "deputy.ended", "deputy.overlap"})


def paths_of(request: DeskRequest) -> tuple[str, ...]:
    return request.officer.paths("unit.see")


def kind_name(code: str) -> str:
    kind = territory.post_table().kinds[code]
    return kind.en if (get_language() or "").startswith("en") else kind.zh


def _views(here: str) -> list[Tab]:
    words = (
        ("desk:posts", _("All posts")),
        ("desk:posts-vacant", _("Vacancies")),
        ("desk:posts-leave", _("Deputies")),
        ("desk:handovers", _("Handover sheets")),
    )
    return [Tab(label=word, href=reverse(name), current=name == here) for name, word in words]


def _show(
    request: DeskRequest, template: str, context: Mapping[str, object], *, view: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    values = {"views": _views(view), **context}
    return show_tab(request, f"desk/teams/{template}.html", values, tab="desk:posts", status=status)


# ---------------------------------------------------------------- lists


@needs("unit.see")
@require_safe
def posts(request: DeskRequest) -> HttpResponse:
    """Posts by unit code; `?q=` searches post, unit and holder, `?kind=` filters."""
    at = timezone.now()
    wanted = {name: request.GET.get(name, "").strip()[:60] for name in ("q", "kind")}
    lines = roster.posts_in(
        paths=paths_of(request), at=at, words=wanted["q"], kind=wanted["kind"],
        after=request.GET.get("after", ""), limit=roster.PAGE + 1,
    )  # fmt: skip
    more, lines = lines[roster.PAGE :], lines[: roster.PAGE]
    away = _by_appointment(roster.leaves(at=at, post_ids=[line.id for line in lines]))
    older = (
        _address("desk:posts", {**wanted, "after": f"{lines[-1].unit_code}|{lines[-1].id}"}) if more else ""
    )
    context = {
        "rows": [(line, kind_name(line.kind), _seats(line, away, at)) for line in lines], "wanted": wanted,
        "kinds": [(code, kind_name(code)) for code in territory.post_table().kinds], "older": older,
    }  # fmt: skip
    return _show(request, "posts", context, view="desk:posts")


@dataclass(frozen=True, slots=True)
class Seat:
    """One holder with those who deputise for them, now or later."""

    holder: Holder
    leaves: tuple[Leave, ...]
    has_begun: bool


def _by_appointment(leaves: list[Leave]) -> dict[int, list[Leave]]:
    found: dict[int, list[Leave]] = {}
    for leave in leaves:
        found.setdefault(leave.appointment_id, []).append(leave)
    return found


def _seats(line: PostLine, away: Mapping[int, list[Leave]], at: datetime) -> list[Seat]:
    return [
        Seat(holder, tuple(away.get(holder.appointment_id, ())), holder.starts_at <= at)
        for holder in line.holders
    ]


def _address(name: str, wanted: Mapping[str, str]) -> str:
    return f"{reverse(name)}?{urlencode({k: v for k, v in wanted.items() if v})}"


@needs("unit.see")
@require_safe
def vacant(request: DeskRequest) -> HttpResponse:
    """Units without a holder of an expected post, now or within thirty days, community by community."""
    at, paths = timezone.now(), paths_of(request)
    rows, number = roster.vacancy_page(
        paths=paths, at=at, soon=at + SOON, after=request.GET.get("after", ""), limit=roster.PAGE + 1
    )
    more, rows = rows[roster.PAGE :], rows[: roster.PAGE]
    names = roster.communities(row.path for row in rows)
    blocks = [
        (name, [(row, kind_name(row.kind), row.since <= at) for row in block])
        for name, block in groupby(rows, key=lambda row: _community(row, names))
    ]
    older = _address("desk:posts-vacant", {"after": rows[-1].key}) if more else ""
    context = {"blocks": blocks, "older": older, "number": number, "until": at + SOON}
    return _show(request, "posts_vacant", context, view="desk:posts-vacant")


def _community(row: Vacancy, names: Mapping[int, str]) -> str:
    return next((names[int(part)] for part in row.path.strip("/").split("/") if int(part) in names), "")


@needs("unit.see")
@require_safe
def on_leave(request: DeskRequest) -> HttpResponse:
    """Who deputises for whom, now or soon."""
    at, officer = timezone.now(), request.officer
    rows = [
        (leave, leave.starts_at <= at, officer.may("post.deputise", leave.unit_path))
        for leave in roster.leaves(at=at, paths=paths_of(request))
    ]
    return _show(request, "posts_leave", {"rows": rows}, view="desk:posts-leave")


@needs("unit.see")
@require_safe
def handovers(request: DeskRequest) -> HttpResponse:
    """The sheets of one's part of the tree, for those who arrange posts."""
    paths = _arranging(request)
    rows = roster.handovers(paths=paths)
    return _show(request, "handovers", {"rows": rows, "may_see": bool(paths)}, view="desk:handovers")


def _arranging(request: DeskRequest) -> tuple[str, ...]:
    """The parts of the tree where the officer arranges who holds what."""
    officer = request.officer
    return tuple(sorted({*officer.paths("staff.manage"), *officer.paths("post.deputise")}))


@needs()
@require_safe
def sheet(request: DeskRequest, sheet_id: int) -> HttpResponse:
    """One handover sheet, for the two people on it and for those who arrange posts; made to be printed."""
    found = roster.handover_sheet(
        sheet_id=sheet_id, paths=_arranging(request), user_id=request.officer.user_id
    )
    if found is None:
        raise Http404
    whole = ((part["heading"], part["lines"]) for part in found.parts)
    parts = [(_(heading), lines) for heading, lines in whole]
    return _show(request, "handover", {"sheet": found, "parts": parts})


# ---------------------------------------------------------------- one post


@needs("unit.see")
@require_safe
def post(request: DeskRequest, post_id: int) -> HttpResponse:
    return post_page(request, _line(request, post_id))


def _line(request: DeskRequest, post_id: int) -> PostLine:
    line = roster.post_in(paths=paths_of(request), post_id=post_id, at=timezone.now())
    if line is None:
        raise Http404
    return line


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that was refused, and the appointment it belongs to."""

    appointment_id: int
    form: BaseForm


def post_page(
    request: DeskRequest, line: PostLine, *, typed: Typed | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    at, officer = timezone.now(), request.officer
    away = _by_appointment(roster.leaves(at=at, post_ids=[line.id]))
    arranging = _arranging(request)
    sheets = roster.handovers(paths=arranging, post_id=line.id, limit=20) if arranging else []
    context = {
        "line": line, "kind": kind_name(line.kind), "at": at, "sheets": sheets,
        "single": territory.post_table().kinds[line.kind].single,
        "seats": [(seat, _forms(seat, typed)) for seat in _seats(line, away, at)],
        "may_deputise": officer.may("post.deputise", line.unit_path),
        "may_manage": officer.may("staff.manage", line.unit_path),
        "may_see_cases": officer.may("case.see"),
    }  # fmt: skip
    return _show(request, "post", context, status=status)


def _forms(seat: Seat, typed: Typed | None) -> dict[str, BaseForm]:
    """The forms of one holder; the refused one with what was typed and what is wrong."""
    number = seat.holder.appointment_id
    forms: dict[str, BaseForm] = {
        "deputy": DeputyForm(auto_id=f"d{number}-%s"),
        "handover": HandoverForm(auto_id=f"h{number}-%s"),
        "end": EndForm(auto_id=f"e{number}-%s"),
    }
    if typed is not None and typed.appointment_id == number:
        return {
            name: typed.form if isinstance(typed.form, type(form)) else form for name, form in forms.items()
        }
    return forms


def _appointment(request: DeskRequest, appointment_id: int, power: str) -> Any:  # noqa: ANN401 -- a row
    """An appointment in the officer's part of the tree. Raises `Http404`, `NotAllowedError`."""
    paths = paths_of(request)
    found = next(
        (
            row
            for place in request.officer.places
            if (row := roster.appointment(place=place, appointment_id=appointment_id))
        ),
        None,
    )
    if found is None or not found.post.unit.path.startswith(paths or ("?",)):
        raise Http404
    if not request.officer.may(power, found.post.unit.path):
        raise NotAllowedError(power)
    return found


def _carry_out(
    request: DeskRequest, form: BaseForm, found: Any, act: Callable[[], object], *, words: str  # noqa: ANN401 -- a row
) -> HttpResponse:  # fmt: skip
    """Do it and show the post with a word of success, or the form again with what is wrong."""
    line, status = _line(request, found.post_id), HTTPStatus.UNPROCESSABLE_ENTITY
    typed = Typed(found.pk, form)
    if not form.is_valid():
        return post_page(request, line, typed=typed, status=status)
    try:
        act()
    except AlreadyDoneError:
        pass  # a second press answers as the first did
    except CodedError as error:
        return post_page(request, line, typed=typed, status=refused(form, error, overtaken=OVERTAKEN))
    messages.success(request, words)
    return HttpResponseRedirect(reverse("desk:post", args=[found.post_id]))


def _person(place: int, text: str) -> int:
    """The account with this user name, or the only one with this name. Raises `AccountError`."""
    found = people_called(place=place, text=text)
    if len(found) != 1:
        raise AccountError("account.several" if found else "account.unknown", username=text)
    return found[0]


@needs("post.deputise")
@require_POST
def deputise(request: DeskRequest, appointment_id: int) -> HttpResponse:
    found = _appointment(request, appointment_id, "post.deputise")
    form = DeputyForm(request.POST, auto_id=f"d{found.pk}-%s")

    def act() -> object:
        data = form.cleaned_data
        return actions.deputise(
            appointment_id=found.pk, user_id=_person(found.place, data["person"]),
            starts_at=data["starts_at"], ends_at=data["ends_at"], reason=data["reason"], at=timezone.now(),
            by=request.officer.by_power("post.deputise", found.post.unit.path),
            submission=submission_key(request),
        )  # fmt: skip

    return _carry_out(request, form, found, act, words=_("Arranged. It begins and ends by itself."))


@needs("post.deputise")
@require_POST
def end_leave(request: DeskRequest, deputy_id: int) -> HttpResponse:
    leave = roster.leave_in(paths=paths_of(request), deputy_id=deputy_id)
    if leave is None:
        raise Http404
    by = request.officer.by_power("post.deputise", leave.unit_path)
    try:
        actions.end_deputy(deputy_id=leave.id, by=by, at=timezone.now(), submission=submission_key(request))
    except AlreadyDoneError:
        pass
    except TerritoryError as error:
        messages.error(request, said(error))
    else:
        messages.success(request, _("The deputyship has ended."))
    return HttpResponseRedirect(reverse("desk:post", args=[leave.post_id]))


@needs("staff.manage")
@require_POST
def hand_over(request: DeskRequest, appointment_id: int) -> HttpResponse:
    """End, appoint the successor, pass the work on: one step, one sheet."""
    found = _appointment(request, appointment_id, "staff.manage")
    form = HandoverForm(request.POST, auto_id=f"h{found.pk}-%s")
    made: list[int] = []

    def act() -> object:
        data = form.cleaned_data
        follower = None if data["vacant"] else _person(found.place, data["person"])
        made.append(
            actions.hand_over(
                appointment_id=found.pk, to_user=follower, at=timezone.now(), moment=data["moment"],
                note=data["note"], submission=submission_key(request),
                by=request.officer.by_power("staff.manage", found.post.unit.path),
            ).pk
        )  # fmt: skip
        return None

    answer = _carry_out(request, form, found, act, words=_("Handed over. This is the sheet of what passed."))
    return HttpResponseRedirect(reverse("desk:handover", args=made)) if made else answer


@needs("staff.manage")
@require_POST
def end(request: DeskRequest, appointment_id: int) -> HttpResponse:
    """End an appointment now; open work refuses it unless the post is handed over or left vacant."""
    found = _appointment(request, appointment_id, "staff.manage")
    form = EndForm(request.POST, auto_id=f"e{found.pk}-%s")

    def act() -> object:
        by, at = request.officer.by_power("staff.manage", found.post.unit.path), timezone.now()
        return actions.end_appointment(
            appointment_id=found.pk, by=by, at=at, submission=submission_key(request)
        )

    return _carry_out(request, form, found, act, words=_("The appointment has ended."))
