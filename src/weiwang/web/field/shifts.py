"""My shifts on the phone: what is published for me, swaps, and the address for my calendar."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.audit.rules import AlreadyDoneError
from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.patrols import actions, queries
from weiwang.patrols.queries import OwnShift, SwapRow
from weiwang.patrols.rules import OPEN_SWAPS, SWAP_NAMES, SwapState
from weiwang.web.field.frame import frame
from weiwang.web.field.gate import FieldRequest
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.pages import render_page

AHEAD = timedelta(days=35)
DECIDED = timedelta(days=7)
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Row:
    """One shift of mine, with the others' I might have instead."""

    shift: OwnShift
    name: str
    ahead: bool
    in_swap: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A swap as one of the two sees it; `mine` when I offered it."""

    id: int
    give: str
    take: str
    other: str
    state: str
    mine: bool
    open: bool
    asks_me: bool


def own(view: View) -> View:
    """Anybody who has signed in: these pages show one's own shifts alone."""

    @wraps(view)
    def guarded(request: FieldRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if getattr(request, "officer", None) is None:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@own
def shifts(request: FieldRequest) -> HttpResponse:
    return page(request)


def page(
    request: FieldRequest, *, error: str = "", secret: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    officer, now = request.officer, timezone.now()
    language = translation.get_language() or ""
    found = queries.shifts_of(user_id=officer.user_id, start=now, end=now + AHEAD)
    swaps = queries.swaps_of(user_id=officer.user_id, since=now - DECIDED)
    busy = {pk for s in swaps if s.state in OPEN_SWAPS for pk in (s.shift_id, s.other_id)}
    context = {
        **frame(officer, "shifts"),
        "rows": [Row(s, s.word(language), s.starts_at > now, s.id in busy) for s in found],
        "offers": [offer(swap, officer.user_id, language) for swap in swaps],
        "patrols": queries.is_patrolling(user_id=officer.user_id, on=timezone.localdate(now)),
        "link": queries.calendar_link(user_id=officer.user_id), "error": error,
        "address": request.build_absolute_uri(reverse("calendar", args=[secret])) if secret else "",
    }  # fmt: skip
    return render_page(request, "field/shifts.html", context, status=status)


def offer(swap: SwapRow, user_id: int, language: str) -> Offer:
    mine = swap.by_user_id == user_id
    give, take = (swap.shift, swap.other) if mine else (swap.other, swap.shift)
    other = swap.to_user if mine else swap.by_user
    state = SwapState(swap.state)
    return Offer(
        swap.pk, shift_words(give.starts_at, give.template, give.beat.name, language),
        shift_words(take.starts_at, take.template, take.beat.name, language), other.name,
        _(SWAP_NAMES[state]), mine, state in OPEN_SWAPS, not mine and state == SwapState.PROPOSED,
    )  # fmt: skip


def shift_words(starts_at: datetime, template: str, beat: str, language: str) -> str:
    known = queries.table().templates.get(template)
    name = known.name(language) if known else template
    return f"{timezone.localtime(starts_at):%m-%d %H:%M} {name} · {beat}"


# ---------------------------------------------------------------- swaps


@require_safe
@own
def swap_choice(request: FieldRequest, shift_id: UUID) -> HttpResponse:
    """The shifts of others in the team that one of mine may be swapped with."""
    return choice_page(request, shift_id)


def choice_page(
    request: FieldRequest, shift_id: UUID, *, error: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    shift, now = queries.shift(shift_id=shift_id), timezone.now()
    if shift is None or shift.user_id != request.officer.user_id or shift.rota.state != "published":
        raise Http404
    language = translation.get_language() or ""
    others = [
        (pk, name, shift_words(starts, template, beat, language))
        for pk, name, beat, starts, _ends, template in queries.swappable(shift_id=shift_id, at=now)
    ]
    context = {
        **frame(request.officer, "shifts"), "shift_id": shift_id, "others": others, "error": error,
        "mine": shift_words(shift.starts_at, shift.template, shift.beat.name, language),
    }  # fmt: skip
    return render_page(request, "field/swap.html", context, status=status)


@require_POST
@own
def propose(request: FieldRequest, shift_id: UUID) -> HttpResponse:
    shift = queries.shift(shift_id=shift_id)
    other = queries.shift(shift_id=_uuid(request.POST.get("other", "")))
    if shift is None or other is None or shift.user_id != request.officer.user_id:
        raise Http404
    if "published" not in {shift.rota.state} & {other.rota.state} or shift.place != other.place:
        raise Http404
    return _carried_out(
        request,
        lambda: actions.propose_swap(
            shift_id=shift.pk,
            other_id=other.pk,
            by=request.officer,
            at=timezone.now(),
            submission=submission_key(request),
        ),
        _("Offered. The swap happens when the other accepts."),
        lambda words: choice_page(request, shift_id, error=words, status=HTTPStatus.UNPROCESSABLE_ENTITY),
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


ANSWERS = {
    "accept": gettext_noop("Accepted."),
    "decline": gettext_noop("Declined."),
    "withdraw": gettext_noop("Taken back."),
}


@require_POST
@own
def answer(request: FieldRequest, swap_id: int) -> HttpResponse:
    """Accept, decline, or take back one's own offer."""
    swap, said_so = queries.swap(swap_id=swap_id), request.POST.get("answer", "")
    if swap is None or request.officer.user_id not in {swap.by_user_id, swap.to_user_id}:
        raise Http404
    if said_so not in ANSWERS:
        raise Http404
    given: dict[str, Any] = {
        "swap_id": swap_id,
        "by": request.officer,
        "at": timezone.now(),
        "submission": submission_key(request),
    }

    def act() -> object:
        if said_so == "withdraw":
            return actions.withdraw_swap(**given)
        return actions.answer_swap(**given, accept=said_so == "accept")

    return _carried_out(
        request, act, _(ANSWERS[said_so]),
        lambda words: page(request, error=words, status=HTTPStatus.CONFLICT),
    )  # fmt: skip


def _carried_out(
    request: FieldRequest, act: Callable[[], object], words: str, again: Callable[[str], HttpResponse]
) -> HttpResponse:
    try:
        act()
    except AlreadyDoneError:
        pass  # a second press answers as the first did
    except CodedError as error:
        return again(said(error))
    messages.success(request, words)
    return HttpResponseRedirect(reverse("field:shifts"))


# ---------------------------------------------------------------- the calendar


@require_POST
@own
def calendar(request: FieldRequest) -> HttpResponse:
    """Make a new private address, shown once, or take the present one back."""
    officer, now = request.officer, timezone.now()
    place = queries.home_place(user_id=officer.user_id)
    given: dict[str, Any] = {
        "place": place,
        "user_id": officer.user_id,
        "by": officer,
        "at": now,
        "submission": submission_key(request),
    }
    try:
        if request.POST.get("do") == "end":
            actions.close_calendar(**given)
            messages.success(request, _("The address no longer works."))
            return HttpResponseRedirect(reverse("field:shifts"))
        return page(request, secret=actions.open_calendar(**given))
    except AlreadyDoneError:
        return HttpResponseRedirect(reverse("field:shifts"))
