"""Accounts: a list, a new one with a first password shown once, a new password, closing and opening again."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weiwang.accounts import actions, queries
from weiwang.accounts.passwords import first_password
from weiwang.audit.rules import AlreadyDoneError
from weiwang.kernel.faults import CodedError
from weiwang.territory import actions as posts
from weiwang.territory import queries as territory
from weiwang.territory import roster
from weiwang.web.console.answers import carry_out
from weiwang.web.console.forms import ContractForm, PersonForm
from weiwang.web.console.frame import done, show
from weiwang.web.console.gates import ConsoleRequest, needs
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.forms import Form

PAGE = 50


@require_safe
@needs("staff.manage")
def people(request: ConsoleRequest) -> HttpResponse:
    """Accounts by the order they were made, found by the beginning of user name or name. No telephones."""
    words, after = request.GET.get("q", "").strip(), request.GET.get("after", "")
    rows = queries.accounts(
        place=request.place, words=words, after=int(after) if after.isdecimal() else 0, limit=PAGE + 1
    )
    more, rows = rows[PAGE:], rows[:PAGE]
    held = roster.posts_of_users([row.pk for row in rows], at=timezone.now())
    older = f"{reverse('console:people')}?{urlencode({'q': words, 'after': rows[-1].pk})}" if more else ""
    context = {"rows": [(row, held.get(row.pk, [])) for row in rows], "words": words, "older": older}
    return show(request, "people", context, here="console:people")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("staff.manage")
def create(request: ConsoleRequest) -> HttpResponse:
    """A new account. The first password is in this one answer and nowhere else."""
    form = PersonForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return show(request, "person_new", {"form": form}, here="console:people")
    password = first_password()
    if form.is_valid():
        try:
            user = actions.create_user(
                place=request.place, **form.cleaned_data, password=password, at=timezone.now(),
                by=_by(request), submission=submission_key(request),
            )  # fmt: skip
        except AlreadyDoneError as before:
            return _shown_before(request, int(before.object_id))
        except CodedError as error:
            form.add_error("username", said(error))
        else:
            return _show_password(request, user, password)
    return show(
        request, "person_new", {"form": form}, here="console:people", status=HTTPStatus.UNPROCESSABLE_ENTITY
    )


def _by(request: ConsoleRequest) -> Any:  # noqa: ANN401 -- an officer
    return request.officer.by_power("staff.manage", territory.place_head(request.place).path)


def _show_password(request: ConsoleRequest, user: Any, password: str) -> HttpResponse:  # noqa: ANN401 -- an account
    return show(request, "password", {"person": user, "password": password}, here="console:people")


def _shown_before(request: ConsoleRequest, user_id: int) -> HttpResponse:
    words = _("This was done before, and the password was shown then. Give a new one if it was lost.")
    return done(request, words, "console:person", user_id)


# ---------------------------------------------------------------- one person


@require_safe
@needs("staff.manage")
def person(request: ConsoleRequest, user_id: int) -> HttpResponse:
    return person_page(request, user_id)


def person_page(
    request: ConsoleRequest, user_id: int, *, form: BaseForm | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    user = _person(request, user_id)
    held = roster.appointments_of(user.pk, at=timezone.now())
    context = {
        "person": user, "held": held, "at": timezone.now(), "form": form or Form(),
        "contract": ContractForm(initial={"works_until": user.works_until}),
    }  # fmt: skip
    return show(request, "person", context, here="console:people", status=status)


def _person(request: ConsoleRequest, user_id: int) -> Any:  # noqa: ANN401 -- an account
    user = queries.user(user_id)
    if user is None or user.place != request.place or user.is_program:
        raise Http404
    return user


@require_POST
@needs("staff.manage")
def reset(request: ConsoleRequest, user_id: int) -> HttpResponse:
    """A new first password, shown once; every session of the person ends."""
    user, password = _person(request, user_id), first_password()
    try:
        actions.reset_password(
            user_id=user.pk,
            password=password,
            by=_by(request),
            at=timezone.now(),
            submission=submission_key(request),
        )
    except AlreadyDoneError:
        return _shown_before(request, user.pk)
    return _show_password(request, user, password)


@require_POST
@needs("staff.manage")
def close(request: ConsoleRequest, user_id: int) -> HttpResponse:
    """Close an account with all its posts, or open it again. Open work refuses it, or goes up."""
    user = _person(request, user_id)
    active = "open" in request.POST
    form = Form(request.POST)

    def act() -> object:
        by, at = _by(request), timezone.now()
        if active:
            return actions.set_active(
                user_id=user.pk, active=True, by=by, at=at, submission=submission_key(request)
            )
        return posts.end_person(
            user_id=user.pk,
            leave_vacant="vacant" in request.POST,
            by=by,
            at=at,
            submission=submission_key(request),
        )

    words = _("The account is open again.") if active else _("The account is closed.")
    return carry_out(
        request, form, act, words=words, to=("console:person", user.pk),
        again=lambda status: person_page(request, user_id, form=form, status=status),
    )  # fmt: skip


@require_POST
@needs("staff.manage")
def contract(request: ConsoleRequest, user_id: int) -> HttpResponse:
    """The last day of a contract; access and appointments end with it."""
    user, form = _person(request, user_id), ContractForm(request.POST)

    def act() -> object:
        return posts.change_contract(
            user_id=user.pk, works_until=form.cleaned_data["works_until"], by=_by(request), at=timezone.now(),
            submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("Kept. Sign-in and appointments end with this day."),
        to=("console:person", user.pk),
        again=lambda status: person_page(request, user_id, form=form, status=status),
    )  # fmt: skip
