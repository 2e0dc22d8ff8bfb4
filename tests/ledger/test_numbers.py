"""House numbers on the map."""

import pytest
import shapely
from django.test import Client
from tests.builders import Town
from tests.conftest import ROOT

from weiwang.ledger.models import Building
from weiwang.ledger.rules import HOUSE, house_number, nearness


@pytest.mark.parametrize(
    ("name", "address", "number"),
    [
        ("3栋", "梧桐路12号", "3栋"),
        ("", "梧桐路12号", "12号"),
        ("", "梧桐路12-1号", "12-1号"),
        ("安和小区6栋", "", "6栋"),
        ("A座", "天府路1号", "A座"),
        ("", "双槐村4组28号", "28号"),
        ("", "Kirchstr. 14", "14"),
        ("文化活动中心", "梧桐路", ""),
        ("文化活动中心", "梧桐路9号", "9号"),
    ],
)
def test_the_number_is_the_last_of_the_name_else_of_the_address(name: str, address: str, number: str) -> None:
    assert house_number(name, address) == number


@pytest.mark.parametrize(
    ("said", "name", "address", "is_that_house"),
    [
        ("丰泽小区2栋", "丰泽小区2栋", "兰栖街丰泽小区2栋", True),
        ("兰栖街丰泽小区二栋3单元501", "丰泽小区2栋", "兰栖街丰泽小区2栋", True),
        ("丰泽小区十二栋楼下", "丰泽小区12栋", "", True),
        ("丰泽小区12栋", "丰泽小区2栋", "", False),
        ("丰泽小区门口", "丰泽小区2栋", "", False),
        ("双槐村2组43号旁边", "双槐村2组43号", "双槐村2组43号", True),
        ("双槐村2组43号", "双槐村2组4号", "", False),
        ("榆荫路18号", "榆荫路18号商铺", "榆荫路18号", True),
        ("梧桐路12号", "3栋", "梧桐路12号", True),
    ],
)
def test_the_house_somebody_means(said: str, name: str, address: str, is_that_house: bool) -> None:
    found = nearness(said, name=name, address=address)
    assert (found > HOUSE, found > 0) == (is_that_house, True)


def test_words_that_name_no_street_and_no_compound_mean_no_house() -> None:
    assert nearness("菜市场北门", name="丰泽小区2栋", address="兰栖街丰泽小区2栋") == 0
    assert nearness("2栋", name="2栋", address="") == 0


def test_the_map_has_a_number_for_each_house(town: Town, client: Client) -> None:
    rows = list(Building.objects.filter(place=town.place).order_by("code"))
    for row in rows:
        row.footprint = shapely.Point(row.lon or 0, row.lat or 0).buffer(0.0001)
    Building.objects.bulk_update(rows, ["footprint"])
    Building.objects.filter(pk=rows[0].pk).update(name="值班室", address="梧桐路")
    found = client.get(f"/api/map/{town.place}/buildings.geojson").json()["features"]
    numbers = [one["properties"].get("number") for one in found]
    assert numbers[0] is None
    assert numbers[1:] == [row.name for row in rows[1:]]


def test_the_map_of_the_desk_writes_numbers_on_houses(town: Town, client: Client) -> None:
    """Drawn by the device, so a drawing cannot be read here: the layer of words names the number."""
    script = (ROOT / "src/weiwang/web/ui/static/ui/map.js").read_text(encoding="utf-8")
    assert '"text-field": ["get", "number"]' in script
    client.force_login(town.users["dispatcher"])
    layers = client.get("/desk/cases/map.json").json()["layers"]
    assert {"buildings": "building"}.items() <= {one["id"]: one["kind"] for one in layers}.items()
