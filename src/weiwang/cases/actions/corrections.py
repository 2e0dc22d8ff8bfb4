"""Putting right what was routed wrongly: another place, another category."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT
from weiwang.cases.actions.clocks import category_named, recompute
from weiwang.cases.actions.moves import NOTE_LIMIT, acting, locked_case
from weiwang.cases.actions.owners import candidates
from weiwang.cases.actions.telling import tell
from weiwang.cases.history import next_event
from weiwang.cases.models import Case
from weiwang.cases.routing import Candidate, handler_for, nearest_with
from weiwang.cases.rules import (
    FINAL,
    STATE_NAMES,
    CaseError,
    State,
    StepRefusedError,
)
from weiwang.kernel.text import clean_text
from weiwang.territory import queries as territory
from weiwang.territory.rules import Officer


def reroute_case(
    *, case_id: UUID, by: Officer, at: datetime, seen_version: int, reason: str, category: str = "",
    unit_id: int | None = None, submission: str | None = None,
) -> Case:  # fmt: skip
    """Change the category or the place of an open case; who overruled the routing and why is recorded.

    Raises `StepRefusedError`, `NotAllowedError`, `CaseError`, `AlreadyDoneError`.
    """
    words = clean_text(reason, NOTE_LIMIT)
    if not words:
        raise StepRefusedError("step.note_needed")
    with recorded("case.reroute", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        actor = acting(by, case, "case.reroute", at=at)
        if case.version != seen_version:
            raise StepRefusedError("step.stale")
        if State(case.state) in FINAL:
            raise StepRefusedError("step.wrong_state", state=STATE_NAMES[State(case.state)])
        was = {"category": case.category, "unit": case.unit_id}
        _change_place(case, unit_id)
        _change_category(case, category)
        if was != {"category": case.category, "unit": case.unit_id}:
            recompute(case, category=category_named(case.category))
        posts = candidates(path=case.unit_path, place=case.place, at=at)
        _route_again(case, posts)
        case.version += 1
        now = {"category": case.category, "unit": case.unit_id}
        event = next_event(
            case, step="reroute", before=case.state, at=at, by=actor, note=words,
            data={"was": was, "now": now, **_owner_there(case, posts)}, public=False,
        )  # fmt: skip
        case.save()
        event.save(force_insert=True)
        tell(case, event)
        draft.place, draft.by, draft.reason = case.place, actor, words
        head = case.history_digest.hex()
        draft.concerns("case", case.pk, number=case.number, was=was, now=now, history=head)
    return case


def _change_place(case: Case, unit_id: int | None) -> None:
    if unit_id is None or unit_id == case.unit_id:
        return
    unit = territory.unit_in(place=case.place, unit_id=unit_id)
    if unit is None:
        raise CaseError("case.no_place")
    case.unit_id, case.unit_path, case.unit_name, case.match = unit.pk, unit.path, unit.name, "chosen"


def _change_category(case: Case, code: str) -> None:
    if not code or code == case.category:
        return
    found = category_named(code)
    if found is None:
        raise CaseError("case.category", code=code)
    stays_restricted = case.parent_id is not None and case.restricted  # as the case it is a part of
    was = category_named(case.category)
    by_hand = case.urgent and was is not None and not was.urgent
    case.category, case.urgent = found.code, found.urgent or by_hand
    case.restricted = found.restricted or stays_restricted


# Whose post has the case in states where no handler has taken it: the post of the new place takes over.
DUTY_OF: Mapping[State, str] = {
    State.REPORTED: "case.register", State.VERIFYING: "case.verify", State.REGISTERED: "case.dispatch",
    State.HANDLED: "case.check", State.CHECKED: "case.check",
}  # fmt: skip


def _owner_there(case: Case, posts: Sequence[Candidate]) -> dict[str, object]:
    """Give the case to a post over the new place if its owner is none; returns what the history says of it.

    A post that is handling it keeps it, and can return it.
    """
    power = DUTY_OF.get(State(case.state))
    if power is None or any(post.post_id == case.owner_post_id for post in posts):
        return {}
    choice = nearest_with(power, posts, avoid_users=frozenset(case.handler_users))
    if choice is None:
        raise CaseError("case.nobody")
    case.owner_post_id, case.owner_name = choice.post.post_id, choice.post.name
    return {"owner": choice.post.post_id, "owner_name": choice.post.name, "rule": choice.rule}


def _route_again(case: Case, posts: Sequence[Candidate]) -> None:
    category = category_named(case.category)
    if category is None:
        raise CaseError("case.category", code=case.category)
    usual = handler_for(category, posts)
    case.suggested_post_id = usual.post.post_id if usual else None
    case.route = case.route | {
        "match": case.match, "category": case.category, "handler_rule": usual.rule if usual else "",
        "handler": usual.post.name if usual else "", "handler_climbed": list(usual.climbed) if usual else [],
        "overruled": True,
    }  # fmt: skip
