"""Refusals as `application/problem+json` (RFC 9457), in the language of `Accept-Language`."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any, ClassVar

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from psycopg_pool import PoolTimeout

from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.territory.rules import NotAllowedError

CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = 5
TITLES: Mapping[int, str] = {
    400: gettext_noop("The request could not be read"),
    401: gettext_noop("A key is needed"),
    403: gettext_noop("Not allowed"),
    404: gettext_noop("Not found"),
    405: gettext_noop("Not done that way"),
    409: gettext_noop("This contradicts what is there already"),
    412: gettext_noop("Somebody else was faster"),
    413: gettext_noop("The request is too large"),
    422: gettext_noop("Something in the request is not right"),
    428: gettext_noop("Say which version you have seen"),
    429: gettext_noop("Too many requests"),
    503: gettext_noop("Not available at the moment"),
}
# Kinds of fault the reader of the body finds, and how to say them; every other kind gets the last sentence.
FAULTS: Mapping[str, str] = {
    "missing": gettext_noop("This is needed."),
    "string_too_long": gettext_noop("This is too long."),
    "string_too_short": gettext_noop("This is too short."),
    "extra_forbidden": gettext_noop("There is no field of this name."),
    "string_type": gettext_noop("This must be text."),
    "greater_than_equal": gettext_noop("This number is too small."),
    "less_than_equal": gettext_noop("This number is too large."),
}
ANY_FAULT = gettext_noop("This value cannot be used.")


class ApiError(CodedError):
    """A refusal that only the API knows; `wait` says in how many seconds to try again."""

    def __init__(self, code: str, /, *, wait: int | None = None, **params: object) -> None:
        super().__init__(code, **params)
        self.wait = wait

    status: ClassVar[Mapping[str, int]] = {
        "request.unreadable": 400,
        "request.nul": 400,
        "idempotency.key": 400,
        "idempotency.reused": 409,
        "request.too_large": 413,
        "request.too_many": 429,
        "code.too_many": 429,
        "path.unknown": 404,
        "path.method": 405,
        "report.unknown": 404,
        "place.unknown": 422,
        "place.needed": 422,
        "unit.unknown": 422,
        "position.half": 422,
        "key.needed": 401,
        "key.wrong": 401,
        "key.too_many": 429,
        "not_allowed": 403,
        "case.hidden": 404,
        "step.unknown": 404,
        "match.needed": 428,
        "match.unknown": 412,
        "photo.too_large": 413,
        "place.not_ready": 503,
        "house.recovering": 503,
    }
    messages: ClassVar[Mapping[str, str]] = {
        "request.unreadable": gettext_noop("The body must be one JSON object in UTF-8."),
        "request.nul": gettext_noop("The address holds a NUL, which no text can hold."),
        "idempotency.key": gettext_noop(
            "Send a header Idempotency-Key with 16 to 200 characters, new for every report and the same for "
            "every repetition."
        ),
        "idempotency.reused": gettext_noop("This Idempotency-Key was used for something else."),
        "request.too_large": gettext_noop("The body is larger than is accepted here."),
        "request.too_many": gettext_noop(
            "Very many reports came from your connection. Nothing is lost: send it again in a while."
        ),
        "code.too_many": gettext_noop("Too many wrong codes. Please wait ten minutes."),
        "path.unknown": gettext_noop("There is nothing at this address."),
        "path.method": gettext_noop("This address does not take %(method)s, only %(allowed)s."),
        "report.unknown": gettext_noop("Number and code do not belong together."),
        "place.unknown": gettext_noop("There is no sub-district with the code %(code)s."),
        "place.needed": gettext_noop("Say which sub-district it is, by its code or by a position."),
        "unit.unknown": gettext_noop("There is no unit with the code %(code)s."),
        "position.half": gettext_noop("A position needs both lon and lat."),
        "key.needed": gettext_noop("Send the key of your program as Authorization: Bearer."),
        "key.wrong": gettext_noop("This key is not known here, has expired or was taken back."),
        "key.too_many": gettext_noop("Your program has used up its requests of this minute."),
        "not_allowed": gettext_noop("The post or the scopes of your key do not allow this here."),
        "case.hidden": gettext_noop("There is no such thing, or the post of your key does not see it."),
        "step.unknown": gettext_noop("There is no step of this name."),
        "state.unknown": gettext_noop("There is no state of this name."),
        "cursor.unknown": gettext_noop("This cursor was not given by us. Start without one."),
        "match.needed": gettext_noop("Send If-Match with the ETag of the case you decided from."),
        "match.unknown": gettext_noop("If-Match holds no ETag of this case. Read the case again."),
        "photo.too_large": gettext_noop("A picture is larger than 500 kB. Make it smaller first."),
        "photo.base64": gettext_noop("A picture is not written as base64."),
        "paper.base64": gettext_noop("A paper is not written as base64."),
        "place.not_ready": gettext_noop("No sub-district has been set up here yet."),
        "house.recovering": gettext_noop(
            "The system is recovering. Send the same request again in a few seconds; it never counts twice."
        ),
    }


def problem(
    code: str, detail: str, status: int, *, errors: Sequence[Mapping[str, str]] = (), wait: int | None = None
) -> HttpResponse:
    """The answer for one refusal; `wait` seconds go to `Retry-After`."""
    title = TITLES.get(status) or HTTPStatus(status).phrase
    body: dict[str, Any] = {
        "type": "about:blank", "title": _(title), "status": status, "code": code, "detail": detail,
    }  # fmt: skip
    if errors:
        body["errors"] = list(errors)
    answer = HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)
    answer["Cache-Control"] = "no-store"
    if wait is not None:
        answer["Retry-After"] = str(wait)
    return answer


# What other domains refuse for another reason than what was typed.
STATUS_OF: Mapping[str, int] = {
    "step.stale": 412, "step.wrong_state": 409, "step.not_owner": 409, "step.same_person": 403,
    "step.not_your_area": 403, "case.unknown": 404, "feedback.given": 409,
    "paper.too_large": 413, "paper.busy": 503,
    "parts.open": 409, "parts.none": 409, "parts.parent_ended": 409, "parts.apart": 409, "link.there": 409,
    "merge.ended": 409, "merge.none": 409, "merge.is_merged": 409, "help.many": 409, "case.cleared": 409,
    "link.none": 404,
}  # fmt: skip


def refused(request: HttpRequest, error: CodedError) -> HttpResponse:
    """A refusal of any domain: 422 unless said otherwise."""
    known = ApiError.status if isinstance(error, ApiError) else STATUS_OF
    status = known.get(error.code, 422)
    params = {
        name: _(value) if isinstance(value, str) and value else value for name, value in error.params.items()
    }
    return problem(error.code, _(error.msgid) % params, status, wait=getattr(error, "wait", None))


def with_methods(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """The view; for a method it does not take, a problem document that names those it does."""

    @wraps(view)
    def answered(request: HttpRequest, **parts: object) -> HttpResponse:
        answer: HttpResponse = view(request, **parts)
        if answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return answer
        allowed = answer["Allow"]
        answer = refused(request, ApiError("path.method", method=request.method, allowed=allowed))
        answer["Allow"] = allowed
        return answer

    return answered


def attach(api: NinjaAPI) -> None:
    """Let every way of failing end in a problem document."""
    for kind, answer in HANDLERS:
        api.add_exception_handler(kind, answer)


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Every field with its fault; the values are not repeated, they may be personal."""
    headers = (fault["loc"][-1] for fault in error.errors if fault["loc"][0] == "header")
    if any("dempotency" in str(name) or name == "key" for name in headers):
        return refused(request, ApiError("idempotency.key"))
    rows = [
        {"field": ".".join(map(str, fault["loc"][2:] or fault["loc"][1:])), "message": _said(fault["type"])}
        for fault in error.errors
    ]
    sentences = (f"{row['field']}: {row['message']}" for row in rows)
    return problem("request.invalid", " ".join(sentences), 422, errors=rows)


