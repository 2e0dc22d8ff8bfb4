"""Messages: what has come to my posts and is unread; what others did with what I reported or handled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases import queries
from weiwang.cases.permissions import visible_to
from weiwang.cases.queries import News
from weiwang.notices import queries as notices
from weiwang.notices.actions import open_messages
from weiwang.notices.queries import Message
from weiwang.territory.rules import Officer
from weiwang.web.field.case import STEP_ICONS, who
from weiwang.web.field.frame import frame, my_posts
from weiwang.web.field.gate import FieldRequest, field_officer
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.clocks import moment
from weiwang.web.ui.pages import render_page
from weiwang.web.ui.parts import Tab
from weiwang.whistles.inbox import Lead, icon_of, leads_to, said
from weiwang.whistles.permissions import ANSWER

PAGE = 30
NEWS = "news"


@dataclass(frozen=True, slots=True)
class Item:
    """One message, every word ready. `href` is empty for what is not theirs to open; `id` for no message."""

    at: datetime
    when: str
    icon: str
    words: str
    said: str
    title: str
    href: str
    who: str = ""
    id: UUID | None = None
    is_new: bool = False


@require_safe
@field_officer
def messages(request: FieldRequest) -> HttpResponse:
    officer, now = request.officer, timezone.now()
    is_news, since = request.GET.get("view") == NEWS, before(request.GET.get("before", ""), now)
    items = of_others(officer, since, now) if is_news else come(officer, since, now)
    kept = {"view": NEWS} if is_news else {}
    older = f"?{urlencode({**kept, 'before': items[-1].at.isoformat()})}" if len(items) == PAGE else ""
    context = {
        **frame(officer, "messages"), "items": items, "older": older, "is_news": is_news,
        "tabs": tabs(is_news=is_news), "has_new": any(one.is_new for one in items),
    }  # fmt: skip
    return render_page(request, "field/messages.html", context)


def tabs(*, is_news: bool) -> list[Tab]:
    here = reverse("field:messages")
    return [
        Tab(label=pgettext("field", "For me"), href=here, current=not is_news),
        Tab(label=_("What I reported or handled"), href=f"{here}?view={NEWS}", current=is_news),
    ]


def come(officer: Officer, since: datetime, at: datetime) -> list[Item]:
    """What has come to me, newest first: two queries."""
    found = notices.inbox(user_id=officer.user_id, before=since, limit=PAGE)
    cases = [one.about for one in found if leads_to(one) is Lead.CASE]
    titles, language = queries.titles(visible_to(officer), cases), get_language() or ""
    return [
        Item(
            at=one.at, when=moment(one.at, at), icon=icon_of(one), words=said(one, language), said=one.said,
            title=titles.get(one.about, ""), href=href(officer, one, titles), id=one.id, is_new=one.is_new,
        )
        for one in found
    ]  # fmt: skip


def href(officer: Officer, message: Message, titles: Mapping[UUID, str]) -> str:
    """Where a message leads on the phone; nowhere when its case has gone beyond sight."""
    lead = leads_to(message)
    if lead is Lead.CASE:
        return reverse("field:case", args=[message.about]) if message.about in titles else ""
    if lead is Lead.WHISTLE and not officer.may(ANSWER):
        return reverse("desk:whistle", args=[message.about])
    if lead is Lead.OWN_WARNING:  # to the answer, not to the empty form above it: nobody is to alarm twice
        return reverse("field:alarm") + "#raised"
    pages = {Lead.WORK: "field:today"}
    return reverse(pages.get(lead, "field:calls"))


@require_POST
@field_officer
def go(request: FieldRequest, message_id: UUID) -> HttpResponse:
    """Open one message: it counts as read, and its case or page follows."""
    officer = request.officer
    found = notices.message(user_id=officer.user_id, message_id=message_id)
    if found is None:
        raise Http404
    mark(request, only=message_id)
    titles = queries.titles(visible_to(officer), [found.about])
    return HttpResponseRedirect(href(officer, found, titles) or reverse("field:messages"))


@require_POST
@field_officer
def opened(request: FieldRequest) -> HttpResponse:
    """I have read them all."""
    mark(request)
    return HttpResponseRedirect(reverse("field:messages"))


def mark(request: FieldRequest, *, only: UUID | None = None) -> None:
    officer = request.officer
    try:
        open_messages(
            user_id=officer.user_id, place=officer.places[0], by=officer, at=timezone.now(), only=only,
            submission=submission_key(request),
        )  # fmt: skip
    except AlreadyDoneError:
        return


def of_others(officer: Officer, since: datetime, at: datetime) -> list[Item]:
    visible, posts = visible_to(officer), my_posts(officer)
    found = queries.news(visible, user_id=officer.user_id, posts=posts, before=since, limit=PAGE)
    return [item(news, at) for news in found]


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
        said=chapter.note, title=news.title,
        href=reverse("field:case", args=[news.case_id]) if news.may_open else "", who=who(chapter.actor),
    )  # fmt: skip
