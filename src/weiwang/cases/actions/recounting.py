"""Counting every open deadline of a place again after its calendars changed, each move logged in its history.

Written for a hundred thousand cases: rows are read as plain values by the page, chained here, and written by
the page: one COPY for the histories, one UPDATE for the cases, one entry of the record that seals them all.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest
from psycopg import Cursor

from weiwang.audit.actions import recorded
from weiwang.audit.rules import SYSTEM, Actor
from weiwang.cases.calendars import Calendars, calendars
from weiwang.cases.history import Link, chained
from weiwang.cases.models import CalendarVersion
from weiwang.cases.rules import CALENDAR
from weiwang.cases.timing import NEAR, Running, first_end, running
from weiwang.kernel.worktime import Calendar
from weiwang.territory import queries as territory

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
    """What the deadline of a case is counted from, when it is due so far, and the head of its history.

    `row` is PostgreSQL's own number of this version of the row: while it is the same, nothing was changed.
    """

    case_id: UUID
    row: int
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
    state: str
    length: int
    digest: bytes

    def due(self, days: Calendars) -> datetime:
        return first_end(self._running().ends(self._calendar(days)), self.outer)

    def near(self, due: datetime, days: Calendars) -> datetime:
        return self._running().when(NEAR, max(due, self.began), self._calendar(days))

    def _calendar(self, days: Calendars) -> Calendar:
        return days.of(self.clock, self.department, self.path)

    def _running(self) -> Running:
        return running(
            self.limit, self.began, self.extra, self.pauses, self.paused_at, self.paused_until
        )  # fmt: skip


class _Move(NamedTuple):
    """What is written of one case."""

    due_at: datetime
    near_at: datetime
    link: Link


_Moves = dict[UUID, tuple[int, _Move]]
"""What moves, with the version of the row it was counted from."""


_READ = """
SELECT id, xmin::text::bigint, due_at, outer_due_at, clock, department_id, unit_path, clock_limit, clock_at,
  clock_extra, clock_pauses, paused_at, paused_until, state, history_length, history_digest
FROM cases_case WHERE place = %s AND clock_at IS NOT NULL AND {} ORDER BY id
"""
_PAGE = _READ.format("id > %s") + "LIMIT %s"
_NAMED = _READ.format("id = ANY(%s)")
_HOLD = """
SELECT id, xmin::text::bigint FROM cases_case WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""


def moves_by(place: int, days: Calendars) -> Moves:
    """What calendars would move; only looked at."""
    moves = Moves()
    for page in _pages(place):
        for clock in page:
            due = clock.due(days)
            moves.open += 1
            moves.later += due > clock.was
            moves.earlier += due < clock.was
    return moves


def _pages(place: int) -> Iterator[list[_Clock]]:
    """The running limits of a place, `AT_ONCE` a time."""
    last = UUID(int=0)
    while page := _read(_PAGE, place, last, AT_ONCE):
        yield page
        last = page[-1].case_id


def _read(statement: str, *values: object) -> list[_Clock]:
    """In the binary form of the driver, which takes half the time for rows of moments."""
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        return [_Clock._make(row) for row in cursor.execute(statement, values, binary=True)]


def recount_deadlines(*, place: int, at: datetime, by: Actor = SYSTEM) -> int:
    """Count every open deadline of a place again by its calendars; returns how many moved.

    Each that moved gets an entry in its history with the old and the new moment. Run twice it moves nothing
    twice; cases that are being moved on meanwhile are counted by their step.
    """
    signed = CALENDAR.read(settings.POLICIES).digest
    version = CalendarVersion.objects.filter(place=place).values_list("version", flat=True).first() or 0
    days = calendars(place)
    counted = _beside(_pages(place), partial(_moves, days=days, at=at, by=by))
    moved = sum(_recount(place, moves, days, at, by) for moves in counted)
    done = {"signed": signed, "counted": Greatest("counted", version)}
    if not CalendarVersion.objects.filter(place=place).update(**done):
        CalendarVersion.objects.get_or_create(place=place, defaults={"signed": signed})
    return moved


