"""Moving a case along the table."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT, Actor
from weiwang.cases.actions.clocks import category_named, extend, promise, run
from weiwang.cases.actions.family import hold_parent, tell_parent
from weiwang.cases.actions.files import keep_files, save_files
from weiwang.cases.actions.keeping import keep_promises
from weiwang.cases.actions.nudging import nudge
from weiwang.cases.actions.owners import candidates
from weiwang.cases.actions.telling import tell
from weiwang.cases.calendars import calendar_for
from weiwang.cases.climbing import higher
from weiwang.cases.events import CaseMoved
from weiwang.cases.history import next_event
from weiwang.cases.ladder import ASKED, SUPERVISED
from weiwang.cases.models import Case, Event, Paper, Photo
from weiwang.cases.permissions import holdings_over, standing
from weiwang.cases.replies import refuse_blanks
from weiwang.cases.routing import Candidate, Choice, above, handler_for, nearest_with
from weiwang.cases.rules import (
    HELD,
    LIFECYCLE,
    NUDGES,
    Ask,
    CaseError,
    Category,
    Clock,
    Detail,
    Hand,
    Move,
    Next,
    State,
    Step,
    StepRefusedError,
    Who,
    refuse_unless_possible,
    stands,
)
from weiwang.cases.terms import CHANNELS, TERMS, Wish, chosen, goes_down, needs_acceptance, review_moment
from weiwang.kernel.papers import CleanPaper
from weiwang.kernel.pictures import CleanPicture
from weiwang.kernel.text import clean_text, first_line
from weiwang.kernel.worktime import Limit, due
from weiwang.territory import queries as territory
from weiwang.territory.rules import NotAllowedError, Officer

NOTE_LIMIT = 2000


def take_step(
    *, case_id: UUID, step: Step, by: Officer, at: datetime, seen_version: int | None, note: str = "",
    target_post: int | None = None, photos: Sequence[CleanPicture] = (), papers: Sequence[CleanPaper] = (),
    longer: str = "",
    review_on: date | None = None, channel: str = "", submission: str | None = None,
) -> Case:  # fmt: skip
    """Take one step of the table for one case.

    `seen_version` is the version on the page the officer decided from; `rules.NUDGES` need none. `longer`
    (a limit), `review_on` and `channel` (a legal one) belong to the steps whose row names that detail. Raises
    `StepRefusedError`, `NotAllowedError`, `AlreadyDoneError` (same submission), `CaseError`.
    """
    words = clean_text(note, NOTE_LIMIT)
    refuse_blanks(words)
    with recorded(f"case.{step}", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        refuse_merged(case)
        hold_parent(case)
        actor, hand = _hand(by, case, LIFECYCLE[step], at)
        if case.version != seen_version and step not in NUDGES:
            raise StepRefusedError("step.stale")
        move = refuse_unless_possible(step, standing(case), hand, note=words)
        files = keep_files(case, photos, papers, stage="result", at=at, draft=draft)
        wish = Wish(target_post, longer, review_on, channel)
        event = carry_out(case, step, move, by=actor, at=at, note=words, wish=wish)
        save_step(case, event, files)
        draft.place, draft.by = case.place, actor
        draft.concerns("case", case.pk, number=case.number, history=case.history_digest.hex())
        draft.events.append(CaseMoved(case.pk, case.place, step, case.state, case.owner_post_id))
        if step in NUDGES:
            kind = ASKED if step is Step.REMIND else SUPERVISED
            draft.events.append(nudge(case, words, at, post=case.owner_post_id, rung=kind, by=by.user_id))
    return case


def _hand(by: Officer, case: Case, move: Move, at: datetime) -> tuple[Officer, Hand]:
    """The officer, acting by the post that gives the power of the step, and what the table asks of them."""
    rather = "case.register" if move.who is Who.OWNER_OR_REGISTRAR else ""
    actor = acting(by, case, move.power, at=at, rather_not=case.asked_post_id, rather=rather)
    registers = any(h.post_id == actor.post_id and "case.register" in h.allows for h in by.holdings)
    return actor, Hand(by.user_id, by.holds(case.owner_post_id), posts_with(actor), registers)


def locked_case(case_id: UUID) -> Case:
    """The case, held until the end of the transaction. Raises `CaseError`: there is none, it was cleared."""
    case = Case.objects.select_for_update(of=("self",), no_key=True).filter(pk=case_id).first()
    if case is None:
        raise CaseError("case.unknown")
    if case.cleared_on is not None:
        raise CaseError("case.cleared")
    return case


def refuse_merged(case: Case) -> None:
    """Raises `CaseError` for a case that was put to another: what happens, happens there."""
    if case.merged_into_id is not None:
        raise CaseError("merge.is_merged")


def posts_with(actor: Officer) -> frozenset[int]:
    """The post somebody acts by; they decide a request by it, so it must not be the asker's."""
    return frozenset({actor.post_id}) if actor.post_id is not None else frozenset()


