"""Putting a duplicate to the case that is there, and taking that back.

The duplicate ends without an answer of its own: its reporter reads how the other case goes. Both histories
say what was done. What the duplicate was before stands in its history, so taking it back restores it whole:
state, owner and clock, with the very moment it was due.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT
from weiwang.cases.actions.clocks import end
from weiwang.cases.actions.moves import NOTE_LIMIT, STEP_FIELDS, acting, drop_request, locked_case
from weiwang.cases.events import CaseMoved
from weiwang.cases.history import next_event
from weiwang.cases.models import Case, Event
from weiwang.cases.rules import FINAL, State, StepRefusedError
from weiwang.kernel.text import clean_text
from weiwang.territory.rules import Officer

POWER = "case.register"
# What a step may change, but for what only ever grows.
_KEPT = frozenset(STEP_FIELDS) - {"version", "history_length", "history_digest", "photo_count", "paper_count"}
_FIELDS = [field for field in Case._meta.concrete_fields if field.name in _KEPT]  # noqa: SLF001 -- Django's own way


def merge_cases(
    *, duplicate: UUID, into: UUID, by: Officer, at: datetime, seen_version: int, note: str = "",
    submission: str | None = None,
) -> Case:  # fmt: skip
    """End an open case as a duplicate of another open one; returns the duplicate.

    Raises `StepRefusedError` (the page is old, one of them has ended, it is the same case), `NotAllowedError`
    (the power is needed over both), `CaseError`, `AlreadyDoneError`.
    """
    words = clean_text(note, NOTE_LIMIT)
    with recorded("case.merge", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case, main = _both(duplicate, into)
        actor = acting(by, case, POWER, at=at)
        acting(by, main, POWER, at=at)
        if case.version != seen_version:
            raise StepRefusedError("step.stale")
        if {State(case.state), State(main.state)} & FINAL or case.place != main.place:
            raise StepRefusedError("merge.ended")
        was, before = _snapshot(case), case.state
        case.state, case.merged_into, case.closed_at, case.step_at = State.CLOSED, main, at, at
        case.owner_post_id, case.owner_name, case.version = None, "", case.version + 1
        case.held_from = ""
        drop_request(case)
        end(case)
        told: dict[str, object] = {"into": str(main.pk), "number": main.number, "was": was}
        history = [
            next_event(
                case, step="merge", before=before, at=at, by=actor, note=words, data=told, public=False
            ),
            _noted(main, case, "merged_here", at, actor),
        ]
        _save(case, main, history)
        draft.place, draft.by = case.place, actor
        draft.concerns(
            "case", case.pk, number=case.number, into=main.number, history=case.history_digest.hex()
        )
        draft.events.append(CaseMoved(case.pk, case.place, "merge", case.state, None))
    return case


def unmerge_case(
    *, case_id: UUID, by: Officer, at: datetime, seen_version: int, note: str, submission: str | None = None
) -> Case:
    """Take a merge back: the case is again what it was, with the owner and the clock it had.

    Raises `StepRefusedError` (not merged, the page is old, no reason), `NotAllowedError`, `AlreadyDoneError`.
    """
    words = clean_text(note, NOTE_LIMIT)
    if not words:
        raise StepRefusedError("step.note_needed")
    with recorded("case.unmerge", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        found = Case.objects.filter(pk=case_id).values_list("merged_into", flat=True).first()
        if found is None:
            raise StepRefusedError("merge.none")
        case, main = _both(case_id, found)
        actor = acting(by, case, POWER, at=at)
        if case.version != seen_version or case.merged_into_id != main.pk:
            raise StepRefusedError("step.stale")
        _restore(case)
        case.merged_into, case.version = None, case.version + 1
        told: dict[str, object] = {"from": str(main.pk), "number": main.number, "owner_name": case.owner_name}
        history = [
            next_event(
                case,
                step="unmerge",
                before=State.CLOSED,
                at=at,
                by=actor,
                note=words,
                data=told,
                public=False,
            ),
            _noted(main, case, "unmerged_here", at, actor),
        ]
        _save(case, main, history)
        draft.place, draft.by, draft.reason = case.place, actor, words
        draft.concerns("case", case.pk, number=case.number, history=case.history_digest.hex())
        draft.events.append(CaseMoved(case.pk, case.place, "unmerge", case.state, case.owner_post_id))
    return case


def _both(one: UUID, other: UUID) -> tuple[Case, Case]:
    """Both cases, locked in one order whoever asks, so that two merges never wait for each other."""
    if one == other:
        raise StepRefusedError("merge.same")
    family = Q(parent__isnull=False) | Q(open_parts__isnull=False)
    if Case.objects.filter(family, pk__in=(one, other)).exists():
        raise StepRefusedError("parts.apart")
    locked = {case_id: locked_case(case_id) for case_id in sorted((one, other))}
    return locked[one], locked[other]


def _noted(main: Case, other: Case, step: str, at: datetime, actor: Officer) -> Event:
    """What the case that stays says of it; its state, owner and clock go on."""
    told: dict[str, object] = {"case": str(other.pk), "number": other.number}
    return next_event(main, step=step, before=main.state, at=at, by=actor, data=told, public=False)


def _snapshot(case: Case) -> dict[str, object]:
    return {
        field.attname: field.value_to_string(case) if _is_set(case, field.attname) else None
        for field in _FIELDS
    }


def _is_set(case: Case, name: str) -> bool:
    return getattr(case, name) is not None


def _restore(case: Case) -> None:
    told = Event.objects.filter(case=case, step="merge").order_by("-seq").values_list("data", flat=True)[0]
    for field in _FIELDS:
        if field.attname in told["was"]:  # a column from after the merge keeps what it has
            value = told["was"][field.attname]
            setattr(case, field.attname, None if value is None else field.to_python(value))


def _save(case: Case, main: Case, history: list[Event]) -> None:
    case.save(update_fields=[*STEP_FIELDS, "merged_into"])
    main.save(update_fields=["history_length", "history_digest"])
    for event in history:
        event.save(force_insert=True)
