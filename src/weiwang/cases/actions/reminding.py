"""Reminders: those the clock sends up the ladder, and those a person sends (催办)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q

from weiwang.audit.actions import recorded
from weiwang.audit.rules import SYSTEM
from weiwang.cases.actions.moves import take_step
from weiwang.cases.actions.owners import candidates
from weiwang.cases.actions.telling_posts import Reached, tell_limits
from weiwang.cases.calendars import calendars
from weiwang.cases.events import CaseReminded
from weiwang.cases.ladder import LADDER, Ladder, Rung, may_be_told, reached, told
from weiwang.cases.models import Case
from weiwang.cases.routing import Candidate
from weiwang.cases.rules import (
    Step,
)
from weiwang.cases.timing import NEAR, running
from weiwang.territory.rules import Officer

AT_ONCE = 1000  # cases told of in one transaction


def ladder() -> Ladder:
    return LADDER.read(settings.POLICIES).table


# ---------------------------------------------------------------- by the clock


@dataclass(frozen=True, slots=True)
class _Climb:
    """A case that has reached a rung it was not told of."""

    case_id: UUID
    clock_at: datetime
    owner: int
    unit_path: str
    rung: Rung


@dataclass(slots=True)
class _WaysUp:
    """The posts on the way up from each unit, asked for once in a run."""

    place: int
    at: datetime
    known: dict[str, list[Candidate]] = field(default_factory=dict)

    def of(self, path: str) -> list[Candidate]:
        if path not in self.known:
            self.known[path] = candidates(path=path, place=self.place, at=self.at)
        return self.known[path]


def escalate(*, at: datetime) -> int:
    """Tell of every limit that has reached a new rung of the ladder; returns how many cases were told of.

    Each running limit climbs a rung once, whatever happens: run twice it tells nothing twice, and after a day
    without a run a case gets one message, of the highest rung it has reached.
    """
    places = Case.objects.exclude(clock="").order_by("place").values_list("place", flat=True).distinct()
    return sum(_escalate_place(place, at) for place in list(places))


def _escalate_place(place: int, at: datetime) -> int:
    ways = _WaysUp(place, at)
    climbs, fallen = _looked_through(place, at)
    reached_now = Reached()
    told_of = sum(
        _tell(place, climbs[n : n + AT_ONCE], ways, reached_now, at) for n in range(0, len(climbs), AT_ONCE)
    )
    tell_limits(place, reached_now, ladder(), at=at)
    for rung, cases in fallen.items():
        Case.objects.filter(pk__in=cases, clock_rung__gt=rung).update(clock_rung=rung)
    return told_of


_COLUMNS = ("id", "clock_at", "owner_post", "unit_path", "due_at", "clock_rung", "clock", "department_id",
            "clock_limit", "clock_extra", "clock_pauses", "paused_at", "paused_until")  # fmt: skip


def _looked_through(place: int, at: datetime) -> tuple[list[_Climb], dict[int, list[UUID]]]:
    """The cases that have reached a new rung, and those that stand lower since they were given more time."""
    rungs, tables = ladder(), calendars(place)
    climbs, fallen = list[_Climb](), defaultdict[int, list[UUID]](list)
    for case_id, began, owner, path, due_at, known, step, department, *kept in _open_rows(place, at, rungs):
        days = tables.of(step, department, path)
        clock = running(kept[0], began, *kept[1:])
        if not may_be_told(clock.limit.unit, at, days):
            continue
        rung = reached(rungs, clock.used(at, days, ends=due_at))
        if rung is not None and rung.number > known:
            climbs.append(_Climb(case_id, began, owner, path, rung))
        elif known > (rung.number if rung else 0):
            fallen[rung.number if rung else 0].append(case_id)
    return climbs, fallen


def _open_rows(place: int, at: datetime, rungs: Ladder) -> Iterator[tuple[Any, ...]]:
    """What may stand on another rung than it did: far enough for the first, or on one already."""
    found = Case.objects.filter(place=place).exclude(paused_until__gt=at)
    if rungs[0].share >= NEAR:
        climbs = Q(near_at__lte=at, clock_rung__lt=rungs[-1].number)
        found = found.filter(climbs | Q(due_at__gt=at, clock_rung__gt=0))
    return found.filter(clock_at__isnull=False).order_by().values_list(*_COLUMNS).iterator(chunk_size=5000)


def _tell(place: int, climbs: Sequence[_Climb], ways: _WaysUp, reached_now: Reached, at: datetime) -> int:
    """One transaction: the reminders of some cases, and the rung each now stands on."""
    with recorded("case.escalate", by=SYSTEM, at=at, place=place) as draft:
        still = _held(climbs)
        events = [
            CaseReminded(
                climb.case_id, place, climb.rung.number,
                tuple(told(climb.rung, climb.owner, ways.of(climb.unit_path))), at,
            )
            for climb in still
        ]  # fmt: skip
        _save(events)
        for rung in {climb.rung.number for climb in still}:
            same = [climb.case_id for climb in still if climb.rung.number == rung]
            Case.objects.filter(pk__in=same).update(clock_rung=rung)
        draft.events += events
        draft.concerns("place", place, cases=len(still))
    for event in events:
        reached_now.add(event)
    return len(still)


_COPY = "COPY cases_reminder (place, case_id, post_id, rung, at, said) FROM STDIN"


def _save(told_of: Iterable[CaseReminded]) -> None:
    """One row for each post that is told: a night may bring fifty thousand."""
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for event in told_of:
            for post in event.posts:
                copy.write_row((event.place, event.case_id, post, event.rung, event.at, ""))


def _held(climbs: Sequence[_Climb]) -> list[_Climb]:
    """Those whose clock and owner are still the same, held until the end; others wait for the next run."""
    wanted = {climb.case_id: climb for climb in climbs}
    rows = Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    found = (
        rows.filter(pk__in=wanted).order_by("pk").values_list("pk", "clock_at", "owner_post", "clock_rung")
    )
    return [
        wanted[case_id]
        for case_id, clock_at, owner, rung in found
        if (clock_at, owner) == (wanted[case_id].clock_at, wanted[case_id].owner)
        and rung < wanted[case_id].rung.number
    ]


# ---------------------------------------------------------------- by a person


def remind(
    *, case_id: UUID, by: Officer, at: datetime, note: str = "", submission: str | None = None
) -> Case:
    """Ask the post that has an open case to hurry (催办), whatever has happened to it meanwhile.

    Raises `StepRefusedError`, `NotAllowedError`, `AlreadyDoneError`, `CaseError` for an unknown case.
    """
    return take_step(
        case_id=case_id, step=Step.REMIND, by=by, at=at, seen_version=None, note=note, submission=submission
    )
