"""A case moves only by the steps one may take, once for each press, and says so plainly when it cannot."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from tests.builders import Town, contact

from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM
from weiwang.cases.models import Case
from weiwang.cases.rules import Step
from weiwang.territory import actions

Desk = Callable[[str], Client]


def url(case: Case, more: str = "") -> str:
    return f"/desk/cases/{case.pk}/{more}"


def press(client: Client, case: Case, step: str, **fields: Any) -> Any:
    """Send the form of one step as the page gave it."""
    fresh = Case.objects.get(pk=case.pk)
    typed = {"step": str(step), "seen_version": fresh.version, "submission_key": str(uuid4()), **fields}
    return client.post(url(case, "step/"), typed)


def offered(client: Client, case: Case) -> list[str]:
    return [offer.step for offer in client.get(url(case)).context["offers"]]


def rare(client: Client, case: Case) -> list[str]:
    """What "other steps" adds to those at hand."""
    at_hand, more = offered(client, case), client.get(f"{url(case)}?more=1").context["offers"]
    return [offer.step for offer in more if offer.step not in at_hand]


def jpeg() -> io.BytesIO:
    found = io.BytesIO()
    Image.new("RGB", (64, 48), "steelblue").save(found, "JPEG")
    found.name = "result.jpg"
    found.seek(0)
    return found


def test_one_press_registers_and_dispatches(town: Town, desk: Desk) -> None:
    case, client = town.report(), desk("dispatcher")
    pair = client.get(url(case)).context["offers"][0]
    assert (pair.step, pair.is_open) == ("register-dispatch", True)
    assert pair.tells == ["Your report was accepted and registered.", "It was sent to those who handle it."]
    suggested = next(target for target in pair.targets if target.chosen)
    key = str(uuid4())
    for _ in range(2):
        typed = {"step": pair.step, "seen_version": 1, "submission_key": key, "note": "请今天去看。"}
        typed["target"] = suggested.post_id
        assert client.post(url(case, "step/"), typed).status_code == 302
    page = client.get(url(case))
    assert "Done: Register and dispatch." in page.text
    case.refresh_from_db()
    assert (case.state, case.owner_post_id) == ("dispatched", int(suggested.post_id))
    said = [(entry.label, "请今天去看。" in entry.body) for entry in page.context["story"]]
    assert said == [("Received", False), ("Registered", False), ("Dispatched", True)]


def test_a_pair_that_cannot_be_done_whole_is_not_done_and_loses_nothing(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(), Step.HANDLE)
    typed = {"step": "check-close", "seen_version": case.version, "note": "已于【填：日期】修好。"}
    answer = desk("community").post(url(case, "step/"), typed | {"submission_key": str(uuid4())})
    assert (answer.status_code, "已于【填：日期】修好。" in answer.text) == (422, True)
    assert [offer.step for offer in answer.context["offers"] if offer.is_open] == ["check-close"]
    assert Case.objects.get(pk=case.pk).state == "handled"


def test_what_is_taken_back_goes_to_another_post(town: Town, desk: Desk) -> None:
    case, client = town.walk(town.report(), Step.SIGN), desk("community")
    page = client.get(f"{url(case)}?more=1")
    pair = next(offer for offer in page.context["offers"] if offer.step == "recall-dispatch")
    posts = {target.post_id for target in pair.targets}
    assert (str(case.owner_post_id) in posts, pair.note_required) == (False, True)
    housing = town.posts["housing"].pk
    press(client, case, pair.step, target=housing, note="路灯归小区")
    case.refresh_from_db()
    assert (case.state, case.owner_post_id) == ("dispatched", housing)


def test_registering_and_dispatching_take_two_presses(town: Town, desk: Desk) -> None:
    case, client = town.report(), desk("dispatcher")
    assert press(client, case, Step.REGISTER).status_code == 302
    dispatch = client.get(url(case)).context["offers"][0]
    assert (dispatch.step, dispatch.is_open) == ("dispatch", True)
    suggested = next(target for target in dispatch.targets if target.chosen)
    assert suggested.suggested
    assert press(client, case, Step.DISPATCH, target=suggested.post_id).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.owner_post_id) == ("dispatched", int(suggested.post_id))


def test_three_people_carry_a_case_to_its_end(town: Town, desk: Desk) -> None:
    case, community, city = town.report(), desk("community"), desk("city")
    press(community, case, Step.REGISTER)
    press(community, case, Step.DISPATCH, target=town.posts["city"].pk)
    press(city, case, Step.SIGN)
    press(city, case, Step.HANDLE, note="灯泡已换。", photos=jpeg())
    press(community, case, Step.CHECK)
    press(community, case, Step.CLOSE, note="路灯已修好。")
    page = community.get(url(case))
    case.refresh_from_db()
    assert (case.state, case.answer, case.photo_count) == ("closed", "路灯已修好。", 1)
    assert [entry.label for entry in page.context["story"]] == [
        "Received",
        "Registered",
        "Dispatched",
        "Signed for",
        "Reported as handled",
        "Checked and approved",
        "Closed with an answer",
    ]


@pytest.mark.parametrize(
    ("until", "username", "steps"),
    [
        (None, "dispatcher", ["register-dispatch", "verify", "reject"]),
        (None, "liaison", []),
        (Step.REGISTER, "community", ["dispatch"]),
        (Step.DISPATCH, "city", ["sign", "return"]),
        (Step.DISPATCH, "community", []),
        (Step.SIGN, "city", ["start", "handle", "return"]),
        (Step.HANDLE, "community", ["check-close", "check", "rework"]),
        (Step.CHECK, "community", ["close", "rework"]),
        (Step.CLOSE, "dispatcher", ["follow_up", "reopen"]),
    ],
)
def test_only_the_steps_one_may_take_are_offered(
    town: Town, desk: Desk, until: Step | None, username: str, steps: list[str]
) -> None:
    case = town.report() if until is None else town.walk(town.report(), until)
    assert offered(desk(username), case) == steps


@pytest.mark.parametrize(
    ("until", "username", "steps"),
    [
        (None, "dispatcher", ["register", "ask_reporter", "remind", "supervise", "hand_over", "void"]),
        (None, "liaison", ["remind"]),
        (Step.DISPATCH, "city", ["escalate"]),
        (
            Step.DISPATCH,
            "community",
            ["recall-dispatch", "recall", "remind", "supervise", "hand_over", "void"],
        ),
        (Step.SIGN, "city", ["ask_extend", "ask_suspend", "ask_reporter", "escalate"]),
        (Step.HANDLE, "duty", ["remind", "supervise", "void"]),
        (Step.CLOSE, "dispatcher", []),
    ],
)
def test_what_is_rare_is_offered_behind_one_line(
    town: Town, desk: Desk, until: Step | None, username: str, steps: list[str]
) -> None:
    case = town.report() if until is None else town.walk(town.report(), until)
    assert rare(desk(username), case) == steps


def test_who_sent_a_case_back_is_not_suggested_once_more(town: Town, desk: Desk) -> None:
    case, client = town.report(), desk("dispatcher")
    for step in (Step.REGISTER, Step.DISPATCH):
        press(client, case, step, target=Case.objects.get(pk=case.pk).suggested_post_id)
    press(desk("city"), case, Step.RETURN, note="不属于本部门职责")
    targets = client.get(url(case)).context["offers"][0].targets
    assert not [target.name for target in targets if target.chosen or target.suggested]
    assert ["sent it back" in target.note for target in targets].count(True) == 1


def test_more_time_is_asked_and_granted_on_two_pages(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(), Step.SIGN)
    answer = press(desk("city"), case, Step.ASK_EXTEND, note="灯杆要定做。")
    assert (answer.status_code, "Choose how much more time is needed." in answer.text) == (422, True)
    assert "灯杆要定做。" in answer.text
    assert press(desk("city"), case, Step.ASK_EXTEND, note="灯杆要定做。", longer="3wd").status_code == 302
    page = desk("duty").get(url(case))
    assert "asks for 3 working days more time" in page.text
    assert offered(desk("duty"), case) == ["grant_extend", "refuse_extend"]
    assert "That moment has passed" not in page.text
    Case.objects.filter(pk=case.pk).update(clock_at=town.at - timedelta(days=30))
    assert "That moment has passed: the case stays late." in desk("duty").get(url(case)).text
    assert press(desk("city2"), case, Step.GRANT_EXTEND).status_code in {403, 409, 422}
    assert press(desk("duty"), case, Step.GRANT_EXTEND).status_code == 302
    answer = press(desk("dispatcher"), case, Step.GRANT_EXTEND)
    assert (answer.status_code, "was decided already" in answer.text) == (409, True)
    assert Case.objects.get(pk=case.pk).extended == 1


def test_a_note_and_a_wish_for_help_are_written_beside_the_steps(town: Town, desk: Desk) -> None:
    case, client = town.walk(town.report(), Step.SIGN), desk("city")
    assert 'id="notes"' not in client.get(url(case)).text
    assert 'name="public"' in client.get(f"{url(case)}?more=1").text
    empty = client.post(url(case, "note/"), {"note": " ", "submission_key": str(uuid4())})
    assert (empty.status_code, "write down" in empty.text) == (422, True)
    key = str(uuid4())
    for _ in range(2):
        typed = {"note": "已约好时间", "public": "1", "submission_key": key}
        assert client.post(url(case, "note/"), typed).status_code == 302
    assert client.get(url(case)).text.count("已约好时间") == 1
    housing = town.posts["housing"]
    wish = {"helper": housing.pk, "note": "请查合同", "submission_key": str(uuid4())}
    assert client.post(url(case, "help/"), wish).status_code == 302
    assert desk("housing").get(url(case)).status_code == 200
    again = client.post(url(case, "help/"), wish | {"submission_key": str(uuid4())})
    assert (again.status_code, "请查合同" in again.text) == (422, True)
    over = {"helper": housing.pk, "submission_key": str(uuid4())}
    assert client.post(url(case, "help/over/"), over).status_code == 302
    assert desk("housing").get(url(case)).status_code == 404


def test_a_note_to_the_reporter_by_somebody_who_may_not_comes_back_with_the_words(
    town: Town, desk: Desk
) -> None:
    case = town.walk(town.report(), Step.SIGN)
    typed = {"note": "我来告诉您", "public": "1", "submission_key": str(uuid4())}
    answer = desk("liaison").post(url(case, "note/"), typed)
    assert (answer.status_code, "我来告诉您" in answer.text) == (422, True)
    assert desk("far").post(url(case, "note/"), typed).status_code in {403, 404}


@pytest.mark.parametrize("day", ["", "2026-02-30", "gestern", "1999-01-01", "9999-12-31"])
def test_a_day_that_cannot_be_is_refused_in_words_and_nothing_is_lost(
    town: Town, desk: Desk, day: str
) -> None:
    case = town.walk(town.report(), Step.SIGN)
    answer = press(desk("city"), case, Step.ASK_SUSPEND, note="等资金。", review_on=day)
    assert answer.status_code == 422
    assert "等资金。" in answer.text
    assert Case.objects.get(pk=case.pk).asked == ""


def test_each_step_says_what_it_does_to_the_clock_and_what_the_reporter_reads(town: Town, desk: Desk) -> None:
    offer = desk("dispatcher").get(f"{url(town.report())}?more=1").context["offers"][1]
    assert offer.clock.startswith("To be registered and dispatched within ")
    assert offer.tells == ["Your report was accepted and registered."]
    assert not offer.note_required


def test_the_page_costs_at_most_ten_queries_whatever_its_history(town: Town, desk: Desk) -> None:
    client, counts = desk("dispatcher"), []
    for until in (Step.REGISTER, Step.CLOSE):
        case = town.walk(town.report(), until)
        client.get(url(case))
        with CaptureQueriesContext(connection) as found:
            client.get(url(case))
        counts.append(len(found))
    assert max(counts) <= 10


def test_the_same_press_twice_makes_one_step(town: Town, desk: Desk) -> None:
    case, client, key = town.report(), desk("dispatcher"), str(uuid4())
    typed = {"step": "register", "seen_version": case.version, "submission_key": key}
    first, second = client.post(url(case, "step/"), typed), client.post(url(case, "step/"), typed)
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    case.refresh_from_db()
    assert (case.state, case.version) == ("registered", 2)


def test_a_step_without_its_note_comes_back_with_everything_typed(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(), Step.SIGN)
    answer = press(desk("city"), case, Step.RETURN, note="   ")
    assert answer.status_code == 422
    assert "Please write down what was done or why." in answer.text
    assert next(offer for offer in answer.context["offers"] if offer.is_open).step == "return"


def test_an_old_page_is_told_the_new_state_and_loses_nothing(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(), Step.SIGN)
    answer = press(desk("city"), case, Step.HANDLE, note="我写了很多字", seen_version=1)
    assert answer.status_code == 409
    assert "Somebody else has moved this case on" in answer.text
    assert "我写了很多字" in answer.text
    assert answer.context["case"].state == "signed"


def test_somebody_who_was_overtaken_is_told(town: Town, desk: Desk) -> None:
    case = town.report()
    press(desk("community"), case, Step.REGISTER)
    answer = press(desk("dispatcher"), case, Step.REGISTER)
    assert answer.status_code == 409
    assert "registered" in answer.text


def test_the_handler_does_not_check_their_own_work(town: Town, desk: Desk, at: datetime) -> None:
    actions.appoint(
        post_id=town.posts["duty"].pk, user_id=town.users["city"].pk, by=SYSTEM, at=at, starts_at=at
    )
    case = town.walk(town.report(), Step.HANDLE)
    client = desk("city")
    assert offered(client, case) == []
    assert rare(client, case) == ["remind", "supervise"]
    answer = press(client, case, Step.CHECK)
    assert answer.status_code == 409
    assert "Whoever handled a case cannot check or close it" in answer.text


def test_a_step_beyond_ones_powers_is_refused(town: Town, desk: Desk) -> None:
    assert press(desk("liaison"), town.report(), Step.REGISTER).status_code == 403


@pytest.mark.parametrize("more", ["", "step/", "reporter/", "place/"])
def test_a_case_elsewhere_does_not_exist(town: Town, desk: Desk, more: str) -> None:
    case, client = town.report(), desk("community2")
    send = client.get if more in {"", "place/"} else client.post
    assert send(url(case, more)).status_code == 404


def test_unknown_steps_and_numbers_are_answered_calmly(town: Town, desk: Desk) -> None:
    case, client = town.report(), desk("dispatcher")
    for typed in (
        {},
        {"step": "fly"},
        {"step": "register", "seen_version": "x"},
        {"step": "register", "target": "9" * 40},
    ):
        assert client.post(url(case, "step/"), typed).status_code == 409


def test_a_file_that_is_no_picture_is_refused_and_the_note_stays(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(), Step.SIGN)
    broken = io.BytesIO(b"this is no picture")
    broken.name = "photo.jpg"
    answer = press(desk("city"), case, Step.HANDLE, note="灯泡已换。", photos=broken)
    assert answer.status_code == 422
    assert "灯泡已换。" in answer.text
    case.refresh_from_db()
    assert case.state == "signed"


def test_text_with_control_characters_is_refused(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(), Step.SIGN)
    assert press(desk("city"), case, Step.HANDLE, note="坏\x00字").status_code == 422


def test_far_too_long_a_note_is_refused(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(), Step.SIGN)
    assert press(desk("city"), case, Step.HANDLE, note="长" * 100_000).status_code == 422


# ---------------------------------------------------------------- who reported


def test_the_reporter_is_hidden_until_there_is_a_reason_and_each_look_is_recorded(
    town: Town, desk: Desk
) -> None:
    case, client = town.report(contact=contact()), desk("dispatcher")
    page = client.get(url(case)).text
    assert "13800000001" not in page
    assert "李四" not in page
    looks = Entry.objects.filter(action="reporter.reveal", object_id=str(case.pk))
    refused = client.post(url(case, "reporter/"), {"reason": " "})
    assert refused.status_code == 422
    assert "13800000001" not in refused.text
    assert looks.count() == 0
    shown = client.post(url(case, "reporter/"), {"reason": "回电核实位置"})
    assert "13800000001" in shown.text
    assert shown["Cache-Control"] == "private, no-store"
    assert [(look.reason, look.user_id) for look in looks] == [("回电核实位置", town.users["dispatcher"].pk)]


@pytest.mark.parametrize("username", ["city", "worker", "gridhead", "liaison"])
def test_posts_without_that_right_never_see_the_reporter(town: Town, desk: Desk, username: str) -> None:
    case, client = town.walk(town.report(contact=contact()), Step.SIGN), desk(username)
    assert "Your posts do not show contacts." in client.get(url(case)).text
    assert client.post(url(case, "reporter/"), {"reason": "想知道"}).status_code == 403


# ---------------------------------------------------------------- photos


def test_photos_are_shown_to_the_handling_chain_only(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(), Step.SIGN)
    press(desk("city"), case, Step.HANDLE, note="灯泡已换。", photos=jpeg())
    shown = desk("community").get(url(case)).context["photos"][0]
    picture = desk("community").get(shown.small)
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")
    assert picture["Cache-Control"].startswith("private")
    assert b"".join(picture).startswith(b"\xff\xd8")
    assert desk("community2").get(shown.whole).status_code == 404
    assert Client().get(shown.whole).status_code == 302


# ---------------------------------------------------------------- place and category put right


def test_place_and_category_are_put_right_with_a_reason(town: Town, desk: Desk) -> None:
    case, client = town.report(), desk("community")
    other = town.units["QH0102-2"]
    typed = {"seen_version": case.version, "category": "A01", "unit": other.pk, "reason": "实为垃圾问题"}
    assert client.post(url(case, "place/"), typed).status_code == 302
    case.refresh_from_db()
    assert (case.category, case.unit_id) == ("A01", other.pk)
    assert "Place or category changed" in client.get(url(case)).text


def test_putting_right_needs_a_reason_and_keeps_what_was_chosen(town: Town, desk: Desk) -> None:
    case = town.report()
    answer = desk("community").post(url(case, "place/"), {"seen_version": case.version, "category": "A01"})
    assert answer.status_code == 422
    assert 'value="A01" selected' in answer.text


def test_another_community_shows_its_lists_and_writes_nothing(town: Town, desk: Desk) -> None:
    case = town.report()
    typed = {"show": "lists", "community": town.units["QH02"].pk, "reason": "还在写"}
    answer = desk("dispatcher").post(url(case, "place/"), typed)
    assert answer.status_code == 200
    assert f'value="{town.units["QH0202-1"].pk}"' in answer.text
    assert "还在写" in answer.text
    assert Case.objects.get(pk=case.pk).version == case.version


def test_the_clock_of_a_late_case_says_so(town: Town, desk: Desk, at: datetime) -> None:
    case = town.report()
    with time_machine.travel(at + timedelta(days=7), tick=False):
        page = desk("dispatcher").get(url(case)).text
    assert "days late" in page
    assert "Was due " in page
