"""Reporting and following a report without an account, for other programs."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Router
from ninja.params.functions import Header, Query

from weiwang.api.rest.limits import CODE_TRIES, NUMBER_TRIES, reports
from weiwang.api.rest.places import meant
from weiwang.api.rest.problems import ApiError
from weiwang.api.rest.shapes import Problem, ProgressOut, ReceiptOut, ReportIn
from weiwang.audit.rules import RESIDENT, AlreadyDoneError
from weiwang.cases import queries as cases
from weiwang.cases.actions import Contact, report_case
from weiwang.cases.links import private_token, query_code
from weiwang.cases.progress import Progress, Told, by_code
from weiwang.cases.receipts import Receipt, receipt, receipt_of
from weiwang.cases.rules import STATE_NAMES
from weiwang.kernel import glance
from weiwang.kernel.faults import gettext_noop
from weiwang.territory import queries as territory

router = Router(tags=["reports"])
KEY = Header(
    alias="Idempotency-Key", min_length=16, max_length=200,
    description="New for every report, for example a UUID. The same key with the same words gives the same "
    "answer again and never makes a second case.",
)  # fmt: skip


# ---------------------------------------------------------------- reporting


@router.post(
    "/reports",
    response={201: ReceiptOut, (400, 409, 413, 422, 429, 503): Problem},
    summary="Report something",
    operation_id="createReport",
)
def create(request: HttpRequest, report: ReportIn, key: str = KEY) -> HttpResponse:
    """No account is needed. The answer holds the private link and the query code: keep them."""
    now, who = timezone.now(), _address(request)
    allowance = reports()
    if not allowance.take(who, at=now):
        raise ApiError("request.too_many", wait=allowance.wait(at=now))
    place, where = meant(report)
    contact = Contact(**report.contact.model_dump()) if report.contact else None
    try:
        with glance.at_hand({place.id: place.numbers}):
            case = report_case(
                place=place.id, text=report.text, where=where, by=RESIDENT, at=now,
                channel="api", category=report.category, contact=contact, submission=key,
            )  # fmt: skip
    except AlreadyDoneError as done:
        return _created(request, _repeated(done, report.text), repeated=True)
    return _created(request, receipt(case), repeated=False)


def _address(request: HttpRequest) -> str | None:
    found: str | None = getattr(request, "address", None)
    return found


def _repeated(done: AlreadyDoneError, text: str) -> Receipt:
    """What the first request made. Whoever only guesses a key learns nothing: the words must be the same."""
    found = receipt_of(UUID(done.object_id))
    if found is None or not found.says(text):
        raise ApiError("idempotency.reused") from done
    return found


def _created(request: HttpRequest, made: Receipt, *, repeated: bool) -> HttpResponse:
    head, tail = _around_the_link()
    link = f"{head}{made.case_id}/{private_token(made.case_id)}{tail}"
    unit = {"code": territory.unit_code(made.unit_id), "name": made.unit_name}
    body = {
        "number": made.number,
        "private_url": f"{request.scheme}://{request.get_host()}{link}",
        "query_code": query_code(made.case_id),
        "promised_at": _moment(made.promised_at),
        "unit": {**unit, "match": made.route["match"]},
        "why": why(made),
    }
    answer = _private(body, status=201)
    if repeated:
        answer["Idempotency-Replayed"] = "true"
    return answer


@cache
def _around_the_link() -> tuple[str, str]:
    """What stands before the case and behind its token in the address of a reporter's page."""
    case, token = "00000000-0000-0000-0000-000000000000", "token"
    head, _both, tail = reverse("portal:case", args=[case, token]).partition(f"{case}/{token}")
    return head, tail


def _private(body: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    answer = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "private, no-store"
    return answer


def _moment(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")


MATCHES = {
    "exact": gettext_noop("The position lies in %(unit)s."),
    "approximate": gettext_noop("The position lies %(metres)s m from %(unit)s, the nearest unit."),
    "chosen": gettext_noop("%(unit)s was chosen."),
    "words": gettext_noop("Only words say where it is; %(unit)s finds the exact place."),
}


def why(made: Receipt) -> list[str]:
    """How the place and the category led there; posts, never people."""
    route = made.route
    sentence = MATCHES.get(route["match"], MATCHES["chosen"])
    said = [_(sentence) % {"unit": made.unit_name, "metres": route["distance_m"]}]
    if route["handler"]:
        name = cases.categories()[made.category].name(get_language() or "")
        handled = _("“%(category)s” is usually handled there by %(post)s.")
        said.append(handled % {"category": name, "post": route["handler"]})
    return said


# ---------------------------------------------------------------- following


@router.get(
    "/reports/{number}",
    response={200: ProgressOut, (400, 404, 422, 429, 503): Problem},
    summary="Follow a report",
    operation_id="followReport",
)
def follow(request: HttpRequest, number: str, code: str = Query(max_length=30)) -> HttpResponse:
    """The steps so far, what comes next and the answer, for whoever has the number and the query code."""
    now, who = timezone.now(), _address(request)
    known = "".join(c for c in unicodedata.normalize("NFKC", number).upper() if c.isalnum())
    if CODE_TRIES.is_used_up(who, at=now) or NUMBER_TRIES.is_used_up(known, at=now):
        raise ApiError("code.too_many", wait=CODE_TRIES.wait(at=now))
    seen = by_code(number, _digits(code))
    if seen is None:
        CODE_TRIES.take(who, at=now)
        NUMBER_TRIES.take(known, at=now)
        raise ApiError("report.unknown")
    return _private(_progress(seen))


def _digits(text: str) -> str:
    narrow = unicodedata.normalize("NFKC", text)
    return "".join(c for c in narrow if c.isascii() and c.isdigit())


def _progress(seen: Progress) -> dict[str, Any]:
    return {
        "number": seen.number, "title": seen.title, "state": seen.state.value,
        "state_name": _(STATE_NAMES[seen.state]), "category": seen.category, "unit": seen.unit_name,
        "reported_at": _moment(seen.reported_at), "promised_at": _moment(seen.promised_at),
        "owner": seen.owner, "steps": [_step(told) for told in seen.story],
        "to_come": [_(sentence) for sentence in seen.to_come], "answer": seen.answer,
        "satisfied": seen.satisfied,
    }  # fmt: skip


def _step(told: Told) -> dict[str, str]:
    return {
        "at": _moment(told.at), "step": told.step.value if told.step else "note",
        "text": _(told.tells) if told.tells else "",
        "who": told.who, "note": told.note,
    }  # fmt: skip
