"""Duty lists by kind of post, how far their tasks are, and events that call for duties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.duties import actions, queries
from weiwang.duties.permissions import KEEP, SEE, START
from weiwang.duties.queries import ListLine
from weiwang.duties.rules import RECURRENCE_NAMES, DutyError, Recurrence
from weiwang.territory import queries as territory
from weiwang.territory.rules import Level, Officer, PostKind
from weiwang.web.desk import places
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.places import Ground
from weiwang.web.desk.teams.duties_forms import Choices, DraftForm, EventForm
from weiwang.web.desk.teams.frame import show_tab
from weiwang.web.desk.teams.patrols_frame import carry_out
from weiwang.web.desk.whereabouts import number
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.forms import Form


@dataclass(frozen=True, slots=True)
class Row:
    """One list, ready to show."""

    line: ListLine
    kind: str
    rhythms: Sequence[str]
    may_keep: bool


def language() -> str:
    return get_language() or ""


def kind_name(code: str) -> str:
    """A kind of post in the reader's language; one the policy no longer has keeps its code."""
    kind = territory.post_table().kinds.get(code)
    return named(kind) if kind else code


def named(kind: PostKind) -> str:
    return kind.en if language().startswith("en") else kind.zh


def place_of(officer: Officer) -> int:
    """The sub-district whose lists the officer sees."""
    return next(holding.place for holding in officer.holdings if SEE in holding.allows)


def keeps(officer: Officer, place: int) -> bool:
    """Whether the officer keeps the lists of the whole place."""
    return officer.may(KEEP, territory.unit(place).path)


# ---------------------------------------------------------------- the lists


@needs(SEE)
@require_safe
def duties(request: DeskRequest) -> HttpResponse:
    return page(request)


