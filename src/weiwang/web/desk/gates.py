"""Who may enter: every view of the desk names the powers it asks for, before anything else."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Protocol

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from weiwang.territory.rules import NotAllowedError, Officer


class DeskRequest(HttpRequest):
    """A request of somebody signed in, with at least one post and one of the powers asked for."""

    officer: Officer


class DeskView(Protocol):
    def __call__(self, request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase: ...  # noqa: ANN401 -- the view's own


Gate = Callable[[DeskView], Callable[..., HttpResponseBase]]


def needs(*powers: str) -> Gate:
    """Let pass an officer whose posts allow one of `powers` anywhere; without `powers`, any post will do.

    Others sign in first, or read that they hold no post (403). Raises `NotAllowedError` for the rest.
    """

    def gate(view: DeskView) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 -- the view's own
            officer: Officer | None = request.officer
            if officer is None:
                return redirect_to_login(request.get_full_path())
            if not officer.holdings:
                return render(
                    request, "desk/no_post.html", {"name": officer.name}, status=HTTPStatus.FORBIDDEN
                )
            if powers and not any(officer.may(power) for power in powers):
                raise NotAllowedError(powers[0])
            return view(request, *args, **kwargs)

        return guarded

    return gate
