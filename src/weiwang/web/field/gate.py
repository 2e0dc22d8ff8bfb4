"""Who may open the field face: somebody signed in whose posts let them report or see cases."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from weiwang.territory.rules import NotAllowedError, Officer

POWERS = ("case.report", "case.see")


class FieldRequest(HttpRequest):
    """A request that has passed the gate."""

    officer: Officer


FieldView = Callable[..., HttpResponseBase]


def field_officer(view: FieldView) -> FieldView:
    """Sign in first; without a fitting post the no-permission page answers.

    A form sent by a script gets 401 instead of the sign-in page, so that nothing typed is lost.
    """

    @wraps(view)
    def guarded(request: FieldRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        officer = getattr(request, "officer", None)
        if officer is None:
            return (
                HttpResponse(status=401)
                if wants_json(request)
                else redirect_to_login(request.get_full_path())
            )
        if not any(officer.may(power) for power in POWERS):
            raise NotAllowedError(POWERS[0])
        return view(request, *args, **kwargs)

    return guarded


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"
