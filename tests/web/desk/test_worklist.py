"""The worklist shows what one may see, narrowed as the URL says, at the same price for few rows and many."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.builders import Town

from weiwang.cases.rules import Step

Desk = Callable[[str], Client]


def titles(answer: Any) -> list[str]:
    return re.findall(r"data-case-link>(.*?)</a>", answer.text)


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


@pytest.mark.parametrize(
    "url", ["/desk/cases/?view=open", "/desk/cases/?view=all", "/desk/cases/?view=open&map=1"]
)
def test_one_row_and_three_and_fifty_cost_the_same_queries(town: Town, desk: Desk, url: str) -> None:
    client = desk("dispatcher")
    town.report()
    client.get(url)  # pick lists are kept for half a minute
    counts = []
    for more in (0, 2, 47):
        for _ in range(more):
            town.report()
        counts.append(queries_of(client, url))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 10


def test_mine_are_the_cases_my_post_has_now(town: Town, desk: Desk) -> None:
    case = town.report()
    town.walk(case, Step.DISPATCH)
    assert titles(desk("city").get("/desk/cases/")) == [case.title]
    assert titles(desk("community").get("/desk/cases/")) == []
    assert titles(desk("community").get("/desk/cases/?view=open")) == [case.title]


def test_cases_elsewhere_are_not_seen(town: Town, desk: Desk) -> None:
    town.report()
    assert titles(desk("community2").get("/desk/cases/?view=all")) == []
    assert titles(desk("housing").get("/desk/cases/?view=all")) == []


def test_restricted_cases_are_seen_only_with_that_power(town: Town, desk: Desk) -> None:
    case = town.report("家里有人需要帮助。", category="G01")
    assert case.restricted
    assert titles(desk("dispatcher").get("/desk/cases/?view=open")) == [case.title]
    assert titles(desk("worker").get("/desk/cases/?view=open")) == []


def test_late_cases_have_their_tab_and_say_how_late(town: Town, desk: Desk, at: datetime) -> None:
    case = town.report()
    with time_machine.travel(at + timedelta(days=4), tick=False):
        answer = desk("dispatcher").get("/desk/cases/?view=late")
    assert titles(answer) == [case.title]
    assert "3 days late" in answer.text
    assert [tab.count for tab in answer.context["tabs"] if tab.current] == [1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=路灯", ["lamp"]),
        ("q=no such words", []),
        ("state=reported", ["lamp", "waste"]),
        ("state=closed", []),
        ("category=A01", ["waste"]),
        ("category=A", ["waste"]),
        ("channel=portal", ["lamp", "waste"]),
        ("channel=desk", []),
        ("state=nonsense&category=nonsense&unit=x&channel=y&cursor=z", ["lamp", "waste"]),
    ],
)
def test_filters_live_in_the_address(town: Town, desk: Desk, query: str, found: list[str]) -> None:
    cases = {"lamp": town.report(), "waste": town.report("垃圾没人清。", category="A01", lon=104.0015)}
    answer = desk("dispatcher").get(f"/desk/cases/?view=open&{query}")
    assert sorted(titles(answer)) == sorted(cases[name].title for name in found)


def test_a_unit_narrows_the_list_to_what_lies_below_it(town: Town, desk: Desk) -> None:
    near = town.report()
    town.report("垃圾没人清。", category="A01", lon=104.0025)
    for code in ("QH01", "QH0101", "QH0101-1"):
        answer = desk("dispatcher").get(f"/desk/cases/?view=open&unit={town.units[code].pk}")
        assert titles(answer) == [near.title]
        assert [chip.label for chip in answer.context["chips"]] == [town.units[code].name]


def test_a_number_finds_its_case_wherever_it_stands(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(), Step.CLOSE)
    for typed in (case.number.lower(), case.number.rpartition("-")[0], case.number.split("-")[1]):
        answer = desk("dispatcher").get("/desk/cases/", {"q": typed})
        assert titles(answer) == [case.title]


def test_more_rows_follow_without_gap_or_repeat(town: Town, desk: Desk) -> None:
    cases = [town.report(f"第{number}盏路灯不亮。") for number in range(53)]
    client = desk("dispatcher")
    first = client.get("/desk/cases/?view=open")
    more = client.get(first.context["more"], headers={"hx-request": "true"})
    assert "<html" not in more.text
    assert sorted(titles(first) + titles(more)) == sorted(case.title for case in cases)
    assert "dk-more" not in more.text
    assert "<html" in client.get(first.context["more"]).text


def test_the_list_alone_is_the_same_as_in_the_page(town: Town, desk: Desk) -> None:
    town.report()
    client = desk("dispatcher")
    part = client.get("/desk/cases/?view=open", headers={"hx-request": "true"}).text.strip()
    whole = client.get("/desk/cases/?view=open").text
    assert part.startswith("<section")
    assert part in whole


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "Nothing is waiting for you"),
        ("?view=late", "Nothing is late"),
        ("?view=all", "No case has been reported yet"),
        ("?state=closed", "No cases match these filters"),
    ],
)
def test_an_empty_list_says_what_will_appear(desk: Desk, query: str, sentence: str) -> None:
    assert sentence in desk("dispatcher").get(f"/desk/cases/{query}").text


def test_text_of_residents_is_never_markup(town: Town, desk: Desk) -> None:
    town.report("<script>alert(1)</script>路灯")
    assert "<script>alert" not in desk("dispatcher").get("/desk/cases/?view=open").text


def test_the_map_gets_the_same_cases_and_nothing_of_persons(town: Town, desk: Desk) -> None:
    case = town.report()
    town.report("垃圾没人清。", category="A01", lon=104.0025)
    client = desk("dispatcher")
    page = client.get(f"/desk/cases/?view=open&map=1&unit={town.units['QH01'].pk}")
    config = client.get(page.context["map_config"]).json()
    layer = next(layer for layer in config["layers"] if layer["kind"] == "points")
    found = client.get(layer["url"])
    assert found["Cache-Control"] == "private, no-store"
    assert [one["properties"] for one in found.json()["features"]] == [
        {
            "id": str(case.pk),
            "name": f"{case.number} {case.title}",
            "href": f"/desk/cases/{case.pk}/",
            "tone": "near",
        }
    ]


@pytest.mark.parametrize(
    "address",
    [
        "?cursor=2026-11-16T10:00:00|00000000-0000-0000-0000-000000000000",
        "?cursor=x|y",
        "?unit=" + "9" * 5000,
    ],
)
def test_an_address_put_together_by_hand_is_no_fault(town: Town, desk: Desk, address: str) -> None:
    town.report()
    assert desk("dispatcher").get(f"/desk/cases/{address}").status_code == 200
