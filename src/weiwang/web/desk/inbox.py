"""My messages: what has come to my posts, newest first."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from weiwang.cases.actions.telling import moment_said
from weiwang.notices import queries as notices
from weiwang.notices.actions import open_messages
from weiwang.notices.queries import Message
from weiwang.web.desk import words
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.worklist import category_name
from weiwang.whistles.telling import CALLED, LATE, WARNED


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
        "rows": [Line(one, said(one), words.moment_words(one.at), href(one)) for one in found],
        "has_new": any(one.is_new for one in found),
        "older": older,
    }
    return show(request, "desk/inbox.html", context, here="desk:inbox")


def href(message: Message) -> str:
    """Where a message leads: the whistle, the board of warnings, else the case."""
    kind = notices.messages().get(message.kind)
    if kind is not None and kind.after & {CALLED, LATE}:
        return reverse("desk:whistle", args=[message.about])
    if kind is not None and WARNED in kind.after:
        return reverse("desk:whistles")
    return reverse("desk:case", args=[message.about])


def said(message: Message) -> str:
    """A message in the reader's language, whoever caused it in which language."""
    kind, language = notices.messages().get(message.kind), get_language() or ""
    if kind is None:
        return message.told.get("number", "")
    due, category = message.told.get("due", ""), message.told.get("category", "")
    values = dict(message.told) | {
        "due": moment_said(datetime.fromisoformat(due), language) if due else "",
        "category": category_name(category) if category else "—",
        "kind": message.told.get("kind_en" if language.startswith("en") else "kind_zh", ""),
    }
    return kind.said(language, values).short


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