_Page = list[_Clock]


def _beside(pages: Iterable[_Page], count: Callable[[_Page], _Moves]) -> Iterator[_Moves]:
    """What comes of each page, the next one being counted while PostgreSQL writes this one."""
    with ThreadPoolExecutor(1) as thread:
        coming: Future[_Moves] | None = None
        for page in pages:
            following = thread.submit(count, page)
            if coming is not None:
                yield coming.result()
            coming = following
        if coming is not None:
            yield coming.result()


def _moves(page: Iterable[_Clock], days: Calendars, at: datetime, by: Actor) -> _Moves:
    return {
        clock.case_id: (clock.row, move)
        for clock in page
        if (move := _moved(clock, days, at, by)) is not None
    }


def _recount(place: int, moves: _Moves, days: Calendars, at: datetime, by: Actor) -> int:
    """One transaction, if anything moves: those that changed meanwhile are counted anew, all are logged."""
    if not moves:
        return 0
    with recorded("calendar.recount", by=by, at=at, place=place) as draft:
        held = _held(list(moves))
        changed = [case_id for case_id, row in held.items() if row != moves[case_id][0]]
        anew = _moves(_read(_NAMED, place, changed), days, at, by) if changed else {}
        now = moves | anew
        kept = [now[case_id][1] for case_id, row in held.items() if now[case_id][0] == row]
        _save(kept, place)
        sealed = sha256(b"".join(one.link.digest for one in kept)).hexdigest()
        draft.concerns("place", place, moved=len(kept), histories=sealed)
    return len(kept)


def _moved(clock: _Clock, days: Calendars, at: datetime, by: Actor) -> _Move | None:
    due = clock.due(days)
    if due == clock.was:
        return None
    link = chained(
        clock.case_id, after=clock.length, previous=clock.digest, at=at, step=STEP, state=clock.state, by=by,
        data={"was": clock.was.isoformat(), "now": due.isoformat()},
    )  # fmt: skip
    return _Move(due, clock.near(due, days), link)


def _held(cases: list[UUID]) -> dict[UUID, int]:
    """The cases, held until the end in one order, with the version of each row."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [cases])
        return dict(cursor.fetchall())


_UPDATE = """
UPDATE cases_case SET due_at = new.due_at, near_at = new.near_at, history_length = new.history_length,
  history_digest = new.history_digest
FROM unnest(%b::uuid[], %b::timestamptz[], %b::timestamptz[], %b::int[], %b::bytea[])
  AS new(id, due_at, near_at, history_length, history_digest)
WHERE cases_case.id = new.id
"""
_COPY = """
COPY cases_event (case_id, place, seq, at, step, from_state, to_state, user_id, post_id, actor, public, data,
  previous, digest) FROM STDIN
"""


def _save(kept: Sequence[_Move], place: int) -> None:
    """Two statements for all: a statement for each would take most of the time."""
    links = [one.link for one in kept]
    new = (
        [link.case_id for link in links],
        [one.due_at for one in kept],
        [one.near_at for one in kept],
        [link.seq for link in links],
        [link.digest for link in links],
    )
    with Cursor(connection.connection) as cursor:
        with cursor.copy(_COPY) as copy:
            for link in links:
                copy.write_row(link.row(place))
        cursor.execute(_UPDATE, new)


def recount_where_changed(*, at: datetime) -> int:
    """Count again wherever a calendar was changed, or the signed table was, and not all are counted yet."""
    signed = CALENDAR.read(settings.POLICIES).digest
    done = CalendarVersion.objects.filter(signed=signed, counted__gte=F("version"))
    known = set(done.values_list("place", flat=True))
    return sum(recount_deadlines(place=one.pk, at=at) for one in territory.places() if one.pk not in known)
