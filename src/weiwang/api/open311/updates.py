"""The updates extension of mySociety: what became of requests, and words from outside about them."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from weiwang.api.open311 import reading
from weiwang.api.open311.calls import keyed, now, places, reader
from weiwang.api.open311.formats import Answer
from weiwang.api.open311.reading import Given
from weiwang.api.open311.refusals import Open311Error, RefusedError
from weiwang.api.open311.requests import said
from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases import published
from weiwang.cases.actions import add_note
from weiwang.cases.published import Update
from weiwang.cases.rules import FINAL, State
from weiwang.kernel.faults import CodedError
from weiwang.kernel.ids import NumberError, read_case_number

# Our states as the extension names them; by text, so that states that are added later find the last line of
# `status_of` and nothing breaks.
STATUS: Mapping[str, str] = {
    "reported": "OPEN", "verifying": "INVESTIGATING", "registered": "OPEN", "dispatched": "ACTION_SCHEDULED",
    "signed": "ACTION_SCHEDULED", "handling": "IN_PROGRESS", "rework": "IN_PROGRESS",
    "suspended": "ACTION_SCHEDULED", "handled": "IN_PROGRESS", "checked": "IN_PROGRESS", "closed": "FIXED",
    "followed_up": "FIXED", "reopened": "OPEN", "rejected": "NO_FURTHER_ACTION", "void": "CANCELLED",
    "merged": "DUPLICATE", "handed_over": "NOT_COUNCILS_RESPONSIBILITY",
}  # fmt: skip
KNOWN = (
    "OPEN", "INVESTIGATING", "IN_PROGRESS", "ACTION_SCHEDULED", "FIXED", "DUPLICATE",
    "NOT_COUNCILS_RESPONSIBILITY", "NO_FURTHER_ACTION", "INTERNAL_REFERRAL", "FOR_TRIAGE", "CLOSED",
    "CANCELLED", "REOPEN",
)  # fmt: skip
MAX_UPDATE_ID = 64


def status_of(state: State) -> str:
    return STATUS.get(state.value, "CLOSED" if state in FINAL else "OPEN")


def listed(request: HttpRequest) -> Answer:
    """The public steps in a window; the answer goes only to the program that brought the report."""
    given, at = reading.query(request), now()
    caller = reader(request, given, at=at)
    meant = places(given, caller)
    skip, size = reading.page(given)
    start, end = reading.window(given, at=at)
    who = caller.officer.user_id if caller else None
    rows = published.updates(places=meant, since=start, until=end, reader=who, skip=skip, limit=size)
    return Answer("service_request_updates", [_row(row) for row in rows])


def _row(update: Update) -> dict[str, Any]:
    told = _(update.tells) if update.tells else ""
    return {
        "update_id": update.id, "service_request_id": update.number, "status": status_of(update.state),
        "updated_datetime": said(update.at), "description": update.answer or told, "media_url": None,
        "external_status_code": update.state.value,
    }  # fmt: skip


def create(request: HttpRequest) -> Answer:
    """Words from outside, kept as an internal note beside the case; they move nothing.

    Once per update_id and request: clients exist that count the updates of each request from one.
    """
    at = now()
    given = reading.body(request)
    caller = keyed(request, given, at=at)
    officer = caller.officer.by_power("case.report")
    meant = places(given, caller)
    status, update_id, words = _checked(given)
    case_id = _case_meant(given, meant)
    note = f"[{status}] {words}".strip()
    with suppress(AlreadyDoneError):  # the same update again is the same answer
        add_note(
            case_id=case_id, note=note, by=officer, at=at, source="open311",
            submission=f"open311-update:{update_id}:{case_id}",
        )  # fmt: skip
    return Answer("service_request_updates", [{"update_id": update_id}])


def _checked(given: Given) -> tuple[str, str, str]:
    """Status, id and words. Raises `RefusedError` with everything that is wrong."""
    faults: list[CodedError] = []
    status, update_id = given.get("status"), given.get("update_id")
    if status not in KNOWN:
        faults.append(Open311Error("status.unknown", known=", ".join(KNOWN)))
    if not update_id or len(update_id) > MAX_UPDATE_ID:
        faults.append(Open311Error("update.needed"))
    words = "\n".join(filter(None, (given.get("description"), given.get("media_url"))))
    if len(words) > NOTE_LENGTH:
        faults.append(Open311Error("description.too_long", limit=NOTE_LENGTH))
    try:
        if reading.moment(given, "updated_datetime") is None:
            faults.append(Open311Error("date.zone", name="updated_datetime"))
    except RefusedError as error:
        faults.extend(error.faults)
    if faults:
        raise RefusedError(*faults)
    return status, update_id, words


NOTE_LENGTH = 1900  # a note holds 2000 characters, the status stands in front


def _case_meant(given: Given, meant: Mapping[int, str]) -> Any:  # noqa: ANN401 -- an id
    number = given.get("service_request_id")
    if not number:
        raise Open311Error("request.needed")
    try:
        found = published.case_numbered(places=meant, number=read_case_number(number))
    except NumberError:
        found = None
    if found is None:
        raise Open311Error("request.unknown")
    return found
