"""Contact with whoever reported, noted by staff."""

from datetime import datetime
from uuid import UUID

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT
from weiwang.cases.actions.moves import NOTE_LIMIT, acting, locked_case
from weiwang.cases.history import next_event
from weiwang.cases.models import Case
from weiwang.cases.promises import How
from weiwang.cases.rules import CaseError, StepRefusedError
from weiwang.kernel.text import clean_text, first_line
from weiwang.territory.rules import Officer

CONTACT = "contact"  # no step of the table: it moves nothing


def note_contact(
    *, case_id: UUID, how: How, reached: bool, words: str, by: Officer, at: datetime,
    submission: str | None = None,
) -> Case:  # fmt: skip
    """Write down that the reporter was contacted, or was tried and not reached. Moves nothing.

    The first time they were reached counts. Raises `StepRefusedError`, `NotAllowedError`, `CaseError`,
    `AlreadyDoneError`.
    """
    said = clean_text(words, NOTE_LIMIT)
    if not said:
        raise StepRefusedError("step.note_needed")
    with recorded("case.contact", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        actor = acting(by, case, "reporter.contact", at=at)
        if case.contact_due_at is None:
            raise CaseError("contact.nobody")
        event = next_event(
            case, step=CONTACT, before=case.state, at=at, by=actor, note=said,
            data={"how": how, "reached": reached}, public=False,
        )  # fmt: skip
        case.contact_tries += 1
        case.last_word = first_line(said, 60)
        if reached and case.contacted_at is None:
            case.contacted_at = at
        case.save(
            update_fields=["contact_tries", "contacted_at", "last_word", "history_length", "history_digest"]
        )
        event.save(force_insert=True)
        draft.place, draft.by = case.place, actor
        draft.concerns(
            "case", case.pk, number=case.number, reached=reached, history=case.history_digest.hex()
        )
    return case
