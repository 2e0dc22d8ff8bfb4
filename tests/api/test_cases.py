"""Casework by key: everything a face can do with a case, within post and scopes."""

import base64
import json
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from tests.builders import ORDINARY_WAY, Town, contact
from tests.territory.test_clients import KEY, let_in

from weiwang.cases.models import Case, Event, Photo
from weiwang.cases.rules import LIFECYCLE, Step
from weiwang.territory.rules import Officer

ALL = [
    "case.see",
    "case.report",
    "case.register",
    "case.dispatch",
    "case.check",
    "case.close",
    "case.reroute",
]


pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def hotline(town: Town) -> str:
    """A program that acts by the post of the community, with most of its powers."""
    let_in(town, "community", scopes=ALL)
    return KEY


def ask(client: Client, method: str, path: str, body: object = None, **headers: str) -> Any:
    known = {"Authorization": f"Bearer {KEY}", "Accept-Language": "en"} | headers
    known = {name.replace("_", "-"): value for name, value in known.items() if value}
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.generic(
        method, f"/api/v1{path}", data if body is not None else "", "application/json", headers=known
    )


def act(client: Client, path: str, body: object, version: int | None = None, key: str = "") -> Any:
    """A deed with a key of its own, from a version that was seen."""
    act.times += 1  # type: ignore[attr-defined]
    headers = {"Idempotency_Key": key or f"key-of-a-test-{act.times:06d}"}  # type: ignore[attr-defined]
    if version is not None:
        headers["If_Match"] = f'"v{version}"'
    return ask(client, "POST", path, body, **headers)


act.times = 0  # type: ignore[attr-defined]


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# ---------------------------------------------------------------- keys


def test_without_a_good_key_nothing_opens(client: Client, town: Town) -> None:
    case = town.report()
    for path in ("/cases", f"/cases/{case.pk}", f"/cases/{case.pk}/events"):
        missing = ask(client, "GET", path, Authorization="")
        assert (code(missing), missing["WWW-Authenticate"]) == ((401, "key.needed"), "Bearer")
        assert code(ask(client, "GET", path, Authorization="Bearer ww_none")) == (401, "key.wrong")


def test_a_session_of_the_desk_is_no_key(client: Client, town: Town) -> None:
    client.force_login(town.users["community"], backend="weiwang.web.account.store.AccountBackend")
    assert code(ask(client, "GET", "/cases", Authorization="")) == (401, "key.needed")


