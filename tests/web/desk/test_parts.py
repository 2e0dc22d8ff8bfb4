"""Parts, a second matter and links on the pages of the desk; and what the reporter reads of them."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from tests.builders import Town

from weiwang.cases.actions import add_part, link_cases, split_case
from weiwang.cases.links import private_token
from weiwang.cases.models import Case
from weiwang.cases.rules import Step

Desk = Callable[[str], Client]


def url(name: str, case: Case) -> str:
    return reverse(f"desk:{name}", args=[case.pk])


def part(town: Town, main: Case, office: str = "housing") -> Case:
    return add_part(
        case_id=main.pk, post_id=town.posts[office].pk, note="请查产权。", by=town.officer("dispatcher"),
        at=town.at,
    )  # fmt: skip


def closed(town: Town, case: Case) -> Case:
    for step, who, note in (
        (Step.SIGN, "housing", ""), (Step.HANDLE, "housing", "产权属开发商。"),
        (Step.CHECK, "community", ""), (Step.CLOSE, "community", "产权属开发商，已通知维修。"),
    ):  # fmt: skip
        case = town.step(case, step, who, note)
    return case


def test_a_dispatcher_gives_a_part_and_nothing_typed_is_lost(town: Town, desk: Desk) -> None:
    main, client = town.walk(town.report(), Step.SIGN), desk("dispatcher")
    assert url("part", main) in client.get(f"{url('case', main)}?more=1").text
    assert client.get(url("part", main)).status_code == 200
    typed = {"note": "请查产权", "category": "F02", "submission_key": str(uuid4())}
    wrong = client.post(url("part", main), typed | {"target": town.posts["far"].pk})
    assert (wrong.status_code, "请查产权" in wrong.text, "cannot handle" in wrong.text) == (422, True, True)
    assert 'value="F02" selected' in wrong.text
    for _ in range(2):
        sent = client.post(url("part", main), typed | {"target": town.posts["housing"].pk})
        assert (sent.status_code, sent["Location"]) == (302, url("case", main))
    one = Case.objects.get(parent=main)
    shown = client.get(url("case", main)).text
    assert (one.number in shown, "1 of 1 part is open" in shown) == (True, True)


def test_whoever_has_a_part_reads_the_report_and_not_who_reported(town: Town, desk: Desk) -> None:
    main = town.walk(town.report("三楼路灯不亮。"), Step.SIGN)
    one, client = part(town, main), desk("housing")
    shown = client.get(url("case", one)).text
    assert (f"A part of {main.number}" in shown, "三楼路灯不亮。" in shown) == (True, True)
    assert url("case", main) not in shown
    assert client.get(url("case", main)).status_code == 404


def test_the_owner_of_the_main_case_reads_the_answers_of_the_parts(town: Town, desk: Desk) -> None:
    main = town.walk(town.report(), Step.SIGN)
    one = closed(town, part(town, main))
    shown = desk("city").get(url("case", main)).text
    assert "产权属开发商，已通知维修。" in shown
    assert url("case", one) not in shown  # another office's case, and its answer all the same
    assert "goes into the one answer" in shown


def test_a_part_that_moved_puts_the_main_case_into_a_queue_until_it_is_marked_as_seen(
    town: Town, desk: Desk
) -> None:
    main = town.walk(town.report(), Step.SIGN)
    closed(town, part(town, main))
    queue = "/desk/dispatch/?view=parts"
    assert str(main.pk) in desk("dispatcher").get(queue).text
    desk("city").post(url("parts-seen", main), {"submission_key": str(uuid4())})
    assert str(main.pk) not in desk("dispatcher").get(queue).text


@pytest.mark.parametrize("count", [1, 3])
def test_cases_whose_parts_have_moved_stand_first_until_somebody_has_looked(
    town: Town, desk: Desk, count: int
) -> None:
    quiet = town.walk(town.report(), Step.SIGN)
    part(town, quiet)
    moved = [town.walk(town.report(), Step.SIGN) for _ in range(count)]
    for main in moved:
        town.step(part(town, main), Step.SIGN, "housing")
    client = desk("dispatcher")
    page = client.get(reverse("desk:parted")).text
    assert page.count("Mark as seen") == count
    assert page.index(moved[0].number) < page.index(quiet.number)
    typed = {"back": "list", "submission_key": str(uuid4())}
    for _ in range(2):
        assert client.post(url("parts-seen", moved[0]), typed)["Location"] == reverse("desk:parted")
    assert client.get(reverse("desk:parted")).text.count("Mark as seen") == count - 1
    again = client.post(url("parts-seen", moved[0]), {"submission_key": str(uuid4())}, follow=True)
    assert "no parts with news" in again.text


def test_a_place_without_parts_says_how_they_are_made(town: Town, desk: Desk) -> None:
    assert "No open case has parts" in desk("dispatcher").get(reverse("desk:parted")).text
    assert "No open case has parts" in desk("city").get(reverse("desk:parted")).text


def test_a_second_matter_is_split_off_and_the_reporter_is_led_to_it(
    town: Town, desk: Desk, client: Client
) -> None:
    first, browser = town.report("路灯不亮，还有旧沙发。"), desk("community")
    assert browser.get(url("split", first)).status_code == 200
    typed = {"text": "有旧沙发。", "category": "", "seen_version": "1", "submission_key": str(uuid4())}
    wrong = browser.post(url("split", first), typed)
    assert (wrong.status_code, "有旧沙发。</textarea>" in wrong.text) == (422, True)
    for _ in range(2):
        sent = browser.post(url("split", first), typed | {"category": "B05"})
        assert sent.status_code == 302
    second = Case.objects.exclude(pk=first.pk).get()
    theirs = reverse("portal:case", args=[second.pk, private_token(second.pk)])
    page = client.get(reverse("portal:case", args=[first.pk, private_token(first.pk)])).text
    assert (theirs in page, second.number in page) == (True, True)
    assert client.get(theirs).status_code == 200
    old = typed | {"category": "B05", "seen_version": "7", "submission_key": str(uuid4())}
    assert browser.post(url("split", first), old).status_code == 409
    assert desk("leader").get(url("split", first)).status_code == 403


def test_two_cases_are_linked_and_the_link_is_taken_back_on_the_page(town: Town, desk: Desk) -> None:
    one, two, client = town.report(), town.report("配电房有异响。"), desk("community")
    assert client.get(url("link", one)).status_code == 200
    typed = {"number": "QH", "note": "同一电路", "submission_key": str(uuid4())}
    wrong = client.post(url("link", one), typed)
    assert (wrong.status_code, "同一电路" in wrong.text) == (422, True)
    assert client.post(url("link", one), typed | {"number": two.number}).status_code == 302
    beside = client.get(url("case-beside", two)).text
    assert (one.number in beside, "同一电路" in beside) == (True, True)
    back = {"other": one.pk, "submission_key": str(uuid4())}
    assert client.post(url("unlink", two), back).status_code == 302
    assert "同一电路" not in client.get(url("case-beside", two)).text
    again = client.post(url("unlink", two), back | {"submission_key": str(uuid4())}, follow=True)
    assert "not there any more" in again.text


def test_a_linked_case_that_is_not_theirs_to_see_is_a_number_and_no_more(town: Town, desk: Desk) -> None:
    one, far = town.report(), town.report("张家的事。", lon=104.0035, lat=30.7015)
    link_cases(
        case_id=one.pk, number=far.number, reason="张家与李家", by=town.officer("dispatcher"), at=town.at
    )
    page = desk("community").get(url("case-beside", one)).text
    assert (far.number in page, "张家" in page, url("case", far) in page) == (True, False, False)


def test_the_histories_name_the_other_case(town: Town, desk: Desk) -> None:
    main = town.walk(town.report(), Step.REGISTER)
    one = part(town, main)
    second = split_case(
        case_id=main.pk, text="有旧沙发。", category="B05", by=town.officer("community"), at=town.at,
        seen_version=2,
    )  # fmt: skip
    link_cases(
        case_id=second.pk, number=one.number, reason="同一栋", by=town.officer("dispatcher"), at=town.at
    )
    client = desk("dispatcher")
    for case, others in ((main, (one, second)), (one, (second,)), (second, (main, one))):
        shown = client.get(url("case", case)).text
        assert [other.number in shown for other in others] == [True] * len(others)


@pytest.mark.parametrize("name", ["part", "split", "link", "unlink", "parts-seen"])
def test_nobody_works_on_a_case_they_do_not_see(town: Town, desk: Desk, name: str) -> None:
    main = town.walk(town.report(), Step.SIGN)
    typed = {"submission_key": str(uuid4()), "note": "x", "text": "x", "number": "x"}
    answer = desk("community2").post(url(name, main), typed)
    assert answer.status_code in {403, 404}
    assert Case.objects.count() == 1


def test_the_steps_of_a_part_promise_nothing_to_the_reporter(town: Town, desk: Desk) -> None:
    one = part(town, town.walk(town.report(), Step.SIGN))
    page = desk("housing").get(f"{url('case', one)}?more=1").text
    assert ("The reporter reads:" in page, "The reporter is not told." in page) == (False, True)
    assert "details are on the main case" in page
