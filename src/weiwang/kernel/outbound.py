"""Requests to hosts that somebody named in a setting: never to an address inside the network unless allowed.

The name is resolved once and the connection goes to the very address that was judged, so that a name cannot
point elsewhere a moment later. Redirects are not followed, the answer is cut off at a limit, and the whole
exchange ends at its deadline however slowly the other side speaks.
"""

import ipaddress
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Event, Timer
from typing import ClassVar, Final
from urllib.parse import SplitResult, urlsplit

from weiwang.kernel.faults import CodedError, gettext_noop

SECONDS: Final = 10.0
LIMIT: Final = 64 * 1024
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class OutboundError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "outbound.address": gettext_noop("This is not an address that can be called. Write https://…"),
        "outbound.inside": gettext_noop("This address lies inside the network and is not allowed."),
        "outbound.unreachable": gettext_noop("The other side cannot be reached."),
        "outbound.slow": gettext_noop("The other side did not answer in time."),
    }


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` is cut off at the limit."""

    status: int
    body: bytes


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks as they are written in a setting. Raises `ValueError`."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def read_url(url: str) -> SplitResult:
    """The parts of an http(s) address without user and password. Raises `OutboundError`."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise OutboundError("outbound.address") from None
    if not known or parts.username is not None or parts.password is not None:
        raise OutboundError("outbound.address")
    if any(ord(sign) <= 32 or ord(sign) == 127 for sign in url):
        raise OutboundError("outbound.address")
    return parts


def is_outside(address: Address) -> bool:
    """Whether an address belongs to the public internet, also when it hides in an IPv6 form."""
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if mapped is not None:
        return is_outside(mapped)
    if address.version == 6 and address in _TRANSLATED:
        return is_outside(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if getattr(address, "is_site_local", False):  # fec0::/10, given up in 2004 and routed inside still
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")


def judged_address(host: str, port: int, *, allowed: Sequence[Network] = ()) -> str:
    """The address to connect to. Raises `OutboundError` if any address of the name lies inside."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise OutboundError("outbound.unreachable") from None
    addresses = [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found]
    for address in addresses:
        if not is_outside(address) and not any(address in network for network in allowed):
            raise OutboundError("outbound.inside")
    if not addresses:
        raise OutboundError("outbound.unreachable")
    return str(addresses[0])


def send(
    url: str, *, body: bytes, headers: Mapping[str, str], method: str = "POST",
    allowed: Sequence[Network] = (), seconds: float = SECONDS, limit: int = LIMIT,
) -> Answer:  # fmt: skip
    """Send one request and return the answer, whatever its status. Raises `OutboundError`."""
    parts = read_url(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = judged_address(str(parts.hostname), port, allowed=allowed)
    connection = _connection(parts, address, port, seconds)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with _cut_off(connection, seconds) as was_cut:
        try:
            connection.request(method, path, body=body, headers=dict(headers))
            response = connection.getresponse()
            found = Answer(response.status, _read(response, limit))
        except (OSError, HTTPException) as error:
            slow = was_cut.is_set() or isinstance(error, TimeoutError)
            raise OutboundError("outbound.slow" if slow else "outbound.unreachable") from None
        finally:
            connection.close()
    if was_cut.is_set():  # a body that was cut off looks like one that has ended
        raise OutboundError("outbound.slow")
    return found


@contextmanager
def _cut_off(connection: HTTPConnection, seconds: float) -> Iterator[Event]:
    """End the exchange at its deadline: a byte now and then would keep every single time-out happy."""
    was_cut, line = Event(), connection.sock

    def cut() -> None:
        was_cut.set()
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    watch = Timer(seconds, cut)
    watch.daemon = True
    watch.start()
    try:
        yield was_cut
    finally:
        watch.cancel()


def _connection(parts: SplitResult, address: str, port: int, seconds: float) -> HTTPConnection:
    """A connection to the judged address that speaks (and, with TLS, checks) the name it was given."""
    host = str(parts.hostname)
    if parts.scheme == "http":
        plain = HTTPConnection(host, port, timeout=seconds)
        plain.sock = _socket(address, port, seconds)
        return plain
    context = ssl.create_default_context()
    secure = HTTPSConnection(host, port, timeout=seconds, context=context)
    raw = _socket(address, port, seconds)
    try:
        secure.sock = context.wrap_socket(raw, server_hostname=host)
    except OSError:
        raw.close()
        raise OutboundError("outbound.unreachable") from None
    return secure


def _socket(address: str, port: int, seconds: float) -> socket.socket:
    try:
        return socket.create_connection((address, port), timeout=seconds)
    except TimeoutError:
        raise OutboundError("outbound.slow") from None
    except OSError:
        raise OutboundError("outbound.unreachable") from None


def _read(response: HTTPResponse, limit: int) -> bytes:
    pieces: list[bytes] = []
    held = 0
    while held < limit and (piece := response.read1(min(8192, limit - held))):
        pieces.append(piece)
        held += len(piece)
    return b"".join(pieces)
