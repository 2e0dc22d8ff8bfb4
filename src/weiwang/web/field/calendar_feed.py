"""A person's shifts for the calendar of their telephone: beat and time alone, behind a private address."""

from datetime import timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from weiwang.patrols import queries
from weiwang.patrols.queries import OwnShift

BACK, AHEAD = timedelta(days=28), timedelta(days=120)
ZONE = ZoneInfo("Asia/Shanghai")
FRESH_SECONDS = 900


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The iCalendar file (RFC 5545). 404 when the address was taken back or the account has ended."""
    now = timezone.now()
    owner = queries.calendar_owner(token=token, on=timezone.localdate(now))
    if owner is None:
        raise Http404
    shifts = queries.shifts_of(user_id=owner, start=now - BACK, end=now + AHEAD)
    body = calendar_of(shifts)
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    known = request.headers.get("If-None-Match", "")
    same = tag in {part.strip().removeprefix("W/") for part in known.split(",")}
    answer = (
        HttpResponseNotModified() if same else HttpResponse(body, content_type="text/calendar; charset=utf-8")
    )
    answer["ETag"] = tag
    answer["Cache-Control"] = f"private, max-age={FRESH_SECONDS}"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def calendar_of(shifts: list[OwnShift]) -> bytes:
    """The same shifts give the same bytes."""
    language = translation.get_language() or ""
    calendar = Calendar()
    calendar.add("prodid", "-//Weiwang//Patrol rota//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Patrol shifts"))
    for shift in shifts:
        calendar.add_component(_event(shift, language))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(shift: OwnShift, language: str) -> Event:
    event = Event()
    event.add("uid", f"{shift.id}@weiwang")
    event.add("dtstamp", shift.changed_at.astimezone(ZoneInfo("UTC")))
    event.add("dtstart", shift.starts_at.astimezone(ZONE))
    event.add("dtend", shift.ends_at.astimezone(ZONE))
    event.add("summary", f"{shift.word(language)} · {shift.beat}")
    event.add("class", "PRIVATE")
    return event
