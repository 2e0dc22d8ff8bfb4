"""The public API as another program meets it."""

import json
from typing import Any

import pytest
from django.test import Client
from tests.builders import Town

from weiwang.audit.models import Entry
from weiwang.cases.models import Case, Event, Reporter
from weiwang.cases.rules import Step

KEY = "0190d6a2-52a5-7cc0-9a5e-000000000001"
NEAR = "lon=104.0005&lat=30.7005"
HERE = {"lon": 104.0005, "lat": 30.7005}


@pytest.fixture(autouse=True)
def _no_memory() -> None:
    from django.core.cache import cache

    cache.clear()


def send(client: Client, body: object, key: str | None = KEY, language: str = "en") -> Any:
    headers = {"Accept-Language": language} | ({"Idempotency-Key": key} if key else {})
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post("/api/v1/reports", data=data, content_type="application/json", headers=headers)


def test_a_report_is_numbered_routed_promised_and_explained(client: Client, town: Town) -> None:
    answer = send(client, {"text": "路灯不亮", "category": "D02", **HERE})

    said = answer.json()
    case = Case.objects.get()
    assert answer.status_code == 201
    assert said["number"] == case.number
    assert said["unit"] == {"code": "QH0101-1", "name": "第1微网格", "match": "exact"}
    assert said["why"][0] == "The position lies in 第1微网格."
    assert len(said["query_code"]) == 6
    assert client.get(said["private_url"]).status_code == 200
    assert (case.channel, case.history_length, Entry.objects.filter(action="case.report").count()) == (
        "api", 1, 1,
    )  # fmt: skip


