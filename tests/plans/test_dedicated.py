"""A dedicated grid drawn as an area: its buildings are listed first, then it is set up."""

import json
from http import HTTPStatus
from typing import Any

import pytest
import shapely
import time_machine
from django.test import Client
from tests.builders import Town
from tests.plans.places import drawn_plan

from weiwang.plans import queries
from weiwang.plans.models import Group, Part
from weiwang.plans.rules import GroupLevel

NORTH_WEST = shapely.to_geojson(shapely.box(103.9999, 30.7009, 104.0011, 30.7021))


@pytest.fixture
def part(town: Town) -> Part:
    return drawn_plan(town).parts.order_by("position")[0]


def post(client: Client, town: Town, part: Part, **form: object) -> Any:
    client.force_login(town.users["admin"], backend="weiwang.web.account.store.AccountBackend")
    address = f"/desk/plans/{part.plan_id}/{part.pk}/dedicated/"
    with time_machine.travel(town.at, tick=False):
        return client.post(address, {"seen": part.plan.version, "name": "市场专属网格", **form})


def test_an_area_lists_its_buildings_and_writes_nothing(town: Town, part: Part, client: Client) -> None:
    answer = post(client, town, part, shape=NORTH_WEST, do="list", name="")
    assert answer.status_code == HTTPStatus.OK
    assert not answer.context["form"].errors
    listed = answer.context["inside"]
    assert {one.label[:8] for one in listed} >= {"QH0101-2"}
    assert not any("QH0101-1" in one.label for one in listed)
    assert all(one.chosen for one in listed)
    assert not Group.objects.filter(level=GroupLevel.DEDICATED).exists()


def test_what_stays_ticked_becomes_the_dedicated_grid(town: Town, part: Part, client: Client) -> None:
    desk = queries.desk_of(part)
    inside = queries.pieces_within(part, desk, shapely.from_geojson(NORTH_WEST))
    answer = post(client, town, part, shape=NORTH_WEST, do="set_up", piece=inside[1:])
    assert answer.status_code == HTTPStatus.FOUND
    made = Group.objects.get(plan=part.plan, level=GroupLevel.DEDICATED)
    part.refresh_from_db()
    layout = queries.desk_of(part).layout
    assert made.name == "市场专属网格"
    assert [place for place, key in enumerate(layout.micro) if key == made.key] == inside[1:]


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("", "画出范围"),
        ("POINT(104 30.7)", "画出范围"),
        ("{", "画出范围"),
        (json.dumps({"type": "Polygon", "coordinates": 3}), "画出范围"),
        (shapely.to_wkt(shapely.box(0, 0, 1, 1)), "没有"),
    ],
)
def test_an_area_of_no_use_is_told_and_keeps_the_name(
    town: Town, part: Part, client: Client, shape: str, words: str
) -> None:
    answer = post(client, town, part, shape=shape, do="list")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    page = answer.content.decode()
    assert words in page
    assert "市场专属网格" in page


def test_without_a_name_or_a_building_the_list_stays(town: Town, part: Part, client: Client) -> None:
    inside = queries.pieces_within(part, queries.desk_of(part), shapely.from_geojson(NORTH_WEST))
    forms: list[dict[str, Any]] = [{"name": "", "piece": inside}, {"piece": []}]
    for form in forms:
        answer = post(client, town, part, shape=NORTH_WEST, do="set_up", **form)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert len(answer.context["inside"]) == len(inside)
