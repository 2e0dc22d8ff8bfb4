"""One way to answer with a page, a part of it, or a refusal in plain words."""

from collections.abc import Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

EXPLAINED = frozenset({400, 403, 404, 409, 413, 429, 500, 503})


def wants_part(request: HttpRequest) -> bool:
    """True for an htmx request that replaces a part; boosted links and restored history need a page."""
    headers = request.headers
    return (
        "HX-Request" in headers
        and "HX-Boosted" not in headers
        and "HX-History-Restore-Request" not in headers
    )


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object] | None = None,
    part: str | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Answer with the page, or with its `{% partialdef part %}` alone when htmx asks: one URL serves both."""
    name = f"{template}#{part}" if part and wants_part(request) else template
    response = render(request, name, dict(context or {}), status=status)
    if part:
        patch_vary_headers(response, ["HX-Request", "HX-Boosted", "HX-History-Restore-Request"])
    return response


def error_page(request: HttpRequest, status: int, *, message: str = "", retry_after: int = 0) -> HttpResponse:
    """A refusal in our look: what happened, what to do next.

    `message` is a translated sentence that says more than the page does; `retry_after` is in seconds.
    """
    code = status if status in EXPLAINED else (400 if status < 500 else 500)
    response = render(request, f"{code}.html", {"message": message}, status=status)
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response