def acting(
    by: Officer, case: Case, power: str, *, at: datetime, rather_not: int | None = None, rather: str = "",
) -> Officer:  # fmt: skip
    """The officer, acting by the post that gives this power over this case. Raises `NotAllowedError`.

    Of several posts the owner's own comes first, then one that gives the power `rather` as well, then the
    nearest; `rather_not` is taken only if nothing else gives the power.
    Whether the post is still held is asked once more: photos may have been minutes on their way.
    """
    held = territory.posts_held(user_id=by.user_id, at=at)
    fitting = [h for h in holdings_over(by, case) if power in h.allows and h.post_id in held]
    if not fitting:
        raise NotAllowedError(power)
    owner = case.owner_post_id
    fitting.sort(
        key=lambda h: (h.post_id == rather_not, h.post_id != owner, rather not in h.allows, -len(h.unit_path))
    )
    return by.acting_as(fitting[0])


def carry_out(
    case: Case, step: Step, move: Move, *, by: Actor, at: datetime, note: str, target_post: int | None = None,
    posts: Sequence[Candidate] | None = None, wish: Wish | None = None,
) -> Event:  # fmt: skip
    """Change the case as the table says and return the event; nothing is saved yet.

    `posts` are the posts on the way up from the place, if the caller has them already.
    """
    category = category_named(case.category)
    if category is None:
        raise CaseError("case.category", code=case.category)
    if step is Step.SETTLE and not category.self_handled:
        raise StepRefusedError("step.not_settleable")
    before, data, wish = State(case.state), dict[str, object](), wish or Wish(target_post)
    kept = _kept(case, move, wish, at)
    choice = _next_owner(
        case, move, by=by, at=at, target_post=wish.target_post, posts=posts, category=category
    )
    _mark(case, step, by=by, at=at, note=note)
    if step is Step.REOPEN:
        case.promised_at = promise(category, case, start=at)
    after = move.leads(before, State(case.held_from) if case.held_from else None)
    if step in NUDGES:
        data["post"] = case.owner_name
    else:
        case.state, case.step_at, case.version = after, at, case.version + 1
        case.last_word = first_line(note, 60) if note else ""
    answers = by.post_id if step in ACCEPTS else case.answerable_post_id or case.owner_post_id
    _pass_on(case, move, choice, data)
    case.answerable_post_id = None if answers == case.owner_post_id else answers
    turn_clock(case, move, category, at)
    _remember(case, move, before, kept, by, data)
    return next_event(
        case, step=step, before=before, at=at, by=by, note=note, data=data, public=bool(move.tells)
    )


def _kept(case: Case, move: Move, wish: Wish, at: datetime) -> str:
    return chosen(
        move.detail, wish, terms=TERMS.read(settings.POLICIES).table,
        channels=CHANNELS.read(settings.POLICIES).table, extended=case.extended, on=timezone.localdate(at),
    )  # fmt: skip


