"""Messages: what others did with what I reported or handled, newest first."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.cases import queries
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
    news: News
    when: str
    icon: str
    words: str
    who: str


@require_safe
@field_officer
def messages(request: FieldRequest) -> HttpResponse:
    officer, now = request.officer, timezone.now()
    found = queries.news(
        visible_to(officer), user_id=officer.user_id, posts=my_posts(officer),
        before=before(request.GET.get("before", ""), now), limit=PAGE,
    )  # fmt: skip
    older = f"?{urlencode({'before': found[-1].chapter.at.isoformat()})}" if len(found) == PAGE else ""
    context = {**frame(officer, "messages"), "items": [item(news, now) for news in found], "older": older}
    return render_page(request, "field/messages.html", context)


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
        news, moment(chapter.at, at), icons.get(chapter.step, "circle-dot"), words, who(chapter.actor)
    )
