"""Which cases an officer may see, and what they may do with one."""

from collections.abc import Collection, Container
from functools import lru_cache, partial, reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet

from weiwang.cases import queries
from weiwang.cases.composed import Seen
from weiwang.cases.models import Case
from weiwang.cases.pairs import PAIRS, Pair
from weiwang.cases.queries import CaseFile
from weiwang.cases.rules import (
    FINAL,
    LIFECYCLE,
    PARTED,
    Ask,
    Hand,
    Next,
    Standing,
    State,
    Step,
    possible_steps,
)
from weiwang.territory.rules import Holding, Officer, Reach

Visible = QuerySet[Case]  # what faces hand from here to the queries


def visible_to(officer: Officer) -> Visible:
    """Every case this officer may see: by the part of the tree, by department, or because it is theirs.

    Cases of restricted categories are seen only by those who have them and by posts with that power.
    """
    found: Seen = _scope(officer.holdings).all()
    found.scope = officer.holdings
    return found


@lru_cache(maxsize=512)
def _scope(holdings: tuple[Holding, ...]) -> Seen:
    """Composed once for the same posts; never asked itself, or it would keep its first answer."""
    officer = Officer(label="", user_id=0, holdings=holdings)
    places = Seen(Case).filter(place__in=officer.places)
    if all(any(_sees_all_of(place, h) for h in holdings) for place in officer.places):
        return places
    scopes = [
        Q(place=h.place, unit_path__startswith=h.unit_path)
        & (Q() if "case.see_restricted" in h.allows else Q(restricted=False))
        for h in officer.holdings
        if "case.see" in h.allows and h.reach is Reach.UNIT
    ]
    departments = officer.departments("case.see")
    if departments:
        scopes.append(Q(department__in=departments))
    posts = [h.post_id for h in officer.holdings]
    scopes.append(Q(owner_post__in=posts))
    scopes.append(Q(handler_post__in=posts))
    scopes.append(Q(answerable_post__in=posts))
    scopes.append(Q(helper_posts__overlap=posts))
    return places.filter(reduce(or_, scopes))


def _sees_all_of(place: int, holding: Holding) -> bool:
    """Whether a post of the sub-district itself shows every case in it: then nothing else need be asked."""
    is_whole = holding.place == place == holding.unit_id and holding.reach is Reach.UNIT
    return is_whole and {"case.see", "case.see_restricted"} <= holding.allows


def holdings_over(officer: Officer, case: Case) -> list[Holding]:
    """The posts that count for one case: its owner, its department, and those over its part of the tree.

    Over a case of a restricted category only posts that may see it count for the tree.
    """
    return [h for h in officer.holdings if h.post_id == case.owner_post_id or _covers(h, case)]


def _covers(holding: Holding, case: Case) -> bool:
    if holding.reach is Reach.DEPARTMENT:
        return holding.department_id is not None and holding.department_id == case.department_id
    if case.restricted and "case.see_restricted" not in holding.allows:
        return False
    return case.unit_path.startswith(holding.unit_path)


def powers_over(officer: Officer, case: Case) -> frozenset[str]:
    """The powers an officer's posts give over one case."""
    return frozenset[str]().union(*(holding.allows for holding in holdings_over(officer, case)))


def may_see(officer: Officer, case: Case) -> bool:
    """The rule of `visible_to` for one case that has been read (tested to be the same)."""
    if case.place not in officer.places:
        return False
    theirs = (case.owner_post_id, case.handler_post_id, case.answerable_post_id, *case.helping)
    if any(officer.holds(post) for post in theirs):
        return True
    return any(_covers(h, case) and _is_of_place(h, case) for h in officer.holdings if "case.see" in h.allows)


def _is_of_place(holding: Holding, case: Case) -> bool:
    return holding.reach is Reach.DEPARTMENT or holding.place == case.place


def case_file(officer: Officer, case_id: UUID) -> CaseFile | None:
    """The case with its story and photos, if it is this officer's to see."""
    return queries.case_file(case_id, seen_by=partial(may_see, officer))


def standing(case: Case) -> Standing:
    return Standing(
        State(case.state), case.owner_post_id, frozenset(case.handler_users),
        Ask(case.asked) if case.asked else None, case.asked_by_id, case.asked_post_id,
        open_parts=case.open_parts or 0, is_part=case.parent_id is not None,
        parent_ended=case.parent_id is not None and State(case.state) in FINAL and _has_ended(case.parent_id),
        held=State(case.held_from) if case.held_from else None,
    )  # fmt: skip


def _has_ended(case_id: UUID) -> bool:
    return Case.objects.filter(pk=case_id, state__in=FINAL).exists()


