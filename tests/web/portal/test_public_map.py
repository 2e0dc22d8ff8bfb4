"""The public page of cases says kind, micro-grid, state and day of what was accepted, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.builders import Town, contact

from weiwang.audit.rules import RESIDENT
from weiwang.cases import public_map
from weiwang.cases.models import Case
from weiwang.cases.queries import categories
from weiwang.cases.rules import State, Step
from weiwang.territory.models import Unit

LAMP = "D01"
WORDS = "三楼王阿姨家门口的灯不亮。"


@pytest.fixture(autouse=True)
def _large_units(town: Town) -> None:
    Unit.objects.filter(path__startswith="/").update(households=60)


def accepted(town: Town, category: str = LAMP) -> Case:
    case = town.report(WORDS, category=category, contact=contact(), by=RESIDENT)
    return town.step(case, Step.REGISTER, "community")


def page(visitor: Client) -> str:
    return str(visitor.get("/cases").content.decode())


def points(visitor: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = visitor.get("/cases/points.geojson").json()["features"]
    return found


def test_kind_micro_grid_state_and_day_are_shown_and_nothing_else(visitor: Client, town: Town) -> None:
    case = accepted(town)
    shown = page(visitor)
    assert categories()[LAMP].public_name("en") in shown
    assert (case.unit_name in shown, "being worked on" in shown) == (True, True)
    for hidden in (
        case.number,
        WORDS,
        case.title,
        "王阿姨",
        "13800000001",
        case.owner_name,
        case.address or "门口",
    ):
        assert hidden not in shown
    [point] = points(visitor)
    assert point["properties"]["name"] == f"{case.unit_name}: 1 case"
    Case.objects.filter(pk=case.pk).update(lon=104.00012, lat=30.70018)
    assert points(visitor) == [point]  # inside the micro-grid, wherever the case is


def test_what_was_not_accepted_is_not_there(visitor: Client, town: Town) -> None:
    case = town.report(WORDS, category=LAMP, by=RESIDENT)
    assert "Nothing to show" in page(visitor)
    for state in public_map.HIDDEN:
        Case.objects.filter(pk=case.pk).update(
            state=state, legal_channel="court" if state == State.HANDED_OVER else ""
        )
        assert "Nothing to show" in page(visitor)
    assert points(visitor) == []


def test_a_settled_case_says_so(visitor: Client, town: Town) -> None:
    town.walk(town.report(WORDS, category=LAMP), until=Step.CLOSE)
    assert "0 being worked on, 1 settled." in page(visitor)
    assert points(visitor)[0]["properties"]["tone"] == "cleared"


def test_kinds_the_table_does_not_publish_are_not_there(visitor: Client, town: Town) -> None:
    assert {code[0] for code in public_map.on_map()} == {"D"}
    accepted(town, "A01")
    Case.objects.filter(pk=accepted(town).pk).update(restricted=True)
    assert "Nothing to show" in page(visitor)


@pytest.mark.parametrize("why", ["at_home", "restricted"])
def test_the_mark_is_not_enough_for_what_lies_at_home(why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lamp = replace(categories()[LAMP], **{why: True})  # type: ignore[arg-type] # one of two flags
    monkeypatch.setattr(public_map, "categories", lambda: {LAMP: lamp})
    assert public_map.on_map() == {}


@pytest.mark.parametrize("households", [None, 29])
def test_a_small_micro_grid_is_not_named(visitor: Client, town: Town, households: int | None) -> None:
    case = accepted(town)
    Unit.objects.filter(pk=case.unit_id).update(households=households)
    above = Unit.objects.get(pk=case.unit_id).parent
    assert above is not None
    [one] = public_map.shown(place=town.place, at=town.at)
    assert one.unit_name == above.name
    assert f">{case.unit_name}<" not in page(visitor)


def test_the_page_costs_the_same_for_one_and_three_and_may_be_kept(visitor: Client, town: Town) -> None:
    counts = []
    for number in (1, 2):
        for _ in range(number):
            accepted(town)
        with CaptureQueriesContext(connection) as found:
            answer = visitor.get("/cases")
        counts.append(len(found))
        assert "max-age=300" in answer["Cache-Control"]
    assert counts[0] == counts[1]


def test_there_are_as_many_points_as_cases_all_at_one_place(visitor: Client, town: Town) -> None:
    cases = [accepted(town) for _ in range(3)]
    found = points(visitor)
    assert [point["properties"]["name"] for point in found] == [f"{cases[0].unit_name}: 3 cases"] * 3
    assert len({tuple(point["geometry"]["coordinates"]) for point in found}) == 1


def test_the_map_is_drawn_from_our_own_layers(visitor: Client, town: Town) -> None:
    config = visitor.get("/cases/map.json").json()
    assert [layer["id"] for layer in config["layers"]][-1] == "cases"
    assert all(layer["url"].startswith("/") for layer in config["layers"])
