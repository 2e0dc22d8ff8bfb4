"""Making one case urgent, or ordinary again, whatever its category says."""

from datetime import datetime
from uuid import UUID

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT
from weiwang.cases.actions.clocks import category_named, recompute
from weiwang.cases.actions.moves import NOTE_LIMIT, acting, locked_case, refuse_merged
from weiwang.cases.actions.telling import tell
from weiwang.cases.history import next_event
from weiwang.cases.models import Case
from weiwang.cases.rules import FINAL, STATE_NAMES, State, StepRefusedError
from weiwang.kernel.text import clean_text
from weiwang.territory.rules import Officer

URGENCY = "urgency"  # no step of the table: it moves nothing but the clock
POWER = "case.urgency"


def set_urgency(
    *, case_id: UUID, urgent: bool, reason: str, by: Officer, at: datetime, seen_version: int,
    submission: str | None = None,
) -> Case:  # fmt: skip
    """Say that an open case is urgent, or that it is not; the limit that runs is counted again.

    It began when it began, so no time that was used is given back. The other way gives back the limit of the
    category. Raises `StepRefusedError`, `CaseError`, `NotAllowedError`, `AlreadyDoneError`.
    """
    words = clean_text(reason, NOTE_LIMIT)
    if not words:
        raise StepRefusedError("step.note_needed")
    with recorded("case.urgency", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        refuse_merged(case)
        actor = acting(by, case, POWER, at=at)
        _refuse(case, urgent=urgent, seen_version=seen_version)
        was = case.due_at
        case.urgent, case.clock_rung = urgent, 0
        recompute(case, category=category_named(case.category))
        case.version += 1
        data: dict[str, object] = {"urgent": urgent} | (_moved(was, case.due_at) if was else {})
        event = next_event(
            case, step=URGENCY, before=case.state, at=at, by=actor, note=words, data=data, public=False
        )
        case.save(update_fields=FIELDS)
        event.save(force_insert=True)
        tell(case, event)
        draft.place, draft.by, draft.reason = case.place, actor, words
        draft.concerns("case", case.pk, number=case.number, urgent=urgent, history=case.history_digest.hex())
    return case


FIELDS = (
    "urgent", "clock_limit", "clock_rung", "due_at", "near_at", "version", "history_length", "history_digest",
)  # fmt: skip


def _refuse(case: Case, *, urgent: bool, seen_version: int) -> None:
    if State(case.state) in FINAL:
        raise StepRefusedError("step.wrong_state", state=STATE_NAMES[State(case.state)])
    if case.version != seen_version or case.urgent is urgent:  # somebody else was quicker
        raise StepRefusedError("step.stale")


def _moved(was: datetime, now: datetime | None) -> dict[str, object]:
    return {"was": was.isoformat(), "now": now.isoformat()} if now is not None and now != was else {}