def may_part(officer: Officer, case: Case) -> bool:
    """Whether somebody may give parts of a case to several offices now; how many there are is not asked."""
    may = State(case.state) in PARTED and case.parent_id is None and case.merged_into_id is None
    return may and "case.dispatch" in powers_over(officer, case)


def may_split(officer: Officer, case: Case) -> bool:
    """Whether somebody may split a second matter off a case."""
    is_whole = case.parent_id is None and case.merged_into_id is None
    return is_whole and State(case.state) not in FINAL and "case.register" in powers_over(officer, case)


def may_link(officer: Officer, case: Case) -> bool:
    """Whether somebody may link a case they see to others: who has it, or may register or dispatch there."""
    powers = powers_over(officer, case)
    return officer.holds(case.owner_post_id) or not powers.isdisjoint({"case.register", "case.dispatch"})


def may_look(officer: Officer, case: Case) -> bool:
    """Whether the news of its parts are this officer's to have seen: who has the case, or may close it."""
    return officer.holds(case.owner_post_id) or "case.close" in powers_over(officer, case)


def steps_for(officer: Officer, case: Case) -> list[Step]:
    """What this officer may do with the case now, in the order of the table.

    Nothing with a duplicate that was put to another case: what happens, happens there.
    """
    if case.merged_into_id is not None:
        return []
    holdings, holds_owner = holdings_over(officer, case), officer.holds(case.owner_post_id)
    may_register = any("case.register" in holding.allows for holding in holdings)

    def hand(power: str) -> Hand:
        posts = frozenset(holding.post_id for holding in holdings if power in holding.allows)
        return Hand(officer.user_id, holds_owner, posts, may_register)

    return possible_steps(standing(case), hand=hand)


def pairs_for(officer: Officer, case: Case, steps: Collection[Step]) -> list[Pair]:
    """The pairs whose first step is among `steps`, which may be taken now, and whose second may follow it."""
    return [
        pair for pair in PAIRS.values()
        if pair.first in steps and pair.then in steps_for(officer, _after(pair.first, case))
    ]  # fmt: skip


def _after(step: Step, case: Case) -> Case:
    """The case as the step will leave it, as far as permissions go; nobody is taken for its next owner."""
    move, after = LIFECYCLE[step], queries.sketch(case)
    after.state = move.leads(State(case.state), State(case.held_from) if case.held_from else None)
    if move.next is not Next.KEEPS:
        after.owner_post_id = None
    return after


def seat(officer: Officer, case: Case, *, held: Container[int]) -> Holding | None:
    """The post through which somebody sees a case: its owner, a helper, or one over its part of the tree."""
    theirs = {case.owner_post_id, case.handler_post_id, case.answerable_post_id, *case.helping}
    fitting = [h for h in officer.holdings if h.post_id in held and (h.post_id in theirs or _covers(h, case))]
    fitting.sort(key=lambda h: (h.post_id != case.owner_post_id, h.post_id not in theirs, -len(h.unit_path)))
    return fitting[0] if fitting else None


def may_write_out(officer: Officer, case: Case) -> bool:
    """Whether somebody may write to the reporter beside the steps: who has the case, or may close it."""
    is_open = State(case.state) not in FINAL
    return is_open and (officer.holds(case.owner_post_id) or "case.close" in powers_over(officer, case))


def may_help_be_asked(officer: Officer, case: Case) -> bool:
    """Whether somebody may ask a post to help with a case: who has it, or may dispatch it."""
    is_open = State(case.state) not in FINAL
    return is_open and (officer.holds(case.owner_post_id) or "case.dispatch" in powers_over(officer, case))


# Whoever has looked into a matter may say why it arose.
CAUSE_POWERS = ("case.handle", "case.check", "case.close", "case.register", "case.dispatch")


def power_for_cause(officer: Officer, case: Case) -> str | None:
    """The power by which this officer may note the cause of a case; None without one."""
    powers = powers_over(officer, case)
    return next((power for power in CAUSE_POWERS if power in powers), None)


def may_reveal(officer: Officer, case: Case) -> bool:
    return _by_unit(officer, case, "reporter.reveal")


def may_correct_contact(officer: Officer, case: Case) -> bool:
    return _by_unit(officer, case, "reporter.correct")


def _by_unit(officer: Officer, case: Case, power: str) -> bool:
    """By a post over the place of the case; a department that handles it is not enough."""
    unit_posts = (h for h in officer.holdings if h.reach is Reach.UNIT and power in h.allows)
    return any(_covers(holding, case) for holding in unit_posts)
