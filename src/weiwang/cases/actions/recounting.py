"""Counting every open deadline of a place again after its calendars changed, each move logged in its history.

Written for a hundred thousand cases: rows are read as plain values, chained here, and written by the
thousand: one COPY for the histories, one UPDATE for the cases, one entry of the record that seals them all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import F

from weiwang.audit.actions import recorded
from weiwang.audit.rules import SYSTEM, Actor
from weiwang.cases.calendars import Calendars, calendars
from weiwang.cases.history import Link, chained
from weiwang.cases.models import CalendarVersion, Case
from weiwang.cases.timing import NEAR, Running, first_end, running
from weiwang.kernel.worktime import Calendar

AT_ONCE = 2000  # cases held, counted again and logged in one transaction
STEP = "calendar"


@dataclass(slots=True)
class Moves:
    """How many open deadlines a change moves, and which way."""

    open: int = 0
    later: int = 0
    earlier: int = 0

    @property
    def moved(self) -> int:
        return self.later + self.earlier


class _Clock(NamedTuple):
    """What the deadline of a case is counted from, and when it is due so far."""

    case_id: UUID
    was: datetime
    outer: datetime | None
    clock: str
    department: int | None
    path: str
    limit: str
    began: datetime
    extra: Sequence[str]
    pauses: Sequence[datetime]
    paused_at: datetime | None
    paused_until: datetime | None

    def calendar(self, days: Calendars) -> Calendar:
        return days.of(self.clock, self.department, self.path)

    def running(self) -> Running:
        return running(
            self.limit, self.began, self.extra, self.pauses, self.paused_at, self.paused_until
        )  # fmt: skip

    def due(self, days: Calendars) -> datetime:
        return first_end(self.running().ends(self.calendar(days)), self.outer)

    def near(self, due: datetime, days: Calendars) -> datetime:
        return self.running().when(NEAR, max(due, self.began), self.calendar(days))


_CLOCK = ("id", "due_at", "outer_due_at", "clock", "department_id", "unit_path", "clock_limit",
          "clock_at", "clock_extra", "clock_pauses", "paused_at", "paused_until")  # fmt: skip
_HEAD = ("state", "history_length", "history_digest")


class _Kept(NamedTuple):
    """What is written of one case."""

    due_at: datetime
    near_at: datetime
    link: Link


def moves_by(place: int, days: Calendars) -> Moves:
    """What calendars would move; only looked at."""
    moves = Moves()
    for clock in _open(place):
        due = clock.due(days)
        moves.open += 1
        moves.later += due > clock.was
        moves.earlier += due < clock.was
    return moves


def _open(place: int) -> Iterator[_Clock]:
    rows = Case.objects.filter(place=place, clock_at__isnull=False).order_by("id").values_list(*_CLOCK)
    return map(_Clock._make, rows.iterator(chunk_size=5000))


def recount_deadlines(*, place: int, at: datetime, by: Actor = SYSTEM) -> int:
    """Count every open deadline of a place again by its calendars; returns how many moved.

    Each that moved gets an entry in its history with the old and the new moment. Run twice it moves nothing
    twice; cases that are being moved on meanwhile are counted by their step.
    """
    version = CalendarVersion.objects.filter(place=place).values_list("version", flat=True).first() or 0
    days = calendars(place)
    moving = {clock.case_id: (clock, due) for clock in _open(place) if (due := clock.due(days)) != clock.was}
    ids = list(moving)
    moved = 0
    for start in range(0, len(ids), AT_ONCE):
        part = {case_id: moving.pop(case_id) for case_id in ids[start : start + AT_ONCE]}
        moved += _recount(place, part, days, at, by)
    CalendarVersion.objects.filter(place=place, counted__lt=version).update(counted=version)
    return moved


_Found = Mapping[UUID, tuple[_Clock, datetime]]


def _recount(place: int, found: _Found, days: Calendars, at: datetime, by: Actor) -> int:
    """One transaction: some cases held, counted again where they changed meanwhile, logged."""
    with recorded("calendar.recount", by=by, at=at, place=place) as draft:
        rows = Case.objects.select_for_update(of=("self",), no_key=True)
        still = rows.filter(pk__in=list(found), clock_at__isnull=False)  # some have ended meanwhile
        held = still.order_by("pk").values_list(*_CLOCK, *_HEAD)
        kept = [one for row in held if (one := _counted_again(row, found, days, at, by)) is not None]
        _save(kept, place)
        sealed = sha256(b"".join(one.link.digest for one in kept)).hexdigest()
        draft.concerns("place", place, moved=len(kept), histories=sealed)
    return len(kept)


def _counted_again(
    row: Sequence[Any], found: _Found, days: Calendars, at: datetime, by: Actor
) -> _Kept | None:
    clock, (state, length, digest) = _Clock._make(row[: len(_CLOCK)]), row[len(_CLOCK) :]
    known, due = found[clock.case_id]
    if clock != known:
        due = clock.due(days)
    if due == clock.was:
        return None
    data = {"was": clock.was.isoformat(), "now": due.isoformat()}
    link = chained(
        clock.case_id, after=length, previous=bytes(digest), at=at, step=STEP, state=state, by=by, data=data
    )
    return _Kept(due, clock.near(due, days), link)


_UPDATE = """
UPDATE cases_case SET due_at = new.due_at, near_at = new.near_at, history_length = new.history_length,
  history_digest = new.history_digest
FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[], %s::int[], %s::bytea[])
  AS new(id, due_at, near_at, history_length, history_digest)
WHERE cases_case.id = new.id
"""
_COPY = """
COPY cases_event (case_id, place, seq, at, step, from_state, to_state, user_id, post_id, actor, public, data,
  previous, digest) FROM STDIN
"""


def _save(kept: Sequence[_Kept], place: int) -> None:
    """Two statements for all: a statement for each would take most of the time."""
    links = [one.link for one in kept]
    with connection.cursor() as cursor:
        with cursor.copy(_COPY) as copy:
            for link in links:
                copy.write_row(link.row(place))
        cursor.execute(
            _UPDATE,
            [
                [link.case_id for link in links],
                [one.due_at for one in kept],
                [one.near_at for one in kept],
                [link.seq for link in links],
                [link.digest for link in links],
            ],
        )  # fmt: skip


def recount_where_changed(*, at: datetime) -> int:
    """Count again wherever a calendar was changed and not all deadlines are counted yet."""
    behind = CalendarVersion.objects.filter(counted__lt=F("version")).values_list("place", flat=True)
    return sum(recount_deadlines(place=place, at=at) for place in list(behind))
