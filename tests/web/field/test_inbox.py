"""What comes to somebody is seen on the phone: a number, a list, and a red bar for what waits."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.builders import Town
from tests.whistles.test_actions import blown, call_of, raised

from weiwang.audit.rules import SYSTEM
from weiwang.cases.actions import answer_question, escalate, remind, reminding
from weiwang.cases.actions.notes import ask_to_help
from weiwang.cases.models import Case
from weiwang.cases.rules import Step
from weiwang.notices import queries as notices
from weiwang.territory import actions as territory
from weiwang.whistles import actions as whistles
from weiwang.whistles.inbox import said
from weiwang.whistles.rules import Answer, CallState

Phone = Callable[[str], Client]
MESSAGES = reverse("field:messages")


@pytest.fixture
def phone(town: Town) -> Phone:
    def sign_in(username: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(town.users[username])
        return client

    return sign_in


def for_leader(town: Town, text: str = "楼道口堆着旧家具。") -> Case:
    case = town.step(town.report(text, category="A01"), Step.REGISTER, "gridhead")
    return town.step(case, Step.DISPATCH, "gridhead", target_post=town.posts["leader"].pk)


def told(town: Town, who: str, language: str = "zh-hans") -> list[str]:
    return [said(one, language) for one in notices.inbox(user_id=town.users[who].pk)]


def page(client: Client, url: str = MESSAGES, **data: str) -> str:
    return str(client.get(url, data).content.decode())


def post(client: Client, url: str, **data: object) -> Any:
    return client.post(url, {"submission_key": str(uuid4()), **data})


# ---------------------------------------------------------------- the list and its number


def test_a_new_case_counts_until_it_is_opened(phone: Phone, town: Town) -> None:
    client = phone("leader")
    assert 'id="fd-unread" hidden' in page(client)
    case = for_leader(town)
    for url in (reverse("field:today"), reverse("field:report"), MESSAGES):
        assert 'id="fd-unread">1<' in page(client, url)
    [message] = notices.inbox(user_id=town.users["leader"].pk)
    answer = post(client, reverse("field:message", args=[message.id]))
    assert answer["Location"] == reverse("field:case", args=[case.pk])
    assert 'id="fd-unread" hidden' in page(client)
    assert case.title in page(client)


def test_all_are_read_with_one_press_and_a_second_press_harms_nothing(phone: Phone, town: Town) -> None:
    client, key = phone("leader"), str(uuid4())
    for_leader(town)
    for_leader(town, "第二件")
    for _ in range(2):
        answer = client.post(reverse("field:messages-opened"), {"submission_key": key})
        assert answer["Location"] == MESSAGES
    assert notices.unread(user_id=town.users["leader"].pk) == 0


def test_a_message_of_somebody_else_is_not_there(phone: Phone, town: Town) -> None:
    for_leader(town)
    [message] = notices.inbox(user_id=town.users["leader"].pk)
    assert post(phone("worker"), reverse("field:message", args=[message.id])).status_code == 404
    assert notices.unread(user_id=town.users["leader"].pk) == 1


def test_a_case_that_went_on_is_told_of_and_not_opened(phone: Phone, town: Town) -> None:
    case, client = for_leader(town), phone("leader")
    town.step(case, Step.RECALL, "gridhead", "派错了。")
    Case.objects.filter(pk=case.pk).update(unit_path="/0/", handler_post=None, answerable_post=None)
    text = page(client)
    assert case.number in text
    assert case.title not in text
    [message] = notices.inbox(user_id=town.users["leader"].pk)
    assert post(client, reverse("field:message", args=[message.id]))["Location"] == MESSAGES


def test_the_list_costs_the_same_for_one_and_three(phone: Phone, town: Town) -> None:
    client, counts = phone("leader"), []
    for number in (1, 2):
        for _ in range(number):
            for_leader(town)
        with CaptureQueriesContext(connection) as found:
            page(client)
        counts.append(len(found))
    assert counts[0] == counts[1] <= 6


# ---------------------------------------------------------------- what comes


def test_a_reminder_carries_the_words_of_whoever_sent_it(phone: Phone, town: Town) -> None:
    case = for_leader(town)
    remind(case_id=case.pk, by=town.officer("gridhead"), at=town.at, note="今天请处理")
    assert told(town, "leader")[0].startswith(f"催办：请{case.owner_name}抓紧办理 {case.number}")
    assert "今天请处理" in page(phone("leader"))
    assert told(town, "gridhead") == [one for one in told(town, "gridhead") if "催办" not in one]


def test_supervision_and_a_wish_for_help_come_too(town: Town) -> None:
    case = for_leader(town)
    town.step(case, Step.SUPERVISE, "community", "两天内办好。")
    ask_to_help(
        case_id=case.pk, post_id=town.posts["worker"].pk, by=town.officer("leader"), at=town.at, note="帮抬。"
    )
    assert told(town, "leader")[0].startswith(f"督办：{case.number}")
    [help_] = [one for one in told(town, "worker") if "协助" in one]
    assert town.posts["worker"].name in help_


def test_the_answer_of_a_reporter_comes_to_who_asked(town: Town) -> None:
    case = for_leader(town)
    for step in (Step.SIGN, Step.START):
        case = town.step(case, step, "leader")
    case = town.step(case, Step.ASK_REPORTER, "leader", "在几楼？")
    answer_question(case_id=case.pk, words="三楼。", at=town.at)
    assert told(town, "leader", "en")[0].startswith(f"The reporter of {case.number} has answered")


def test_limits_bring_one_message_a_post_and_a_run(town: Town) -> None:
    one = for_leader(town)
    escalate(at=town.at + timedelta(days=1))
    assert [text for text in told(town, "leader") if one.number in text and "超时" in text]
    before = len(told(town, "leader"))
    for number in range(3):
        for_leader(town, f"又一件{number}")
    escalate(at=town.at + timedelta(days=3))
    limits = [text for text in told(town, "leader") if " 件案件" in text]
    assert limits
    assert len(told(town, "leader")) <= before + 3 + 2  # the three cases, and a message for each rung


def test_a_run_in_many_pieces_tells_each_post_once_and_counts_all(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        for_leader(town, f"第{number}件")
    monkeypatch.setattr(reminding, "AT_ONCE", 1)
    with CaptureQueriesContext(connection) as found:
        escalate(at=town.at + timedelta(days=3))
    assert sum('INSERT INTO "notices_delivery"' in query["sql"] for query in found) == 1
    name = town.posts["leader"].name
    assert [text for text in told(town, "leader") if text.startswith(f"{name}有 3 件案件")]


def test_whoever_takes_a_post_over_reads_what_is_open_there(town: Town) -> None:
    for_leader(town)
    held = town.posts["leader"].appointments.get()
    territory.hand_over(appointment_id=held.pk, to_user=town.users["worker"].pk, by=SYSTEM, at=town.at)
    [text] = [text for text in told(town, "worker") if "接任" in text]
    assert "未办结案件 1 件" in text


# ---------------------------------------------------------------- warnings and whistles


def test_a_warning_is_a_red_bar_on_every_page_until_it_is_taken(phone: Phone, town: Town) -> None:
    warning, client = raised(town), phone("gridhead")
    for url in (reverse("field:today"), reverse("field:report"), reverse("field:grid"), MESSAGES):
        assert "1 early warning waits for you" in page(client, url)
    assert "河水涨到堤脚了" in page(client, reverse("field:calls"))
    answer = post(client, reverse("field:warning-take", args=[warning.pk]), words="马上到。")
    assert answer["Location"] == reverse("field:calls")
    assert "early warning waits" not in page(client, reverse("field:today"))
    assert told(town, "leader")[0].endswith("已接收。")
    again = post(phone("community"), reverse("field:warning-take", args=[warning.pk]), words="我来")
    assert again.status_code == 409
    assert "Somebody has taken this warning already." in again.content.decode()


def test_a_warning_that_climbs_is_told_to_who_raised_it_and_leads_past_the_empty_form(
    phone: Phone, town: Town
) -> None:
    warning = raised(town)
    whistles.climb(at=warning.due_at or town.at)
    warning.refresh_from_db()
    assert warning.owner_post.name in told(town, "leader")[0]
    assert "没有人接收" in told(town, "leader")[0]
    client, message = phone("leader"), notices.inbox(user_id=town.users["leader"].pk)[0]
    found = post(client, reverse("field:message", args=[message.id]))["Location"]
    assert found == reverse("field:alarm") + "#raised"
    assert 'id="raised"' in page(client, found)


def test_a_department_reports_in_or_declines_from_the_phone(phone: Phone, town: Town) -> None:
    call, client = call_of(blown(town)), phone("city")
    assert "Your department is called by 1 whistle" in page(client, reverse("field:today"))
    url = reverse("field:call-answer", args=[call.pk])
    empty = post(client, url, answer="decline", words="")
    assert (empty.status_code, "Please write down the reason." in empty.content.decode()) == (422, True)
    assert post(client, url, answer="insist").status_code == 404
    assert post(client, url, answer="on_way").status_code == 302
    call.refresh_from_db()
    assert call.state == CallState.ON_WAY
    assert "Your department" not in page(client, reverse("field:today"))


def test_a_call_that_is_declined_is_told_to_who_decides_and_who_called(town: Town) -> None:
    whistle = blown(town)
    call = call_of(whistle)
    whistles.answer_call(
        call_id=call.pk, answer=Answer.DECLINE, by=town.officer("city"), at=town.at, words="不属我办职责。"
    )
    [text] = [text for text in told(town, "duty") if "不能到场" in text]
    assert text.endswith("请裁定。")
    assert [text for text in told(town, "gridhead") if "已请上一级裁定" in text]
    assert not [text for text in told(town, "duty") if "职责。" in text]


def test_an_open_page_asks_and_hears_only_what_is_new(phone: Phone, town: Town) -> None:
    client, url = phone("gridhead"), reverse("field:waiting")
    seen = f"0-0-{notices.unread(user_id=town.users['gridhead'].pk)}"
    assert client.get(url, {"seen": seen}).status_code == 204
    raised(town)
    part = client.get(url, {"seen": seen}).content.decode()
    assert "1 early warning waits for you" in part
    assert 'hx-swap-oob="true"' in part
    assert "<html" not in part


def test_who_is_called_by_nothing_reads_so_and_may_take_nothing(phone: Phone, town: Town) -> None:
    assert "Nobody is waiting for you" in page(phone("leader"), reverse("field:calls"))
    warning = raised(town)
    assert post(phone("worker"), reverse("field:warning-take", args=[warning.pk])).status_code == 403
