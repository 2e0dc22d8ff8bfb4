"""Looking at who reported, with a reason; and letting that knowledge go on its date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from weiwang.audit.actions import recorded
from weiwang.audit.rules import SYSTEM
from weiwang.cases.models import Case, Joined, Reporter
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

    @property
    def fields(self) -> Sequence[str]:
        """What the record says was looked at."""
        return ("name", "phone", "email") if self.email else ("name", "phone")


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
        found = contacts_of(case)
        if found is None:
            raise CaseError("case.unknown")
        joined = len(found.joined)
        draft.concerns("case", case.pk, number=case.number, fields=list(found.fields), joined=joined)
    return found


def contacts_of(case: Case) -> Contacts | None:
    """The contacts of a case in clear, for actions that record the look; None where nobody left any."""
    found = Reporter.objects.filter(case=case).first()
    everybody = Joined.objects.filter(case=case).order_by("joined_at")
    joined = [one for one in everybody if one.name or one.phone or one.email]
    if found is None and not joined:
        return None
    if found is None:
        return Contacts("", "", "", joined)
    return Contacts(found.name, found.phone, found.email or "", joined)


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
