"""Looking at who reported, with a reason; and letting that knowledge go on its date."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from weiwang.audit.actions import recorded
from weiwang.audit.rules import SYSTEM
from weiwang.cases.models import Reporter
from weiwang.cases.permissions import may_reveal, visible_to
from weiwang.cases.rules import CaseError
from weiwang.kernel.text import clean_text
from weiwang.territory.rules import NotAllowedError, Officer


def reveal_reporter(*, case_id: UUID, by: Officer, at: datetime, reason: str) -> Reporter:
    """The reporter of a case in clear; who looked, when and why stays in the record.

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
        if found is None:
            raise CaseError("case.unknown")
        draft.concerns("case", case.pk, number=case.number, fields=["name", "phone"])
    return found


def erase_due_reporters(*, at: datetime) -> int:
    """Delete contacts whose date has come, one entry a sub-district in the record; returns how many."""
    gone = 0
    due = Reporter.objects.filter(erase_on__lte=timezone.localdate(at))
    for place in due.order_by("place").values_list("place", flat=True).distinct():
        with recorded("reporter.erase", by=SYSTEM, at=at, place=place) as draft:
            count, _ = due.filter(place=place).delete()
            draft.concerns("reporter", place, erased=count, rule="cases.Reporter")
            gone += count
    return gone
