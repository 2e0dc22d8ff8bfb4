"""How often something may be done from one address in a while, where nobody signs in.

Counted in the cache under a keyed digest, so no address is ever stored, and forgotten when the window ends.
With the cache of the shipped settings every web process counts by itself: behind two processes an address
may get up to twice the allowance. That is enough against floods and guessing, and a village behind one
address is never locked out by a single mistake.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils.crypto import salted_hmac


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most `times` within `seconds`, in windows that begin at full multiples of `seconds`."""

    name: str
    times: int
    seconds: int

    def take(self, who: str | None, *, at: datetime) -> bool:
        """Count one use; False when the allowance was used up before it."""
        key = self._key(who, at)
        cache.add(key, 0, timeout=self.seconds)
        try:
            return bool(cache.incr(key) <= self.times)
        except ValueError:  # the entry left the cache in between
            return True

    def is_used_up(self, who: str | None, *, at: datetime) -> bool:
        """Whether the next use would be refused; counts nothing."""
        return bool(cache.get(self._key(who, at), 0) >= self.times)

    def wait(self, *, at: datetime) -> int:
        """Seconds until a new window begins."""
        return self.seconds - int(at.timestamp()) % self.seconds

    def _key(self, who: str | None, at: datetime) -> str:
        window = int(at.timestamp()) // self.seconds
        return (
            "allowance:" + salted_hmac(f"weiwang.{self.name}", f"{window}:{neighbourhood(who)}").hexdigest()
        )


def neighbourhood(who: str | None) -> str:
    """The part of an address that one household holds: all of IPv4, the first 64 bits of IPv6.

    Anything else, such as the number of a case, counts as it is.
    """
    try:
        address = ipaddress.ip_address(who or "")
    except ValueError:
        return who or "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)