def page(
    request: DeskRequest, *, event: EventForm | None = None, draft: DraftForm | None = None,
    problem: Form | None = None, status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    officer, on = request.officer, timezone.localdate(timezone.now())
    place = place_of(officer)
    lines, is_keeper = queries.lists(place=place, on=on), keeps(officer, place)
    known = queries.events(place=place, on=on)
    values = {
        "rows": [_row(line, may_keep=is_keeper) for line in lines if line.unit_id is None and _shown(line)],
        "additions": [_row(line, may_keep=_keeps_addition(officer, line)) for line in lines if line.unit_id],
        "bare": [(line.kind, kind_name(line.kind)) for line in lines if not _shown(line)],
        "total": sum(line.duties for line in lines), "past": sum(line.past_review for line in lines),
        "is_keeper": is_keeper, "sample": is_keeper and _waits(lines), "draft": draft,
        "problem": problem or draft,
        "event": event or (_event_form(officer, place, known) if known and officer.may(START) else None),
    }  # fmt: skip
    return show_tab(request, "desk/teams/duties.html", values, tab="desk:duties", status=status)


def _shown(line: ListLine) -> bool:
    return bool(line.current or line.draft)


def _waits(lines: Sequence[ListLine]) -> bool:
    """Whether the sample has a list for a kind that has none."""
    bare = {line.kind for line in lines if not _shown(line)}
    return bool(bare & set(queries.seed().lists))


def _row(line: ListLine, *, may_keep: bool) -> Row:
    rhythms = [f"{_(RECURRENCE_NAMES[Recurrence(code)])} {count}" for code, count in line.by_recurrence]
    return Row(line, kind_name(line.kind), rhythms, may_keep)


def _keeps_addition(officer: Officer, line: ListLine) -> bool:
    either = line.current or line.draft
    return bool(either and either.unit and officer.may(KEEP, either.unit.path))


def _event_form(officer: Officer, place: int, known: Sequence[str], data: Any = None) -> EventForm:  # noqa: ANN401 -- as Django's
    return EventForm(data, events=known, units=startable(officer, place))


def startable(officer: Officer, place: int) -> Choices:
    """Where the officer may call an event: sub-district, communities and grids."""
    on = timezone.localdate(timezone.now())
    mine = [one for one in places.grounds(place, on) if officer.may(START, one.path)]
    return [(str(one.id), one.name) for one in mine]


@needs(KEEP)
@require_POST
def start_draft(request: DeskRequest) -> HttpResponse:
    """Begin the next version of a list, or what one micro-grid adds to it."""
    form, place = DraftForm(request.POST), place_of(request.officer)
    made: list[int] = []

    def act() -> None:
        found = actions.start_draft(
            place=place, kind=form.cleaned_data["kind"],
            unit_id=_micro_grid(place, form.cleaned_data["unit"]), by=request.officer,
            from_sample=form.cleaned_data["sample"], at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip
        made.append(found.pk)

    answer = carry_out(
        request, form, act, words=_("A draft has been started."), to=reverse("desk:duties"),
        again=lambda status: page(request, draft=form, status=status),
    )  # fmt: skip
    if made and answer.status_code == HTTPStatus.FOUND:
        answer["Location"] = reverse("desk:duty-list", args=made)
    return answer


def _micro_grid(place: int, code: str) -> int | None:
    """The unit with this code. Raises `DutyError` when there is none."""
    if not code.strip():
        return None
    unit = territory.unit_by_code(place=place, code=code.strip())
    if unit is None:
        raise DutyError("list.unit")
    return int(unit.pk)


@needs(KEEP)
@require_POST
def take_sample(request: DeskRequest) -> HttpResponse:
    """Publish the lists of the policy table for kinds of post that have none."""
    form, place = Form(request.POST), place_of(request.officer)
    return carry_out(
        request, form, lambda: actions.import_lists(
            place=place, by=request.officer, at=timezone.now(), submission=submission_key(request)
        ),
        words=_("The lists of the policy table are in force."), to=reverse("desk:duties"),
        again=lambda status: page(request, problem=form, status=status),
    )  # fmt: skip


@needs(START)
@require_POST
def start_event(request: DeskRequest) -> HttpResponse:
    """Call an event: the posts below have their tasks at once."""
    officer, place = request.officer, place_of(request.officer)
    known = queries.events(place=place, on=timezone.localdate(timezone.now()))
    form = _event_form(officer, place, known, request.POST)
    return carry_out(
        request, form, lambda: actions.start_event(
            unit_id=int(form.cleaned_data["unit"]), event=form.cleaned_data["event"], by=officer,
            at=timezone.now(), submission=submission_key(request),
        ),
        words=_("The event has been called. The posts below have their tasks now."),
        to=reverse("desk:duty-progress"), again=lambda status: page(request, event=form, status=status),
    )  # fmt: skip


# ---------------------------------------------------------------- how far places are


@dataclass(slots=True)
class Told:
    """One duty with the places below: open and done, never by person."""

    text: str
    open: int
    done: int
    units: list[queries.Progress]


@needs(SEE)
@require_safe
def progress(request: DeskRequest) -> HttpResponse:
    """`?unit=` a part of the tree the officer sees; without it the first of them."""
    officer, on = request.officer, timezone.localdate(timezone.now())
    place = place_of(officer)
    mine = [one for one in places.grounds(place, on) if officer.may(SEE, one.path)]
    wanted = number(request.GET.get("unit", ""))
    shown = next((one for one in mine if one.id == wanted), None) if wanted else next(iter(mine), None)
    if wanted and shown is None:
        raise Http404
    values = {"shown": shown, "grounds": mine, "kinds": told(shown, place) if shown else []}
    return show_tab(request, "desk/teams/duties_progress.html", values, tab="desk:duties")


def told(ground: Ground, place: int) -> list[tuple[str, list[Told]]]:
    """The duties of each kind of post below a unit.

    Posts on the unit itself are left out below the sub-district: a line about one post is about a person.
    """
    on = timezone.localdate(timezone.now())
    found: dict[str, dict[str, Told]] = {}
    for row in queries.progress(place=place, path=ground.path, on=on):
        if _stands_on(row.kind, ground):
            continue
        duty = found.setdefault(row.kind, {}).setdefault(row.text_zh, Told(row.text(language()), 0, 0, []))
        duty.open, duty.done = duty.open + row.open, duty.done + row.done
        if row.unit_id != ground.id:
            duty.units.append(row)
    return [(kind_name(kind), list(rows.values())) for kind, rows in found.items()]


def _stands_on(kind: str, ground: Ground) -> bool:
    known: Mapping[str, PostKind] = territory.post_table().kinds
    return ground.level != Level.SUBDISTRICT and kind in known and known[kind].level == ground.level
