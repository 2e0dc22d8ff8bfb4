"""Today: what waits for my posts, the most pressing first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.cases import queries
from weiwang.cases.permissions import visible_to
from weiwang.cases.queries import Filters, Row
from weiwang.cases.rules import STATE_NAMES, STEP_NAMES, Category, State, Step
from weiwang.kernel.faults import gettext_noop
from weiwang.web.field.frame import frame, my_posts
from weiwang.web.field.gate import FieldRequest, field_officer
from weiwang.web.field.words import percent_used, time_left, until
from weiwang.web.ui.pages import render_page


@dataclass(frozen=True, slots=True)
class Action:
    """The one thing to do next. `at_once` steps need no words: a single press is enough."""

    step: Step
    label: str
    icon: str
    at_once: bool = False


NEXT_ACTION: Final[Mapping[State, Action]] = {
    State.REPORTED: Action(Step.REGISTER, gettext_noop("Decide on it"), "clipboard-check"),
    State.VERIFYING: Action(Step.VERIFIED, gettext_noop("Go and look"), "walk"),
    State.REGISTERED: Action(Step.DISPATCH, STEP_NAMES[Step.DISPATCH], "send"),
    State.DISPATCHED: Action(Step.SIGN, STEP_NAMES[Step.SIGN], "pencil", at_once=True),
    State.SIGNED: Action(Step.START, STEP_NAMES[Step.START], "arrow-right", at_once=True),
    State.HANDLING: Action(Step.HANDLE, STEP_NAMES[Step.HANDLE], "check"),
    State.HANDLED: Action(Step.CHECK, gettext_noop("Check the result"), "eye"),
    State.CHECKED: Action(Step.CLOSE, STEP_NAMES[Step.CLOSE], "message"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One case as a phone shows it, every word ready."""

    id: UUID
    number: str
    title: str
    category: str
    icon: str
    place: str
    state: str
    urgent: bool
    percent: int | None
    left: str
    until: str
    version: int
    photo_count: int
    last_word: str
    action: Action | None


@require_safe
@field_officer
def today(request: FieldRequest) -> HttpResponse:
    now, officer = timezone.now(), request.officer
    page = queries.worklist(
        visible_to(officer), filters=Filters(view="mine"), posts=my_posts(officer), at=now,
        cursor=request.GET.get("after", ""),
    )  # fmt: skip
    context = {
        **frame(officer, "today", waiting=len(page.rows)),
        "cards": cards(page.rows, now),
        "older": f"?{urlencode({'after': page.next})}" if page.next else "",
        "may_report": officer.may("case.report"),
    }
    return render_page(request, "field/today.html", context)


def cards(rows: list[Row], at: datetime) -> list[Card]:
    table, language = queries.categories(), translation.get_language() or ""
    return [card(row, table[row.category], at, language) for row in rows]


def card(row: Row, category: Category, at: datetime, language: str) -> Card:
    state = State(row.state)
    return Card(
        id=row.id, number=row.number, title=row.title, category=category.name(language), icon=category.icon,
        place=" ".join(filter(None, (row.unit_name, row.address))), state=_(STATE_NAMES[state]),
        urgent=row.urgent, percent=percent_used(category, state, due_at=row.due_at, at=at),
        left=time_left(row.due_at, at) if row.due_at else "",
        until=until(row.due_at, at) if row.due_at else "",
        version=row.version, photo_count=row.photo_count, last_word=row.last_word,
        action=NEXT_ACTION.get(state),
    )  # fmt: skip
