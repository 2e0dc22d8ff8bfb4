"""Anybody tries anything through any door: the form of a case, many rows at once, the API by keys of posts.

The same oracle as in `test_model.py`. After each try every case stands where the table leads, has owner and
due time unless it has ended, and its history is whole; what was refused has changed nothing.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import Town
from tests.cases.oracle import FINAL, ORACLE, WISHES, leads
from tests.cases.test_model import is_owner_or_registrar
from tests.territory.test_clients import let_in

from weiwang.audit.queries import verify_chain
from weiwang.cases.models import Case, Event
from weiwang.cases.permissions import steps_for
from weiwang.cases.queries import verify_histories
from weiwang.cases.rules import Step
from weiwang.territory import queries
from weiwang.territory.rules import scopes_of

AT_DESK = ("dispatcher", "duty", "city", "housing", "community", "community2", "gridhead", "auditor")
BY_KEY = ("community", "dispatcher", "city", "gridhead")
NO_STEP = frozenset({"remind", "supervise"})  # they change nothing that anybody could overtake
TRIES = 14
KEYS = count()  # of every form that is sent
T = TypeVar("T")


@dataclass
class Doors:
    """Some cases, and everybody who tries something with them."""

    town: Town
    cases: list[UUID]
    draw: st.DataObject
    browsers: dict[str, Client] = field(default_factory=dict)

    def pick(self, choices: Sequence[T]) -> T:
        return self.draw.draw(st.sampled_from(choices))

    def attempt(self) -> None:
        before = self.as_they_are()
        door = self.pick((self.form, self.form, self.form, self.key, self.key, self.many))
        done = door(before[self.pick(self.cases)])
        moved = sum(judge(case, Case.objects.get(pk=case.pk)) for case in before.values())
        assert moved == done

    def as_they_are(self) -> Mapping[UUID, Case]:
        return Case.objects.defer("search").in_bulk(self.cases)

    def wanted(self, case: Case, who: str) -> Step:
        offered = steps_for(self.town.officer(who), case)
        sensible = bool(offered) and self.pick(("offered", "offered", "")) != ""
        return self.pick(offered if sensible else list(Step))

    def details(self) -> dict[str, Any]:
        return {
            "note": self.pick(("办了。", "办了。", "")), "longer": self.pick(("1wd", "3wd", "soon")),
            "target": self.town.posts[self.pick(("city", "housing", "gridhead", "community2"))].pk,
            "review_on": (self.town.at + timedelta(days=self.pick((20, 0)))).date().isoformat(),
            "channel": self.pick(("petition", "moon")),
        }  # fmt: skip

    def version(self, case: Case) -> int:
        return case.version - self.pick((0, 0, 0, 0, 1))

    def browser(self, who: str) -> Client:
        if who not in self.browsers:
            self.browsers[who] = Client(headers={"accept-language": "en"})
            self.browsers[who].force_login(self.town.users[who])
        return self.browsers[who]

    def form(self, case: Case) -> int:
        """The form on the page of a case; how many cases it moved, by what it answered."""
        who = self.pick(AT_DESK)
        sent = self.details() | {
            "step": self.wanted(case, who).value, "seen_version": self.version(case),
            "submission_key": f"form-{next(KEYS)}",
        }  # fmt: skip
        answer = self.browser(who).post(reverse("desk:step", args=[case.pk]), sent)
        assert answer.status_code in {302, 403, 404, 409, 422}, answer.status_code
        return int(answer.status_code == 302)

    def key(self, case: Case) -> int:
        """A program that acts by a post."""
        who = self.pick(BY_KEY)
        step, sent = self.wanted(case, who), self.details()
        answer = Client().post(
            f"/api/v1/cases/{case.pk}/steps/{step.value}", json.dumps(sent), "application/json",
            headers={
                "Authorization": f"Bearer {key_of(who)}", "If-Match": f'"v{self.version(case)}"',
                "Idempotency-Key": f"a-key-of-this-test-{next(KEYS):06d}",
            },
        )  # fmt: skip
        assert answer.status_code in {200, 204, 403, 404, 409, 412, 422}, answer.content
        return int(answer.status_code in {200, 204})

    def many(self, _case: Case) -> int:
        """All of them ticked on the dispatch desk; each gets an answer of its own."""
        now = self.as_they_are()
        sent = {
            "case": [f"{case.pk}:{self.version(case)}" for case in now.values()], "query": "view=unassigned",
            "deed": self.pick(("assign", "remind")), "note": "请尽快。",
            "submission_key": f"many-{next(KEYS)}",
            "target": self.pick(("", str(self.town.posts["city"].pk), str(self.town.posts["auditor"].pk))),
        }  # fmt: skip
        answer = self.browser(self.pick(AT_DESK)).post(reverse("desk:dispatch-many"), sent)
        if answer.status_code != 200:
            assert answer.status_code == 403
            return 0
        done = len(answer.context["lines"])
        assert done + answer.context["left"] == len(now)
        halfway = sum(self._only_registered(case) for case in now.values())
        return done + halfway

    def _only_registered(self, before: Case) -> bool:
        """Registered on the way to a post that cannot have it: the first of two deeds stands."""
        steps = Event.objects.filter(case=before, seq__gt=before.history_length)
        return list(steps.values_list("step", flat=True)) == ["register"]


def key_of(who: str) -> str:
    return f"ww_a-key-for-tests-only-{who:_>12}"


def judge(before: Case, after: Case) -> bool:
    """Whether it moved; every entry since then was a row of the table, by a hand that may."""
    entries = Event.objects.filter(case=before, seq__gt=before.history_length).order_by("seq")
    state, counted = before.state, 0
    for entry in entries:
        assert (entry.from_state, entry.to_state) == (state, leads(entry.step, state, before.held_from))
        if entry.seq == before.history_length + 1:
            judge_hand(before, entry)
        assert entry.note or not ORACLE[entry.step].words
        state, counted = entry.to_state, counted + (entry.step not in NO_STEP)
    assert (after.state, after.version) == (state, before.version + counted)
    assert after.history_length == before.history_length + len(entries)
    is_final = after.state in FINAL
    assert (after.owner_post_id is None, after.due_at is None, after.clock == "") == (is_final,) * 3
    return bool(entries)


def judge_hand(case: Case, entry: Event) -> None:
    who = ORACLE[entry.step].who
    assert who != "not-handler" or entry.user_id not in case.handler_users
    assert who != "owner" or entry.post_id == case.owner_post_id
    assert who != "owner-or-registrar" or is_owner_or_registrar(case, entry)
    assert who != "not-owner" or entry.post_id != case.owner_post_id
    if who == "not-asker":
        assert WISHES[f"ask_{entry.step.partition('_')[2]}"] == case.asked
        assert entry.post_id != case.asked_post_id


@pytest.fixture
def town(town: Town) -> Town:
    """The town, with a program let in at several of its posts."""
    for who in BY_KEY:
        scopes = scopes_of(queries.post_table().kinds[town.posts[who].kind])
        let_in(town, who, scopes=scopes, key=key_of(who), name=f"程序{who}", per_minute=6000)
    return town


@settings(
    max_examples=8, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(draw=st.data())
def test_whatever_anybody_tries_through_any_door_the_rules_hold(
    town: Town, at: datetime, draw: st.DataObject
) -> None:
    with time_machine.travel(at, tick=False):
        ways: Sequence[Callable[[], Case]] = (
            town.report, lambda: town.walk(town.report(), Step.DISPATCH),
            lambda: town.walk(town.report(), Step.HANDLE),
        )  # fmt: skip
        doors = Doors(town, [way().pk for way in ways], draw)
        cache.clear()
        for _ in range(TRIES):
            doors.attempt()
            assert all(isinstance(found, Case) for found in verify_histories())
        assert verify_chain(town.place).broken is None
