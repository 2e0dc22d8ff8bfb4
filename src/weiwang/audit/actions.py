"""The frame of every write: one transaction, one entry in the record, then the events."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import QuerySet

from weiwang.audit.models import Entry
from weiwang.audit.queries import places_of
from weiwang.audit.rules import SYSTEM, Actor, AlreadyDoneError, Deed, submission_mark
from weiwang.kernel import events
from weiwang.kernel.inserting import NewRow, insert, made


@dataclass(slots=True)
class Draft:
    """What the action fills in while it works; written when it ends without an error."""

    place: int
    by: Actor
    object_type: str = ""
    object_id: str = ""
    reason: str = ""
    data: dict[str, object] = field(default_factory=dict)
    events: list[object] = field(default_factory=list)
    rows: list[NewRow] = field(default_factory=list)  # inserted by one statement with the entry
    undo: list[Callable[[], object]] = field(default_factory=list)  # what no transaction takes back: files

    def concerns(self, object_type: str, object_id: object, **data: object) -> None:
        self.object_type, self.object_id = object_type, str(object_id)
        self.data.update(data)


@contextmanager
def recorded(
    action: str,
    *,
    by: Actor,
    at: datetime,
    place: int,
    submission: str | None = None,
    reason: str = "",
) -> Iterator[Draft]:
    """Run the body in one transaction, write its entry last, publish its events after commit.

    The entry comes last because it takes the lock of the chain: the lock is held only until the commit that
    follows. Raises `AlreadyDoneError` when this submission was carried out before, also when the body
    refuses (a second click usually finds the case already moved on).
    """
    draft = Draft(place, by, reason=reason)
    outermost = not connection.in_atomic_block
    mark = submission_mark(key=submission, action=action, actor=by) if submission else None
    try:
        with transaction.atomic():
            transaction.on_commit(draft.undo.clear)  # from then on nothing is taken back
            yield draft
            _write(action, at, draft, mark, outermost=outermost)
            for event in draft.events:
                transaction.on_commit(lambda event=event: events.publish(event))  # type: ignore[misc]
    except BaseException as error:
        for take_back in draft.undo:
            take_back()
        if mark is not None and _may_be_repeat(error):
            _refuse_repeat(mark, error)
        raise


def _may_be_repeat(error: BaseException) -> bool:
    """Whether the database can be asked, and the error may come of a submission carried out before."""
    if not isinstance(error, Exception) or isinstance(error, AlreadyDoneError):
        return False
    return isinstance(error, IntegrityError) or not isinstance(error, DatabaseError)


def record(
    action: str, *, by: Actor, at: datetime, place: int, about: tuple[str, str],
    reason: str = "", data: Mapping[str, object] | None = None,
) -> None:  # fmt: skip
    """Write one entry for something that changes nothing else: a look at a masked value, a sign-in."""
    draft = Draft(place, by, about[0], about[1], reason, dict(data or {}))
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        _write(action, at, draft, None, outermost=outermost)


def _write(action: str, at: datetime, draft: Draft, mark: bytes | None, *, outermost: bool) -> None:
    by = draft.by
    deed = Deed(
        place=draft.place, at=at, actor=by, action=action, object_type=draft.object_type,
        object_id=draft.object_id, reason=draft.reason, data=draft.data,
    )  # fmt: skip
    entry = made(
        Entry,
        place=deed.place, at=at, user_id=by.user_id, post_id=by.post_id, label=by.label, address=by.address,
        action=action, object_type=deed.object_type, object_id=deed.object_id, reason=deed.reason,
        data=deed.data, submission=mark, content=deed.content(),
    )  # fmt: skip
    insert(*draft.rows, NewRow(entry), at_once=outermost)  # an action that asked nothing is one statement


def _refuse_repeat(mark: bytes, error: BaseException) -> None:
    done = Entry.objects.filter(submission=mark).values_list("object_type", "object_id").first()
    if done is not None:
        raise AlreadyDoneError(*done) from error


def forget(
    action: str, rows: "QuerySet[Any]", *, kind: str, at: datetime, blank: Mapping[str, object] | None = None
) -> int:
    """Delete rows whose time has come, or only blank some of their columns; returns how many.

    One entry in each sub-district, which says of how many rows and not what stood in them.
    """
    return sum(_forget(action, rows.filter(place=one), kind, one, at, blank) for one in places_of(rows))


def _forget(
    action: str, rows: "QuerySet[Any]", kind: str, place: int, at: datetime,
    blank: Mapping[str, object] | None,
) -> int:  # fmt: skip
    with recorded(action, by=SYSTEM, at=at, place=place) as draft:
        gone = rows.update(**blank) if blank else rows.delete()[0]
        draft.concerns(kind, place, forgotten=gone)
    return gone
