"""What the reporter says at the end."""

from datetime import datetime
from uuid import UUID

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT, RESIDENT, Actor
from weiwang.cases.actions.moves import NOTE_LIMIT, carry_out, locked_case, refuse_merged, save_step
from weiwang.cases.events import CaseMoved
from weiwang.cases.models import Case
from weiwang.cases.permissions import standing
from weiwang.cases.rules import CaseError, Hand, Step, refuse_unless_possible
from weiwang.kernel.text import clean_text


def give_feedback(
    *, case_id: UUID, satisfied: bool, remark: str, at: datetime, by: Actor = RESIDENT,
    submission: str | None = None,
) -> Case:  # fmt: skip
    """The reporter is satisfied (followed up), or not (opened again at the next level up).

    Not satisfied needs a word of why. Raises `CaseError`, `StepRefusedError`, `AlreadyDoneError`.
    """
    words = clean_text(remark, NOTE_LIMIT)
    step = Step.FOLLOW_UP if satisfied else Step.REOPEN
    with recorded("case.feedback", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        refuse_merged(case)
        if case.satisfied is True:
            raise CaseError("feedback.given")
        move = refuse_unless_possible(step, standing(case), Hand(None), note=words)
        event = carry_out(case, step, move, by=by, at=at, note=words)
        save_step(case, event)
        draft.place = case.place
        head = case.history_digest.hex()
        draft.concerns("case", case.pk, number=case.number, satisfied=satisfied, history=head)
        draft.events.append(CaseMoved(case.pk, case.place, step, case.state, case.owner_post_id))
    return case


def answer_question(
    *, case_id: UUID, words: str, at: datetime, by: Actor = RESIDENT, submission: str | None = None
) -> Case:
    """The reporter answers what they were asked; the case goes on where it stood still.

    Raises `StepRefusedError` (nothing was asked, no words), `CaseError`, `AlreadyDoneError`.
    """
    said = clean_text(words, NOTE_LIMIT)
    with recorded("case.answer", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        hand = Hand(None, holds_owner=True)  # the reporter speaks where otherwise the owner notes the answer
        move = refuse_unless_possible(Step.ANSWERED, standing(case), hand, note=said)
        event = carry_out(case, Step.ANSWERED, move, by=by, at=at, note=said)
        save_step(case, event)
        draft.place = case.place
        draft.concerns("case", case.pk, number=case.number, history=case.history_digest.hex())
        draft.events.append(CaseMoved(case.pk, case.place, Step.ANSWERED, case.state, case.owner_post_id))
    return case