def test_a_key_is_limited_by_the_minute(client: Client, town: Town) -> None:
    let_in(town, "community", per_minute=1)
    answers = [ask(client, "GET", "/cases") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert 0 < int(answers[1]["Retry-After"]) <= 60


# ---------------------------------------------------------------- reading


@pytest.mark.usefixtures("hotline")
def test_the_list_goes_on_by_cursor_and_sees_what_the_post_sees(client: Client, town: Town) -> None:
    mine = [town.report().number for _ in range(5)]
    town.report(lon=104.0025, lat=30.7005)  # the other community
    first = ask(client, "GET", "/cases?limit=2").json()
    second = ask(client, "GET", f"/cases?limit=2&cursor={first['next']}").json()
    third = ask(client, "GET", f"/cases?limit=2&cursor={second['next']}").json()
    found = [row["number"] for page in (first, second, third) for row in page["cases"]]
    assert (sorted(found), len(found), third["next"]) == (sorted(mine), 5, None)


@pytest.mark.usefixtures("hotline")
def test_the_list_is_narrowed(client: Client, town: Town) -> None:
    lamp, heap = town.report(), town.report("垃圾成堆", category="A01", lat=30.7015)
    town.step(heap, Step.REGISTER, "community")
    by = {
        "state=registered": {heap.number}, "category=D02": {lamp.number}, "category=A": {heap.number},
        "words=垃圾": {heap.number}, f"words={lamp.number}": {lamp.number}, "under=QH0101-2": {heap.number},
        "channel=portal": {lamp.number, heap.number}, "view=closed": set(),
        "view=all": {lamp.number, heap.number},
    }  # fmt: skip
    for query, numbers in by.items():
        rows = ask(client, "GET", f"/cases?{query}").json()["cases"]
        assert {row["number"] for row in rows} == numbers, query
    for query, refusal in {
        "state=lost": "state.unknown", "cursor=x": "cursor.unknown", "cursor=eHx5": "cursor.unknown",
        "under=XX": "unit.unknown", "limit=0": "request.invalid", "limit=101": "request.invalid",
        "view=none": "request.invalid",
    }.items():  # fmt: skip
        assert code(ask(client, "GET", f"/cases?{query}")) == (422, refusal), query


@pytest.mark.usefixtures("hotline")
def test_one_and_three_rows_need_the_same_number_of_queries(
    client: Client, town: Town, django_assert_num_queries: Any
) -> None:
    for size in (1, 2):
        for _ in range(size):
            town.report()
        with django_assert_num_queries(3):  # the key, its post, the cases
            ask(client, "GET", "/cases")


@pytest.mark.usefixtures("hotline")
def test_a_case_tells_what_may_be_done_and_nobodys_contact(client: Client, town: Town) -> None:
    case = town.report(contact=contact(), answers={"fault": "out"})
    answer = ask(client, "GET", f"/cases/{case.pk}")
    said = answer.json()
    assert answer["ETag"] == '"v1"'
    assert [one["step"] for one in said["steps"]] == ["verify", "register", "reject", "ask_reporter"]
    assert said["steps"][2] | {"name": ""} == {
        "step": "reject",
        "name": "",
        "note": "required",
        "target": False,
    }
    assert (said["has_reporter"], said["answers"], said["may_reroute"]) == (True, {"fault": "out"}, True)
    assert "13800000001" not in answer.content.decode()
    assert "李四" not in answer.content.decode()


@pytest.mark.usefixtures("hotline")
def test_cases_out_of_sight_are_not_there(client: Client, town: Town) -> None:
    from uuid import uuid4

    far = town.report(lon=104.0025, lat=30.7005)
    restricted = town.report("家中争吵", category="F02")
    for case_id in (far.pk, restricted.pk, uuid4()):
        for more in ("", "/events", "/targets"):
            assert code(ask(client, "GET", f"/cases/{case_id}{more}")) == (404, "case.hidden")
        assert code(act(client, f"/cases/{case_id}/steps/register", {}, 1)) == (404, "case.hidden")
        assert code(act(client, f"/cases/{case_id}/notes", {"note": "x"})) == (404, "case.hidden")


@pytest.mark.usefixtures("hotline")
def test_photos_open_for_the_posts_that_see_the_case(client: Client, town: Town) -> None:
    file = BytesIO()
    Image.new("RGB", (80, 60), "green").save(file, "JPEG")
    body = {
        "text": "路灯不亮",
        "lon": 104.0005,
        "lat": 30.7005,
        "photos": [base64.b64encode(file.getvalue()).decode()],
    }
    said = act(client, "/cases", body).json()
    (photo,) = said["photos"]
    answer = client.get(photo["url"], headers={"Authorization": f"Bearer {KEY}"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    let_in(town, "far", scopes=["case.see"], key="ww_far")
    assert client.get(photo["url"], headers={"Authorization": "Bearer ww_far"}).status_code == 404


# ---------------------------------------------------------------- writing


def test_a_case_goes_its_whole_way_by_keys(client: Client, town: Town) -> None:
    """The ordinary way, each step by the key of the post it belongs to, each from the version it saw."""
    every = {
        name: [p for p in _powers(town.officer(name)) if p.startswith("case.")]
        for name in ("community", "city")
    }
    for name, scopes in every.items():
        let_in(town, name, scopes=scopes, key=f"ww_{name}")
    sent = ask(
        client, "POST", "/cases", {"text": "路灯不亮", "category": "D02", "lon": 104.0005, "lat": 30.7005},
        Authorization="Bearer ww_community", Idempotency_Key="report-of-the-lamp",
    )  # fmt: skip
    assert sent.status_code == 201
    case_id, tag = sent.json()["id"], sent["ETag"]
    for step, name, words in ORDINARY_WAY:
        if name == "community" and step in {Step.CHECK, Step.CLOSE}:
            pass  # another program than the one that handled it
        body = {"note": words} | ({"target": town.posts["city"].pk} if step is Step.DISPATCH else {})
        answer = ask(
            client, "POST", f"/cases/{case_id}/steps/{step}", body, Authorization=f"Bearer ww_{name}",
            If_Match=tag, Idempotency_Key=f"step-of-the-lamp-{step}",
        )  # fmt: skip
        assert answer.status_code == 200, (step, answer.content)
        tag = answer["ETag"]
    said = ask(client, "GET", f"/cases/{case_id}", Authorization="Bearer ww_community").json()
    assert (said["state"], said["answer"]) == ("closed", "您反映的路灯已修好，感谢您的提醒。")
    story = ask(client, "GET", f"/cases/{case_id}/events", Authorization="Bearer ww_community").json()
    assert [one["step"] for one in story] == ["report", *(step.value for step, _name, _note in ORDINARY_WAY)]
    assert all("接口：热线平台" in one["actor"] for one in story)


def _powers(officer: Officer) -> frozenset[str]:
    return frozenset[str]().union(*(holding.allows for holding in officer.holdings))


@pytest.mark.usefixtures("hotline")
def test_two_programs_at_once_the_second_is_told(client: Client, town: Town) -> None:
    case = town.report()
    path = f"/cases/{case.pk}/steps/register"
    assert code(act(client, path, {})) == (428, "match.needed")
    assert code(ask(client, "POST", path, {}, Idempotency_Key="k" * 20, If_Match="*")) == (
        412,
        "match.unknown",
    )
    assert act(client, path, {}, 1).status_code == 200
    assert code(act(client, f"/cases/{case.pk}/steps/dispatch", {}, 1)) == (412, "step.stale")
    assert Event.objects.filter(case=case).count() == 2


@pytest.mark.usefixtures("hotline")
def test_the_same_key_is_one_deed(client: Client, town: Town) -> None:
    case = town.report()
    two = [act(client, f"/cases/{case.pk}/steps/register", {}, 1, key="the-same-key-0001") for _ in range(2)]
    assert [answer.status_code for answer in two] == [200, 200]
    assert (two[1]["Idempotency-Replayed"], two[0]["ETag"]) == ("true", two[1]["ETag"])
    notes = [act(client, f"/cases/{case.pk}/notes", {"note": "x"}, key="the-same-key-0002") for _ in range(2)]
    assert [answer.status_code for answer in notes] == [201, 201]
    assert Event.objects.filter(case=case).count() == 3
    assert code(ask(client, "POST", f"/cases/{case.pk}/notes", {"note": "x"})) == (400, "idempotency.key")


@pytest.mark.usefixtures("hotline")
def test_every_row_of_the_table_is_a_step_and_refusals_are_in_order(client: Client, town: Town) -> None:
    """New rows need no code here: each answers with a state, a right or a reason, and never breaks."""
    case = town.report()
    town.step(case, Step.REGISTER, "community")
    for step in LIFECYCLE:
        if step in {Step.REPORT, Step.PART, Step.SPLIT, Step.DISPATCH}:  # begin a case, or need a target
            continue
        answer = act(client, f"/cases/{case.pk}/steps/{step}", {"note": "说明"}, 2)
        assert answer.status_code in {200, 403, 409, 412, 422}, (step, answer.content)
    assert code(act(client, f"/cases/{case.pk}/steps/report", {}, 2)) == (404, "step.unknown")
    assert code(act(client, f"/cases/{case.pk}/steps/vanish", {}, 2)) == (404, "step.unknown")


REFUSED: dict[str, tuple[str, object, int, str]] = {
    "a step in the wrong state": ("steps/close", {"note": "x"}, 409, "step.wrong_state"),
    "a step without its reason": ("steps/reject", {}, 422, "step.note_needed"),
    "a step the scopes leave out": ("steps/settle", {"note": "x"}, 403, "not_allowed"),
    "an unknown field": ("steps/register", {"nota": "x"}, 422, "request.invalid"),
    "a control character": ("steps/register", {"note": "a\x07"}, 422, "text.control"),
    "no base64": ("steps/register", {"photos": ["***"]}, 422, "photo.base64"),
    "no picture": ("steps/register", {"photos": ["eA=="]}, 422, "picture.not_a_picture"),
    "a huge picture": ("steps/register", {"photos": ["A" * 700_004]}, 413, "photo.too_large"),
    "four pictures": ("steps/register", {"photos": ["eA=="] * 4}, 422, "request.invalid"),
    "no JSON": ("steps/register", "{", 400, "request.unreadable"),
    "an empty note": ("notes", {"note": " "}, 422, "step.note_needed"),
    "an unknown category": ("reroute", {"reason": "x", "category": "Q9"}, 422, "case.category"),
    "an unknown unit": ("reroute", {"reason": "x", "unit_code": "XX"}, 422, "unit.unknown"),
}  # fmt: skip


@pytest.mark.usefixtures("hotline")
def test_bad_input_is_refused_with_a_code_and_changes_nothing(client: Client, town: Town) -> None:
    case = town.report()
    for what, (path, body, status, refusal) in REFUSED.items():
        answer = act(client, f"/cases/{case.pk}/{path}", body, 1)
        assert code(answer) == (status, refusal), what
        assert answer["Content-Type"] == "application/problem+json", what
    assert (Event.objects.filter(case=case).count(), Photo.objects.count()) == (1, 0)


@pytest.mark.usefixtures("hotline")
def test_reports_are_checked_too(client: Client, town: Town) -> None:
    here = {"text": "电梯坏了", "lon": 104.0005, "lat": 30.7005}
    for body, refusal in (
        (here | {"category": "D05"}, "answer.missing"),
        (here | {"answers": {"colour": "r"}}, "answer.unknown"),
        ({"text": "电梯坏了"}, "case.no_place"),
        ({"text": " ", "lon": 104.0005, "lat": 30.7005}, "case.no_words"),
        ({"text": "x", "lon": 1}, "position.half"),
    ):
        assert code(act(client, "/cases", body)) == (422, refusal)
    good = act(client, "/cases", here | {"category": "D05", "answers": {"part": "elevator"}})
    assert (good.status_code, good.json()["answers"]) == (201, {"part": "elevator"})
    assert Case.objects.get().reported_by is not None


@pytest.mark.usefixtures("hotline")
def test_category_and_place_are_put_right(client: Client, town: Town) -> None:
    case = town.report()
    body = {"reason": "类别选错", "category": "A01", "unit_code": "QH0101-2"}
    said = act(client, f"/cases/{case.pk}/reroute", body, 1).json()
    assert (said["category"], said["unit_code"], said["version"]) == ("A01", "QH0101-2", 2)


@pytest.mark.usefixtures("hotline")
def test_who_may_be_chosen_is_told(client: Client, town: Town) -> None:
    case = town.step(town.report(), Step.REGISTER, "community")
    rows = ask(client, "GET", f"/cases/{case.pk}/targets").json()
    assert {row["post"] for row in rows if row["suggested"]} == {case.suggested_post_id}
    assert town.posts["city"].pk in {row["post"] for row in rows}


def test_a_cause_is_noted_by_key_and_narrows_the_list(town: Town, client: Client, hotline: str) -> None:
    case = town.report()
    causes = ask(client, "GET", "/causes?category=D02").json()
    assert {"code": "worn", "name": "Worn out"} in causes
    answer = act(client, f"/cases/{case.pk}/cause", {"cause": "worn", "words": "锈蚀"})
    assert (answer.status_code, answer.json()["cause"], answer.json()["cause_words"]) == (200, "worn", "锈蚀")
    assert act(client, f"/cases/{case.pk}/cause", {"cause": "bins_few"}).json()["code"] == "cause.unknown"
    found = [ask(client, "GET", f"/cases?cause={code}").json()["cases"] for code in ("worn", "damaged")]
    assert [len(rows) for rows in found] == [1, 0]


def test_the_list_of_one_post_by_key(town: Town, client: Client, hotline: str) -> None:
    town.report()
    case = town.walk(town.report(), Step.SIGN)
    rows = ask(client, "GET", f"/cases?post={town.posts['city'].pk}").json()["cases"]
    assert [row["id"] for row in rows] == [str(case.pk)]


@pytest.mark.usefixtures("hotline")
def test_parts_links_and_a_second_matter_by_key(client: Client, town: Town) -> None:
    main = town.walk(town.report(), Step.SIGN)
    typed = {"target": town.posts["housing"].pk, "note": "请查产权。"}
    made = [act(client, f"/cases/{main.pk}/parts", typed, key="the-same-key-0009") for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    one = Case.objects.get(parent=main)
    assert (made[0].json()["number"], made[1]["Idempotency-Replayed"]) == (one.number, "true")
    town.step(one, Step.SIGN, "housing")
    family = ask(client, "GET", f"/cases/{main.pk}/family").json()
    assert [(part["number"], part["state"]) for part in family["parts"]] == [(one.number, "signed")]
    assert (family["open_parts"], family["news_at"] is None, family["parent"]) == (1, False, None)
    assert ask(client, "GET", f"/cases/{one.pk}/family").json()["parent"]["number"] == main.number
    assert act(client, f"/cases/{main.pk}/parts/seen", {}).status_code == 200
    assert code(act(client, f"/cases/{main.pk}/parts/seen", {})) == (409, "parts.none")
    body = {"text": "还有旧沙发。", "category": "B05"}
    assert code(act(client, f"/cases/{main.pk}/split", body)) == (428, "match.needed")
    second = act(client, f"/cases/{main.pk}/split", body, Case.objects.get(pk=main.pk).version).json()
    assert (second["state"], second["category"]) == ("reported", "B05")
    link = {"number": second["number"], "reason": "同一处"}
    assert code(act(client, f"/cases/{one.pk}/links", link | {"number": "x"})) == (422, "link.number")
    assert act(client, f"/cases/{one.pk}/links", link).status_code == 200
    links = ask(client, "GET", f"/cases/{second['id']}/family").json()["links"]
    assert [(row["number"], row["split"]) for row in links] == [(main.number, "from"), (one.number, "")]
    away = ask(client, "DELETE", f"/cases/{one.pk}/links/{second['id']}", Idempotency_Key="the-same-key-0010")
    assert away.status_code == 200
    assert code(act(client, f"/cases/{main.pk}/steps/part", typed, 4)) == (404, "step.unknown")


@pytest.mark.usefixtures("hotline")
def test_duplicates_are_found_merged_and_taken_apart_by_key(client: Client, town: Town) -> None:
    main, second = town.report(), town.report()
    (found,) = ask(client, "GET", f"/cases/{second.pk}/alike").json()
    assert (found["id"], found["metres"], found["words"], found["people"]) == (str(main.pk), 0.0, 1.0, 1)
    body = {"into": found["id"], "note": "同一盏灯"}
    assert code(act(client, f"/cases/{second.pk}/merge", body)) == (428, "match.needed")
    assert code(act(client, f"/cases/{second.pk}/merge", body, 7)) == (412, "step.stale")
    assert code(act(client, f"/cases/{second.pk}/merge", {"into": str(second.pk)}, 1)) == (422, "merge.same")
    made = [act(client, f"/cases/{second.pk}/merge", body, 1, key="merge-of-two-lamps") for _ in range(2)]
    assert [(one.status_code, one.json()["merged_into"], one["ETag"]) for one in made] == [
        (200, str(main.pk), '"v2"')
    ] * 2  # fmt: skip
    assert (made[0].json()["state"], made[0].json()["steps"]) == ("closed", [])
    assert code(act(client, f"/cases/{second.pk}/merge", body, 2)) == (409, "merge.ended")
    apart = act(client, f"/cases/{second.pk}/unmerge", {"note": "不是同一盏"}, 2).json()
    assert (apart["state"], apart["merged_into"], apart["due_at"]) == (
        "reported", None, ask(client, "GET", f"/cases/{main.pk}").json()["due_at"],
    )  # fmt: skip
    assert code(act(client, f"/cases/{second.pk}/unmerge", {"note": "x"}, 3)) == (409, "merge.none")
    far = town.report(lon=104.0025, lat=30.7005)
    assert code(act(client, f"/cases/{main.pk}/merge", {"into": str(far.pk)}, 1)) == (404, "case.hidden")


@pytest.mark.usefixtures("hotline")
def test_a_post_is_asked_to_help_and_let_go_by_key(client: Client, town: Town) -> None:
    case, helper = town.walk(town.report(), Step.SIGN), town.posts["housing"].pk
    body = {"post": helper, "note": "请一起看看。"}
    answer = act(client, f"/cases/{case.pk}/helpers", body)
    assert (answer.status_code, answer.json()["helpers"], answer["ETag"]) == (
        200, [helper], f'"v{case.version}"',
    )  # fmt: skip
    assert code(act(client, f"/cases/{case.pk}/helpers", body)) == (422, "help.unknown")
    path = f"/cases/{case.pk}/helpers/{helper}"
    assert ask(client, "DELETE", path, Idempotency_Key="no-help-needed-01").json()["helpers"] == []
    again = ask(client, "DELETE", path, Idempotency_Key="no-help-needed-02")
    assert code(again) == (422, "help.unknown")
