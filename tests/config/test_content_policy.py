"""The content security policy is written out once, and is what the library would write."""

from collections.abc import Callable
from typing import Any

from csp.constants import HEADER
from csp.decorators import csp_exempt, csp_update
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from weiwang.config.middleware import ContentPolicy


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("x")


def with_nonce(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.csp_nonce))  # type: ignore[attr-defined]


def policy(middleware: type[CSPMiddleware], view: Callable[[HttpRequest], HttpResponseBase]) -> str | None:
    answer: Any = middleware(view)(RequestFactory().get("/"))
    found: str | None = answer.headers.get(HEADER)
    return found


def directives(text: str | None) -> set[str]:
    return set((text or "").split("; "))


def test_an_answer_carries_the_policy_of_the_settings() -> None:
    for _ in range(2):
        ours = policy(ContentPolicy, plain)
        assert directives(ours) == directives(policy(CSPMiddleware, plain))
        assert "script-src 'self'" in directives(ours)


def test_an_answer_with_a_policy_of_its_own_keeps_it() -> None:
    wider = csp_update({"img-src": ["https://example.org"]})(plain)
    assert directives(policy(ContentPolicy, wider)) == directives(policy(CSPMiddleware, wider))
    assert "https://example.org" in str(policy(ContentPolicy, wider))
    assert policy(ContentPolicy, csp_exempt()(plain)) is None
    assert policy(ContentPolicy, with_nonce) is not None
    assert "script-src 'self'" in str(policy(ContentPolicy, plain))
