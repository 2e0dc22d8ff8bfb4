"""Importing buildings: found again by code, placed by unit or position."""

import json
from pathlib import Path

import shapely
from shapely.geometry import mapping
from tests.builders import Town

from weiwang.audit.rules import SYSTEM
from weiwang.ledger.imports import BUILDINGS
from weiwang.ledger.models import Building
from weiwang.territory.imports import Source, Task, apply, preview

HEAD = "楼栋编号,地址,名称,微网格,户数,楼层,单元数,经度,纬度\n"


def task(town: Town, data: str | bytes, name: str = "b.csv") -> Task:
    return Task(Source(data.encode() if isinstance(data, str) else data, name), town.at, town.place)


def codes(town: Town, data: str | bytes, name: str = "b.csv") -> list[tuple[int, str]]:
    return [(error.row, error.code) for error in preview(BUILDINGS, task(town, data, name)).errors]


def test_buildings_are_placed_by_unit_or_by_position_and_twice_changes_nothing(town: Town) -> None:
    rows = HEAD + "B1,柳路1号,1栋,QH0101-2,24,6,2,,\nB2,柳路2号,2栋,,30,6,2,104.0015,30.7005\n"
    done = apply(BUILDINGS, task(town, rows), by=SYSTEM)
    assert (done.new, done.changed) == (2, 0)
    assert Building.objects.get(code="B1").unit == town.units["QH0101-2"]
    assert Building.objects.get(code="B2").unit == town.units["QH0102-1"]
    again = apply(BUILDINGS, task(town, rows), by=SYSTEM)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    grown = apply(BUILDINGS, task(town, rows.replace(",24,", ",26,")), by=SYSTEM)
    assert (grown.new, grown.changed, grown.unchanged) == (0, 1, 1)


def test_an_outline_gives_position_and_unit(town: Town) -> None:
    box = shapely.box(104.0002, 30.7002, 104.0004, 30.7004)
    feature = {
        "type": "Feature", "geometry": mapping(box),
        "properties": {"building_id": "C1", "kind": "tower", "floors": 30, "units": 1, "households": 187},
    }  # fmt: skip
    data = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    apply(BUILDINGS, task(town, data, "b.geojson"), by=SYSTEM)
    found = Building.objects.get(code="C1")
    assert (found.unit, found.stairwells, found.households) == (town.units["QH0101-1"], 1, 187)
    assert apply(BUILDINGS, task(town, data, "b.geojson"), by=SYSTEM).unchanged == 1


def test_buildings_that_cannot_be_are_each_named(town: Town) -> None:
    rows = HEAD + (
        "B1,,,QH09,1,,,,\nB2,,,,1,,,,\nB3,,,,1,,,105.5,30.7\nB4,,,,x,,,104.0005,30.7005\n"
        "B5,,,,1,,,30.7,104.0\nB6,,,QH0101-1,1,,,,\nB6,,,QH0101-1,1,,,,\n,,,QH0101-1,1,,,,\n"
    )
    assert codes(town, rows) == [
        (2, "unit.unknown"), (3, "import.building_where"), (4, "import.building_outside"),
        (5, "import.whole_number"), (6, "swapped"), (8, "import.twice"), (9, "missing_value"),
    ]  # fmt: skip


def test_the_example_buildings_fit_the_columns(town: Town) -> None:
    data = (Path(__file__).resolve().parents[2] / "examples" / "buildings.csv").read_bytes()
    assert {code for _, code in codes(town, data)} <= {"unit.unknown"}
