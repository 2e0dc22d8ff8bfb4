"""Refusals: an HTTP status, and in the body one or several codes with a sentence each."""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.translation import gettext as _

from weiwang.api.open311.formats import Answer
from weiwang.kernel.faults import CodedError, gettext_noop


class Open311Error(CodedError):
    """One refusal. `wait` says in how many seconds to try again."""

    def __init__(self, code: str, /, *, wait: int | None = None, **params: object) -> None:
        super().__init__(code, **params)
        self.wait = wait

    status: ClassVar[Mapping[str, int]] = {
        "key.needed": 403, "key.wrong": 403, "key.scope": 403, "jurisdiction.unknown": 404,
        "service.unknown": 404, "request.unknown": 404, "token.unknown": 404, "path.unknown": 404,
        "method": 405, "repeat.other": 409, "body.too_large": 413, "too_many": 429,
        "recovering": 503, "place.not_ready": 503,
    }  # fmt: skip
    messages: ClassVar[Mapping[str, str]] = {
        "key.needed": gettext_noop("This call needs an api_key."),
        "key.wrong": gettext_noop("This api_key is not known here, has expired or was taken back."),
        "key.scope": gettext_noop("This api_key may not do that."),
        "jurisdiction.needed": gettext_noop(
            "Several jurisdictions are served here: say which by jurisdiction_id."
        ),
        "jurisdiction.unknown": gettext_noop("This jurisdiction_id is not served here."),
        "service.needed": gettext_noop("service_code is needed."),
        "service.unknown": gettext_noop("There is no service with this service_code."),
        "request.unknown": gettext_noop("There is no service request with this service_request_id."),
        "request.needed": gettext_noop("service_request_id is needed."),
        "token.unknown": gettext_noop("This token is not known."),
        "path.unknown": gettext_noop("There is no such call here. Calls end in .xml or .json."),
        "method": gettext_noop("This call is not made that way: use GET or POST as the specification says."),
        "body.type": gettext_noop(
            "Send the values as application/x-www-form-urlencoded or multipart/form-data."
        ),
        "body.unreadable": gettext_noop("The body cannot be read, or it ended too early. Nothing was kept."),
        "body.too_large": gettext_noop("The body is larger than is accepted here."),
        "location.needed": gettext_noop("Say where it is: lat and long, address_string or address_id."),
        "location.half": gettext_noop("lat and long are needed together."),
        "location.number": gettext_noop("lat and long must be decimal degrees (WGS84)."),
        "location.address": gettext_noop("This address_id is not known."),
        "description.too_long": gettext_noop("description is longer than %(limit)s characters."),
        "field.too_long": gettext_noop("%(name)s is longer than %(limit)s characters."),
        "repeat.other": gettext_noop("This Idempotency-Key was used for another report."),
        "query.unreadable": gettext_noop("The address must be UTF-8 without NUL."),
        "media.scheme": gettext_noop("media_url must begin with http:// or https://."),
        "date.zone": gettext_noop(
            "%(name)s must be a date and time with its zone, such as 2026-11-16T02:00:00Z."
        ),
        "date.order": gettext_noop("start_date lies after end_date."),
        "date.span": gettext_noop("start_date and end_date may lie %(days)s days apart at most."),
        "status.unknown": gettext_noop("status must be one of: %(known)s."),
        "page": gettext_noop("page must be at least 1, page_size from 1 to %(limit)s."),
        "ids.too_many": gettext_noop("At most %(limit)s service_request_id can be asked for at once."),
        "update.needed": gettext_noop("update_id is needed, at most 64 characters."),
        "too_many": gettext_noop("Too many requests. Try again later."),
        "recovering": gettext_noop("The system is recovering. Send the same request again in a few seconds."),
        "place.not_ready": gettext_noop("No sub-district has been set up here yet."),
    }


class RefusedError(Exception):
    """Everything that is wrong with one request."""

    def __init__(self, *faults: CodedError) -> None:
        super().__init__(*faults)
        self.faults = faults


def refusal(*faults: CodedError) -> Answer:
    """The answer; the status is that of the first fault, 400 for those of other domains."""
    first = faults[0]
    status = Open311Error.status.get(first.code, 400) if isinstance(first, Open311Error) else 400
    body = [{"code": fault.code, "description": _said(fault)} for fault in faults]
    return Answer("errors", body, status, getattr(first, "wait", None))


def _said(fault: CodedError) -> str:
    params = {
        name: _(value) if isinstance(value, str) and value else value for name, value in fault.params.items()
    }
    return _(fault.msgid) % params
