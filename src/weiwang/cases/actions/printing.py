"""A case on paper: who took it out of the house, what for, and whether with the contact of its reporter."""

from datetime import datetime
from uuid import UUID

from weiwang.audit.actions import recorded
from weiwang.cases.actions.privacy import Contacts, contacts_of
from weiwang.cases.models import Case
from weiwang.cases.permissions import holdings_over, may_reveal, visible_to
from weiwang.cases.rules import CaseError
from weiwang.kernel.text import clean_text
from weiwang.territory.rules import NotAllowedError, Officer

PURPOSE_LIMIT = 200


def print_case(
    *, case_id: UUID, by: Officer, at: datetime, purpose: str, with_contact: bool = False,
    submission: str | None = None,
) -> Contacts | None:  # fmt: skip
    """Record that a case leaves as a file; the contacts in clear if they were asked for and may be seen.

    Raises `CaseError` (unknown, no purpose), `NotAllowedError`, `AlreadyDoneError`.
    """
    words = clean_text(purpose, PURPOSE_LIMIT)
    if not words:
        raise CaseError("step.note_needed")
    case = visible_to(by).filter(pk=case_id).first()
    if case is None:
        raise CaseError("case.unknown")
    if with_contact and not may_reveal(by, case):
        raise NotAllowedError("reporter.reveal")
    with recorded(
        "case.print", by=_acting(by, case, with_contact=with_contact), at=at, place=case.place,
        submission=submission, reason=words,
    ) as draft:  # fmt: skip
        found = contacts_of(case) if with_contact else None
        draft.concerns("case", case.pk, number=case.number, fields=list(found.fields) if found else [])
    return found


def _acting(by: Officer, case: Case, *, with_contact: bool) -> Officer:
    """By the post that may see the contact, else by one over the case."""
    if with_contact:
        return by.by_power("reporter.reveal", case.unit_path)
    over = holdings_over(by, case) or by.holdings
    return by.acting_as(over[0])
