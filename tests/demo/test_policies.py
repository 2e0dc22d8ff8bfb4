import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.demo.conftest import policy

from weiwang.kernel.worktime import Calendar

CATEGORIES: dict[str, Any] = dict(policy("categories"))
CALENDARS: dict[str, Any] = dict(policy("calendars"))
ROWS: list[Mapping[str, Any]] = CATEGORIES["categories"]


def test_there_are_twelve_majors_and_fifty_five_categories() -> None:
    assert len(CATEGORIES["majors"]) == 12
    assert len(ROWS) == 55
    assert len({row["slug"] for row in ROWS}) == 55


@pytest.mark.parametrize("row", ROWS, ids=[row["code"] for row in ROWS])
def test_a_category_is_complete(row: Mapping[str, Any]) -> None:
    assert re.fullmatch(r"[a-z0-9-]+", row["slug"])
    assert row["routes_to"] in {*CATEGORIES["departments"], *CATEGORIES["levels"]}
    assert row["visibility"] in {"public", "restricted"}
    assert row["urgency"] in {"normal", "urgent"}
    assert set(row["limits"]) == set(CATEGORIES["steps"]) == set(row["limit_sources"])
    assert set(row["limit_sources"].values()) <= set(CATEGORIES["sources"])
    for sentence in (row["file_when"], row["close_when"]):
        assert sentence["zh"].endswith("。")
        assert sentence["en"].endswith(".")
    assert row["keywords"]


def test_every_kind_has_an_icon_that_ships() -> None:
    sprite = (ROOT / "src/weiwang/web/ui/static/vendor/icons.svg").read_text(encoding="utf-8")
    shipped = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    assert {row["icon"] for row in [*ROWS, *CATEGORIES["majors"].values()]} - shipped == set()


def test_matters_of_persons_are_restricted() -> None:
    restricted = {row["code"] for row in ROWS if row["visibility"] == "restricted"}
    assert {"F02", "G01", "G02", "G03", "G04", "I01"} <= restricted


def test_the_legal_channels_are_named() -> None:
    codes = [channel["code"] for channel in CATEGORIES["legal_channels"]]
    assert {"petition", "court", "police"} <= set(codes)
    assert len(codes) == len(set(codes))


def test_2026_has_nineteen_weekdays_off_and_six_make_up_days() -> None:
    calendar = Calendar.from_policy(CALENDARS)
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    off = [day for day in days if day.weekday() < 5 and not calendar.hours_on(day)]
    made_up = [day for day in days if day.weekday() >= 5 and calendar.hours_on(day)]
    assert len(off) == 19
    assert made_up == [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]


def test_2027_is_provisional() -> None:
    calendar = Calendar.from_policy(CALENDARS)
    assert calendar.is_provisional(date(2027, 3, 1))
    assert not calendar.is_provisional(date(2026, 3, 1))
    assert not calendar.hours_on(date(2027, 10, 1))
