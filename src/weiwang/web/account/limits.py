"""How many sign-ins may fail: few for one user name, more for one address, where a whole office may sit."""

from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest


class TwoLimits(AxesDatabaseHandler):
    """Counts by user name up to AXES_FAILURE_LIMIT, and by address up to `ADDRESS_FACTOR` times as many.

    A sign-in that succeeds forgives the failures of its own user name only, so that somebody with an account
    cannot clear the count of the address while guessing other people's passwords.
    """

    def get_failures(self, request: HttpRequest, credentials: dict[str, str] | None = None) -> int:
        by_name, by_address = (
            attempts.aggregate(total=Sum("failures_since_start"))["total"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        return max(by_name, by_address // settings.ADDRESS_FACTOR)

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, str] | None = None) -> int:
        by_name, _by_address = self.filter_user_attempts(request, credentials)
        return int(by_name.delete()[0])


def address(request: HttpRequest) -> str | None:
    """The caller's address as the house knows it (trusted proxies are already peeled off)."""
    found: str | None = getattr(request, "address", None)
    return found
