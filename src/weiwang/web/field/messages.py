"""Messages: what others did with what I reported or handled, and reminders of my posts, newest first."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.cases import queries
from weiwang.cases.actions.reminding import ladder
from weiwang.cases.dispatching import ReminderLine, reminders
from weiwang.cases.ladder import word
from weiwang.cases.permissions import visible_to
from weiwang.cases.queries import News
from weiwang.web.field.case import STEP_ICONS, who
from weiwang.web.field.frame import frame, my_posts
from weiwang.web.field.gate import FieldRequest, field_officer
from weiwang.web.ui.clocks import moment
from weiwang.web.ui.pages import render_page

PAGE = 30


@dataclass(frozen=True, slots=True)
class Item:
    """One message, every word ready. `href` is empty for what is not theirs to open."""

    at: datetime
    when: str
    icon: str
    words: str
    said: str
    title: str
    href: str
    who: str
    is_reminder: bool = False


@require_safe
@field_officer
def messages(request: FieldRequest) -> HttpResponse:
    officer, now = request.officer, timezone.now()
    since = before(request.GET.get("before", ""), now)
    visible, posts = visible_to(officer), my_posts(officer)
    found = queries.news(visible, user_id=officer.user_id, posts=posts, before=since, limit=PAGE)
    told = reminders(visible, posts, before=since, limit=PAGE)
    items = [*(item(news, now) for news in found), *(reminder(line, now) for line in told)]
    items = sorted(items, key=lambda one: one.at, reverse=True)[:PAGE]
    older = f"?{urlencode({'before': items[-1].at.isoformat()})}" if len(items) == PAGE else ""
    context = {**frame(officer, "messages"), "items": items, "older": older}
    return render_page(request, "field/messages.html", context)


def reminder(line: ReminderLine, at: datetime) -> Item:
    """A reminder: by the clock, with the rung it stands on, or by somebody who asks to hurry."""
    words = _(word(ladder(), line.rung, get_language() or ""))
    return Item(
        at=line.at, when=moment(line.at, at), icon="bell", words=words, said=line.said,
        title=line.title or line.number, href=_href(line.case_id, may_open=line.may_open),
        who=line.post_name, is_reminder=True,
    )  # fmt: skip


def _href(case_id: UUID, *, may_open: bool) -> str:
    return reverse("field:case", args=[case_id]) if may_open else ""


def before(text: str, now: datetime) -> datetime:
    """The moment a page of older messages starts from; anything unreadable means now."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return now
    return found if found.tzinfo is not None else now


def item(news: News, at: datetime) -> Item:
    icons: dict[str, str] = {step.value: icon for step, icon in STEP_ICONS.items()}
    chapter = news.chapter
    words = _(chapter.tells) if chapter.tells else _(chapter.step_name)
    return Item(
        at=chapter.at, when=moment(chapter.at, at), icon=icons.get(chapter.step, "circle-dot"), words=words,
        said=chapter.note, title=news.title, href=_href(news.case_id, may_open=news.may_open),
        who=who(chapter.actor),
    )  # fmt: skip
