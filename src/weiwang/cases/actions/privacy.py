"""Looking at who reported, with a reason; and letting that knowledge go on its date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from weiwang.audit.actions import recorded
from weiwang.audit.rules import SYSTEM
from weiwang.cases.models import Joined, Reporter
from weiwang.cases.permissions import may_reveal, visible_to
from weiwang.cases.rules import CaseError
from weiwang.kernel.text import clean_text
from weiwang.territory.rules import NotAllowedError, Officer


@dataclass(frozen=True, slots=True)
class Contacts:
    """Who reported a case, and who joined it and left a contact."""

    name: str
    phone: str
    email: str
    joined: Sequence[Joined]


def reveal_reporter(*, case_id: UUID, by: Officer, at: datetime, reason: str) -> Contacts:
    """The reporter of a case, and those who joined it, in clear; who looked and why stays in the record.

    Raises `CaseError` (unknown case, no contact, no reason), `NotAllowedError`.
    """
    words = clean_text(reason, 200)
    if not words:
        raise CaseError("step.note_needed")
    case = visible_to(by).filter(pk=case_id).first()
    if case is None:
        raise CaseError("case.unknown")
    if not may_reveal(by, case):
        raise NotAllowedError("reporter.reveal")
    actor = by.by_power("reporter.reveal", case.unit_path)
    with recorded("reporter.reveal", by=actor, at=at, place=case.place, reason=words) as draft:
        found = Reporter.objects.filter(case=case).first()
        joined = [
            one
            for one in Joined.objects.filter(case=case).order_by("joined_at")
            if one.name or one.phone or one.email
        ]
        if found is None and not joined:
            raise CaseError("case.unknown")
        email = found.email or "" if found else ""
        fields = ["name", "phone", "email"] if email else ["name", "phone"]
        draft.concerns("case", case.pk, number=case.number, fields=fields, joined=len(joined))
    return Contacts(found.name if found else "", found.phone if found else "", email, joined)


def erase_due_reporters(*, at: datetime) -> int:
    """Delete contacts whose date has come, one entry a sub-district in the record; returns how many."""
    today = timezone.localdate(at)
    kinds = (Reporter.objects.filter(erase_on__lte=today), Joined.objects.filter(erase_on__lte=today))
    gone = 0
    for place in sorted({place for due in kinds for place in due.values_list("place", flat=True).distinct()}):
        with recorded("reporter.erase", by=SYSTEM, at=at, place=place) as draft:
            count = sum(due.filter(place=place).delete()[0] for due in kinds)
            draft.concerns("reporter", place, erased=count, rule="cases.Reporter")
            gone += count
    return gone
