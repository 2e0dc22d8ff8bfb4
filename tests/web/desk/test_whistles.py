"""Whistles and early warnings at the desk and on the phone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from tests.builders import Town
from tests.whistles.test_actions import blown, call_of, raised

from weiwang.whistles.models import Call, EarlyWarning, Judgement, Whistle
from weiwang.whistles.rules import CallState

Desk = Callable[[str], Client]


def url(name: str, *args: object) -> str:
    return reverse(f"desk:{name}", args=args)


def filled(town: Town, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "joint", "departments": [town.departments["city_management"].pk], "words": "摊点占道",
        "meeting_point": "枫川街口", "limit": "2h", "submission_key": "k", **changes,
    }  # fmt: skip


def test_a_whistle_on_a_case_goes_from_the_case_page_to_the_judgements(desk: Desk, town: Town) -> None:
    case = town.report()
    grid, city = desk("gridhead"), desk("city")
    assert "Blow a whistle on this case" in grid.get(url("case-beside", case.pk)).content.decode()
    assert (
        "枫川街口"
        in grid.post(url("whistle-new"), filled(town, case=str(case.pk)), follow=True).content.decode()
    )
    whistle = Whistle.objects.get()
    call = call_of(whistle)

    assert "Your department is called" in city.get(url("waiting")).content.decode()
    answer_url = url("whistle-answer", whistle.pk, call.pk)
    city.post(answer_url, {"answer": "arrive", "submission_key": "a"})
    assert "on site" in grid.get(url("whistles")).content.decode()
    assert "Your department" not in city.get(url("waiting")).content.decode()

    grid.post(url("whistle-end", whistle.pk), {"outcome": "摊点已劝离", "submission_key": "e"})
    for client, department, key in ((grid, "", "g"), (city, call.department_id, "c")):
        client.post(
            url("whistle-judge", whistle.pk),
            {"result": "settled", "words": "配合顺畅", "department": department, "submission_key": key},
        )
    page = grid.get(url("whistle-history")).content.decode()

    assert "摊点已劝离" in page
    assert Judgement.objects.count() == 2
    assert "Write the judgement" not in grid.get(url("whistle", whistle.pk)).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"departments": []}, "Call at least one department."),
        ({"words": ""}, "Say in a few words what is needed"),
        ({"meeting_point": ""}, "Say where to meet."),
        ({"limit": "9d"}, "Select a valid choice"),
    ],
)
def test_a_form_with_a_gap_comes_back_with_everything_typed(
    desk: Desk, town: Town, changes: dict[str, Any], words: str
) -> None:
    unit = town.units["QH0101"].pk
    answer = desk("gridhead").post(url("whistle-new"), filled(town, unit=unit, **changes))
    page = answer.content.decode()

    assert answer.status_code == 422
    assert words in page
    assert "枫川街口" in page or "摊点占道" in page
    assert not Whistle.objects.exists()


def test_the_second_of_two_answers_reads_what_stands(desk: Desk, town: Town) -> None:
    whistle = blown(town)
    address = url("whistle-answer", whistle.pk, call_of(whistle).pk)
    desk("city").post(address, {"answer": "on_way", "submission_key": "a"})
    late = desk("city2").post(address, {"answer": "decline", "words": "无人", "submission_key": "b"})

    assert late.status_code == 409
    assert "Somebody has answered this call meanwhile." in late.content.decode()
    assert call_of(whistle).state == CallState.ON_WAY


def test_others_see_no_whistle_and_are_told_so(desk: Desk, town: Town) -> None:
    whistle = blown(town)
    assert desk("community2").get(url("whistle", whistle.pk)).status_code == 404
    assert desk("leader").get(url("whistles")).status_code == 403
    assert desk("city").get(url("whistle-new")).status_code == 403
    assert desk("gridhead").post(
        url("whistle-answer", whistle.pk, 99_999_999), {"answer": "x"}
    ).status_code in {403, 404}


def test_the_board_is_empty_in_words_and_its_part_is_the_same(desk: Desk, town: Town) -> None:
    client = desk("gridhead")
    assert "Nobody is called just now" in client.get(url("whistles")).content.decode()
    raised(town)
    part = client.get(url("whistles"), headers={"HX-Request": "true"}).content.decode()
    assert "河水涨到堤脚了" in part
    assert "<html" not in part


def test_a_warning_from_the_phone_reaches_the_post_above_within_the_minute(desk: Desk, town: Town) -> None:
    phone, grid = desk("leader"), desk("gridhead")
    empty = phone.post(reverse("field:alarm"), {"words": "", "unit": town.units["QH0101-1"].pk})
    phone.post(
        reverse("field:alarm"),
        {"words": "河水涨了", "unit": town.units["QH0101-1"].pk, "submission_key": "w"},
    )
    warning = EarlyWarning.objects.get()

    assert empty.status_code == 422
    assert "Say in a few words what you see." in empty.content.decode()
    assert "1 early warning waits for you" in grid.get(url("waiting")).content.decode()
    grid.post(url("warning-take", warning.pk), {"reply": "我马上到", "submission_key": "t"})
    assert "我马上到" in phone.get(reverse("field:alarm")).content.decode()
    again = desk("community").post(url("warning-take", warning.pk), {"reply": "", "submission_key": "u"})
    assert again.status_code == 409


def test_a_department_that_does_not_come_is_named_on_the_page(desk: Desk, town: Town) -> None:
    from weiwang.whistles.actions import climb

    whistle = blown(town)
    late = town.at + timedelta(hours=1)
    climb(at=late)
    with time_machine.travel(late, tick=False):
        page = desk("gridhead").get(url("whistle", whistle.pk)).content.decode()
    assert "did not report in by the limit: told one level up" in page
    assert Call.objects.get().climbed_at == late


def test_a_month_that_is_none_shows_the_present_one(desk: Desk, town: Town) -> None:
    answer = desk("gridhead").get(url("whistle-history"), {"month": "never"})
    assert answer.status_code == 200
    assert "2026-11" in answer.content.decode()
