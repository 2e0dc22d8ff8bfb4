"""Clearing cases whose retention has ended: words, place and files go, what is counted and the chain stay.

The term is `days` of the row of case texts in `policies/retention.yaml`, from the day a case was closed. A
case under a hold stays, and so do its parts and what was put to it; a part never goes before the case it
belongs to. The history verifies afterwards: notes are covered by a seal, so they can go.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from weiwang.audit.actions import recorded
from weiwang.audit.queries import places_of
from weiwang.audit.rules import SYSTEM, Actor
from weiwang.cases.actions.files import remove_files_of_cleared
from weiwang.cases.models import (
    Case,
    CaseLink,
    CauseNoted,
    ClearingHold,
    Event,
    Joined,
    Order,
    Paper,
    Photo,
    Reminder,
    Reporter,
)
from weiwang.cases.rules import FINAL, CaseError
from weiwang.kernel.retention import kept_file
from weiwang.kernel.text import clean_text

AT_ONCE = 500  # cases in one transaction
A_NIGHT = 20_000
CLEARED = "内容已到期清除 · cleared on its date"
"""The title from then on: in both languages, for what stands in a row is not translated."""
TERM = kept_file("cases.Case", "text")


def term() -> timedelta:
    return TERM.read(settings.POLICIES).table


def due(*, at: datetime) -> "QuerySet[Case]":
    """The cases whose time has come and that nothing holds back."""
    limit, holds = at - term(), ClearingHold.objects.values("pk")
    ended = Q(closed_at__lt=limit) | Q(closed_at=None, step_at__lt=limit)
    found = Case.objects.filter(ended, state__in=FINAL, cleared_on=None).exclude(pk__in=holds)
    for above in ("parent", "merged_into"):
        free = Q(**{f"{above}__closed_at__lt": limit}) & ~Q(**{f"{above}__in": holds})
        found = found.filter(Q(**{f"{above}__isnull": True}) | free)
    return found


@dataclass(frozen=True, slots=True)
class Count:
    """What a run would clear in one sub-district, or has cleared."""

    place: int
    cases: int
    photos: int
    papers: int


def counts(*, at: datetime) -> list[Count]:
    """What is due in each sub-district: the dry run."""
    found = due(at=at)
    return [
        Count(
            place, found.filter(place=place).count(),
            Photo.objects.filter(case__in=found, place=place).count(),
            Paper.objects.filter(case__in=found, place=place).count(),
        )
        for place in places_of(found)
    ]  # fmt: skip


def clear_due_cases(*, at: datetime, by: Actor = SYSTEM, most: int = A_NIGHT) -> int:
    """Clear what is due, hundreds of cases in a transaction with one entry; returns how many.

    Killed in the middle it goes on with the next run. Files go after the words of their case, and
    their rows after the files: a row never outlives a file that is still there.
    """
    cleared = 0
    for place in places_of(due(at=at)):
        count = AT_ONCE
        while cleared < most and count == AT_ONCE:
            count = _clear_some(place, at, by)
            cleared += count
    remove_files_of_cleared()
    return cleared


def _clear_some(place: int, at: datetime, by: Actor) -> int:
    with recorded("case.clear", by=by, at=at, place=place) as draft:
        rows = due(at=at).filter(place=place).select_for_update(of=("self",), skip_locked=True)
        found = list(rows.order_by("pk").values_list("pk", "number")[:AT_ONCE])
        _erase([pk for pk, _ in found], at)
        draft.concerns(
            "place", place, cleared=len(found), rule="cases.Case", days=term().days,
            cases=[number for _, number in found],
        )  # fmt: skip
    return len(found)


def _erase(cases: list[UUID], at: datetime) -> None:
    Case.objects.filter(pk__in=cases).update(
        title=CLEARED, text="", search=None, answers={}, address="", lon=None, lat=None, answer="",
        last_word="", source_ref=None, route={}, handler_users=[], owner_name="", photo_count=0,
        paper_count=0, photos_shown=False, cleared_on=timezone.localdate(at),
    )  # fmt: skip
    Event.objects.filter(case__in=cases, note__isnull=False).update(note=None, note_salt=None)
    Reminder.objects.filter(case__in=cases).exclude(said="").update(said="")
    CauseNoted.objects.filter(case__in=cases).exclude(words="").update(words="")
    CaseLink.objects.filter(Q(one__in=cases) | Q(other__in=cases)).exclude(reason="").update(reason="")
    gone = Concat(Value("cleared "), Cast("pk", CharField()))
    Order.objects.filter(pk__in=cases).update(number=gone, fingerprint="")
    Reporter.objects.filter(case__in=cases).delete()
    Joined.objects.filter(case__in=cases).delete()


# ---------------------------------------------------------------- holds


def hold_case(*, number: str, reason: str, by: Actor, at: datetime) -> ClearingHold:
    """Keep a case although its time comes. Raises `CaseError` (unknown, no reason, held, cleared)."""
    words = clean_text(reason, 200)
    if not words:
        raise CaseError("step.note_needed")
    case = Case.objects.filter(number=number.strip().upper()).first()
    if case is None:
        raise CaseError("case.unknown")
    with recorded("case.hold", by=by, at=at, place=case.place, reason=words) as draft:
        locked = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        if locked.cleared_on is not None or ClearingHold.objects.filter(pk=case.pk).exists():
            raise CaseError("case.held")
        found = ClearingHold.objects.create(
            case=locked, place=case.place, at=at, made_by=by.label, reason=words
        )
        draft.concerns("case", case.pk, number=case.number)
    return found


def release_case(*, number: str, by: Actor, at: datetime) -> None:
    """End a hold: the case goes with the next run if its time has come. Raises `CaseError`."""
    found = ClearingHold.objects.filter(case__number=number.strip().upper()).first()
    if found is None:
        raise CaseError("case.unknown")
    with recorded("case.release", by=by, at=at, place=found.place) as draft:
        draft.concerns("case", found.pk, number=number.strip().upper())
        found.delete()


def holds() -> list[tuple[str, datetime, str, str]]:
    """Number, since when, by whom and why, of every case that is held."""
    rows = ClearingHold.objects.order_by("at").values_list("case__number", "at", "made_by", "reason")
    return list(rows)
