"""Counting every open deadline of a place again after its calendars changed, each move logged in its history.

Written for a hundred thousand cases: rows are read as plain values by the page, counted and chained while
PostgreSQL writes the page before, and kept by one statement that moves the cases and logs each of them; one
entry of the record seals them all.
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

AT_ONCE = 2000  # cases counted again, moved and logged in one transaction
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
    row: str
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

    def calendar(self, days: Calendars) -> Calendar:
        return days.of(self.clock, self.department, self.path)

    def running(self) -> Running:
        return running(
            self.limit, self.began, self.extra, self.pauses, self.paused_at, self.paused_until
        )  # fmt: skip

    def due(self, days: Calendars) -> datetime:
        return first_end(self.running().ends(self.calendar(days)), self.outer)


class _Move(NamedTuple):
    """What is written of one case, if it still is the version `row` that this was counted from."""

    row: str
    near: datetime
    link: Link


_READ = """
SELECT id, xmin::text, due_at, outer_due_at, clock, department_id, unit_path, clock_limit, clock_at,
  clock_extra, clock_pauses, paused_at, paused_until, state, history_length, history_digest
FROM cases_case WHERE place = %s AND clock_at IS NOT NULL AND {} ORDER BY id
"""
_PAGE = _READ.format("id > %s") + "LIMIT %s"
_NAMED = _READ.format("id = ANY(%s)")


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
    count = partial(_moves, days=calendars(place), at=at, by=by)
    moved = sum(_keep(place, moves, count, at, by) for moves in _beside(_pages(place), count))
    done = {"signed": signed, "counted": Greatest("counted", version)}
    if not CalendarVersion.objects.filter(place=place).update(**done):
        CalendarVersion.objects.get_or_create(place=place, defaults={"signed": signed})
    return moved


_Count = Callable[[list[_Clock]], list[_Move]]


def _beside(pages: Iterable[list[_Clock]], count: _Count) -> Iterator[list[_Move]]:
    """What comes of each page, the next one being counted while PostgreSQL writes this one."""
    with ThreadPoolExecutor(1) as thread:
        coming: Future[list[_Move]] | None = None
        for page in pages:
            following = thread.submit(count, page)
            if coming is not None:
                yield coming.result()
            coming = following
        if coming is not None:
            yield coming.result()


def _moves(page: Iterable[_Clock], days: Calendars, at: datetime, by: Actor) -> list[_Move]:
    return [move for clock in page if (move := _moved(clock, days, at, by)) is not None]


def _moved(clock: _Clock, days: Calendars, at: datetime, by: Actor) -> _Move | None:
    limit, calendar = clock.running(), clock.calendar(days)
    due = first_end(limit.ends(calendar), clock.outer)
    if due == clock.was:
        return None
    link = chained(
        clock.case_id, after=clock.length, previous=clock.digest, at=at, step=STEP, state=clock.state, by=by,
        data={"was": clock.was.isoformat(), "now": due.isoformat()},
    )  # fmt: skip
    return _Move(clock.row, limit.when(NEAR, max(due, clock.began), calendar), link)


def _keep(place: int, moves: list[_Move], count: _Count, at: datetime, by: Actor) -> int:
    """Write what moves, then again those that were changed meanwhile, as they are by then."""
    kept = 0
    while moves:
        changed = _recount(place, moves, at, by)
        kept += len(moves) - len(changed)
        moves = count(_read(_NAMED, place, changed)) if changed else []
    return kept


def _recount(place: int, moves: Sequence[_Move], at: datetime, by: Actor) -> list[UUID]:
    """One transaction: move and log all that nobody changed since they were read; the others are answered.

    Those wait for another transaction, so that rows are held in one order in each and nobody waits in a ring.
    """
    with recorded("calendar.recount", by=by, at=at, place=place) as draft:
        done = _write(moves, place, at, by)
        kept = [move.link for move in moves if move.link.case_id in done]
        sealed = sha256(b"".join(link.digest for link in kept)).hexdigest()
        draft.concerns("place", place, moved=len(kept), histories=sealed)
    return [move.link.case_id for move in moves if move.link.case_id not in done]


# Case by case in the order given, which is that of their ids for everybody who holds several.
_IN_ORDER = """
SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
  set_config('enable_seqscan', 'off', true)
"""
_WRITE = """
WITH new AS (
  SELECT * FROM unnest(%s::uuid[], %s::xid[], %s::text[], %s::text[], %s::timestamptz[], %s::text[],
    %s::text[]) AS new(id, row, was, now, near_at, previous, digest)
), moved AS (
  UPDATE cases_case SET due_at = new.now::timestamptz, near_at = new.near_at,
    history_length = history_length + 1, history_digest = decode(new.digest, 'hex')
  FROM new WHERE cases_case.id = new.id AND cases_case.xmin = new.row
  RETURNING cases_case.id, history_length, state, was, now, previous, history_digest
)
INSERT INTO cases_event (case_id, place, seq, at, step, from_state, to_state, user_id, post_id, actor, public,
  data, previous, digest)
SELECT id, %s, history_length, %s, %s, state, state, %s::bigint, %s::bigint, %s, false,
  jsonb_build_object('was', was, 'now', now), decode(previous, 'hex'), history_digest
FROM moved RETURNING case_id
"""


def _write(moves: Sequence[_Move], place: int, at: datetime, by: Actor) -> set[UUID]:
    """Move and log in one statement: one for each would take most of the time. Answers whose row it was."""
    links = [move.link for move in moves]
    new = (
        (str(link.case_id) for link in links),
        (move.row for move in moves),
        (str(link.data["was"]) for link in links),
        (str(link.data["now"]) for link in links),
        (move.near.isoformat() for move in moves),
        (link.previous.hex() for link in links),
        (link.digest.hex() for link in links),
    )
    said = (place, at, STEP, by.user_id, by.post_id, by.label)
    with Cursor(connection.connection) as cursor:
        cursor.execute(_IN_ORDER)
        # written out here: the driver takes a second for lists of a hundred thousand values
        cursor.execute(_WRITE, (*("{" + ",".join(values) + "}" for values in new), *said), binary=True)
        return {case_id for (case_id,) in cursor}


def recount_where_changed(*, at: datetime) -> int:
    """Count again wherever a calendar was changed, or the signed table was, and not all are counted yet."""
    signed = CALENDAR.read(settings.POLICIES).digest
    done = CalendarVersion.objects.filter(signed=signed, counted__gte=F("version"))
    known = set(done.values_list("place", flat=True))
    return sum(recount_deadlines(place=one.pk, at=at) for one in territory.places() if one.pk not in known)
