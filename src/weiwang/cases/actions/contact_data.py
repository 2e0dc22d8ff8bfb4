"""Putting right the contact that a reporter left."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT
from weiwang.cases.actions.moves import NOTE_LIMIT, locked_case
from weiwang.cases.actions.report import Contact, read_contact
from weiwang.cases.history import next_event
from weiwang.cases.models import Case, Reporter
from weiwang.cases.permissions import may_correct_contact
from weiwang.cases.rules import CaseError, StepRefusedError, mobile_of
from weiwang.kernel.fields import sealer
from weiwang.kernel.text import clean_text
from weiwang.notices.actions import readdress
from weiwang.notices.rules import Channel
from weiwang.territory.rules import NotAllowedError, Officer

CORRECTED = "contact_changed"  # no step of the table: it moves nothing
POWER = "reporter.correct"


def correct_contact(
    *, case_id: UUID, contact: Contact, reason: str, by: Officer, at: datetime, submission: str | None = None
) -> Case:
    """Put another name, telephone or address in the place of what the reporter of a case left.

    What stood there is gone: from the contact, and from messages that were sent or still wait; those go to
    the new one. The record keeps who, why and which of the three changed, never the values. Raises
    `CaseError` (no contact, nothing changed, nothing left, unreadable), `StepRefusedError` (no reason),
    `NotAllowedError`, `AlreadyDoneError`.
    """
    words = clean_text(reason, NOTE_LIMIT)
    if not words:
        raise StepRefusedError("step.note_needed")
    new = read_contact(contact) or Contact()
    if not new.is_given:
        raise CaseError("contact.empty")
    with recorded("reporter.correct", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        if not may_correct_contact(by, case):
            raise NotAllowedError(POWER)
        actor = by.by_power(POWER, case.unit_path)
        changed = _replace(case, new)
        event = next_event(
            case, step=CORRECTED, before=case.state, at=at, by=actor, note=words, data={"fields": changed},
            public=False,
        )  # fmt: skip
        case.save(update_fields=["history_length", "history_digest"])
        event.save(force_insert=True)
        draft.place, draft.by, draft.reason = case.place, actor, words
        draft.concerns("case", case.pk, number=case.number, fields=changed, history=case.history_digest.hex())
    return case


def _replace(case: Case, new: Contact) -> list[str]:
    """Write the new contact over the old one; returns which parts are other ones now."""
    row = Reporter.objects.select_for_update().filter(case=case).first()
    if row is None:
        raise CaseError("contact.nobody")
    parts: Mapping[str, str] = {"name": new.name, "phone": new.phone, "email": new.email}
    changed = [part for part, value in parts.items() if (getattr(row, part) or "") != value]
    if not changed:
        raise CaseError("contact.same")
    row.name, row.phone, row.email = new.name, new.phone, new.email
    row.phone_index = sealer().blind_index(new.phone, "reporter.phone") if new.phone else None
    row.save(update_fields=["name", "phone", "phone_index", "email"])
    if "phone" in changed:
        readdress(about=case.pk, recipient="reporter", channel=Channel.SMS, address=mobile_of(new.phone))
    if "email" in changed:
        readdress(about=case.pk, recipient="reporter", channel=Channel.EMAIL, address=new.email)
    return changed
