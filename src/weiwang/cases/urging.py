"""Who was asked to hurry (催办) or is under supervision (督办), and has not answered yet.

The answer is a step or a note of the post that has the case, or the case going to another post; a decision on
what it asked for before is none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db.models import Q, QuerySet

from weiwang.cases.models import Case, Event
from weiwang.cases.queries import CaseFile, Row
from weiwang.cases.rules import FINAL, NUDGES, Step

NOTE = "note"
_STEPS = frozenset(Step)
AT_MOST = 200  # cases of some posts that are looked through at once


class Told(Protocol):
    """What is asked of an entry of a history."""

    @property
    def at(self) -> datetime: ...
    @property
    def step(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def note(self) -> str | None: ...
    @property
    def data(self) -> Mapping[str, object]: ...
    @property
    def post_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Urged:
    """The latest word that waits for an answer; `by` is a post."""

    at: datetime
    by: str
    words: str
    supervised: bool


@dataclass(frozen=True, slots=True)
class UrgedCase:
    id: UUID
    number: str
    title: str
    urged: Urged


def unanswered(story: Iterable[Told], owner_post: int | None) -> Urged | None:
    """What the post that has the case still owes an answer to, by the history from its beginning."""
    found: Urged | None = None
    for told in story:
        if told.step in NUDGES:
            found = Urged(told.at, told.actor, told.note or "", told.step == Step.SUPERVISE)
        elif "owner" in told.data or (
            told.post_id == owner_post and (told.step in _STEPS or told.step == NOTE)
        ):
            found = None
    return found if owner_post is not None else None


def urged_in(file: CaseFile) -> Urged | None:
    """What its owner owes an answer to, by the history on the page."""
    case = file.case
    nudged = case.reminded or case.supervised
    return unanswered(file.timeline, case.owner_post_id) if nudged else None


def urged_among(rows: Sequence[Row]) -> dict[UUID, Urged]:
    """The rows of a list that wait for an answer; no query where nobody was ever asked to hurry."""
    return _of({row.id: row.owner_post_id for row in rows if row.reminded or row.supervised})


def urged_of(visible: "QuerySet[Case]", posts: Sequence[int]) -> list[UrgedCase]:
    """The open cases of some posts that wait for an answer, the oldest word first: at most two queries."""
    mine = visible.filter(Q(reminded__gt=0) | Q(supervised__gt=0), owner_post__in=posts)
    rows = mine.exclude(state__in=FINAL).values_list("id", "number", "title", "owner_post_id")
    cases = {row[0]: row for row in rows.order_by("due_at", "id")[:AT_MOST]}
    waiting = _of({case_id: row[3] for case_id, row in cases.items()})
    found = [UrgedCase(case_id, *cases[case_id][1:3], urged) for case_id, urged in waiting.items()]
    return sorted(found, key=lambda one: (one.urged.at, one.number))


def _of(owners: Mapping[UUID, int | None]) -> dict[UUID, Urged]:
    if not owners:
        return {}
    stories = defaultdict[UUID, list[Event]](list)
    for event in Event.objects.filter(case__in=owners).order_by("seq").only(*_COLUMNS):
        stories[event.case_id].append(event)
    found = {case_id: unanswered(stories[case_id], owner) for case_id, owner in owners.items()}
    return {case_id: urged for case_id, urged in found.items() if urged}


_COLUMNS = ("case_id", "at", "step", "actor", "note", "data", "post_id")
