"""Somebody at the door: which grid is this, whom do I call, and the sheet that hangs there."""

import io
from collections.abc import Callable

from playwright.sync_api import expect
from pypdf import PdfReader
from tests.builders import Town
from tests.journeys.conftest import Visitor

from weiwang.audit.rules import SYSTEM
from weiwang.ledger.actions import keep_public_line
from weiwang.ledger.rules import Line

Visit = Callable[..., Visitor]
HERE = {"permissions": ["geolocation"], "geolocation": {"longitude": 104.0005, "latitude": 30.7005}}


def test_a_resident_finds_the_grid_calls_prints_and_reports_there(town: Town, visitor: Visit) -> None:
    keep_public_line(unit=town.unit, line=Line("028-0000 0101", "028-0000 0102"), by=SYSTEM, at=town.at)
    resident = visitor(phone=True, **HERE)
    page = resident.open("/grid")
    page.get_by_role("button", name="使用我的位置").click()
    expect(page.get_by_role("heading", name="第1微网格", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="028-0000 0101")).to_have_attribute("href", "tel:02800000101")
    expect(page.locator(".pt-area svg .nm-own")).to_be_visible()
    assert resident.serious_axe_violations() == []
    address = page.get_by_role("link", name="A4 PDF").get_attribute("href")
    sheet = page.request.get(resident.base + str(address))
    assert "张leader" in PdfReader(io.BytesIO(sheet.body())).pages[0].extract_text()
    page.get_by_role("link", name="反映这里的问题").click()
    expect(page.locator("select[name=unit]")).to_have_value(str(town.units["QH0101-1"].pk))


def test_in_large_type_every_door_is_on_the_screen(town: Town, visitor: Visit) -> None:
    resident = visitor(phone=True)
    resident.page.context.add_cookies([{"name": "ui_type", "value": "large", "url": resident.base}])
    page = resident.open("/")
    for box in [item.bounding_box() for item in page.locator(".ww-portal-nav .ww-nav-item").all()]:
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


def test_a_leader_prints_the_boards_of_a_community(town: Town, visitor: Visit) -> None:
    leader = visitor()
    leader.sign_in("community")
    page = leader.open(f"/desk/grids/{town.units['QH01'].pk}/")
    assert leader.serious_axe_violations() == []
    address = page.get_by_role("link", name="本级和下一级全部公示牌（A3）").get_attribute("href")
    sheets = page.request.get(leader.base + str(address))
    assert len(PdfReader(io.BytesIO(sheets.body())).pages) == 3
