"""My day: cases, duties and shifts in one list; a duty is done with one press."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import Town

from weiwang.cases.rules import Step
from weiwang.duties import actions
from weiwang.duties.models import Task
from weiwang.duties.rules import DutyText, Recurrence
from weiwang.kernel.worktime import ZONE
from weiwang.web.field.day import DayItem, merge

START = datetime(2026, 11, 16, 8, tzinfo=ZONE)
ITEMS = st.lists(
    st.builds(
        DayItem,
        kind=st.sampled_from(["case", "duty", "shift"]),
        content=st.integers(),
        due_at=st.none() | st.integers(0, 50).map(lambda hours: START + timedelta(hours=hours)),
        urgent=st.booleans(),
        done=st.booleans(),
    ),
    max_size=8,
)
Phone = Callable[[str], Client]


@given(ITEMS, ITEMS, ITEMS)
def test_merging_loses_nothing_and_never_puts_a_later_thing_first(
    cases: list[DayItem], duties: list[DayItem], shifts: list[DayItem]
) -> None:
    merged = merge(cases, duties, shifts)
    assert sorted(map(id, merged)) == sorted(map(id, [*cases, *duties, *shifts]))
    for one, after in pairwise(merged):
        assert one.done <= after.done
        if one.done == after.done:
            assert one.urgent >= after.urgent
            if one.urgent == after.urgent and after.due_at is not None:
                assert one.due_at is not None
                assert one.due_at <= after.due_at


@pytest.fixture
def phone(town: Town, at: datetime) -> Iterator[Phone]:
    """A telephone in the hands of one person, on the town's Monday at ten."""

    def sign_in(username: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(town.users[username], backend="weiwang.web.account.store.AccountBackend")
        return client

    with time_machine.travel(at, tick=False):
        yield sign_in


def publish(town: Town, *texts: str) -> None:
    by = town.officer("dispatcher")
    made = actions.start_draft(place=town.place, kind="micro_grid_leader", by=by, at=town.at)
    for text in texts:
        form = DutyText(
            text_zh=text, recurrence=Recurrence.WEEKLY, days=4, owner="社区", basis="《消防法》",
            review_on=date(2027, 12, 31),
        )  # fmt: skip
        actions.keep_duty(list_id=made.pk, form=form, by=by, at=town.at)
    actions.publish_list(list_id=made.pk, valid_from=town.at.date(), by=by, at=town.at)


def mine(town: Town, username: str = "leader") -> Task:
    return Task.objects.get(post=town.posts[username])


def press(client: Client, name: str, task_id: UUID, **data: str) -> Any:
    return client.post(reverse(f"field:{name}", args=[task_id]), {"submission_key": str(uuid4()), **data})


def page(client: Client) -> str:
    answer = client.get(reverse("field:today"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_cases_and_duties_stand_in_one_list_by_due_date(phone: Phone, town: Town) -> None:
    publish(town, "走一遍微网格")
    case = town.step(town.report("楼道口堆着旧家具。", category="A01"), Step.REGISTER, "gridhead")
    town.step(case, Step.DISPATCH, "gridhead", target_post=town.posts["leader"].pk)
    words = page(phone("leader"))
    assert words.index("楼道口堆着旧家具") < words.index("走一遍微网格")


def test_a_case_about_which_somebody_waits_says_so_until_the_next_step(phone: Phone, town: Town) -> None:
    case = town.step(town.report("楼道口堆着旧家具。", category="A01"), Step.REGISTER, "gridhead")
    town.step(case, Step.DISPATCH, "gridhead", target_post=town.posts["leader"].pk)
    town.step(case, Step.REMIND, "dispatcher", "请今天处理")
    client, there = phone("leader"), reverse("field:case", args=[case.pk])
    assert "“请今天处理”" in page(client)
    assert "The next step you take is the answer" in client.get(there).text
    town.step(case, Step.SIGN, "leader")
    assert "“请今天处理”" not in page(client)
    assert "The next step you take is the answer" not in client.get(there).text


def test_a_duty_is_done_with_one_press_and_no_words(phone: Phone, town: Town) -> None:
    publish(town, "走一遍微网格")
    client = phone("leader")
    answer = press(client, "duty-done", mine(town).pk)
    assert answer.status_code == 302
    assert mine(town).done_at is not None
    assert "done today" in page(client)


def test_a_second_press_of_the_same_form_does_nothing_twice(phone: Phone, town: Town) -> None:
    publish(town, "走一遍微网格")
    client, key = phone("leader"), str(uuid4())
    for note in ("都正常。", "别的话"):
        answer = press(client, "duty-done", mine(town).pk, note=note, submission_key=key)
        assert answer.status_code == 302
    assert mine(town).note == "都正常。"


def test_what_was_recorded_today_can_be_taken_back(phone: Phone, town: Town) -> None:
    publish(town, "走一遍微网格")
    client = phone("leader")
    press(client, "duty-done", mine(town).pk)
    press(client, "duty-taken-back", mine(town).pk)
    assert mine(town).done_at is None


def test_a_note_that_is_too_long_is_kept_in_the_form(phone: Phone, town: Town) -> None:
    publish(town, "走一遍微网格")
    answer = press(phone("leader"), "duty-done", mine(town).pk, note="长" * 201)
    assert answer.status_code == 422
    assert "长" * 201 in answer.content.decode()
    assert mine(town).done_at is None


def test_somebody_else_was_quicker(phone: Phone, town: Town) -> None:
    publish(town, "走一遍微网格")
    client = phone("leader")
    press(client, "duty-done", mine(town).pk)
    answer = press(client, "duty-done", mine(town).pk)
    assert answer.status_code == 409
    assert "recorded as done already" in answer.content.decode()


def test_the_task_of_another_post_is_not_there(phone: Phone, town: Town) -> None:
    publish(town, "走一遍微网格")
    assert press(phone("leader2"), "duty-done", mine(town).pk).status_code == 404
    assert press(phone("leader2"), "duty-done", uuid4()).status_code == 404
    assert "走一遍微网格" not in page(phone("worker"))


def test_without_a_fitting_post_nothing_opens(phone: Phone, town: Town) -> None:
    publish(town, "走一遍微网格")
    assert press(phone("auditor"), "duty-done", mine(town).pk).status_code == 403


def test_one_duty_or_three_cost_the_same_statements(phone: Phone, town: Town) -> None:
    publish(town, "走一遍微网格")
    client = phone("leader")
    page(client)
    with CaptureQueriesContext(connection) as one:
        page(client)
    publish(town, "贴通知", "查消防")
    with CaptureQueriesContext(connection) as three:
        page(client)
    assert len(one) == len(three)
