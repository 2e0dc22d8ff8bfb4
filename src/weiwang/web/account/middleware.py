"""Puts the officer on the request: who is signed in and what their posts allow at this moment."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from weiwang.territory import queries as territory


class Officers:
    """Asks for the posts once per request, so authority ends the minute a post ends."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.officer = None  # type: ignore[attr-defined]
        user = request.user
        if user.is_authenticated:
            now = timezone.now()
            if not user.is_active or (user.works_until is not None and user.works_until < now.date()):
                logout(request)
            else:
                request.officer = territory.officer(  # type: ignore[attr-defined]
                    user_id=user.pk, name=user.name, at=now, address=request.address  # type: ignore[attr-defined]
                )
        return self.get_response(request)
