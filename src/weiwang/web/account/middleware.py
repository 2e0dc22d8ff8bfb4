"""Puts the officer on the request: who is signed in and what their posts allow at this moment."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from weiwang.accounts.queries import has_confirmed
from weiwang.accounts.rules import has_ended
from weiwang.kernel import glance
from weiwang.territory import queries as territory
from weiwang.territory.rules import Officer
from weiwang.web.account import sessions

# What stays open while a gate is shut: the way through it, and the way out.
PASSWORD_DOORS = frozenset({"account:password", "account_logout", "ui:preferences"})
FACTOR_DOORS = PASSWORD_DOORS | {
    "mfa_activate_totp", "mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes", "account_reauthenticate", "mfa_reauthenticate",
}  # fmt: skip
READS = frozenset({"GET", "HEAD"})


class Officers:
    """Asks for the posts once per request, so authority ends the minute a post ends.

    Sets `request.officer` (None without sign-in) and `request.place_id` (the sub-district of their first
    post, None without one), and `request.has_confirmed()`, asked only where personal data would open.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        officer = _officer(request, now)
        request.officer = officer  # type: ignore[attr-defined]
        request.place_id = officer.places[0] if officer and officer.places else None  # type: ignore[attr-defined]
        request.has_confirmed = lambda: officer is not None and has_confirmed(officer.user_id, now)  # type: ignore[attr-defined]
        # What only reads may use what came with the posts; what writes asks again.
        with glance.at_hand(officer.numbers if officer and request.method in READS else {}):
            response = self.get_response(request)
        if officer is not None and request.user.is_authenticated:
            sessions.mark_seen(request, response, now)
        elif officer is not None:
            response.headers["Clear-Site-Data"] = '"storage"'  # drafts of reports on a shared phone
        if officer is not None:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        officer: Officer | None = request.officer  # type: ignore[attr-defined]
        gate = _shut_gate(request, officer) if officer is not None else ""
        return _lead_to(request, gate) if gate else None


def _officer(request: HttpRequest, now: datetime) -> Officer | None:
    user: Any = request.user
    if not user.is_authenticated:
        return None
    reason = _why_over(request, user, now)
    if reason:
        request.sign_out_reason = reason  # type: ignore[attr-defined]
        logout(request)
        return None
    address = getattr(request, "address", None)
    return territory.officer(user_id=user.pk, name=user.name, at=now, address=address)


def _why_over(request: HttpRequest, user: Any, now: datetime) -> str:  # noqa: ANN401 -- the account
    if not user.is_active or has_ended(user.works_until, timezone.localdate(now)):
        return "account ended"
    return sessions.has_run_out(request, now)


def _shut_gate(request: HttpRequest, officer: Officer) -> str:
    """The name of the page that has to be passed before anything else opens, or nothing."""
    name = request.resolver_match.view_name if request.resolver_match else ""
    user: Any = request.user
    if user.must_change_password:
        return "" if name in PASSWORD_DOORS else "account:password"
    if name in FACTOR_DOORS or not any(holding.needs_second_factor for holding in officer.holdings):
        return ""
    return "" if is_mfa_enabled(user, [Authenticator.Type.TOTP]) else "mfa_activate_totp"


def _lead_to(request: HttpRequest, name: str) -> HttpResponse:
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": reverse(name)})
    return HttpResponseRedirect(reverse(name))
