"""The gate before personal data, for every face: `@confirmed`, inside the face's own question of powers."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

PAGE = "account:confidentiality"


def confirmed(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let pass an officer who has confirmed confidentiality within the year.

    Others are led to the promise and from there back: to this page, or, when something was sent, to the page
    it was sent from. Stands below the decorator that asks for sign-in and powers.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 -- the view's own
        if request.has_confirmed():  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)
        return _lead_to_promise(request)

    return guarded


def _lead_to_promise(request: HttpRequest) -> HttpResponse:
    address = f"{reverse(PAGE)}?{urlencode({'next': _way_back(request)})}"
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _way_back(request: HttpRequest) -> str:
    """The address of this page without its host, or of the page a form or a part belongs to."""
    if request.method in {"GET", "HEAD"} and "HX-Request" not in request.headers:
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host():
        return ""
    return came_from._replace(scheme="", netloc="", fragment="").geturl()
