"""The key of a program: `Authorization: Bearer ww_…`."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from weiwang.api.rest.problems import ApiError
from weiwang.kernel.allowance import Allowance
from weiwang.territory import queries as territory
from weiwang.territory.queries import Caller
from weiwang.territory.rules import Officer


class Key(HttpBearer):
    """Lets programs in that have a key, within their allowance; `request.auth` is the `Caller`."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        now = timezone.now()
        caller = territory.caller(key=token, at=now, address=getattr(request, "address", None))
        if caller is None:
            raise ApiError("key.wrong")
        allowance = Allowance("client", times=caller.per_minute, seconds=60)
        if not allowance.take(str(caller.client_id), at=now):
            raise ApiError("key.too_many", wait=allowance.wait(at=now))
        _read_whole(request)
        return caller


def _read_whole(request: HttpRequest) -> None:
    """The body of whoever has a key, which may hold one paper of the full size beside photos.

    Everybody else is held to what forms may send. Raises `RequestDataTooBig`.
    """
    most = int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) + settings.PAPER_BYTES * 4 // 3
    data = request.read(most + 1)
    if len(data) > most:
        raise RequestDataTooBig
    request._body = data  # noqa: SLF001 -- where Django looks for what was read


def officer(request: HttpRequest) -> Officer:
    """The officer as whom the program acts."""
    caller: Any = request.auth  # type: ignore[attr-defined]
    found: Officer = caller.officer
    return found


def place(request: HttpRequest) -> int:
    """The sub-district the key belongs to."""
    return officer(request).places[0]
