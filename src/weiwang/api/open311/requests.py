"""Service requests: reading what was reported, and reporting."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from weiwang.api.open311 import reading
from weiwang.api.open311.calls import keyed, now, places, reader
from weiwang.api.open311.formats import Answer
from weiwang.api.open311.reading import ROWS, Given
from weiwang.api.open311.refusals import Open311Error, RefusedError
from weiwang.api.open311.services import service
from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.actions import Contact, Whereabouts, report_case
from weiwang.cases.actions.report import read_contact
from weiwang.cases.published import Published, Wanted, published
from weiwang.cases.questions import check_answers
from weiwang.cases.receipts import receipt, receipt_of
from weiwang.cases.rules import STATE_NAMES, Category
from weiwang.kernel.faults import CodedError
from weiwang.kernel.ids import NumberError, read_case_number
from weiwang.kernel.pictures import clean_picture
from weiwang.ledger import queries as ledger

DESCRIPTION, ADDRESS, NAME = 4000, 160, 60  # characters
STATUSES = {"open": False, "closed": True}
MIN_KEY, MAX_KEY = 8, 200


# ---------------------------------------------------------------- reading


def listed(request: HttpRequest) -> Answer:
    given, at = reading.query(request), now()
    meant = places(given, reader(request, given, at=at))
    skip, size = reading.page(given)
    rows = published(places=meant, wanted=_wanted(given, at), skip=skip, limit=size)
    return Answer("service_requests", [_row(row) for row in rows])


def _wanted(given: Given, at: datetime) -> Wanted:
    numbers = given.commas("service_request_id")
    if len(numbers) > ROWS:
        raise Open311Error("ids.too_many", limit=ROWS)
    if numbers:
        return Wanted(numbers=[_number(one) for one in numbers])
    start, end = reading.window(given, at=at)
    codes = [service(code).code for code in given.commas("service_code")]
    return Wanted(codes=codes, since=start, until=end, closed=_closed(given.commas("status")))


def _closed(statuses: Sequence[str]) -> bool | None:
    if any(status not in STATUSES for status in statuses):
        raise Open311Error("status.unknown", known=", ".join(STATUSES))
    meant = {STATUSES[status] for status in statuses}
    return meant.pop() if len(meant) == 1 else None


def _number(text: str) -> str:
    """The number as we write it; whatever is none finds nothing."""
    try:
        return read_case_number(text)
    except NumberError:
        return ""


def one(request: HttpRequest, number: str) -> Answer:
    given = reading.query(request)
    meant = places(given, reader(request, given, at=now()))
    rows = published(places=meant, wanted=Wanted(numbers=[_number(number)]), limit=1)
    if not rows:
        raise Open311Error("request.unknown")
    return Answer("service_requests", [_row(rows[0])])


def token(request: HttpRequest, token: str) -> Answer:
    """Every report gets its id at once, so the id of a request serves as its token."""
    given = reading.query(request)
    meant = places(given, reader(request, given, at=now()))
    rows = published(places=meant, wanted=Wanted(numbers=[_number(token)]), limit=1)
    if not rows:
        raise Open311Error("token.unknown")
    return Answer("service_requests", [{"service_request_id": rows[0].number, "token": rows[0].number}])


def _row(case: Published) -> dict[str, Any]:
    return {
        "service_request_id": case.number, "status": "closed" if case.is_closed else "open",
        "status_notes": _(STATE_NAMES[case.state]),
        "service_name": case.category.public_name(get_language() or ""),
        "service_code": case.category.slug, "description": case.text,
        "agency_responsible": case.responsible, "service_notice": "",
        "requested_datetime": said(case.requested_at), "updated_datetime": said(case.updated_at),
        "expected_datetime": said(case.expected_at), "address": case.address, "address_id": None,
        "zipcode": None, "lat": case.lat, "long": case.lon, "media_url": None,
    }  # fmt: skip


def said(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")


# ---------------------------------------------------------------- reporting


def create(request: HttpRequest, *, trial: bool = False) -> Answer:
    """A report. Everything that is wrong is said at once; a trial is checked to the end and kept nowhere."""
    at = now()
    given = reading.body(request)
    caller = keyed(request, given, at=at)
    officer = caller.officer.by_power("case.report")
    faults: list[CodedError] = []
    attempt = partial(_attempt, faults)
    place = attempt(lambda: next(iter(places(given, caller))))
    category = attempt(lambda: _service_meant(given))
    where = attempt(lambda: _where(given, place))
    text = attempt(lambda: _text(given, category))
    contact = attempt(lambda: _contact(given))
    answers, wrong = check_answers(category.questions, given.attributes()) if category else ({}, [])
    pictures = attempt(lambda: [clean_picture(file) for file in given.files if not trial])
    faults += wrong
    if faults or place is None or category is None or where is None or text is None or pictures is None:
        raise RefusedError(*faults)
    key = _repeat_key(request)
    try:
        with transaction.atomic():
            made = receipt(
                report_case(
                    place=place, text=text, where=where, by=officer, at=at, channel="open311",
                    category=category.code, contact=contact, photos=pictures, answers=answers,
                    submission=key,
                )
            )  # fmt: skip
            transaction.set_rollback(trial)
    except AlreadyDoneError as done:
        before = receipt_of(UUID(done.object_id))
        if before is None or not before.says(text):
            raise Open311Error("repeat.other") from done
        made = before
    return _taken(made.number, trial=trial)


def _attempt(faults: list[CodedError], read: Any) -> Any:  # noqa: ANN401 -- whatever `read` gives
    """The value, or None with the reason among the faults."""
    try:
        return read()
    except RefusedError as error:
        faults.extend(error.faults)
    except CodedError as error:
        faults.append(error)
    return None


def _service_meant(given: Given) -> Category:
    code = given.get("service_code")
    if not code:
        raise Open311Error("service.needed")
    return service(code)


def _where(given: Given, place: int | None) -> Whereabouts:
    lat, lon = given.get("lat"), given.get("long")
    address, building = (
        _short(given.get("address_string"), "address_string", ADDRESS),
        given.get("address_id"),
    )
    if bool(lat) != bool(lon):
        raise Open311Error("location.half")
    if lat:
        return Whereabouts(_degrees(lon, 180), _degrees(lat, 90), None, address)
    if building and place is not None:
        found = ledger.building_coded(place=place, code=building)
        if found is None:
            raise Open311Error("location.address")
        return Whereabouts(found.lon, found.lat, found.unit_id, found.address)
    if not address:
        raise Open311Error("location.needed")
    return Whereabouts(None, None, None, address)


def _degrees(text: str, limit: int) -> float:
    try:
        value = float(text.replace("_", "x"))  # Python alone reads 1_000 as a number
    except ValueError as error:
        raise Open311Error("location.number") from error
    if not -limit <= value <= limit:  # also what is no number
        raise Open311Error("location.number")
    return value


def _text(given: Given, category: Category | None) -> str:
    """The description, else the name of the service. A link to media is kept as text: we fetch nothing."""
    words = (given.values.get("description") or ("",))[-1].strip()
    if len(words) > DESCRIPTION:
        raise Open311Error("description.too_long", limit=DESCRIPTION)
    media = given.get("media_url")
    if media and not media.lower().startswith(("http://", "https://")):
        raise Open311Error("media.scheme")
    words = words or (category.public_zh if category else "-")
    return _short(f"{words}\n{media}" if media else words, "description + media_url", DESCRIPTION)


def _short(text: str, name: str, limit: int) -> str:
    """The text, whole: what is cut off is lost without a word. Raises `Open311Error`."""
    if len(text) > limit:
        raise Open311Error("field.too_long", name=name, limit=limit)
    return text


def _contact(given: Given) -> Contact | None:
    """Who may be called back or written to, in clean form."""
    names = given.get("first_name"), given.get("last_name")
    chinese = any("\u4e00" <= character <= "\u9fff" for name in names for character in name)
    name = "".join(reversed(names)) if chinese else " ".join(filter(None, names))
    contact = Contact(_short(name, "first_name + last_name", NAME), given.get("phone"), given.get("email"))
    return read_contact(contact) if contact.is_given else None


def _repeat_key(request: HttpRequest) -> str | None:
    """`Idempotency-Key` is no part of GeoReport; whoever sends it may repeat a request without harm."""
    key = request.headers.get("Idempotency-Key", "")
    return key if MIN_KEY <= len(key) <= MAX_KEY else None


def _taken(number: str, *, trial: bool) -> Answer:
    notice = (
        _("This was a trial: everything was checked and nothing was kept.")
        if trial
        else _("The report has arrived. Its number is %(number)s.") % {"number": number}
    )
    row = {"service_request_id": number, "service_notice": notice, "account_id": None}
    return Answer("service_requests", [row])
