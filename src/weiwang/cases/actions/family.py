"""What a step of a part means for the case it belongs to; in the transaction of the step.

Locks are taken from a part to its parent, never the other way, so that two people never wait for each other.
"""

from weiwang.audit.rules import Actor
from weiwang.cases.actions.nudging import nudge
from weiwang.cases.history import next_event
from weiwang.cases.ladder import PART_ENDED
from weiwang.cases.models import Case, Event
from weiwang.cases.rules import FINAL, NUDGES

PART_MADE, PART_ENDED_STEP, PART_AGAIN = "part_made", "part_ended", "part_again"
_NUDGES = frozenset(step.value for step in NUDGES)
_ENDED = frozenset(state.value for state in FINAL)


def hold_parent(case: Case) -> Case | None:
    """The parent of a part, held until the end of the transaction, so that it cannot end meanwhile."""
    if case.parent_id is None:
        return None
    return Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.parent_id)


def tell_parent(part: Case, event: Event) -> None:
    """Let the parent know what became of a part: news to look at; its end stands in the history."""
    if part.parent_id is None or event.step in _NUDGES:
        return
    parent = hold_parent(part)
    if parent is None:
        return
    parent.parts_news_at = event.at
    was, now = event.from_state in _ENDED, event.to_state in _ENDED
    line = None
    if was != now:
        parent.open_parts = (parent.open_parts or 0) + (-1 if now else 1)
        line = note_on_parent(parent, part, PART_ENDED_STEP if now else PART_AGAIN, event)
    parent.save(update_fields=["parts_news_at", "open_parts", "history_length", "history_digest"])
    if line is not None:
        line.save(force_insert=True)
    if now and not was:
        nudge(parent, part.number, event.at, post=parent.owner_post_id, rung=PART_ENDED, by=event.user_id)


def note_on_parent(parent: Case, part: Case, step: str, event: Event) -> Event:
    """A link of the parent's history about one of its parts, not yet saved."""
    by = Actor(label=event.actor, user_id=event.user_id, post_id=event.post_id)
    told: dict[str, object] = {"case": str(part.pk), "number": part.number, "part": part.owner_name}
    if step == PART_ENDED_STEP:
        told["state"] = part.state
    return next_event(parent, step=step, before=parent.state, at=event.at, by=by, data=told, public=False)
