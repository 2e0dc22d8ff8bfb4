"""My reports on this phone: a list without accounts, kept by the browser and nowhere else.

A signed cookie holds the ids of the private pages, put there only when the reader asks for it. Nothing about
it is stored in the house; without the cookie nobody can say which reports were made on one phone.
"""

from collections.abc import Sequence
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE, SALT = "my_reports", "weiwang.web.portal.remembered"
KEPT = 180 * 24 * 3600  # seconds since the last report was put on the list
MOST = 30  # the oldest falls off; a cookie must stay below 4 kB


def remembered(request: HttpRequest) -> list[UUID]:
    """The private pages this browser remembers, newest first; none when the cookie was changed or is old."""
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT)
        return [UUID(hex=text) for text in found[:MOST]]
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return []


def remember(response: HttpResponse, request: HttpRequest, pages: Sequence[UUID]) -> None:
    """Let the browser remember exactly these; with none of them the cookie goes."""
    if not pages:
        response.delete_cookie(COOKIE, samesite="Lax")
        return
    kept = signing.dumps([page.hex for page in pages[:MOST]], salt=SALT, compress=True)
    response.set_cookie(COOKIE, kept, max_age=KEPT, samesite="Lax", secure=request.is_secure(), httponly=True)
