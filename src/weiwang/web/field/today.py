"""Today: what waits for my posts, the most pressing first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.cases import queries
from weiwang.cases.calendars import CalendarOf
from weiwang.cases.permissions import visible_to
from weiwang.cases.queries import Filters, Row
from weiwang.cases.rules import STATE_NAMES, STEP_NAMES, Category, State, Step
from weiwang.cases.urging import urged_among
from weiwang.duties.queries import TaskLine, tasks_of
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.worktime import ZONE
from weiwang.patrols.queries import OwnShift, shifts_of
from weiwang.territory.rules import Officer
from weiwang.web.field.day import DayItem, merge
from weiwang.web.field.frame import frame, my_posts
from weiwang.web.field.gate import FieldRequest, field_officer
from weiwang.web.ui.clocks import Clockface, Clockfaces, time_left, until
from weiwang.web.ui.pages import render_page
from weiwang.web.ui.urged import sentence


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
    State.WAITING: Action(Step.ANSWERED, gettext_noop("Note the answer"), "phone"),
    State.SUSPENDED: Action(Step.ASK_RESUME, gettext_noop("Take it up again"), "refresh"),
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
    clock: Clockface | None
    version: int
    photo_count: int
    last_word: str
    action: Action | None
    is_part: bool
    urged: str = ""  # that somebody waits for an answer, in words


@dataclass(frozen=True, slots=True)
class DutyCard:
    """One task of a duty; `typed` is a note that was refused."""

    task: TaskLine
    text: str
    left: str
    until: str
    typed: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class ShiftCard:
    shift: OwnShift
    name: str


@require_safe
@field_officer
def today(request: FieldRequest) -> HttpResponse:
    return page(request)


def page(
    request: FieldRequest, *, error: str = "", typed: Mapping[UUID, str] | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    """One list of everything; what follows the first page of cases holds cases alone."""
    now, officer, after = timezone.now(), request.officer, request.GET.get("after", "")
    found = queries.worklist(
        visible_to(officer), filters=Filters(view="mine"), posts=my_posts(officer), at=now, cursor=after
    )
    more = () if after else (duty_items(officer, now, typed or {}), shift_items(officer, now))
    items = merge(case_items(found.rows, now), *more)
    context = {
        **frame(officer, "today", waiting=sum(not item.done for item in items)), "items": items,
        "older": f"?{urlencode({'after': found.next})}" if found.next else "",
        "may_warn": officer.may("warning.raise"), "may_report": officer.may("case.report"), "error": error,
    }  # fmt: skip
    return render_page(request, "field/today.html", context, status=status)


# ---------------------------------------------------------------- what the day is made of


def case_items(rows: list[Row], at: datetime) -> list[DayItem]:
    shown = zip(rows, cards(rows, at), strict=True)
    return [DayItem(kind="case", content=card, due_at=row.due_at, urgent=row.urgent) for row, card in shown]


def duty_items(officer: Officer, at: datetime, typed: Mapping[UUID, str]) -> list[DayItem]:
    """The open tasks of one's posts, and those recorded today, which can be taken back."""
    language = translation.get_language() or ""
    return [
        DayItem(
            kind="duty", due_at=task.due_at, done=task.done_at is not None,
            content=DutyCard(
                task, task.text(language), time_left(task.due_at, at), until(task.due_at, at),
                typed.get(task.id, ""), task.due_at <= at,
            ),
        )
        for task in tasks_of(post_ids=my_posts(officer), at=at)
    ]  # fmt: skip


def shift_items(officer: Officer, at: datetime) -> list[DayItem]:
    """The shifts of one's own that lie in what is left of the day."""
    midnight = datetime.combine(timezone.localdate(at) + timedelta(days=1), time.min, ZONE)
    language = translation.get_language() or ""
    found = shifts_of(user_id=officer.user_id, start=at, end=midnight)
    return [
        DayItem(kind="shift", due_at=shift.starts_at, content=ShiftCard(shift, shift.word(language)))
        for shift in found
    ]


def cards(rows: list[Row], at: datetime) -> list[Card]:
    table, language = queries.categories(), translation.get_language() or ""
    clocks, waiting = Clockfaces(at, CalendarOf()), urged_among(rows)
    return [
        card(row, table[row.category], clocks, language, urged=sentence(waiting.get(row.id), at))
        for row in rows
    ]


def card(row: Row, category: Category, clocks: Clockfaces, language: str, *, urged: str = "") -> Card:
    state = State(row.state)
    return Card(
        id=row.id, number=row.number, title=row.title, category=category.name(language), icon=category.icon,
        place=" ".join(filter(None, (row.unit_name, row.address))), state=_(STATE_NAMES[state]),
        urgent=row.urgent, clock=clocks.of(row), version=row.version, photo_count=row.photo_count,
        last_word=row.last_word,
        action=NEXT_ACTION.get(state), is_part=row.parent_id is not None, urged=urged,
    )  # fmt: skip
