"""A resident on an old phone: reports, keeps the link, reads the answer, says what they think."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.builders import Town
from tests.journeys.conftest import Visitor

from weiwang.audit.rules import RESIDENT
from weiwang.cases.links import private_token, query_code
from weiwang.cases.models import Case
from weiwang.cases.rules import Step

Visit = Callable[..., Visitor]
HERE = {"permissions": ["geolocation"], "geolocation": {"longitude": 104.0005, "latitude": 30.7005}}


def test_a_resident_reports_by_position_with_a_photo_and_hears_the_answer(
    town: Town, visitor: Visit, tmp_path: Path
) -> None:
    from PIL import Image

    photo = tmp_path / "lamp.jpg"
    Image.new("RGB", (800, 600), "orange").save(photo)
    resident = visitor(phone=True, **HERE)
    page = resident.open("/")
    page.get_by_role("link", name="我要反映").last.click()
    page.fill("textarea[name=text]", "楼下路灯不亮，晚上走路看不见。")
    page.get_by_text("选择类别").click()
    page.get_by_text("公共设施").click()
    page.locator("label:has(input[value=D02])").click()
    page.set_input_files("input[name=photos]", photo)
    expect(page.locator(".ww-photo-list img")).to_have_count(1)
    page.get_by_role("button", name="使用我的位置").click()
    expect(page.locator("[data-spot]")).to_contain_text("第1微网格")
    page.get_by_role("button", name="提交反映").click()
    expect(page.get_by_role("heading", name="已收到您的反映")).to_be_visible()
    case = Case.objects.get()
    expect(page.get_by_text(case.number)).to_be_visible()
    expect(page.locator("img.pt-qr")).to_be_visible()
    town.walk(case, until=Step.CLOSE)
    page.get_by_role("link", name="查看进度").click()
    expect(page.get_by_text("您反映的路灯已修好")).to_be_visible()
    page.get_by_role("button", name="满意", exact=True).click()
    expect(page.get_by_text("您已表示满意")).to_be_visible()


def test_a_resident_without_scripts_finds_the_building_in_the_list(town: Town, visitor: Visit) -> None:
    resident = visitor(phone=True, java_script_enabled=False)
    page = resident.open("/report")
    page.fill("textarea[name=text]", "楼道灯坏了。")
    page.locator("summary", has_text="从地址列表中选").click()
    page.fill("input[name=find]", "梧桐路")
    page.get_by_role("button", name="查找").click()
    assert page.input_value("textarea[name=text]") == "楼道灯坏了。"
    page.locator("label:has(input[name=building])").first.click()
    page.get_by_role("button", name="提交反映").click()
    expect(page.get_by_role("heading", name="已收到您的反映")).to_be_visible()
    assert Case.objects.get().match == "chosen"


def test_a_search_with_scripts_brings_the_list_without_leaving_the_page(town: Town, visitor: Visit) -> None:
    resident = visitor(phone=True)
    page = resident.open("/report")
    page.locator("summary", has_text="从地址列表中选").click()
    page.fill("input[name=find]", "梧桐路")
    page.get_by_role("button", name="查找").click()
    expect(page.locator("#buildings label").first).to_be_visible()
    assert page.url.endswith("/report")


def test_the_map_moves_to_the_address_picked_from_the_list(town: Town, visitor: Visit) -> None:
    page = visitor(phone=True).open("/report")
    page.locator("summary", has_text="从地址列表中选").click()
    page.fill("input[name=find]", "梧桐路")
    page.get_by_role("button", name="查找").click()
    page.locator("#buildings label").first.click()
    page.wait_for_selector("[data-map][data-state=shown]", timeout=20_000)
    expect(page.locator(".ww-map-pin")).to_be_attached()
    assert page.input_value("input[name=lon]") == ""  # the building is the place, not the pin
    page.locator("#buildings label").last.click()  # none of these
    expect(page.locator(".ww-map-pin")).not_to_be_attached()


def test_a_pin_on_the_map_says_which_grid_it_is_in(town: Town, visitor: Visit) -> None:
    resident = visitor(phone=True)
    page = resident.open("/report")
    page.get_by_role("button", name="打开地图").click()
    page.wait_for_selector("[data-map][data-state=shown]", timeout=20_000)
    canvas = page.locator(".ww-map-canvas canvas")
    canvas.scroll_into_view_if_needed()
    canvas.click()
    expect(page.locator("[data-spot]")).to_contain_text("网格")
    assert page.input_value("input[name=lon]")


def test_two_presses_of_send_make_one_case(town: Town, visitor: Visit) -> None:
    resident = visitor(phone=True)
    page = resident.open("/report")
    page.fill("textarea[name=text]", "井盖松动。")
    page.fill("input[name=address]", "老桥头")
    page.get_by_role("button", name="提交反映").dblclick()
    expect(page.get_by_role("heading", name="已收到您的反映")).to_be_visible()
    assert Case.objects.count() == 1


def test_number_and_code_open_the_page_and_not_satisfied_sends_it_up(town: Town, visitor: Visit) -> None:
    case = town.walk(town.report(by=RESIDENT), until=Step.CLOSE)
    resident = visitor(phone=True)
    page = resident.open("/follow")
    page.fill("input[name=number]", case.number.lower())
    page.fill("input[name=code]", query_code(case.pk))
    page.get_by_role("button", name="查看进度").click()
    page.locator("summary", has_text="不满意").click()
    page.get_by_text("又出现了").click()
    page.get_by_role("button", name="提交，重新办理").click()
    expect(page.get_by_text("已重新办理").or_(page.get_by_text("重新办理，交由上一级")).first).to_be_visible()
    case.refresh_from_db()
    assert case.reopened == 1


def test_a_position_leads_to_the_grid_and_its_people(town: Town, visitor: Visit) -> None:
    resident = visitor(phone=True, **HERE)
    page = resident.open("/grid")
    page.get_by_role("button", name="使用我的位置").or_(page.get_by_role("button", name="用我的位置")).click()
    expect(page.get_by_role("heading", name="第1微网格").first).to_be_visible()
    expect(page.get_by_text("张leader")).to_be_visible()


@pytest.mark.parametrize("look", ["light", "dark", "large"])
@pytest.mark.parametrize("phone", [True, False])
def test_every_page_is_free_of_serious_faults_of_access(
    town: Town, visitor: Visit, look: str, *, phone: bool
) -> None:
    closed = town.walk(town.report(by=RESIDENT), until=Step.CLOSE)
    open_case = town.report(by=RESIDENT)
    resident = visitor(phone=phone)
    cookie = {"dark": ("ui_theme", "dark"), "large": ("ui_type", "large")}.get(look)
    if cookie:
        resident.page.context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": resident.base}])
    for path in (
        "/", "/report", "/report?unit=QH0101-1", "/follow", "/grid?find=梧桐路", "/grid/QH0101-1", "/place",
        "/privacy", _link(closed), _link(open_case), _link(open_case, "sent"),
    ):  # fmt: skip
        page = resident.open(path)
        assert resident.serious_axe_violations() == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"


def test_everything_to_press_is_large_enough_for_a_thumb(town: Town, visitor: Visit) -> None:
    resident = visitor(phone=True)
    for path in ("/", "/report", "/follow", "/grid"):
        page = resident.open(path)
        small = page.evaluate(
            """() => [...document.querySelectorAll(`main button, main summary, main select, main .ww-door,
                 main input:not([type=hidden],[type=radio],[type=checkbox],[type=file])`)]
                 .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43.5)
                 .map((e) => e.outerHTML.slice(0, 80))"""
        )
        assert small == [], path


def _link(case: Case, more: str = "") -> str:
    return f"/c/{case.pk}/{private_token(case.pk)}/{more}"


def test_the_first_pages_are_light_enough_for_an_old_phone(town: Town, visitor: Visit) -> None:
    resident = visitor(phone=True)
    sizes: dict[str, int] = {}
    resident.page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page = resident.open("/report")
    page.wait_for_load_state("networkidle")
    assert not any(re.search(r"maplibre|echarts", url) for url in sizes)
