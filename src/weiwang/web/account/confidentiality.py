"""The promise of confidentiality: read, confirmed once a year, and back to where it was asked for."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from weiwang.accounts import actions, queries
from weiwang.accounts.rules import AccountError
from weiwang.audit.rules import AlreadyDoneError
from weiwang.territory.rules import Officer
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.forms import Form
from weiwang.web.ui.pages import render_page


class PromiseForm(Form):
    agree = forms.BooleanField(
        label=gettext_lazy("I have read this and will keep it"),
        error_messages={"required": gettext_lazy("Tick the box after reading; without it nothing opens.")},
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confidentiality(request: HttpRequest) -> HttpResponse:
    """Show the promise, or keep that it was confirmed; `next` is where to go on."""
    if request.method != "POST":
        return _page(request, PromiseForm(), request.GET.get("next", ""))
    form, wanted = PromiseForm(request.POST), request.POST.get("next", "")
    if not form.is_valid():
        return _page(request, form, wanted)
    version, officer = request.POST.get("version", ""), _officer(request)
    try:
        actions.confirm_confidentiality(
            user_id=officer.user_id, version=int(version) if version.isdecimal() else 0, by=officer,
            at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip
    except AccountError as error:
        form.add_error(None, said(error))
        return _page(request, form, wanted)
    except AlreadyDoneError:
        pass
    messages.success(request, _("Confirmed. Go on where you were."))
    return HttpResponseRedirect(_way_on(request, wanted))


def _officer(request: HttpRequest) -> Officer:
    found: Officer = request.officer  # type: ignore[attr-defined]
    return found


def _page(request: HttpRequest, form: PromiseForm, wanted: str) -> HttpResponse:
    policy, now = queries.promise(), timezone.now()
    since = queries.confirmed_at(_officer(request).user_id, now)
    context: dict[str, Any] = {
        "form": form, "next": wanted, "version": policy.version, "days": policy.table.valid.days,
        "since": since, "until": _until(since), "words": _words(),
    }  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render_page(request, "account_face/confidentiality.html", context, status=status)


def _until(since: datetime | None) -> datetime | None:
    return since + queries.promise().table.valid if since else None


def _words() -> dict[str, Any]:
    """The promise in the reader's language."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    table = queries.promise().table
    points = [point[language] for point in table.points]
    return {"title": table.title[language], "lead": table.lead[language], "points": points}


def _way_on(request: HttpRequest, wanted: str) -> str:
    """Only ever a page of this deployment."""
    known = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and known else reverse("account:home")