def _remember(case: Case, move: Move, before: State, kept: str, by: Actor, data: dict[str, object]) -> None:
    """What stays on the case of a request, of a rest, of a legal channel; and what is over."""
    state = State(case.state)
    if state not in HELD:
        case.held_from = ""
    elif before not in HELD:
        case.held_from = before
    if move.detail is Detail.CHANNEL:
        case.legal_channel = kept
        case.answer = CHANNELS.read(settings.POLICIES).table[kept].said(case.answer)
    if move.asks is not None:
        case.asked, case.asked_for = move.asks, kept
        case.asked_by_id, case.asked_post_id = by.user_id, by.post_id
    elif move.settles is not None or not stands(Ask(case.asked) if case.asked else None, state):
        drop_request(case)
    if kept:
        data["kept"] = kept


def drop_request(case: Case) -> None:
    """Nothing is asked for any more."""
    case.asked, case.asked_for, case.asked_by_id, case.asked_post_id = "", "", None, None


def _next_owner(
    case: Case,
    move: Move,
    *,
    by: Actor,
    at: datetime,
    target_post: int | None,
    posts: Sequence[Candidate] | None,
    category: Category,
) -> Choice | None:
    if move.next in {Next.KEEPS, Next.NOBODY}:
        return None
    if posts is None:
        posts = candidates(path=case.unit_path, place=case.place, at=at)
    avoid = frozenset(case.handler_users) | (
        {by.user_id} if move.next is Next.CHECKER and by.user_id else set()
    )
    if move.next is Next.TARGET:
        return _target(case, posts, target_post, by)
    if move.next is Next.HANDLER:
        return _back(case, posts, category)
    if move.next is Next.ABOVE:
        closer = next((p for p in posts if p.post_id == case.closer_post_id), None)
        return above(posts, closer, avoid_users=avoid)
    owner = next((p for p in posts if p.post_id == case.owner_post_id), None)
    if move.next is Next.ABLE:
        able = owner is not None and owner.holders and "case.handle" in owner.allows
        return Choice(owner, "owner") if owner and able else handler_for(category, posts)
    if move.next is Next.HIGHER:
        return _higher(case, posts, owner)
    power = {Next.CHECKER: "case.check", Next.VERIFIER: "case.verify", Next.DUTY: "case.register"}.get(
        move.next, "case.dispatch"
    )
    return nearest_with(power, posts, avoid_users=avoid)


def _higher(case: Case, posts: Sequence[Candidate], owner: Candidate | None) -> Choice:
    power = "case.register" if State(case.state) is State.REPORTED else "case.dispatch"
    found = higher(posts, owner, power)
    if found is None:
        raise StepRefusedError("step.nobody_above")
    return found


def _back(case: Case, posts: Sequence[Candidate], category: Category) -> Choice | None:
    """Whoever handled it; the usual handler when nobody holds that post any more."""
    back = next((p for p in posts if p.post_id == case.handler_post_id and p.holders), None)
    return Choice(back, "handler") if back else handler_for(category, posts)


def _target(case: Case, posts: Sequence[Candidate], target_post: int | None, by: Actor) -> Choice:
    wanted = target_post or case.suggested_post_id
    if wanted is None:
        raise StepRefusedError("step.target_needed")
    for post in posts:
        if post.post_id == wanted and "case.handle" in post.allows:
            _refuse_unless_admitted(case, post, posts, by)
            return Choice(post, "suggested" if wanted == case.suggested_post_id else "chosen")
    raise StepRefusedError("step.target_unknown")


def _refuse_unless_admitted(case: Case, target: Candidate, posts: Sequence[Candidate], by: Actor) -> None:
    """What is not on the community's list goes down from a post of the sub-district only."""
    terms = TERMS.read(settings.POLICIES).table
    if needs_acceptance(terms, case.category, target, case.place):
        sender = next((post for post in posts if post.post_id == by.post_id), None)
        if sender is None or goes_down(sender.path, case.place):
            raise StepRefusedError("step.not_admitted")


