"""How often an address may do what needs no account (docs/use/resident.en.md).

Generous, because a whole village may stand behind one address.
"""

from django.conf import settings
from django.http import HttpRequest

from weiwang.kernel.allowance import Allowance

HOUR = 3600
CODE_TRIES = Allowance("portal.code", times=10, seconds=600)  # wrong codes of one address
HELPED = Allowance(
    "portal.help", times=1200, seconds=HOUR
)  # looks while typing; each costs a millisecond or two
NUMBER_TRIES = Allowance("portal.number", times=30, seconds=HOUR)  # wrong codes for one number, by anybody


def reports() -> Allowance:
    """Reports that are taken in, from one address in an hour; shared with the public API."""
    return Allowance("report", times=settings.REPORTS_PER_HOUR, seconds=HOUR)


def attempts() -> Allowance:
    """Forms that are looked at, sent or not: each may bring photos to decode."""
    return Allowance("portal.attempt", times=5 * settings.REPORTS_PER_HOUR, seconds=HOUR)


def address(request: HttpRequest) -> str | None:
    found: str | None = getattr(request, "address", None)
    return found
