"""Linking two cases that belong together, and taking that back. It moves neither of them."""

from datetime import datetime
from uuid import UUID

from weiwang.audit.actions import Draft, recorded
from weiwang.audit.rules import DEPLOYMENT
from weiwang.cases.actions.moves import NOTE_LIMIT, acting, locked_case
from weiwang.cases.history import next_event
from weiwang.cases.models import Case, CaseLink
from weiwang.cases.permissions import may_link, may_see
from weiwang.cases.relations import link_between
from weiwang.cases.rules import StepRefusedError
from weiwang.kernel.ids import NumberError, read_case_number
from weiwang.kernel.text import clean_text
from weiwang.territory.rules import NotAllowedError, Officer


def link_cases(
    *, case_id: UUID, number: str, reason: str, by: Officer, at: datetime, submission: str | None = None
) -> Case:  # fmt: skip
    """Link a case to the one with this number; both sides show it with the reason.

    Raises `StepRefusedError` (no reason, unknown number, the same case, linked already), `NotAllowedError`,
    `CaseError`, `AlreadyDoneError`.
    """
    words = clean_text(reason, NOTE_LIMIT)
    if not words:
        raise StepRefusedError("step.note_needed")
    with recorded("case.link", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case, other = _both(case_id, _numbered(number))
        actor = _linking(by, case, at)
        if not may_see(by, other) or other.place != case.place:
            raise StepRefusedError("link.number")
        if link_between(case.pk, other.pk) is not None:
            raise StepRefusedError("link.there")
        CaseLink.objects.create(
            place=case.place, one=case, other=other, reason=words, at=at, made_by=actor.label
        )
        _note(case, other, "linked", words, actor, at, draft)
    return case


def unlink_cases(
    *, case_id: UUID, other: UUID, by: Officer, at: datetime, submission: str | None = None
) -> Case:
    """Take a link back, from either side. Raises `StepRefusedError`, `NotAllowedError`."""
    with recorded("case.unlink", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case, linked = _both(case_id, other)
        actor = _linking(by, case, at)
        link = link_between(case.pk, linked.pk)
        if link is None or link.is_split:
            raise StepRefusedError("link.none")
        link.delete()
        _note(case, linked, "unlinked", "", actor, at, draft)
    return case


def _numbered(number: str) -> UUID:
    """Raises `StepRefusedError` for what is no number of a case."""
    try:
        found = Case.objects.filter(number=read_case_number(number)).values_list("pk", flat=True).first()
    except NumberError:
        found = None
    if found is None:
        raise StepRefusedError("link.number")
    return found


def _both(one: UUID, other: UUID) -> tuple[Case, Case]:
    """Both cases, locked in one order whoever asks. A part is not linked to the case it belongs to."""
    if one == other:
        raise StepRefusedError("link.same")
    if Case.objects.filter(pk__in=(one, other), parent__in=(one, other)).exists():
        raise StepRefusedError("link.there")
    locked = {case_id: locked_case(case_id) for case_id in sorted((one, other))}
    return locked[one], locked[other]


def _linking(by: Officer, case: Case, at: datetime) -> Officer:
    if not may_link(by, case):
        raise NotAllowedError("case.register")
    return acting(by, case, "case.see", at=at)


def _note(
    case: Case, other: Case, step: str, words: str, actor: Officer, at: datetime, draft: Draft
) -> None:  # fmt: skip
    """One link in the history of either case; the record names the first."""
    for mine, theirs in ((case, other), (other, case)):
        told: dict[str, object] = {"case": str(theirs.pk), "number": theirs.number}
        event = next_event(
            mine, step=step, before=mine.state, at=at, by=actor, note=words, data=told, public=False
        )
        mine.save(update_fields=["history_length", "history_digest"])
        event.save(force_insert=True)
    draft.place, draft.by, draft.reason = case.place, actor, words
    draft.concerns("case", case.pk, number=case.number, other=other.number, history=case.history_digest.hex())
