"""One case, two people, two doors, the same moment: real threads on committed data, judged by the oracle.

Which of them is first differs from run to run; that at most one moves the case does not.
"""

import json
import threading
from collections.abc import Callable
from datetime import datetime
from itertools import count
from random import Random

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.builders import Town, build_town
from tests.cases.test_model_doors import BY_KEY, NO_STEP, judge, key_of
from tests.territory.test_clients import let_in

from weiwang.audit.queries import verify_chain
from weiwang.cases.models import Case, Event
from weiwang.cases.permissions import steps_for
from weiwang.cases.queries import verify_histories
from weiwang.cases.rules import Step
from weiwang.territory import queries
from weiwang.territory.rules import scopes_of

pytestmark = pytest.mark.fault
UNTIL = (None, Step.REGISTER, Step.DISPATCH, Step.SIGN, Step.START, Step.HANDLE, Step.CHECK, Step.CLOSE)
KEYS = count()
Deed = Callable[[], int]


@pytest.fixture
def town(transactional_db: None, at: datetime) -> Town:
    """Committed, so that both threads see it, with programs let in."""
    town = build_town(at)
    for who in BY_KEY:
        scopes = scopes_of(queries.post_table().kinds[town.posts[who].kind])
        let_in(town, who, scopes=scopes, key=key_of(who), name=f"程序{who}", per_minute=6000)
    return town


def by_form(town: Town, case: Case, who: str, step: Step) -> Deed:
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(town.users[who])
    sent = {
        "step": step.value, "seen_version": case.version, "note": "办了。", "longer": "1wd",
        "target": town.posts["city"].pk, "review_on": "2026-12-06", "channel": "petition",
        "submission_key": f"rival-form-{next(KEYS)}",
    }  # fmt: skip
    return lambda: browser.post(reverse("desk:step", args=[case.pk]), sent).status_code


def by_key(town: Town, case: Case, who: str, step: Step) -> Deed:
    sent = {
        "note": "办了。", "longer": "1wd", "target": town.posts["city"].pk, "review_on": "2026-12-06",
        "channel": "petition",
    }  # fmt: skip
    headers = {
        "Authorization": f"Bearer {key_of(who)}", "If-Match": f'"v{case.version}"',
        "Idempotency-Key": f"rival-of-this-test-{next(KEYS):06d}",
    }  # fmt: skip
    path = f"/api/v1/cases/{case.pk}/steps/{step.value}"
    return lambda: Client().post(path, json.dumps(sent), "application/json", headers=headers).status_code


def at_once(deeds: list[Deed]) -> list[int]:
    together, statuses = threading.Barrier(len(deeds)), [0] * len(deeds)

    def run(number: int) -> None:
        together.wait()
        try:
            statuses[number] = deeds[number]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def offered(town: Town, case: Case, dice: Random) -> tuple[str, Step]:
    """Somebody and a step that the page offers them now."""
    choices = [(who, step) for who in BY_KEY for step in steps_for(town.officer(who), case)]
    return dice.choice(choices)


def test_of_two_doors_at_one_moment_at_most_one_moves_the_case(town: Town, at: datetime) -> None:
    dice = Random(3)
    with time_machine.travel(at, tick=False):
        cache.clear()
        for number, until in enumerate(UNTIL):
            case = town.walk(town.report(), until) if until else town.report()
            before = Case.objects.get(pk=case.pk)
            doors = (by_form, by_key) if number % 3 else (by_form, by_form)
            statuses = at_once([door(town, before, *offered(town, before, dice)) for door in doors])

            assert set(statuses) <= {200, 204, 302, 403, 404, 409, 412, 422}, statuses
            judge(before, Case.objects.get(pk=before.pk))
            steps = Event.objects.filter(case=before, seq__gt=before.history_length)
            assert len(steps) == sum(status in {200, 204, 302} for status in statuses)
            assert sum(event.step not in NO_STEP for event in steps) <= 1
            assert all(isinstance(found, Case) for found in verify_histories())
        assert verify_chain(town.place).broken is None
