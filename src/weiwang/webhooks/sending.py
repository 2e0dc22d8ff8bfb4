"""One HTTP POST to an address we do not trust: its host is looked up once, judged, and reached as judged.

No redirects are followed, no proxy is used, nothing of the answer is read beyond its status.
"""

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from weiwang.webhooks.rules import Network, may_be_reached

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 15.0  # also for a host that sends one byte now and then
DELIVERED = range(200, 300)


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of an attempt: a status, or the kind of fault."""

    status: int | None
    fault: str = ""

    @property
    def is_delivered(self) -> bool:
        return self.status is not None and self.status in DELIVERED


def post(url: str, body: bytes, headers: Mapping[str, str], *, allowed: tuple[Network, ...]) -> Sent:
    """Send once. Never raises for what the other side does."""
    parts = urlsplit(url)
    try:
        address = _judged(parts, allowed)
    except OSError:
        return Sent(None, "name")
    if address is None:
        return Sent(None, "private")
    try:
        return _exchange(parts, address, body, headers)
    except ssl.SSLError:
        return Sent(None, "tls")
    except TimeoutError:
        return Sent(None, "slow")
    except (OSError, http.client.HTTPException, ValueError):
        return Sent(None, "connection")


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _judged(parts: SplitResult, allowed: tuple[Network, ...]) -> str | None:
    """The address to connect to; None if the name leads inside by any of its addresses."""
    found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not addresses or not all(may_be_reached(address, allowed) for address in addresses):
        return None
    return addresses[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was judged, whatever the name says by now."""

    def __init__(self, parts: SplitResult, address: str) -> None:
        super().__init__(parts.hostname or "", _port(parts), timeout=CONNECT_SECONDS)
        self._address, self._tls = address, parts.scheme == "https"

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), CONNECT_SECONDS)
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _exchange(parts: SplitResult, address: str, body: bytes, headers: Mapping[str, str]) -> Sent:
    line = _Pinned(parts, address)
    late: list[bool] = []

    def cut() -> None:
        late.append(True)
        with suppress(OSError, AttributeError):
            line.sock.shutdown(socket.SHUT_RDWR)

    watch = Timer(WHOLE_SECONDS, cut)
    watch.daemon = True
    watch.start()
    try:
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        line.request("POST", target, body=body, headers=dict(headers))
        return Sent(line.getresponse().status)
    except (OSError, http.client.HTTPException) as error:
        if late:
            raise TimeoutError from error
        raise
    finally:
        watch.cancel()
        line.close()
