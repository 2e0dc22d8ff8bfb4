"""One's own account: where to work, who I am here, my password; and the calm page of a lock-out."""

from http import HTTPStatus

from allauth.core.internal.httpkit import authenticated_user
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from weiwang.accounts import actions
from weiwang.audit import queries as audit
from weiwang.kernel.allowance import Allowance
from weiwang.territory import queries as territory
from weiwang.territory.rules import Officer
from weiwang.web.account import faces
from weiwang.web.account.forms import PasswordForm
from weiwang.web.ui.pages import error_page, render_page

TRIES = Allowance("own-password", times=10, seconds=600)
SIGN_INS_SHOWN = 10


class AccountRequest(HttpRequest):
    """A request of somebody signed in."""

    officer: Officer


@login_required
@never_cache
@require_safe
def home(request: AccountRequest) -> HttpResponse:
    """Go to the face one's posts open; choose when there are several."""
    doors = faces.doors(request.officer, on_phone=faces.on_phone(request))
    if len(doors) == 1:
        return HttpResponseRedirect(doors[0].url)
    if not doors:
        return render(request, "account_face/no_post.html", status=HTTPStatus.FORBIDDEN)
    return render_page(request, "account_face/choose.html", {"doors": doors})


@login_required
@never_cache
@require_safe
def me(request: AccountRequest) -> HttpResponse:
    now = timezone.now()
    user_id = request.officer.user_id
    entries = audit.entries(place=None, action="account.sign_in", user_id=user_id, limit=SIGN_INS_SHOWN)
    terms = [(term, term.is_in_force(now)) for term in territory.terms_of(user_id)]
    found = {
        "officer": request.officer, "username": request.user.get_username(),
        "terms": terms, "entries": entries,
        "factor_on": is_mfa_enabled(authenticated_user(request), [Authenticator.Type.TOTP]),
        "has_post": bool(request.officer.holdings),
    }  # fmt: skip
    return render_page(request, "account_face/me.html", found)


@login_required
@never_cache
@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: AccountRequest) -> HttpResponse:
    """Change one's own password: every other session of the account ends, this one gets a new key."""
    now = timezone.now()
    user = request.user
    must = bool(getattr(user, "must_change_password", False))
    if request.method != "POST":
        return _password_page(request, PasswordForm(user=user), must=must)
    if not TRIES.take(f"user:{user.pk}", at=now):
        return error_page(request, HTTPStatus.TOO_MANY_REQUESTS, retry_after=TRIES.wait(at=now))
    form = PasswordForm(request.POST, user=user)
    if not form.is_valid():
        return _password_page(request, form, must=must)
    changed = actions.change_password(
        user_id=request.officer.user_id, password=form.cleaned_data["new"], by=request.officer, at=now
    )
    update_session_auth_hash(request, changed)
    messages.success(request, _("The password is changed. Everywhere else you have been signed out."))
    return HttpResponseRedirect(reverse("account:home" if must else "account:me"))


def _password_page(request: HttpRequest, form: PasswordForm, *, must: bool) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render_page(request, "account_face/password.html", {"form": form, "must": must}, status=status)


def locked_out(request: HttpRequest, response: HttpResponse, credentials: object) -> HttpResponse:
    """Answer instead of the sign-in page while a user name or an address is locked; says nothing of which."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    page = render(
        request, "account_face/locked.html", {"minutes": minutes}, status=HTTPStatus.TOO_MANY_REQUESTS
    )
    page["Retry-After"] = str(minutes * 60)
    return page
