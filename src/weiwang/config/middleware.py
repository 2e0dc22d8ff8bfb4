"""What holds for every request: an address for the record, and calm answers when something is away."""

import sys
from collections.abc import Callable
from functools import cache
from ipaddress import ip_address

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.defaults import server_error
from psycopg_pool import PoolTimeout

from weiwang.api.open311.formats import written
from weiwang.api.open311.refusals import Open311Error, refusal
from weiwang.api.rest import problems
from weiwang.territory.rules import NotAllowedError

AWAY = (OperationalError, InterfaceError, PoolTimeout)
Answer = Callable[[HttpRequest], HttpResponse]
RETRY_SECONDS = 5


class EveryRequest:
    """Puts the caller's address on the request and turns house-wide refusals into their pages."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.address = address_of(request)  # type: ignore[attr-defined]
        if holds_nul(request):
            return _unreadable(request)
        if body_length(request) > settings.MAX_BODY_BYTES:
            return render(request, "413.html", status=413)
        try:
            return self.get_response(request)
        except AWAY:
            return unavailable(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowedError):
            return render(request, "403.html", status=403)
        if isinstance(exception, AWAY):
            return unavailable(request)
        return None


class ContentPolicy(CSPMiddleware):
    """The content security policy of the settings, written out once; the library composes it for each answer.

    An answer with a policy of its own, or with a nonce, goes the library's way.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_own = any(name.startswith("_csp_") for name in (*vars(response), *vars(request)))
        if is_own or settings.DEBUG:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, _policy())
        return response


@cache
def _policy() -> str:
    return str(build_policy())


def holds_nul(request: HttpRequest) -> bool:
    """A NUL in the address of a page: no column can hold one, so the database would refuse to look for it."""
    return "\0" in request.path or "%00" in request.META.get("QUERY_STRING", "")


def _unreadable(request: HttpRequest) -> HttpResponse:
    """Programs are refused in their own format, people with a page."""
    if request.path.startswith("/api/v1/"):
        return problems.refused(request, problems.ApiError("request.nul"))
    if request.path.startswith("/open311/"):
        return written(refusal(Open311Error("body.unreadable")), "xml")
    return render(request, "400.html", status=400)


def body_length(request: HttpRequest) -> int:
    """Bytes announced; nothing beyond them is read, so this is judged before any of them is."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def address_of(request: HttpRequest) -> str | None:
    """The caller's address: the peer, or what the outermost trusted proxy saw; None when it is no address."""
    hops = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    trusted: int = settings.TRUSTED_PROXIES
    if trusted and len(hops) >= trusted:
        return read_address(hops[-trusted])
    return read_address(request.META.get("REMOTE_ADDR") or "")


def read_address(text: str) -> str | None:
    """An address as a proxy writes it: bare, in brackets or with a port behind it."""
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ip_address(bare.partition("%")[0]))
    except ValueError:
        return None


def server_fault(request: HttpRequest) -> HttpResponse:
    """What went wrong before a view was reached: a session that cannot be read is no fault of the house."""
    return unavailable(request) if isinstance(sys.exc_info()[1], AWAY) else server_error(request)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 without touching database or session, in both languages at once."""
    answer = HttpResponse(_UNAVAILABLE, status=503)
    answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


_UNAVAILABLE = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>503</title>
<h1>系统正在恢复，请稍候再试</h1><p>刚才填写的内容没有丢失：请返回上一页，几秒钟后再提交一次，重复提交不会产生重复案件。</p>
<h1>The system is recovering, please try again shortly</h1>
<p>What you typed is not lost: go back one page and send it again in a few seconds.
Sending twice never makes two cases.</p>
"""
