"""An Excel list of buildings: read with everything that was found, kept in the ledger, drawn."""

import io
from typing import Any

import pytest
import xlsxwriter
from django.test import Client
from tests.builders import Town
from tests.plans.places import SMALL, run_jobs

from weiwang.kernel.geo import wgs84_to_gcj02
from weiwang.ledger.models import Building
from weiwang.plans import actions, queries
from weiwang.plans.lists import Asked, Effect, Known, ListError, effect, matches
from weiwang.plans.rules import PlanError, PlanState

HEAD = ("编号", "地址", "社区", "单元数", "层数", "户数", "经度", "纬度")


def by(town: Town) -> dict[str, Any]:
    return {"by": town.officer("admin"), "at": town.at}


def workbook(rows: list[tuple[Any, ...]]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for number, row in enumerate([HEAD, *rows]):
        sheet.write_row(number, 0, row)
    book.close()
    return file.getvalue()


def houses(town: Town, *, datum: str = "wgs84") -> list[tuple[Any, ...]]:
    """A lattice of forty-eight buildings over the first community."""
    rows = []
    for number in range(48):
        lon, lat = 104.0001 + 0.00024 * (number % 8), 30.7001 + 0.0003 * (number // 8)
        if datum == "gcj02":
            lon, lat = wgs84_to_gcj02(lon, lat)
        rows.append((f"N-{number}", f"新路{number + 1}号", "QH01", 2, 6, 12, round(lon, 7), round(lat, 7)))
    return rows


@pytest.mark.parametrize("datum", ["wgs84", "gcj02"])
def test_from_an_excel_list_to_a_draft(town: Town, datum: str) -> None:
    Building.objects.all().delete()
    found = actions.read_list(
        place=town.place,
        name="楼栋.xlsx",
        data=workbook(houses(town, datum=datum)),
        asked=Asked(datum),
        **by(town),
    )
    assert Building.objects.count() == 0
    assert found.totals == {town.units["QH01"].name: [48, 576]}
    actions.keep_list(listing_id=found.pk, **by(town))
    kept = Building.objects.get(code="N-0")
    assert (kept.address, kept.households, kept.unit_id) == ("新路1号", 12, town.units["QH01"].pk)
    assert kept.lon == pytest.approx(104.0001, abs=2e-6)
    assert kept.lat == pytest.approx(30.7001, abs=2e-6)
    plan = actions.ask_plan(place=town.place, name="草案", settings=SMALL, **by(town))
    assert run_jobs(plan).state == PlanState.DRAFT
    assert queries.summary(plan).households == 576


def test_buildings_without_a_place_are_listed_with_a_way_to_them(town: Town, client: Client) -> None:
    Building.objects.all().delete()
    rows = houses(town)
    rows[3:6] = [(*row[:6], "", "") for row in rows[3:6]]
    found = actions.read_list(
        place=town.place, name="楼栋.xlsx", data=workbook(rows), asked=Asked("wgs84"), **by(town)
    )
    actions.keep_list(listing_id=found.pk, **by(town))
    plan = run_jobs(actions.ask_plan(place=town.place, name="草案", settings=SMALL, **by(town)))
    guesses = [one for one in queries.findings(plan) if one.is_guess]
    assert [one.params["code"] for one in guesses] == ["N-3", "N-4", "N-5"]
    client.force_login(town.users["admin"], backend="weiwang.web.account.store.AccountBackend")
    page = client.get(f"/desk/plans/{plan.pk}/").content.decode()
    for one in guesses:
        assert f"/desk/plans/{plan.pk}/{one.part_id}/#h{one.house}" in page
        assert f'id="h{one.house}"' in client.get(f"/desk/plans/{plan.pk}/{one.part_id}/").content.decode()
    Building.objects.filter(code="N-4").update(lon=104.0003)  # put right since
    again = run_jobs(actions.ask_plan(place=town.place, name="又一稿", settings=SMALL, **by(town)))
    left = [one.params["code"] for one in queries.findings(again) if one.is_guess]
    assert left == ["N-3", "N-5"]


def test_what_is_wrong_is_said_with_its_rows(town: Town) -> None:
    rows = [*houses(town)[:3], ("N-0", "新路1号", "QH01", 2, 6, 12, 104.0001, 30.7001)]
    rows.append(("N-9", "新路9号", "QH01", 2, 6, -5, 104.0003, 30.7001))
    found = actions.read_list(
        place=town.place, name="楼栋.xlsx", data=workbook(rows), asked=Asked("wgs84"), **by(town)
    )
    said = "".join(note[1] for note in found.notes)
    assert "第5" in said
    assert "第6" in said
    assert found.totals[town.units["QH01"].name][0] >= 3


def test_a_list_that_cannot_be_read_asks_back(town: Town) -> None:
    with pytest.raises(ListError) as refused:
        actions.read_list(place=town.place, name="x.xlsx", data=b"no table", asked=Asked("wgs84"), **by(town))
    assert refused.value.zh
    assert refused.value.en


def test_a_list_is_kept_once_and_known_buildings_keep_their_unit(town: Town) -> None:
    home = Building.objects.get(code="QH0101-1-B1").unit_id
    rows = [("QH0101-1-B1", "梧桐路1号", "QH01", 2, 6, 77, 104.0005, 30.7005)]
    found = actions.read_list(
        place=town.place, name="楼栋.xlsx", data=workbook(rows), asked=Asked("wgs84"), **by(town)
    )
    actions.keep_list(listing_id=found.pk, **by(town))
    renewed = Building.objects.get(code="QH0101-1-B1")
    assert (renewed.unit_id, renewed.households) == (home, 77)
    with pytest.raises(PlanError) as refused:
        actions.keep_list(listing_id=found.pk, **by(town))
    assert refused.value.code == "list.kept"


def row(code: str, address: str, name: str = "", households: int = 10, unit: int = 1) -> dict[str, Any]:
    return {"code": code, "unit": unit, "address": address, "name": name, "households": households}


KNOWN = [
    Known("K1", 1, "锦川路竹影苑1栋", "竹影苑1栋", 10),
    Known("K2", 1, "锦川路竹影苑2栋", "竹影苑2栋", 10),
    Known("K3", 2, "锦川路竹影苑1栋", "竹影苑1栋", 10),
    Known("K4", 1, "柏棠路8号", "", 0),
]


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        (row("K2", "别处"), "K2"),
        (row("x", "锦川路竹影苑1栋"), "K1"),
        (row("x", "锦川路 竹影苑 1栋", unit=2), "K3"),
        (row("x", "锦川路", "竹影苑2号楼"), "K2"),
        (row("x", "竹影苑二栋"), None),
        (row("x", "柏棠路８号"), "K4"),
        (row("x", "柏棠路9号"), None),
        (row("x", "锦川路竹影苑1栋", unit=3), None),
    ],
)
def test_a_building_is_known_by_code_or_address(listed: dict[str, Any], found: str | None) -> None:
    (one,) = matches([listed], KNOWN)
    assert (one.code if one else None) == found


