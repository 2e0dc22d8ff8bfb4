"""Writing one step into the history of a case."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from weiwang.audit.rules import Actor
from weiwang.cases.models import Case, Event
from weiwang.kernel.chain import SALT_BYTES, canonical, link, sealed_note
from weiwang.kernel.inserting import made


@dataclass(slots=True, kw_only=True)  # not frozen: it is made before its digest, a hundred thousand times
class Link:
    """One link as plain values, for work on very many histories; without a note and not public."""

    case_id: UUID
    seq: int
    at: datetime
    step: str
    from_state: str
    to_state: str
    user_id: int | None
    post_id: int | None
    actor: str
    data: Mapping[str, object]
    previous: bytes
    digest: bytes = b""
    public: bool = False
    note_seal: None = None


def chained(
    case_id: UUID, *, after: int, previous: bytes, at: datetime, step: str, state: str, by: Actor,
    data: Mapping[str, object],
) -> Link:  # fmt: skip
    """The link behind number `after` of a history, whose case stays in its state; not yet saved."""
    made = Link(
        case_id=case_id, seq=after + 1, at=at, step=step, from_state=state, to_state=state,
        user_id=by.user_id, post_id=by.post_id, actor=by.label, data=data, previous=previous,
    )  # fmt: skip
    made.digest = link(previous, event_content(made), made.seq)
    return made


def event_content(event: Event | Link) -> bytes:
    """What the chain covers; the note is represented by its seal, so it can be erased later."""
    return canonical(
        {
            "case": event.case_id,
            "seq": event.seq,
            "at": event.at,
            "step": event.step,
            "from": event.from_state,
            "to": event.to_state,
            "user": event.user_id,
            "post": event.post_id,
            "actor": event.actor,
            "public": event.public,
            "note": bytes(event.note_seal) if event.note_seal else None,
            "data": event.data,
        }
    )


def next_event(
    case: Case, *, step: str, before: str, at: datetime, by: Actor, note: str = "",
    data: dict[str, object] | None = None, public: bool = True,
) -> Event:  # fmt: skip
    """The next link of the case's chain, not yet saved; moves the head kept on the case."""
    salt = secrets.token_bytes(SALT_BYTES) if note else None
    event = made(
        Event,
        case_id=case.pk, place=case.place, seq=case.history_length + 1, at=at, step=step, from_state=before,
        to_state=case.state, user_id=by.user_id, post_id=by.post_id, actor=by.label, public=public,
        note=note or None, note_salt=salt, note_seal=sealed_note(note, salt) if salt else None,
        data=data or {}, previous=bytes(case.history_digest),
    )  # fmt: skip
    event.digest = link(bytes(event.previous), event_content(event), event.seq)
    case.history_length, case.history_digest = event.seq, event.digest
    return event