def test_the_same_key_gives_the_same_answer_and_one_case(client: Client, town: Town) -> None:
    first, second = (send(client, {"text": " 路灯不亮 ", **HERE}) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second["Idempotency-Replayed"] == "true"
    assert Case.objects.count() == Event.objects.count() == 1


def test_the_key_of_another_report_shows_nothing_of_it(client: Client, town: Town) -> None:
    send(client, {"text": "路灯不亮", **HERE})

    answer = send(client, {"text": "井盖坏了", **HERE})

    assert answer.status_code == 409
    assert answer.json()["code"] == "idempotency.reused"
    assert "private_url" not in answer.json()


def test_a_contact_is_kept_sealed_and_apart(client: Client, town: Town) -> None:
    send(client, {"text": "路灯不亮", "contact": {"name": "李四", "phone": "138 0000 0001"}, **HERE})

    assert Reporter.objects.get().phone == "13800000001"


def test_no_address_of_the_network_is_kept_of_a_resident(client: Client, town: Town) -> None:
    send(client, {"text": "路灯不亮", **HERE})

    assert Entry.objects.get(action="case.report").address is None


def test_a_unit_or_words_say_where_too(client: Client, town: Town) -> None:
    chosen = send(client, {"text": "路灯不亮", "unit_code": "QH0202-2"}, key=KEY + "a").json()
    words = send(client, {"text": "路灯不亮", "address": "河边公园"}, key=KEY + "b").json()

    assert chosen["unit"] == {"code": "QH0202-2", "name": "第2微网格", "match": "chosen"}
    assert words["unit"] == {"code": "QH", "name": "清河湾街道", "match": "words"}


REFUSALS = {
    "no words": ({"text": "  ", **HERE}, 422, "case.no_words"),
    "a control character": ({"text": "a\u0000b", **HERE}, 422, "text.control"),
    "half a character": ('{"text": "\\ud800", "address": "x"}', 422, "text.half_character"),
    "far too long": ({"text": "灯" * 100_000, **HERE}, 422, "text.too_long"),
    "nowhere": ({"text": "路灯不亮"}, 422, "case.no_place"),
    "outside": ({"text": "路灯不亮", "lon": 10, "lat": 50}, 422, "case.outside"),
    "half a position": ({"text": "路灯不亮", "lon": 104}, 422, "position.half"),
    "not on the globe": ({"text": "路灯不亮", "lon": 204, "lat": 30}, 422, "request.invalid"),
    "not a number": ('{"text": "x", "lon": NaN, "lat": 1}', 422, "request.invalid"),
    "an unknown unit": ({"text": "路灯不亮", "unit_code": "XX"}, 422, "unit.unknown"),
    "a unit with a NUL": ({"text": "路灯不亮", "unit_code": "Q\u0000"}, 422, "unit.unknown"),
    "an unknown place": ({"text": "路灯不亮", "place": "XX"}, 422, "place.unknown"),
    "an unknown category": ({"text": "路灯不亮", "category": "Q1", **HERE}, 422, "case.category"),
    "no telephone number": (
        {"text": "路灯不亮", "contact": {"phone": "abc"}, **HERE}, 422, "contact.phone",
    ),
    "an unknown field": ({"text": "路灯不亮", "emial": "x", **HERE}, 422, "request.invalid"),
    "no JSON": ("{", 400, "request.unreadable"),
    "not UTF-8": (b'{"text": "\xff"}', 400, "request.unreadable"),
    "a list": ("[]", 422, "request.invalid"),
    "nothing": ("", 422, "request.invalid"),
    "three megabytes": ('{"text": "' + "x" * 3_000_000 + '"}', 413, "request.too_large"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSALS)
def test_bad_input_is_refused_with_a_code_and_makes_no_case(client: Client, town: Town, what: str) -> None:
    body, status, code = REFUSALS[what]

    answer = send(client, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert not Case.objects.exists()


@pytest.mark.parametrize("key", [None, "short", "x" * 201])
def test_a_report_without_a_proper_key_is_refused(client: Client, town: Town, key: str | None) -> None:
    answer = send(client, {"text": "路灯不亮", **HERE}, key=key)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency.key")


def test_refusals_speak_the_language_of_the_caller(client: Client, town: Town) -> None:
    outside = {"text": "路灯不亮", "lon": 10, "lat": 50}

    english, chinese = (send(client, outside, language=one).json() for one in ("en", "zh-CN"))

    assert english["title"] == "Something in the request is not right"
    assert chinese["title"] == "提交的内容有误"
    assert chinese["detail"].startswith("该位置") or "街道" in chinese["detail"]


def test_too_many_reports_from_one_address_wait(client: Client, town: Town, settings: Any) -> None:
    settings.REPORTS_PER_HOUR = 1

    answers = [send(client, {"text": "路灯不亮", **HERE}, key=f"{KEY}{n}") for n in range(2)]

    assert [answer.status_code for answer in answers] == [201, 429]
    assert answers[1].json()["code"] == "request.too_many"
    assert 0 < int(answers[1]["Retry-After"]) <= 3600


def test_before_a_place_is_set_up_the_api_says_so(client: Client, db: None) -> None:
    answer = send(client, {"text": "路灯不亮", **HERE})

    assert (answer.status_code, answer.json()["code"]) == (503, "place.not_ready")


def test_progress_tells_steps_and_posts_and_the_answer_at_the_end(client: Client, town: Town) -> None:
    said = send(client, {"text": "路灯不亮", "category": "D02", **HERE}).json()
    town.walk(Case.objects.get(), Step.CLOSE)

    seen = client.get(
        f"/api/v1/reports/{said['number']}", {"code": said["query_code"]}, headers={"Accept-Language": "en"}
    ).json()

    assert (seen["state"], seen["answer"]) == ("closed", "您反映的路灯已修好，感谢您的提醒。")
    assert [step["step"] for step in seen["steps"]][:2] == ["report", "register"]
    assert "张" not in json.dumps(seen, ensure_ascii=False)


def test_a_wrong_code_opens_nothing_and_soon_has_to_wait(client: Client, town: Town) -> None:
    said = send(client, {"text": "路灯不亮", **HERE}).json()
    wrong = f"{(int(said['query_code']) + 1) % 1_000_000:06d}"

    answers = [client.get(f"/api/v1/reports/{said['number']}", {"code": wrong}) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [404] * 10 + [429]


def test_what_is_no_number_is_refused(client: Client, town: Town) -> None:
    answer = client.get("/api/v1/reports/abc", {"code": "123456"})

    assert (answer.status_code, answer.json()["code"]) == (422, "number.form")


def test_a_point_is_located_and_a_far_one_is_outside(client: Client, town: Town) -> None:
    near, far = (client.get(f"/api/v1/locate?{where}").json() for where in (NEAR, "lon=10&lat=50"))

    assert near == {
        "match": "exact", "place": "QH", "unit_code": "QH0101-1",
        "names": ["梧桐社区", "第1网格", "第1微网格"], "distance_m": 0.0,
    }  # fmt: skip
    assert far["match"] == "outside"


def test_categories_come_in_both_languages(client: Client, db: None) -> None:
    english, chinese = (
        client.get("/api/v1/categories", headers={"Accept-Language": one}).json() for one in ("en", "zh-CN")
    )

    assert [row["code"] for row in english] == [row["code"] for row in chinese]
    assert english[0]["name"] != chinese[0]["name"]


def test_an_address_without_anything_is_a_problem_document(client: Client, db: None) -> None:
    answer = client.get("/api/v1/nothing")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_with_two_places_a_position_or_a_code_decides(client: Client, town: Town) -> None:
    import shapely

    from weiwang.audit.rules import SYSTEM
    from weiwang.territory import actions

    actions.create_place(
        code="BH", name="白河街道", by=SYSTEM, at=town.at, boundary=shapely.box(105, 30, 105.1, 30.1)
    )

    by_point = send(client, {"text": "路灯不亮", **HERE}, key=KEY + "a")
    by_unit = send(client, {"text": "路灯不亮", "unit_code": "QH0101"}, key=KEY + "b")
    unclear = send(client, {"text": "路灯不亮", "address": "河边"}, key=KEY + "c")

    assert [one.status_code for one in (by_point, by_unit, unclear)] == [201, 201, 422]
    assert unclear.json()["code"] == "place.needed"
