"""Taking a report for a caller: the same fields as on the portal, and words to read out at the end."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from tests.builders import Town

from weiwang.cases.links import query_code
from weiwang.cases.models import Case, Reporter
from weiwang.ledger.models import Building

Desk = Callable[[str], Client]
URL = "/desk/cases/new/"


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "text": "楼道灯不亮。",
        "category": "D02",
        "asked": "D02",
        "submission_key": str(uuid4()),
    } | fields


def test_a_pin_on_the_map_leads_to_its_micro_grid(town: Town, desk: Desk) -> None:
    client = desk("dispatcher")
    answer = client.post(URL, typed(lon="104.0005", lat="30.7015", name="李四", phone="138 0000 0001"))
    case = Case.objects.get()
    assert answer["Location"] == f"/desk/cases/{case.pk}/taken/"
    assert (case.unit.code, case.channel, case.category) == ("QH0101-2", "desk", "D02")
    assert Reporter.objects.get().name == "李四"
    page = client.get(answer["Location"]).text
    assert case.number in page
    assert query_code(case.pk) in page


def test_a_building_of_the_list_is_enough(town: Town, desk: Desk) -> None:
    building = Building.objects.get(code="QH0201-1-B1")
    desk("dispatcher").post(URL, typed(building=building.pk))
    case = Case.objects.get()
    assert (case.unit.code, case.lon) == ("QH0201-1", building.lon)
    assert building.address in case.address


def test_a_grid_of_the_list_is_enough(town: Town, desk: Desk) -> None:
    desk("dispatcher").post(URL, typed(unit=town.units["QH0102"].pk))
    assert Case.objects.get().unit.code == "QH0102"


def test_a_house_named_in_words_is_that_house_unless_somebody_says_it_is_not(town: Town, desk: Desk) -> None:
    client, building = desk("dispatcher"), Building.objects.get(code="QH0201-1-B1")
    said = f"{building.address}2单元501"
    shown = client.post(f"{URL}where/", {"address": said}).text
    assert f'value="{building.pk}" selected' in shown
    assert f"The report belongs to {town.units['QH0201-1'].name} and goes to" in shown
    client.post(URL, typed(address=said))
    case = Case.objects.get()
    assert (case.unit.code, case.lon, case.address) == ("QH0201-1", building.lon, said)
    client.post(URL, typed(address=said, building="none"))
    assert Case.objects.get(match="words").address == said


def test_words_that_name_no_house_are_told_where_they_will_go(town: Town, desk: Desk) -> None:
    shown = desk("dispatcher").post(f"{URL}where/", {"address": "菜市场北门"}).text
    assert "From these words alone no grid can be found" in shown
    assert "goes to" not in desk("dispatcher").post(f"{URL}where/", {}).text


def test_words_are_enough(town: Town, desk: Desk) -> None:
    desk("dispatcher").post(URL, typed(address="菜市场北门"))
    assert Case.objects.get().match == "words"


def test_the_same_form_twice_makes_one_case_and_the_same_answer(town: Town, desk: Desk) -> None:
    client, form = desk("dispatcher"), typed(address="菜市场北门")
    assert client.post(URL, form)["Location"] == client.post(URL, form)["Location"]
    assert Case.objects.count() == 1


def test_another_call_written_into_a_form_that_was_sent_is_not_lost(town: Town, desk: Desk) -> None:
    client, form = desk("dispatcher"), typed(address="菜市场北门")
    client.post(URL, form)
    answer = client.post(URL, {**form, "text": "北门的井盖松了。"})
    assert (answer.status_code, Case.objects.count()) == (409, 1)
    assert "北门的井盖松了。" in answer.content.decode()
    assert form["submission_key"] not in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": " "}, "This field is required."),
        ({}, "Please say where it is"),
        ({"lon": "100", "lat": "30"}, "This place lies outside our sub-district"),
        ({"address": "北门", "phone": "12"}, "This does not look like a telephone number"),
        ({"address": "北门", "category": "Q99"}, "There is no category Q99."),
        ({"building": "999999"}, "Please say where it is"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    town: Town, desk: Desk, fields: dict[str, str], sentence: str
) -> None:
    answer = desk("dispatcher").post(URL, typed(name="李四") | fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "李四" in answer.text
    assert Case.objects.count() == 0


def test_choosing_a_community_shows_its_buildings_and_keeps_the_rest(town: Town, desk: Desk) -> None:
    answer = desk("dispatcher").post(URL, typed(show="lists", community=town.units["QH02"].pk))
    assert answer.status_code == 200
    assert "楼道灯不亮。" in answer.text
    assert 'value="D02" selected' in answer.text
    assert f'value="{Building.objects.get(code="QH0201-1-B1").pk}"' in answer.text
    assert Case.objects.count() == 0


def test_only_who_took_the_report_reads_its_code(town: Town, desk: Desk) -> None:
    location = desk("dispatcher").post(URL, typed(address="北门"))["Location"]
    assert desk("dispatcher2").get(location).status_code == 404
