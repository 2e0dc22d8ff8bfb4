"""Words added to a case that move nothing."""

from datetime import datetime
from uuid import UUID

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT
from weiwang.cases.actions.moves import NOTE_LIMIT, locked_case
from weiwang.cases.history import next_event
from weiwang.cases.models import Case, Event
from weiwang.cases.permissions import holdings_over, may_see
from weiwang.cases.rules import CaseError
from weiwang.kernel.text import clean_text
from weiwang.territory.rules import NotAllowedError, Officer

NOTE = "note"  # no step of the table: it changes neither state nor owner nor clock


def add_note(
    *, case_id: UUID, note: str, by: Officer, at: datetime, source: str = "", submission: str | None = None
) -> tuple[Case, Event]:
    """Put an internal note into the history of a case, for whoever sees it; `source` says where it came from.

    Whoever brought a case may add to it, also when it is not theirs to see. Raises `CaseError` (unknown, or
    no words), `NotAllowedError`, `TextError`, `AlreadyDoneError`.
    """
    words = clean_text(note, NOTE_LIMIT)
    if not words:
        raise CaseError("step.note_needed")
    with recorded("case.note", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        if not (may_see(by, case) or case.reported_by_id == by.user_id):
            raise NotAllowedError("case.see")
        data: dict[str, object] = {"source": source} if source else {}
        posts = holdings_over(by, case) or by.holdings
        actor = by.acting_as(posts[0]) if posts else by
        event = next_event(
            case, step=NOTE, before=case.state, at=at, by=actor, note=words, data=data, public=False
        )
        case.save(update_fields=["history_length", "history_digest"])
        event.save(force_insert=True)
        draft.place, draft.by = case.place, actor
        draft.concerns(
            "case", case.pk, number=case.number, event=event.seq, history=case.history_digest.hex()
        )
    return case, event
