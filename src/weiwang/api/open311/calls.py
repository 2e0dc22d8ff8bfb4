"""What stands around every call: its format, its method, its key, its allowance, its refusals."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from psycopg_pool import PoolTimeout

from weiwang.api.open311.formats import TYPES, Answer, written
from weiwang.api.open311.reading import Given
from weiwang.api.open311.refusals import Open311Error, RefusedError, refusal
from weiwang.kernel.allowance import Allowance
from weiwang.kernel.faults import CodedError
from weiwang.territory import queries as territory
from weiwang.territory.queries import Caller
from weiwang.territory.rules import NotAllowedError

AWAY = (OperationalError, InterfaceError, PoolTimeout)
READS = Allowance("open311.read", times=300, seconds=60)  # calls without a key from one address
RETRY_SECONDS = 5
Call = Callable[..., Answer]


def answered(call: Call, *methods: str) -> Callable[..., HttpResponse]:
    """A call as a view. It takes the request and gives an `Answer`, or raises a refusal."""

    @csrf_exempt
    @wraps(call)
    def view(request: HttpRequest, fmt: str = "xml", **parts: object) -> HttpResponse:
        known = fmt if fmt in TYPES else "xml"
        try:
            if fmt not in TYPES or settings.OPEN311 == "off":
                raise Open311Error("path.unknown")
            if request.method not in {*methods, *({"HEAD"} if "GET" in methods else ())}:
                raise Open311Error("method")
            return written(call(request, **parts), known)
        except RefusedError as error:
            return written(refusal(*error.faults), known)
        except CodedError as error:
            return written(refusal(error), known)
        except NotAllowedError:
            return written(refusal(Open311Error("key.scope")), known)
        except AWAY:
            return written(refusal(Open311Error("recovering", wait=RETRY_SECONDS)), known)

    return view


def either(get: Call, post: Call) -> Call:
    """One address that is read and written."""

    def call(request: HttpRequest, **parts: object) -> Answer:
        return post(request, **parts) if request.method == "POST" else get(request, **parts)

    return call


def reader(request: HttpRequest, given: Given, *, at: datetime) -> Caller | None:
    """Who reads: nobody needs a key, unless `WEIWANG_OPEN311` asks for one. Raises `Open311Error`."""
    if given.get("api_key"):
        return keyed(request, given, at=at)
    if settings.OPEN311 == "keys":
        raise Open311Error("key.needed")
    if not READS.take(getattr(request, "address", None), at=at):
        raise Open311Error("too_many", wait=READS.wait(at=at))
    return None


def keyed(request: HttpRequest, given: Given, *, at: datetime) -> Caller:
    """The program the api_key belongs to, within its allowance. Raises `Open311Error`."""
    if not given.get("api_key"):
        raise Open311Error("key.needed")
    caller = territory.caller(key=given.get("api_key"), at=at, address=getattr(request, "address", None))
    if caller is None:
        raise Open311Error("key.wrong")
    allowance = Allowance("client", times=caller.per_minute, seconds=60)
    if not allowance.take(str(caller.client_id), at=at):
        raise Open311Error("too_many", wait=allowance.wait(at=at))
    return caller


def places(given: Given, caller: Caller | None = None) -> dict[int, str]:
    """Id and code of the jurisdictions that are meant, one or all. Raises `Open311Error`.

    A key belongs to one sub-district and never reaches another.
    """
    found = {row.id: row.code for row in territory.place_keys()}
    if caller is not None:
        found = {pk: code for pk, code in found.items() if pk in caller.officer.places}
    if not found:
        raise Open311Error("place.not_ready")
    wanted = given.get("jurisdiction_id")
    if not wanted:
        if len(found) > 1:
            raise Open311Error("jurisdiction.needed")
        return found
    meant = {pk: code for pk, code in found.items() if code == wanted}
    if not meant:
        raise Open311Error("jurisdiction.unknown")
    return meant


def now() -> datetime:
    return timezone.now()
