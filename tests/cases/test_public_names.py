"""A category may have a name for residents beside the one the staff use."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from tests.builders import Town

from weiwang.cases.queries import categories


@pytest.fixture(autouse=True)
def _no_limits_of_before() -> None:
    cache.clear()


def test_a_category_without_a_public_name_has_that_of_the_staff() -> None:
    table = categories()
    assert table["D02"].public_name("en") == table["D02"].name("en") == "Street lamps"
    assert (table["A02"].name("zh-hans"), table["A02"].public_name("zh-hans")) == (
        "积存建筑垃圾渣土", "装修垃圾、渣土没人清",
    )  # fmt: skip
    assert all(one.public_zh and one.public_en for one in table.values())


def test_residents_read_the_public_name_and_staff_their_own(town: Town, client: Client) -> None:
    page = client.get("/report", headers={"accept-language": "zh-hans"}).text
    assert ("装修垃圾、渣土没人清" in page, "积存建筑垃圾渣土" in page) == (True, False)
    case = town.report("楼下一堆砖头", category="A02")
    client.force_login(town.users["community"])
    desk = client.get(f"/desk/cases/{case.pk}/", headers={"accept-language": "zh-hans"}).text
    assert ("积存建筑垃圾渣土" in desk, "装修垃圾、渣土没人清" in desk) == (True, False)


def test_other_programs_read_the_public_name(town: Town, client: Client) -> None:
    found = client.get("/open311/v2/services.xml", headers={"accept-language": "zh-hans"}).text
    names = re.findall(r"<service_name>(.*?)</service_name>", found)
    assert ("装修垃圾、渣土没人清" in names, "积存建筑垃圾渣土" in names) == (True, False)
    rows = client.get("/api/v1/categories", headers={"accept-language": "en"}).json()
    row = next(one for one in rows if one["code"] == "A02")
    assert (row["name"], row["public_name"]) == ("Construction waste", "Rubble nobody takes away")
