"""What the libraries for signing in report, written to the record: who came, went, was locked out."""

from typing import Any

from allauth.mfa import signals as second_factor
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from weiwang.accounts.queries import user_named
from weiwang.audit.actions import record
from weiwang.audit.rules import DEPLOYMENT, Actor
from weiwang.web.account.sessions import begin


def note(action: str, request: HttpRequest | None, user: Any, reason: str = "") -> None:  # noqa: ANN401 -- the account
    address = getattr(request, "address", None)
    who = Actor(label="account", user_id=user.pk if user else None, address=address)
    about = ("user", str(user.pk)) if user else ("address", "")
    place = user.place if user else DEPLOYMENT
    record(action, by=who, at=timezone.now(), place=place, about=about, reason=reason)


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Any, **_: object) -> None:  # noqa: ANN401 -- the account
    begin(request.session, timezone.now())
    note("account.sign_in", request, user)


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: Any, **_: object) -> None:  # noqa: ANN401 -- the account
    if user is not None:
        note("account.sign_out", request, user, getattr(request, "sign_out_reason", ""))


@receiver(user_locked_out)
def locked_out(request: HttpRequest, username: str | None, **_: object) -> None:
    """Once per lock-out. A name that is none of ours is not kept: it may be a password typed by mistake."""
    if request.axes_failures_since_start is not None:  # type: ignore[attr-defined]  # set where the lock begins
        note("account.lock_out", request, user_named(username or ""))


@receiver(second_factor.authenticator_added)
def factor_on(request: HttpRequest, user: Any, authenticator: Any, **_: object) -> None:  # noqa: ANN401 -- the libraries' rows
    note("account.second_factor_on", request, user, authenticator.type)


@receiver(second_factor.authenticator_removed)
def factor_off(request: HttpRequest, user: Any, authenticator: Any, **_: object) -> None:  # noqa: ANN401 -- the libraries' rows
    note("account.second_factor_off", request, user, authenticator.type)


@receiver(second_factor.authenticator_reset)
def factor_renewed(request: HttpRequest, user: Any, authenticator: Any, **_: object) -> None:  # noqa: ANN401 -- the libraries' rows
    note("account.second_factor_renewed", request, user, authenticator.type)


@receiver(second_factor.authentication_failed)
def factor_failed(request: HttpRequest, user: Any, **_: object) -> None:  # noqa: ANN401 -- the account
    note("account.second_factor_failed", request, user)