def _mark(case: Case, step: Step, *, by: Actor, at: datetime, note: str) -> None:
    """What a step leaves on the case beside its state."""
    if step in {Step.HANDLE, Step.SETTLE}:
        case.handler_users = sorted({*case.handler_users, by.user_id})
        case.handler_post_id = by.post_id
    if step in ENDS:
        case.answer, case.closed_at, case.closer_post_id = note, at, by.post_id
        case.self_handled = step is Step.SETTLE
    if step is Step.RETURN and case.suggested_post_id == case.owner_post_id:
        case.suggested_post_id = None  # they said it is not theirs: somebody is to choose
    counter = COUNTERS.get(step)
    if counter is not None:
        setattr(case, counter, getattr(case, counter) + 1)
    if step is Step.FOLLOW_UP:
        case.satisfied = True
    if step is Step.REOPEN:
        case.satisfied, case.closed_at = False, None
        case.outer_due_at = None  # their limit was for the first answer


# Whoever takes one of these on answers for the case from then on (首接负责).
ACCEPTS = frozenset({Step.REGISTER, Step.SIGN, Step.SETTLE})
ENDS = frozenset({Step.CLOSE, Step.SETTLE, Step.REJECT, Step.HAND_OVER, Step.VOID})
COUNTERS: Mapping[Step, str] = {
    Step.RETURN: "returned",
    Step.REOPEN: "reopened",
    Step.GRANT_EXTEND: "extended",
    Step.REMIND: "reminded",
    Step.SUPERVISE: "supervised",
}


def _pass_on(case: Case, move: Move, choice: Choice | None, data: dict[str, object]) -> None:
    if move.next is Next.NOBODY:
        case.owner_post_id, case.owner_name = None, ""
        return
    if move.next is Next.KEEPS:
        return
    if choice is None:
        raise CaseError("case.nobody")
    if move.next is Next.TARGET:
        case.department_id = choice.post.department_id
    case.owner_post_id, case.owner_name = choice.post.post_id, choice.post.name
    data |= {"owner": choice.post.post_id, "owner_name": choice.post.name, "rule": choice.rule}
    if choice.climbed:
        data["climbed"] = list(choice.climbed)


def turn_clock(case: Case, move: Move, category: Category, at: datetime) -> None:
    """Do to the clock what the row says; a pause ends with the day that was granted, or the usual wait."""
    if move.clock is Clock.EXTEND:
        extend(case, Limit.parse(case.asked_for))
        return
    until = None
    if move.clock is Clock.PAUSE:
        wait = TERMS.read(settings.POLICIES).table.wait_for_reporter
        until = review_moment(case.asked_for) if move.settles else due(at, wait, calendar_for(case))
    run(case, move.clock, category, at, until)


def save_step(case: Case, event: Event, files: Sequence[Photo | Paper] = ()) -> None:
    case.save(update_fields=STEP_FIELDS)
    event.save(force_insert=True)
    save_files(files)
    keep_promises(case, event)
    tell_parent(case, event)
    tell(case, event)


STEP_FIELDS = (
    "state", "owner_post", "owner_name", "suggested_post", "department", "handler_post", "closer_post",
    "handler_users", "step_at", "clock", "clock_at", "clock_limit", "clock_extra", "clock_pauses",
    "clock_rung", "paused_at", "paused_until", "near_at", "due_at", "outer_due_at", "promised_at",
    "closed_at", "answer", "self_handled", "satisfied", "returned", "reopened", "photo_count",
    "paper_count",
    "held_from", "asked", "asked_for", "asked_by", "asked_post", "extended", "reminded", "supervised",
    "legal_channel", "answerable_post", "last_word", "version", "history_length", "history_digest",
)  # fmt: skip
