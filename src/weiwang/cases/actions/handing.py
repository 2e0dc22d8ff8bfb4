"""Cases when a post changes hands: they stay with it; left vacant, it gives them to the post above."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT, SYSTEM, Actor
from weiwang.cases.actions.clocks import category_named
from weiwang.cases.actions.corrections import DUTY_OF
from weiwang.cases.actions.moves import carry_out, locked_case, save_step
from weiwang.cases.actions.owners import candidates
from weiwang.cases.actions.telling_posts import tell_follower
from weiwang.cases.events import CaseMoved
from weiwang.cases.history import next_event
from weiwang.cases.models import Case, Event
from weiwang.cases.routing import Candidate, handler_for, nearest_with
from weiwang.cases.rules import (
    FINAL,
    LIFECYCLE,
    CaseError,
    State,
    Step,
)
from weiwang.kernel.faults import gettext_noop
from weiwang.territory import queries as territory
from weiwang.territory.handover import Handover, Line, Part

VACANT = "岗位空缺，转由上级岗位接收。"  # a note of the place, in its language as all notes are
A_RUN = 500  # cases passed on in one run; the next one comes soon


def open_at_posts(post_ids: Sequence[int], _at: datetime) -> list[Line]:
    """The open cases of some posts, the earliest due first."""
    found = Case.objects.filter(owner_post__in=list(post_ids)).exclude(state__in=[*FINAL, State.DRAFT])
    return [_line(case) for case in found.order_by("due_at", "id").defer("search", "text")]


def _line(case: Case) -> Line:
    """Number and place; what it is about is left out where only some may see it."""
    category = None if case.restricted else category_named(case.category)
    return Line(case.number, f"{case.unit_name} · {category.zh}" if category else case.unit_name)


def pass_cases(handover: Handover) -> Part:
    """List the open cases of the post; pass them up when nobody holds it any more.

    A post that falls vacant on a later day keeps them till then: `pass_up_from_vacant_posts` finds them.
    """
    heading = gettext_noop("Open cases")
    if handover.planned or not handover.leaves_vacant:
        lines = tuple(open_at_posts([handover.post_id], handover.at))
        if handover.to_user is not None:
            tell_follower(
                handover.place, handover.post_id, handover.to_user, count=len(lines), since=handover.at,
                at=handover.told_at,
            )  # fmt: skip
        return Part(heading, lines)
    found = Case.objects.filter(owner_post=handover.post_id).exclude(state__in=[*FINAL, State.DRAFT])
    cases = [
        pass_up(case_id=case_id, from_post=handover.post_id, by=handover.by, at=handover.at)
        for case_id in found.order_by("due_at", "id").values_list("pk", flat=True)
    ]
    return Part(heading, tuple(Line(case.number, f"→ {case.owner_name}") for case in cases))


def pass_up(*, case_id: UUID, from_post: int, by: Actor, at: datetime) -> Case:
    """Give an open case of a vacant post to the nearest one above that can take it on.

    What was dispatched is taken back and waits for a new dispatch; otherwise only the owner changes. Raises
    `CaseError` when no post is left to take it.
    """
    with recorded("case.reassign", by=by, at=at, place=DEPLOYMENT) as draft:
        case = locked_case(case_id)
        above = candidates(path=case.unit_path, place=case.place, at=at)
        posts = [post for post in above if post.post_id != from_post]
        event = _taken_back(case, posts, by, at) or _with_another(case, posts, by, at)
        save_step(case, event)
        draft.place = case.place
        draft.concerns("case", case.pk, number=case.number, history=case.history_digest.hex())
        draft.events.append(CaseMoved(case.pk, case.place, event.step, case.state, case.owner_post_id))
    return case


def _taken_back(case: Case, posts: Sequence[Candidate], by: Actor, at: datetime) -> Event | None:
    move = LIFECYCLE[Step.RECALL]
    if State(case.state) not in move.origins:
        return None
    category = category_named(case.category)
    usual = handler_for(category, posts) if category else None
    case.suggested_post_id = usual.post.post_id if usual else None
    return carry_out(case, Step.RECALL, move, by=by, at=at, note=VACANT, posts=posts)


def duty_power(case: Case) -> str:
    """What a post must be able to do that takes the case over; what is on hold waits with a dispatcher."""
    state = State(case.held_from or case.state)
    return DUTY_OF.get(state, "case.dispatch")


def _with_another(case: Case, posts: Sequence[Candidate], by: Actor, at: datetime) -> Event:
    choice = nearest_with(duty_power(case), posts, avoid_users=frozenset(case.handler_users))
    if choice is None:
        raise CaseError("case.nobody")
    case.owner_post_id, case.owner_name = choice.post.post_id, choice.post.name
    case.version += 1
    data: dict[str, object] = {
        "owner": choice.post.post_id,
        "owner_name": choice.post.name,
        "rule": choice.rule,
    }
    return next_event(
        case, step="reassign", before=case.state, at=at, by=by, note=VACANT, data=data, public=False
    )


def pass_up_from_vacant_posts(*, at: datetime) -> int:
    """Pass on the open cases of posts whose last holder left by date; returns how many.

    A case stays where it is while nobody above could take it either.
    """
    waiting = Case.objects.exclude(state__in=[*FINAL, State.DRAFT]).filter(owner_post__isnull=False)
    owners = list(waiting.values_list("owner_post", flat=True).distinct())
    vacant = territory.vacant_among(owners, at)
    cases = (
        waiting.filter(owner_post__in=vacant)
        .order_by("due_at", "id")
        .only("id", "place", "unit_path", "owner_post")
    )
    passed = 0
    for case in cases[:A_RUN]:
        above = candidates(path=case.unit_path, place=case.place, at=at)
        if any(post.holders and "case.dispatch" in post.allows for post in above):
            pass_up(case_id=case.pk, from_post=case.owner_post_id or 0, by=SYSTEM, at=at)
            passed += 1
    return passed
