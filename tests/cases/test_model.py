"""Anybody tries anything in any order: the table, owner, clock, four eyes and the family hold all the same.

What is right is read from `oracle.py`, which was written down apart from the product.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import Town
from tests.cases.oracle import FINAL, HELD, ORACLE, PARTED, SPEAKS, UNACCEPTED, WISHES, leads

from weiwang.audit.queries import verify_chain
from weiwang.cases.actions import (
    add_part,
    answer_question,
    give_feedback,
    pass_up_from_vacant_posts,
    reroute_case,
)
from weiwang.cases.models import Case, Event
from weiwang.cases.permissions import powers_over, steps_for
from weiwang.cases.queries import verify_histories
from weiwang.cases.rules import CaseError, Step
from weiwang.territory.models import Post
from weiwang.territory.queries import post_table
from weiwang.territory.rules import NotAllowedError

PEOPLE = (
    "dispatcher", "dispatcher2", "duty", "city", "city2", "housing", "community", "community2", "gridhead",
    "gridhead2", "worker", "leader", "leader2", "liaison", "auditor", "far",
)  # fmt: skip
CATEGORIES = ("D02", "Z99", "A01", "F02")
UNITS = ("QH", "QH01", "QH0101-1", "QH0101-2", "QH0202-2")
TRIES = 16
T = TypeVar("T")


def is_owner_or_registrar(case: Case, event: Event) -> bool:
    """Whether the hand is that of the owner or, before acceptance, of a post that may register."""
    if event.post_id == case.owner_post_id or event.post_id is None:
        return event.post_id is not None
    kind = Post.objects.get(pk=event.post_id).kind
    return (case.held_from or case.state) in UNACCEPTED and "case.register" in post_table().kinds[kind].allows


@dataclass
class Walk:
    """One case with its parts, and what was tried with them."""

    town: Town
    main: Case
    draw: st.DataObject
    parts: list[Case] = field(default_factory=list)
    case: Case = field(init=False)

    def pick(self, choices: Sequence[T]) -> T:
        return self.draw.draw(st.sampled_from(choices))

    def attempt(self) -> None:
        self.case = self.pick([self.main, *self.parts])
        before = Case.objects.get(pk=self.case.pk)
        deed = self.pick(
            (
                self.sensible, self.sensible, self.sensible, self.sensible, self.anything, self.from_outside,
                self.give_part,
            )
        )  # fmt: skip
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
        self.town.step(
            case, step, who, note, target_post=post.pk, longer=self.pick(("1wd", "3wd", "1h")),
            review_on=(self.town.at + timedelta(days=self.pick((20, 20, 0)))).date(),
            channel=self.pick(("petition", "court", "moon")),
        )  # fmt: skip
        event = Event.objects.filter(case=case).latest("seq")
        assert (event.step, event.user_id) == (step, self.town.users[who].pk)
        assert note or not ORACLE[step].words
        self.judge_hand(case, event)

    def judge_hand(self, case: Case, event: Event) -> None:
        """Whose hand it was, by the case as it stood before."""
        who = ORACLE[event.step].who
        assert who != "not-handler" or event.user_id not in case.handler_users
        assert who != "owner" or event.post_id == case.owner_post_id
        assert who != "owner-or-registrar" or is_owner_or_registrar(case, event)
        assert who != "not-owner" or event.post_id != case.owner_post_id
        if who == "not-asker":
            assert WISHES[f"ask_{event.step.partition('_')[2]}"] == case.asked
            assert (event.user_id != case.asked_by_id, event.post_id != case.asked_post_id) == (True, True)

    def give_part(self, case: Case) -> None:
        """Only a whole case that was accepted and is not handled yet has parts, and only of some hands."""
        post, who = self.town.posts[self.pick(("city2", "housing", "gridhead", "far"))], self.pick(PEOPLE)
        part = add_part(
            case_id=case.pk, post_id=post.pk, note=self.pick(("请查。", "请查。", "")), at=self.town.at,
            by=self.town.officer(who),
        )  # fmt: skip
        self.parts.append(part)
        assert (case.parent_id, case.state in PARTED.split()) == (None, True)
        assert "case.dispatch" in powers_over(self.town.officer(who), case)
        assert (part.state, part.owner_post_id, part.due_at is None) == ("dispatched", post.pk, False)

    def judge_family(self) -> None:
        """The parent knows how many of its parts are open, and does not end before them."""
        family = list(Case.objects.filter(Q(pk=self.main.pk) | Q(parent=self.main.pk)))
        main = next(case for case in family if case.pk == self.main.pk)
        still_open = sum(case.state not in FINAL for case in family if case is not main)
        assert (main.open_parts or 0) == still_open
        assert not (main.state in FINAL and still_open)
        for case in family:
            is_open = case.state not in FINAL
            assert (case.owner_post_id is not None, case.due_at is not None) == (is_open, is_open)
        told = Event.objects.filter(case__parent=self.main.pk).values_list("step", flat=True)
        assert SPEAKS.isdisjoint(told)

    def from_outside(self, case: Case) -> None:
        self.pick((self.feedback, self.reroute, self.answer, self.clear_empty_chairs))(case)

    def answer(self, case: Case) -> None:
        answer_question(case_id=case.pk, words=self.pick(("东门那盏", "")), at=self.town.at)

    def clear_empty_chairs(self, _case: Case) -> None:
        assert pass_up_from_vacant_posts(at=self.town.at) == 0  # every chair of the town is taken

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
        if after.history_length == before.history_length:  # nobody was offered anything
            assert after.version == before.version
            return
        event = Event.objects.filter(case=after).latest("seq")
        assert after.version == before.version + (event.step not in {"remind", "supervise", "part_made"})
        assert (event.from_state, event.to_state) == (before.state, after.state)
        if event.step in {"reroute", "part_made"}:
            assert before.state == after.state
        else:
            assert after.state == leads(event.step, before.state, before.held_from)
        is_final = after.state in FINAL
        assert (after.owner_post_id is None, after.due_at is None, after.clock == "") == (is_final,) * 3
        assert (after.held_from != "", after.paused_at is not None) == (after.state in HELD,) * 2
        assert not (is_final and after.asked)


@settings(
    max_examples=12,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(draw=st.data())
def test_whatever_anybody_tries_the_rules_hold(town: Town, draw: st.DataObject) -> None:
    walk = Walk(town, town.report(category=draw.draw(st.sampled_from(CATEGORIES))), draw)
    for _ in range(TRIES):
        walk.attempt()
        walk.judge_family()
    assert all(isinstance(found, Case) for found in verify_histories())
    assert verify_chain(town.place).broken is None
