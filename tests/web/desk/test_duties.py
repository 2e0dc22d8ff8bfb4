"""Duty lists at the desk: reading versions, writing a draft, admission, events, places open and done."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.builders import Town, confirm

from weiwang.duties import actions
from weiwang.duties.models import Duty, DutyList, Task

Desk = Callable[[str], Client]


def url(name: str, *args: object) -> str:
    return reverse(f"desk:{name}", args=args)


def typed(**more: Any) -> dict[str, Any]:
    """What a browser sends for one duty."""
    return {
        "text_zh": "走一遍楼道",
        "recurrence": "weekly",
        "days": 4,
        "owner": "网格中心",
        "basis": "《城市居民委员会组织法》第三条",
        "review_on": "2027-06-30",
        **more,
    }


@pytest.fixture
def lists(town: Town) -> None:
    """The lists of the policy table, in force."""
    actions.import_lists(place=town.place, by=town.officer("dispatcher"), at=town.at)


def draft_of(client: Client, kind: str = "auxiliary", **more: Any) -> DutyList:
    answer = client.post(url("duty-draft"), {"kind": kind, **more})
    assert answer.status_code == 302
    made = DutyList.objects.latest("pk")
    assert answer["Location"] == url("duty-list", made.pk)
    return made


def test_without_lists_the_page_says_what_will_come(desk: Desk) -> None:
    page = desk("dispatcher").get(url("duties")).content.decode()
    assert "No duty lists yet" in page
    assert "Take the lists of the policy table" in page


def test_the_sample_is_taken_with_one_press(desk: Desk) -> None:
    client = desk("dispatcher")
    page = client.post(url("duty-import"), {"submission_key": "once"}, follow=True).content.decode()
    assert "micro-grid leader" in page
    assert "duties in force altogether" in page
    assert Task.objects.exists()
    again = client.post(url("duty-import"), {"submission_key": "once"})
    assert again.status_code == 302
    assert "Take the lists of the policy table" not in client.get(url("duties")).content.decode()


def test_a_sample_past_its_review_is_refused_with_a_sentence(desk: Desk, town: Town) -> None:
    client = desk("dispatcher")
    with time_machine.travel(town.at.replace(year=town.at.year + 5), tick=False):
        client.force_login(town.users["dispatcher"])
        confirm(town.users["dispatcher"], town.at.replace(year=town.at.year + 5))
        answer = client.post(url("duty-import"))
    assert answer.status_code == 422
    assert "cannot be published yet" in answer.content.decode()


def test_whoever_holds_a_post_reads_the_lists_and_does_not_write(desk: Desk, town: Town, lists: None) -> None:
    client, found = desk("leader"), DutyList.objects.get(kind="micro_grid_leader")
    assert client.get(url("duty-list", found.pk)).status_code == 200
    page = client.get(url("duties")).content.decode()
    assert "Start a draft" not in page
    assert "Call the event" not in page
    assert client.post(url("duty-draft"), {"kind": "auxiliary"}).status_code == 403
    assert desk("auditor").get(url("duties")).status_code == 403


def test_a_draft_is_written_and_published(desk: Desk) -> None:
    client = desk("dispatcher")
    made = draft_of(client)
    assert client.post(url("duty-keep", made.pk), typed()).status_code == 302
    answer = client.post(url("duty-publish", made.pk), {"valid_from": "2026-11-16"}, follow=True)
    page = answer.content.decode()
    assert "The list is published." in page
    assert "走一遍楼道" in page
    assert "within 4 working days" in page


def test_what_is_missing_for_admission_stands_with_each_duty(desk: Desk) -> None:
    client = desk("dispatcher")
    made = draft_of(client)
    client.post(url("duty-keep", made.pk), typed(owner="", basis="", review_on=""))
    answer = client.post(url("duty-publish", made.pk), {"valid_from": "2026-11-16"})
    assert answer.status_code == 422
    page = answer.content.decode()
    for sentence in ("It does not say who asks for it.", "It names no legal basis.", "neither an end nor"):
        assert sentence in page
    assert f'href="{url("duty-list", made.pk)}?duty=' in page  # the refused page stands at another address
    assert DutyList.objects.get(pk=made.pk).published_at is None


def test_a_season_without_days_keeps_what_was_typed(desk: Desk) -> None:
    client = desk("dispatcher")
    made = draft_of(client)
    answer = client.post(url("duty-keep", made.pk), typed(recurrence="season"))
    assert answer.status_code == 422
    assert "走一遍楼道" in answer.content.decode()
    assert not Duty.objects.filter(list=made).exists()


def test_a_duty_is_changed_and_taken_out(desk: Desk) -> None:
    client = desk("dispatcher")
    made = draft_of(client)
    client.post(url("duty-keep", made.pk), typed())
    duty = Duty.objects.get(list=made)
    page = client.get(url("duty-list", made.pk), {"duty": duty.pk}).content.decode()
    assert f'name="duty" value="{duty.pk}"' in page
    client.post(url("duty-keep", made.pk), typed(duty=duty.pk, text_zh="走一遍院落"))
    assert Duty.objects.get(list=made).text_zh == "走一遍院落"
    assert client.post(url("duty-drop", made.pk, duty.pk)).status_code == 302
    assert not Duty.objects.filter(list=made).exists()


def test_a_draft_starts_from_the_sample_and_is_given_up(desk: Desk) -> None:
    client = desk("dispatcher")
    made = draft_of(client, "grid_worker", sample="on")
    assert Duty.objects.filter(list=made).count() > 2
    assert client.post(url("duty-discard", made.pk)).status_code == 302
    assert not DutyList.objects.exists()


def test_drafts_are_seen_by_their_keepers_alone(desk: Desk) -> None:
    made = draft_of(desk("dispatcher"))
    assert desk("leader").get(url("duty-list", made.pk)).status_code == 404
    assert desk("leader").post(url("duty-publish", made.pk)).status_code == 403


def test_old_versions_stay_readable(desk: Desk, lists: None) -> None:
    client, first = desk("dispatcher"), DutyList.objects.get(kind="grid_worker")
    made = draft_of(client, "grid_worker")
    client.post(url("duty-keep", made.pk), typed(text_zh="新的一条"))
    client.post(url("duty-publish", made.pk), {"valid_from": "2026-11-16"})
    page = client.get(url("duty-list", first.pk)).content.decode()
    assert "新的一条" not in page
    assert "Version 2" in page


def test_one_micro_grid_has_an_addition(desk: Desk, town: Town, lists: None) -> None:
    client = desk("dispatcher")
    made = draft_of(client, "micro_grid_leader", unit="QH0101-1")
    assert made.unit_id == town.units["QH0101-1"].pk
    refused = client.post(url("duty-draft"), {"kind": "micro_grid_leader", "unit": "QH99"})
    assert refused.status_code == 422
    assert "QH99" in refused.content.decode()


def test_an_event_is_called_over_ones_own_part(desk: Desk, town: Town, lists: None) -> None:
    client = desk("gridhead")
    data = {"event": "暴雨预警", "unit": town.units["QH0101"].pk, "submission_key": "once"}
    assert client.post(url("duty-event"), data)["Location"] == url("duty-progress")
    called = Task.objects.filter(by_event=True)
    assert {town.posts["leader"].pk, town.posts["leader2"].pk} <= set(called.values_list("post", flat=True))
    assert town.posts["far"].pk not in called.values_list("post", flat=True)
    elsewhere = client.post(url("duty-event"), {**data, "unit": town.units["QH0102"].pk})
    assert elsewhere.status_code == 422


def test_places_are_told_and_never_one_post(desk: Desk, town: Town, lists: None) -> None:
    task = Task.objects.filter(post=town.posts["leader"]).earliest("due_at")
    actions.record_done(task_id=task.pk, by=town.officer("leader"), at=town.at)
    page = desk("community").get(url("duty-progress")).content.decode()
    assert "第1网格" in page
    assert "1 open, 1 done" in page
    assert "微网格：" not in page
    assert town.users["leader"].name not in page
    inside = desk("gridhead").get(url("duty-progress")).content.decode()
    assert "grid leader</" not in inside.replace("micro-grid leader</", "")
    strange = desk("gridhead").get(url("duty-progress"), {"unit": town.units["QH0102"].pk})
    assert strange.status_code == 404


def test_the_pages_ask_as_often_for_many_lists_as_for_one(desk: Desk) -> None:
    client = desk("dispatcher")
    draft_of(client)
    client.get(url("duties"))
    with CaptureQueriesContext(connection) as one:
        client.get(url("duties"))
    for kind in ("building_head", "stairwell_head"):
        draft_of(client, kind)
    with CaptureQueriesContext(connection) as three:
        client.get(url("duties"))
    assert len(three) == len(one)