def test_two_rows_never_become_one_building() -> None:
    twice = [row("x", "锦川路竹影苑1栋"), row("y", "锦川路竹影苑1栋")]
    assert matches(twice, KNOWN) == [None, None]
    assert [one and one.code for one in matches([row("K1", "别处"), row("x", "锦川路竹影苑1栋")], KNOWN)] == [
        "K1",
        None,
    ]


def test_what_keeping_would_do_is_counted() -> None:
    listed = [row("a", "竹影苑1栋", households=12), row("b", "新楼1栋")]
    assert effect(listed, KNOWN) == Effect(new=1, renewed=1, changed=1, left=2)


def test_a_list_without_places_leaves_place_outline_and_kind(town: Town) -> None:
    Building.objects.filter(code="QH0101-1-B1").update(kind="tower")
    before = Building.objects.get(code="QH0101-1-B1")
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    lines = [("地址", "社区", "户数"), (before.address, "QH01", 71), ("", "", 71), ("", "", 99)]
    for number, line in enumerate(lines):
        sheet.write_row(number, 0, line)
    book.close()
    found = actions.read_list(
        place=town.place, name="底册.xlsx", data=file.getvalue(), asked=Asked("wgs84"), **by(town)
    )
    said = [note[1] for note in found.notes]
    assert any("是合计" in words and "第3行" in words for words in said)
    assert any("无法确定" in words and "第4行" in words for words in said)
    assert not any("主干道" in words or "围墙" in words for words in said)
    assert queries.listing_effect(found).renewed == 1
    count = Building.objects.count()
    actions.keep_list(listing_id=found.pk, **by(town))
    assert Building.objects.count() == count
    after = Building.objects.get(pk=before.pk)
    assert after.households == 71
    for name in ("code", "unit_id", "kind", "lon", "lat", "floors", "stairwells", "footprint"):
        assert getattr(after, name) == getattr(before, name), name
