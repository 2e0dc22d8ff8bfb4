"""What the reporter says at the end, and what becomes of a case nobody said anything about."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT, RESIDENT, SYSTEM, Actor
from weiwang.cases.actions.files import keep_files
from weiwang.cases.actions.keeping import promises
from weiwang.cases.actions.moves import NOTE_LIMIT, carry_out, locked_case, refuse_merged, save_step
from weiwang.cases.actions.owners import candidates
from weiwang.cases.actions.telling import kept
from weiwang.cases.events import CaseMoved
from weiwang.cases.models import Case, Event, Feedback
from weiwang.cases.permissions import standing
from weiwang.cases.promises import Reason
from weiwang.cases.rules import CaseError, Hand, State, Step, refuse_unless_possible
from weiwang.kernel.papers import CleanPaper
from weiwang.kernel.pictures import CleanPicture
from weiwang.kernel.text import clean_text
from weiwang.notices.actions import Recipient, queue
from weiwang.notices.rules import Channel

A_RUN = 1000  # unanswered cases filed in one run; the next one comes the following night


def give_feedback(
    *, case_id: UUID, satisfied: bool, remark: str, at: datetime, by: Actor = RESIDENT,
    reasons: Sequence[str] = (), language: str = "zh", submission: str | None = None,
) -> Case:  # fmt: skip
    """The reporter is satisfied (followed up), or not (opened again at the next level up).

    `reasons` are codes of `policies/reporters.yaml`, said in the note in the reporter's `language`. Not
    satisfied needs a word or a reason, and comes within the days promised. Raises `CaseError`,
    `StepRefusedError`, `AlreadyDoneError`.
    """
    chosen = promises().chosen(reasons, satisfied=satisfied)
    words = _words(chosen, clean_text(remark, NOTE_LIMIT), language)
    step = Step.FOLLOW_UP if satisfied else Step.REOPEN
    with recorded("case.feedback", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        refuse_merged(case)
        if case.satisfied is True:
            raise CaseError("feedback.given")
        if not satisfied and not promises().may_still_object(case.closed_at, at=at):
            raise CaseError("feedback.too_late", days=promises().reopen_within.days)
        move = refuse_unless_possible(step, standing(case), Hand(None), note=words)
        event = carry_out(case, step, move, by=by, at=at, note=words)
        save_step(case, event)
        _keep_reasons(case, event, chosen)
        _tell_those_concerned(case, event, chosen)
        draft.place = case.place
        head = case.history_digest.hex()
        draft.concerns("case", case.pk, number=case.number, satisfied=satisfied, history=head)
        draft.events.append(CaseMoved(case.pk, case.place, step, case.state, case.owner_post_id))
    return case


def answer_question(
    *, case_id: UUID, words: str, at: datetime, photos: Sequence[CleanPicture] = (),
    papers: Sequence[CleanPaper] = (), by: Actor = RESIDENT,
    submission: str | None = None,
) -> Case:  # fmt: skip
    """The reporter answers what they were asked, with photos or papers; the case goes on.

    Raises `StepRefusedError` (nothing was asked, no words), `CaseError`, `AlreadyDoneError`.
    """
    said = clean_text(words, NOTE_LIMIT)
    with recorded("case.answer", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        hand = Hand(None, holds_owner=True)  # the reporter speaks where otherwise the owner notes the answer
        move = refuse_unless_possible(Step.ANSWERED, standing(case), hand, note=said)
        files = keep_files(case, photos, papers, stage="reply", at=at, draft=draft)
        event = carry_out(case, Step.ANSWERED, move, by=by, at=at, note=said)
        save_step(case, event, files)
        draft.place = case.place
        draft.concerns("case", case.pk, number=case.number, history=case.history_digest.hex())
        draft.events.append(CaseMoved(case.pk, case.place, Step.ANSWERED, case.state, case.owner_post_id))
    return case


def _words(chosen: Sequence[Reason], remark: str, language: str) -> str:
    """Reasons and remark as one note."""
    head = ("; " if language.startswith("en") else "；").join(reason.name(language) for reason in chosen)
    return clean_text("\n".join(filter(None, (head, remark))), NOTE_LIMIT)


def _keep_reasons(case: Case, event: Event, chosen: Sequence[Reason]) -> None:
    given = Feedback.objects.filter(case=case, at=event.at)
    given.update(reasons=[reason.code for reason in chosen])


def _tell_those_concerned(case: Case, event: Event, chosen: Sequence[Reason]) -> None:
    """Some reasons are read at once by more posts than the next level up."""
    kinds = {kind for reason in chosen for kind in reason.hears}
    if not kinds:
        return
    posts = candidates(path=case.unit_path, place=case.place, at=event.at)
    holders = {user for post in posts if post.kind in kinds for user in post.holders}
    queue(
        place=case.place, about=case.pk, occasion=str(event.seq), kind="complaint", at=event.at,
        recipients=[Recipient(f"user:{user}", Channel.PAGE, user_id=user) for user in sorted(holders)],
        told=kept(case),
    )  # fmt: skip


def file_unanswered(*, at: datetime) -> int:
    """File closed cases nobody said anything about for some days: as "no answer", not "satisfied".

    The reporter of a duplicate answers nowhere but on the case it was put to.
    """
    table = promises()
    found = Case.objects.filter(
        state=State.CLOSED, satisfied=None, merged_into=None, channel__in=sorted(table.feedback_channels)
    )
    due = found.filter(closed_at__lt=at - table.no_answer_after).order_by("closed_at")
    filed = [_file(case_id, at) for case_id in due.values_list("pk", flat=True)[:A_RUN]]
    return sum(filed)


def _file(case_id: UUID, at: datetime) -> bool:
    """Whether it was filed; the reporter may have spoken since it was looked for."""
    with recorded("case.file_unanswered", by=SYSTEM, at=at, place=DEPLOYMENT) as draft:
        case = locked_case(case_id)
        draft.place = case.place
        is_open = case.state == State.CLOSED and case.satisfied is None and case.merged_into_id is None
        draft.concerns("case", case.pk, number=case.number, filed=is_open)
        if is_open:
            move = refuse_unless_possible(Step.LAPSE, standing(case), Hand(None), note="")
            save_step(case, carry_out(case, Step.LAPSE, move, by=SYSTEM, at=at, note=""))
            draft.events.append(CaseMoved(case.pk, case.place, Step.LAPSE, case.state, None))
    return is_open
