"""Finding cases by the telephone of whoever reported or joined them."""

from datetime import datetime
from uuid import UUID

from weiwang.audit.actions import recorded
from weiwang.cases.models import Case, Joined, Reporter
from weiwang.cases.permissions import may_reveal, visible_to
from weiwang.cases.rules import CaseError, read_phone
from weiwang.kernel.fields import sealer
from weiwang.territory.rules import NotAllowedError, Officer

MOST = 100


def find_by_phone(*, phone: str, by: Officer, at: datetime) -> list[Case]:
    """The cases reported or joined from exactly this telephone, newest first; the look is recorded.

    Numbers are sealed: what is compared is a keyed hash, under every key while keys are changed. Found are
    only cases whose contact this officer may see. Raises `CaseError`, `NotAllowedError`.
    """
    number = read_phone(phone)
    if not number:
        raise CaseError("contact.phone")
    if not by.may("reporter.reveal"):
        raise NotAllowedError("reporter.reveal")
    actor = by.by_power("reporter.reveal")
    with recorded("reporter.find", by=actor, at=at, place=by.places[0]) as draft:
        seen = visible_to(by).filter(pk__in=_ids(number, by)).defer("search").order_by("-reported_at", "-id")
        found = [case for case in seen[:MOST] if may_reveal(by, case)]
        draft.concerns("case", "", found=len(found))
    return found


def _ids(number: str, by: Officer) -> set[UUID]:
    marks = sealer().blind_indexes(number, "reporter.phone")
    kinds = (Reporter.objects, Joined.objects)
    rows = (kind.filter(place__in=by.places, phone_index__in=marks) for kind in kinds)
    return {case for kind in rows for case in kind.values_list("case_id", flat=True)}
