"""The zero board counts places, never persons; the tree shows sizes and empty chairs."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.builders import Town

from weiwang.audit.rules import SYSTEM
from weiwang.cases.actions import Whereabouts
from weiwang.cases.rules import Step
from weiwang.territory import actions

Desk = Callable[[str], Client]


def numbers(client: Client, url: str = "/desk/board/") -> dict[str, tuple[int, int, int]]:
    blocks = client.get(url).context["blocks"]
    return {
        square.ground.code: (square.open, square.due, square.late)
        for block in blocks
        for square in block.squares
    }


def test_every_grid_has_a_tile_and_is_cleared_when_nothing_is_open(town: Town, desk: Desk) -> None:
    town.walk(town.report(), Step.CLOSE)
    clear = (0, 0, 0)
    assert numbers(desk("dispatcher")) == {"QH0101": clear, "QH0102": clear, "QH0201": clear, "QH0202": clear}


def test_open_due_and_late_are_counted_on_the_grid_above(town: Town, desk: Desk, at: datetime) -> None:
    town.report()
    town.report(lat=30.7015)
    assert numbers(desk("dispatcher"))["QH0101"] == (2, 2, 0)
    with time_machine.travel(at + timedelta(days=3), tick=False):
        assert numbers(desk("dispatcher"))["QH0101"] == (2, 0, 2)


def test_a_grid_opens_into_its_micro_grids(town: Town, desk: Desk) -> None:
    town.report()
    found = numbers(desk("dispatcher"), f"/desk/board/?unit={town.units['QH0101'].pk}")
    assert found == {"QH0101-1": (1, 1, 0), "QH0101-2": (0, 0, 0)}


def test_a_micro_grid_opens_by_itself(town: Town, desk: Desk) -> None:
    town.report()
    found = numbers(desk("dispatcher"), f"/desk/board/?unit={town.units['QH0101-1'].pk}")
    assert found == {"QH0101-1": (1, 1, 0)}


def test_a_tile_leads_to_its_list(town: Town, desk: Desk) -> None:
    case, client = town.report(), desk("dispatcher")
    tile = client.get("/desk/board/").context["blocks"][0].squares[0]
    assert case.number in client.get(tile.href).text


def test_what_has_no_grid_yet_is_not_forgotten(town: Town, desk: Desk) -> None:
    town.report(where=Whereabouts(address="菜市场北门"))
    assert numbers(desk("dispatcher"))["QH"] == (1, 1, 0)


@pytest.mark.parametrize(
    ("username", "codes"),
    [
        ("community", {"QH0101", "QH0102"}),
        ("liaison", {"QH0101", "QH0102"}),
        ("gridhead", {"QH0101"}),
        ("leader", {"QH0101-1"}),
    ],
)
def test_each_post_sees_its_own_part(town: Town, desk: Desk, username: str, codes: set[str]) -> None:
    assert set(numbers(desk(username))) == codes


def test_a_grid_elsewhere_is_refused(town: Town, desk: Desk) -> None:
    assert desk("community2").get(f"/desk/board/?unit={town.units['QH0101'].pk}").status_code == 403
    assert desk("community2").get(f"/desk/grids/{town.units['QH0101'].pk}/").status_code == 403
    assert desk("community2").get("/desk/grids/999999/").status_code == 404


def test_the_board_names_no_person(town: Town, desk: Desk) -> None:
    town.report()
    page = desk("duty").get("/desk/board/").text
    names = [user.name for username, user in town.users.items() if username != "duty"]
    assert [name for name in names if name in page and name != town.users["duty"].name] == []


def test_the_board_costs_the_same_for_one_case_and_three(town: Town, desk: Desk) -> None:
    client, counts = desk("dispatcher"), []
    client.get("/desk/board/")
    for more in (1, 2):
        for _ in range(more):
            town.report()
        with CaptureQueriesContext(connection) as found:
            client.get("/desk/board/")
        counts.append(len(found))
    assert counts == [counts[0]] * 2


def test_the_tree_shows_sizes_against_what_is_usual(town: Town, desk: Desk) -> None:
    answer = desk("dispatcher").get(f"/desk/grids/{town.units['QH01'].pk}/")
    bar = answer.context["branches"][0].bar
    assert (bar.size, bar.usual_from, bar.usual_width, bar.unusual) == (80, 60, 40, False)


def test_posts_name_their_holders_and_empty_chairs_are_seen(town: Town, desk: Desk, at: datetime) -> None:
    actions.create_post(unit=town.units["QH0202"], kind="grid_leader", by=SYSTEM, at=at)
    page = desk("dispatcher").get(f"/desk/grids/{town.units['QH0101'].pk}/")
    assert town.users["worker"].name in page.text
    empty = desk("dispatcher").get(f"/desk/grids/{town.units['QH0202'].pk}/")
    assert "vacant" in empty.text


def test_the_tree_begins_with_the_uppermost_unit_of_the_post(town: Town, desk: Desk) -> None:
    assert desk("gridhead").get("/desk/grids/")["Location"] == f"/desk/grids/{town.units['QH0101'].pk}/"


def test_the_tree_links_only_to_what_one_may_see(town: Town, desk: Desk) -> None:
    page = desk("gridhead").get(f"/desk/grids/{town.units['QH0101'].pk}/").text
    assert f'href="/desk/grids/{town.units["QH01"].pk}/"' not in page
    assert town.units["QH01"].name in page


def test_the_map_of_the_units_is_drawn_from_our_own_layers(town: Town, desk: Desk) -> None:
    plan = desk("dispatcher").get("/desk/grids/map.json").json()
    assert plan["bounds"] == [104.0, 30.7, 104.004, 30.702]
    assert all(layer["url"].startswith("/api/map/") for layer in plan["layers"])
