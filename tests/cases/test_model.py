"""Anybody tries anything in any order: the table, owner, clock and four eyes hold all the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import Town

from weiwang.audit.queries import verify_chain
from weiwang.cases.actions import give_feedback, reroute_case
from weiwang.cases.models import Case, Event
from weiwang.cases.permissions import steps_for
from weiwang.cases.queries import verify_histories
from weiwang.cases.rules import FINAL, LIFECYCLE, CaseError, State, Step, Who
from weiwang.territory.rules import NotAllowedError

PEOPLE = (
    "dispatcher", "dispatcher2", "duty", "city", "city2", "housing", "community", "community2", "gridhead",
    "gridhead2", "worker", "leader", "leader2", "liaison", "auditor", "far",
)  # fmt: skip
CATEGORIES = ("D02", "Z99", "A01", "F02")
UNITS = ("QH", "QH01", "QH0101-1", "QH0101-2", "QH0202-2")
TRIES = 14
T = TypeVar("T")


@dataclass
class Walk:
    """One case and what was tried with it."""

    town: Town
    case: Case
    draw: st.DataObject

    def pick(self, choices: Sequence[T]) -> T:
        return self.draw.draw(st.sampled_from(choices))

    def attempt(self) -> None:
        before = Case.objects.get(pk=self.case.pk)
        deed = self.pick(
            (self.sensible, self.sensible, self.sensible, self.anything, self.feedback, self.reroute)
        )
        try:
            deed(before)
        except (CaseError, NotAllowedError):
            after = Case.objects.get(pk=self.case.pk)
            assert (after.state, after.version) == (before.state, before.version)
            assert after.history_length == before.history_length
            return
        self.judge(before, Case.objects.get(pk=self.case.pk))

    def sensible(self, case: Case) -> None:
        """One of the steps that somebody is offered."""
        offered = [(who, step) for who in PEOPLE for step in steps_for(self.town.officer(who), case)]
        if offered:
            who, step = self.pick(offered)
            self.step(case, step, who)

    def anything(self, case: Case) -> None:
        self.step(case, self.pick(list(Step)), self.pick(PEOPLE))

    def step(self, case: Case, step: Step, who: str) -> None:
        post = self.town.posts[self.pick(("city", "city2", "leader", "gridhead", "far"))]
        note = self.pick(("办了。", "办了。", ""))
        self.town.step(case, step, who, note, target_post=post.pk)
        event = Event.objects.filter(case=case).latest("seq")
        assert (event.step, event.user_id) == (step, self.town.users[who].pk)
        if LIFECYCLE[step].who is Who.NOT_HANDLER:
            assert event.user_id not in case.handler_users
        if LIFECYCLE[step].who is Who.OWNER:
            assert event.post_id == case.owner_post_id

    def feedback(self, case: Case) -> None:
        satisfied = self.pick((True, False))
        give_feedback(case_id=case.pk, satisfied=satisfied, remark="没弄好", at=self.town.at)

    def reroute(self, case: Case) -> None:
        reroute_case(
            case_id=case.pk, by=self.town.officer(self.pick(PEOPLE)), at=self.town.at,
            seen_version=case.version, reason="报错了", category=self.pick(("", *CATEGORIES)),
            unit_id=self.town.units[self.pick(UNITS)].pk,
        )  # fmt: skip

    def judge(self, before: Case, after: Case) -> None:
        if after.version == before.version:  # nobody was offered anything
            return
        event = Event.objects.filter(case=after).latest("seq")
        assert after.version == before.version + 1
        assert (event.from_state, event.to_state) == (before.state, after.state)
        if event.step == "reroute":
            assert before.state == after.state
        else:
            move = LIFECYCLE[Step(event.step)]
            assert before.state in move.origins
            assert after.state == move.to
        is_final = State(after.state) in FINAL
        assert (after.owner_post_id is None, after.due_at is None) == (is_final, is_final)


@settings(
    max_examples=12,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(draw=st.data())
def test_whatever_anybody_tries_the_rules_hold(town: Town, draw: st.DataObject) -> None:
    walk = Walk(town, town.report(category=draw.draw(st.sampled_from(CATEGORIES))), draw)
    for _ in range(TRIES):
        walk.attempt()
    assert all(isinstance(found, Case) for found in verify_histories())
    assert verify_chain(town.place).broken is None
