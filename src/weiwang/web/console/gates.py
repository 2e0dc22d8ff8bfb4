"""Who may enter: every page of the console names the powers it asks for, before anything else."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from weiwang.territory.rules import NotAllowedError, Officer

POWERS = ("unit.edit", "staff.manage", "import.run", "api.manage", "policy.see", "audit.read")


class ConsoleRequest(HttpRequest):
    """A request of an officer with a power that opens the page, and the sub-district it holds for."""

    officer: Officer
    place: int


class ConsoleView(Protocol):
    def __call__(self, request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponseBase: ...  # noqa: ANN401 -- the view's own


def needs(*powers: str) -> Callable[[ConsoleView], Callable[..., HttpResponseBase]]:
    """Let pass an officer with one of `powers`; `request.place` is the sub-district where it holds.

    Others sign in first. Raises `NotAllowedError` for the rest.
    """

    def gate(view: ConsoleView) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 -- the view's own
            officer: Officer | None = request.officer
            if officer is None:
                return redirect_to_login(request.get_full_path())
            places = [h.place for h in officer.holdings if h.allows.intersection(powers)]
            if not places:
                raise NotAllowedError(powers[0])
            request.place = places[0]
            return view(request, *args, **kwargs)

        return guarded

    return gate
