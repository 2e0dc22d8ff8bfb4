"""How often one address may use the public API.

The same names as in the portal: an allowance counts what came in by either way.
"""

from django.conf import settings

from weiwang.kernel.allowance import Allowance

HOUR = 3600
CODE_TRIES = Allowance("portal.code", times=10, seconds=600)  # wrong codes of one address
NUMBER_TRIES = Allowance("portal.number", times=30, seconds=HOUR)  # wrong codes for one number, by anybody


def reports() -> Allowance:
    """Reports from one address in an hour: `WEIWANG_REPORTS_PER_HOUR`."""
    return Allowance("report", times=settings.REPORTS_PER_HOUR, seconds=HOUR)
