"""The field face: what waits, one case, my grid, messages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.builders import Town

from weiwang.audit.rules import SYSTEM
from weiwang.cases.models import Case, Event
from weiwang.cases.rules import State, Step
from weiwang.ledger.models import Building
from weiwang.territory import actions as territory


@pytest.fixture
def phone(client: Client, town: Town) -> Callable[[str], Client]:
    """The browser of one person of the town."""

    def sign_in(username: str) -> Client:
        client.force_login(town.users[username], backend="weiwang.web.account.store.AccountBackend")
        return client

    return sign_in


def for_leader(town: Town, text: str = "楼道口堆着旧家具。", *, begun: bool = False) -> Case:
    """A case that is dispatched to the micro-grid leader, and in their hands if it is `begun`."""
    case = town.step(town.report(text, category="A01"), Step.REGISTER, "gridhead")
    case = town.step(case, Step.DISPATCH, "gridhead", target_post=town.posts["leader"].pk)
    if begun:
        case = town.step(town.step(case, Step.SIGN, "leader"), Step.START, "leader")
    return case


def address(town: Town) -> str:
    """Of the one building in the leader's micro-grid."""
    return Building.objects.get(unit=town.units["QH0101-1"]).address


def press(client: Client, case: Case, step: Step, **data: object) -> Any:
    version = Case.objects.get(pk=case.pk).version
    url = reverse("field:step", args=[case.pk, step])
    return client.post(url, {"submission_key": str(uuid4()), "version": version, **data})


def test_somebody_who_has_not_signed_in_is_asked_to(client: Client, town: Town) -> None:
    answer = client.get(reverse("field:today"))
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_without_a_fitting_post_nothing_is_shown(phone: Callable[[str], Client]) -> None:
    assert phone("auditor").get(reverse("field:today")).status_code == 403


def test_access_ends_with_the_post(phone: Callable[[str], Client], town: Town) -> None:
    client = phone("leader")
    assert client.get(reverse("field:today")).status_code == 200
    appointment = town.posts["leader"].appointments.get()
    territory.end_appointment(appointment_id=appointment.pk, by=SYSTEM, at=town.at)
    assert client.get(reverse("field:today")).status_code == 403


def test_an_empty_day_says_what_will_come(phone: Callable[[str], Client]) -> None:
    page = phone("leader").get(reverse("field:today"), headers={"accept-language": "en"}).content.decode()
    assert "Nothing is waiting for you" in page
    assert reverse("field:report") in page


def test_a_dispatched_case_is_signed_for_with_one_press(phone: Callable[[str], Client], town: Town) -> None:
    case, client = for_leader(town), phone("leader")
    page = client.get(reverse("field:today")).content.decode()
    assert case.title in page
    assert reverse("field:step", args=[case.pk, Step.SIGN]) in page
    answer = press(client, case, Step.SIGN, next="today")
    assert (answer.status_code, answer["Location"]) == (302, reverse("field:today"))
    case.refresh_from_db()
    assert case.state == State.SIGNED


