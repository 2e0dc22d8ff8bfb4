"""My messages: what has come to my posts, newest first."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from weiwang.notices import queries as notices
from weiwang.notices.actions import open_messages
from weiwang.notices.queries import Message
from weiwang.web.desk import words
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.whistles.inbox import Lead, leads_to, said


@dataclass(frozen=True, slots=True)
class Line:
    message: Message
    said: str
    when: str
    href: str


@needs("case.see")
@require_safe
def inbox(request: DeskRequest) -> HttpResponse:
    before = _moment(request.GET.get("before", ""))
    found = notices.inbox(user_id=request.officer.user_id, before=before)
    older = f"?{urlencode({'before': found[-1].at.isoformat()})}" if len(found) == notices.PAGE else ""
    context = {
        "rows": [
            Line(one, said(one, get_language() or ""), words.moment_words(one.at), href(one)) for one in found
        ],
        "has_new": any(one.is_new for one in found),
        "older": older,
    }
    return show(request, "desk/inbox.html", context, here="desk:inbox")


def href(message: Message) -> str:
    """Where a message leads: the whistle, the board of warnings, the worklist, else the case."""
    lead = leads_to(message)
    if lead in {Lead.WHISTLE, Lead.CASE}:
        return reverse("desk:whistle" if lead is Lead.WHISTLE else "desk:case", args=[message.about])
    return reverse("desk:worklist" if lead is Lead.WORK else "desk:whistles")


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


@needs("case.see")
@require_POST
def opened(request: DeskRequest) -> HttpResponse:
    """I have read them."""
    open_messages(
        user_id=request.officer.user_id,
        place=request.officer.places[0],
        by=request.officer,
        at=timezone.now(),
    )
    return HttpResponseRedirect(reverse("desk:inbox"))
