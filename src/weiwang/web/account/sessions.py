"""When a session ends: after a while without a request, and after twelve hours whatever happens.

The moment of the last request is kept in a signed cookie and not in the session, so that reading a page never
writes to the database. A session cookie without that cookie counts from its sign-in.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.http import HttpRequest, HttpResponse

BEGAN = "signed_in_at"
COOKIE = "seen"
SALT = "weiwang.seen"
RENEW_AFTER = timedelta(minutes=1)


def begin(session: SessionBase, at: datetime) -> None:
    session[BEGAN] = int(at.timestamp())


def seen_at(request: HttpRequest) -> int:
    """Seconds since 1970 of the last request of this session, 0 when nothing is known of it."""
    session = request.session
    began = int(session.get(BEGAN, 0))
    text = request.COOKIES.get(COOKIE, "")
    try:
        key, moment = signing.loads(text, salt=SALT) if text else ("", 0)
    except signing.BadSignature:
        return began
    return max(began, int(moment)) if key == _mark(session) else began


def has_run_out(request: HttpRequest, at: datetime) -> str:
    """Why the session is over: "idle", "twelve hours", or nothing."""
    now = int(at.timestamp())
    if now - int(request.session.get(BEGAN, 0)) > settings.SESSION_COOKIE_AGE:
        return "twelve hours"
    return "idle" if now - seen_at(request) > settings.SESSION_IDLE_SECONDS else ""


def mark_seen(request: HttpRequest, response: HttpResponse, at: datetime) -> None:
    """Renew the cookie of the last request, at most once a minute."""
    if COOKIE in request.COOKIES and int(at.timestamp()) - seen_at(request) < RENEW_AFTER.total_seconds():
        return
    response.set_cookie(
        COOKIE, signing.dumps([_mark(request.session), int(at.timestamp())], salt=SALT),
        max_age=settings.SESSION_COOKIE_AGE, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def _mark(session: SessionBase) -> str:
    """Ties the cookie to one session without repeating its key."""
    return signing.Signer(salt=SALT).signature(session.session_key or "")[:16]
