"""Where news may go, how they are signed, and when they are tried again. No clock, no network."""

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import ClassVar
from urllib.parse import urlsplit

from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.kernel.outbound import is_outside

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_ADDRESS = re.compile(r"[!-~]{8,500}")  # visible ASCII
GONE = 410  # the receiver wants no more of it
# After each failed attempt; seven attempts over about twenty-one hours, then a person decides.
WAITS: Sequence[timedelta] = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720))
_TRANSLATED: Sequence[Network] = tuple(
    map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
)


class Outcome(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"  # given up; it can be sent again by hand


OUTCOME_NAMES: Mapping[Outcome, str] = {
    Outcome.WAITING: gettext_noop("waiting"),
    Outcome.DELIVERED: gettext_noop("delivered"),
    Outcome.FAILED: gettext_noop("given up"),
}


class WebhookError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "webhook.url": gettext_noop(
            "An address begins with https:// or http:// and names a host, no password."
        ),
        "webhook.private": gettext_noop(
            "This address lies inside a private network. Ask who runs the server to allow it."
        ),
        "webhook.ended": gettext_noop("No more news go to this address."),
        "webhook.client": gettext_noop("The key of this program does not work any more."),
        "webhook.scope": gettext_noop(
            "The key must be allowed to see cases before news of them can be sent."
        ),
    }


def read_url(text: str) -> str:
    """An address news can go to. Raises `WebhookError`. Whether it lies inside is asked at every sending."""
    url = text.strip()
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        good = good and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good or not _ADDRESS.fullmatch(url):
        raise WebhookError("webhook.url")
    return url


def read_networks(text: str) -> tuple[Network, ...]:
    """The networks of the setting, separated by commas. Raises `ValueError` naming the one that is none."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def may_be_reached(address: str, allowed: Iterable[Network]) -> bool:
    """Public addresses, and those of networks that were allowed by name.

    Everything a public name may resolve to inside: loopback, private, link-local, shared, multicast,
    reserved, and IPv6 addresses that only wrap an IPv4 address.
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if any(found in network for network in allowed if network.version == found.version):
        return True
    if any(found in network for network in _TRANSLATED if network.version == found.version):
        return False
    return is_outside(found)


def signature(secret: str, *, timestamp: int, body: bytes) -> str:
    """What the receiver compares: `sha256=` and the HMAC of `timestamp.body` under the shared secret."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()
    return f"sha256={digest}"


def wait_after(attempts: int, *, status: int | None) -> timedelta | None:
    """How long to wait after so many failed attempts; None to give up."""
    if status == GONE or attempts > len(WAITS):
        return None
    return WAITS[attempts - 1]