def _said(kind: str) -> str:
    return _(FAULTS.get(kind, ANY_FAULT))


def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    return refused(request, ApiError("request.unreadable"))


def _nothing_here(request: HttpRequest, error: Http404) -> HttpResponse:
    return refused(request, ApiError("path.unknown"))


def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return refused(request, ApiError("request.too_large"))


def _recovering(request: HttpRequest, error: Exception) -> HttpResponse:
    return refused(request, ApiError("house.recovering", wait=RETRY_SECONDS))


def _no_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    answer = refused(request, ApiError("key.needed"))
    answer["WWW-Authenticate"] = "Bearer"
    return answer


def _not_allowed(request: HttpRequest, error: NotAllowedError) -> HttpResponse:
    return refused(request, ApiError("not_allowed"))


HANDLERS: Sequence[tuple[type[Exception], Callable[[HttpRequest, Any], HttpResponse]]] = (
    (CodedError, refused),
    (AuthenticationError, _no_key),
    (NotAllowedError, _not_allowed),
    (ValidationError, _invalid),
    (HttpError, _unreadable),
    (Http404, _nothing_here),
    (RequestDataTooBig, _too_large),
    (OperationalError, _recovering),
    (InterfaceError, _recovering),
    (PoolTimeout, _recovering),
)
