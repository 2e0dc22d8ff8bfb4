"""Writing one step into the history of a case."""

import secrets
from datetime import datetime

from weiwang.audit.rules import Actor
from weiwang.cases.models import Case, Event
from weiwang.kernel.chain import SALT_BYTES, canonical, link, sealed_note


def event_content(event: Event) -> bytes:
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
    event = Event(
        case_id=case.pk, place=case.place, seq=case.history_length + 1, at=at, step=step, from_state=before,
        to_state=case.state, user_id=by.user_id, post_id=by.post_id, actor=by.label, public=public,
        note=note or None, note_salt=salt, note_seal=sealed_note(note, salt) if salt else None,
        data=data or {}, previous=bytes(case.history_digest),
    )  # fmt: skip
    event.digest = link(bytes(event.previous), event_content(event), event.seq)
    case.history_length, case.history_digest = event.seq, event.digest
    return event