def test_the_list_costs_the_same_for_one_and_three(phone: Callable[[str], Client], town: Town) -> None:
    client = phone("leader")
    for_leader(town)
    client.get(reverse("field:today"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("field:today"))
    for_leader(town, "第二件")
    for_leader(town, "第三件")
    with CaptureQueriesContext(connection) as three:
        page = client.get(reverse("field:today")).content.decode()
    assert "第三件" in page
    assert len(one) == len(three) <= 7  # one of them asks how many messages are unread


def test_a_second_press_answers_like_the_first(phone: Callable[[str], Client], town: Town) -> None:
    case, client, key = for_leader(town), phone("leader"), str(uuid4())
    data = {"version": case.version, "submission_key": key}
    url = reverse("field:step", args=[case.pk, Step.SIGN])
    first, second = client.post(url, data), client.post(url, data)
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert Event.objects.filter(case=case, step=Step.SIGN).count() == 1


def test_words_stay_when_somebody_was_faster(phone: Callable[[str], Client], town: Town) -> None:
    case, client = for_leader(town, begun=True), phone("leader")
    seen = case.version
    town.step(case, Step.HANDLE, "leader", "已清走。")
    url = reverse("field:step", args=[case.pk, Step.HANDLE])
    answer = client.post(url, {"version": seen, "note": "我写的结果", "submission_key": str(uuid4())})
    assert answer.status_code == 409
    assert "我写的结果" in answer.content.decode()


def test_a_step_that_needs_words_says_so(phone: Callable[[str], Client], town: Town) -> None:
    case, client = for_leader(town, begun=True), phone("leader")
    answer = press(client, case, Step.HANDLE)
    assert answer.status_code == 422
    case.refresh_from_db()
    assert case.state == State.HANDLING


def test_a_template_is_put_below_the_words_and_is_not_sent_with_a_blank(
    phone: Callable[[str], Client], town: Town
) -> None:
    case, client = for_leader(town, begun=True), phone("leader")
    begun = press(client, case, Step.HANDLE, note="先看了现场。", reply="handled-done", do="insert")
    assert (begun.status_code, Case.objects.get(pk=case.pk).state) == (200, State.HANDLING)
    assert "先看了现场。\n\n到现场看到：【填：现场情况】" in begun.content.decode()
    refused = press(client, case, Step.HANDLE, note="到现场看到：【填：现场情况】。")
    assert (refused.status_code, Case.objects.get(pk=case.pk).state) == (422, State.HANDLING)


def test_the_verifier_goes_and_looks_and_says_what_was_found(
    phone: Callable[[str], Client], town: Town
) -> None:
    case = town.step(town.report(category="A01"), Step.VERIFY, "gridhead")
    client = phone("leader")
    page = client.get(reverse("field:case", args=[case.pk])).content.decode()
    assert reverse("field:step", args=[case.pk, Step.VERIFIED]) in page
    press(client, case, Step.VERIFIED, note="到现场看过，属实。")
    case.refresh_from_db()
    assert case.state == State.REPORTED


def test_an_unknown_step_and_a_case_of_others_do_not_exist(
    phone: Callable[[str], Client], town: Town
) -> None:
    case = town.report(lon=104.0035, lat=30.7015)
    client = phone("leader")
    assert client.get(reverse("field:case", args=[case.pk])).status_code == 404
    assert press(client, case, Step.SIGN).status_code == 404
    assert client.post(f"/field/cases/{for_leader(town).pk}/dance").status_code == 404


def test_a_step_without_the_power_is_refused(phone: Callable[[str], Client], town: Town) -> None:
    case = town.report()
    assert press(phone("leader"), case, Step.REGISTER).status_code == 403


def test_settling_is_offered_only_where_the_category_allows_it(
    phone: Callable[[str], Client], town: Town
) -> None:
    client = phone("leader")
    lamp, rubbish = town.report(category="D02"), town.report(category="A01")
    offered = [
        reverse("field:step", args=[case.pk, Step.SETTLE])
        in client.get(reverse("field:case", args=[case.pk])).content.decode()
        for case in (lamp, rubbish)
    ]
    assert offered == [False, True]


def test_the_map_of_a_case_shows_the_case(phone: Callable[[str], Client], town: Town) -> None:
    case, client = for_leader(town), phone("leader")
    config = client.get(reverse("field:case-map", args=[case.pk])).json()
    point = client.get(config["layers"][-1]["url"]).json()
    assert point["features"][0]["geometry"]["coordinates"] == [case.lon, case.lat]


def test_my_grid_shows_buildings_people_and_what_is_open(phone: Callable[[str], Client], town: Town) -> None:
    case, client = for_leader(town), phone("leader")
    page = client.get(reverse("field:grid")).content.decode()
    for words in (address(town), "张leader", "张worker", case.title):
        assert words in page


def test_a_grid_worker_goes_down_to_the_micro_grids(phone: Callable[[str], Client], town: Town) -> None:
    for_leader(town)
    client = phone("worker")
    page = client.get(reverse("field:grid")).content.decode()
    below = f"?unit={town.units['QH0101-1'].pk}"
    assert below in page
    assert address(town) in client.get(reverse("field:grid") + below).content.decode()


def test_the_grid_of_others_does_not_exist(phone: Callable[[str], Client], town: Town) -> None:
    client = phone("leader")
    for wanted in (str(town.units["QH0202-2"].pk), "nonsense", "9" * 30):
        assert client.get(reverse("field:grid"), {"unit": wanted}).status_code == 404


def test_my_grid_costs_the_same_for_one_and_three_cases(phone: Callable[[str], Client], town: Town) -> None:
    client = phone("worker")
    for_leader(town)
    client.get(reverse("field:grid"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("field:grid"))
    for_leader(town)
    for_leader(town)
    with CaptureQueriesContext(connection) as three:
        client.get(reverse("field:grid"))
    assert len(one) == len(three) <= 12


def test_news_tell_what_others_did_and_cost_the_same(phone: Callable[[str], Client], town: Town) -> None:
    client, news = phone("leader"), {"view": "news"}
    assert "bell" in client.get(reverse("field:messages"), news).content.decode()
    leader = town.officer("leader")
    town.step(town.report("一", by=leader), Step.REGISTER, "community")
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("field:messages"), news)
    for words in ("二", "三"):
        town.step(town.report(words, by=leader), Step.REGISTER, "community", "已立案。")
    with CaptureQueriesContext(connection) as three:
        page = client.get(reverse("field:messages"), news).content.decode()
    assert "已立案。" in page
    assert len(one) == len(three) <= 6


@pytest.mark.parametrize("before", ["", "nonsense", "2026-01-01", "2026-01-01T00:00:00+08:00"])
def test_older_messages_start_anywhere(phone: Callable[[str], Client], before: str) -> None:
    assert phone("leader").get(reverse("field:messages"), {"before": before}).status_code == 200


def test_the_manifest_and_the_offline_page_are_open_to_all_and_name_nobody(
    client: Client, town: Town
) -> None:
    manifest = client.get(reverse("field:manifest")).json()
    assert manifest["start_url"] == reverse("field:today")
    worker = client.get(reverse("field:service-worker"))
    assert worker["Content-Type"].startswith("text/javascript")
    assert reverse("field:offline") in worker.content.decode()
    page = client.get(reverse("field:offline")).content.decode()
    assert "没有网络" in page
    assert "No network" in page


@pytest.mark.parametrize("name", ["today", "report", "grid", "messages"])
@pytest.mark.parametrize("username", ["leader", "worker", "gridhead", "community", "dispatcher", "city"])
def test_every_page_opens_for_everybody_it_is_for(
    phone: Callable[[str], Client], town: Town, name: str, username: str
) -> None:
    for_leader(town)
    allowed = username != "city" or name in {"today", "messages"}
    assert phone(username).get(reverse(f"field:{name}")).status_code == (200 if allowed else 403)


def test_a_due_time_that_rests_on_an_unannounced_year_is_said_to_be_provisional(
    town: Town, phone: Callable[[str], Client]
) -> None:
    case = town.report(category="A01", at=datetime.fromisoformat("2026-12-31T16:30+08:00"))
    with time_machine.travel(case.reported_at, tick=False):
        page = phone("gridhead").get(reverse("field:case", args=[case.pk])).text
    assert "暂定时限：2027 年放假安排尚未公布，公布后重新计算。" in page
