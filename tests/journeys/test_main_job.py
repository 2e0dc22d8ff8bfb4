"""The main job from end to end: one resident, three people of the sub-district, one answer."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.builders import Town
from tests.journeys.conftest import Visitor

from weiwang.cases.models import Case

Visit = Callable[..., Visitor]
HERE = {"permissions": ["geolocation"], "geolocation": {"longitude": 104.0005, "latitude": 30.7005}}


def test_a_report_is_carried_to_closed_and_the_resident_reads_the_answer(town: Town, visitor: Visit) -> None:
    resident = visitor(phone=True, **HERE)
    page = report(resident)
    case = Case.objects.get()
    path = f"/desk/cases/{case.pk}/"

    gridhead = visitor()
    gridhead.sign_in("gridhead")
    desk = gridhead.open(path)
    desk.get_by_role("searchbox").first.fill("城管")
    desk.locator(".dk-targets [data-choice]:visible", has_text="城管").first.click()
    take(desk, "受理并派遣")

    city = visitor()
    city.sign_in("city")
    handling = city.open(path)
    take(handling, "签收")
    take(handling, "处置完成", "已更换灯泡，夜间试亮正常。")

    community = visitor()
    community.sign_in("community")
    checking = community.open(path)
    take(checking, "核查通过")
    answer(checking, "您反映的路灯已修好，感谢您的提醒。")

    case.refresh_from_db()
    assert case.state == "closed"
    page.reload()
    expect(page.get_by_text("您反映的路灯已修好")).to_be_visible()
    community.open("/desk/board/")
    expect(community.page.locator(".ww-tile-cleared").first).to_be_visible()


def report(resident: Visitor) -> Page:
    """The resident sends a report from where they stand and opens its progress page."""
    page = resident.open("/report")
    page.fill("textarea[name=text]", "楼下路灯不亮，晚上走路看不见。")
    page.get_by_role("button", name="使用我的位置").click()
    expect(page.locator("[data-spot]")).to_contain_text("第1微网格")
    page.get_by_role("button", name="提交反映").click()
    expect(page.get_by_role("heading", name="已收到您的反映")).to_be_visible()
    page.get_by_role("link", name="查看进度").click()
    return page


def take(page: Page, step: str, note: str = "") -> None:
    """One step on the case page: open it, write what is needed, press the button that bears its name."""
    button = page.get_by_role("button", name=step, exact=True)
    if not button.is_visible():
        page.locator("summary").get_by_text(step, exact=True).click()
    if note:
        page.locator("form", has=button).locator("textarea[name=note]").fill(note)
    button.click()
    expect(page.get_by_text(f"已完成：{step}")).to_be_visible()


def answer(page: Page, words: str) -> None:
    """The answer is looked at, as the resident will read it, before it can be sent."""
    form = page.locator("form", has=page.locator("input[name=step][value=close]"))
    if not form.is_visible():
        page.locator("summary", has_text="结案答复").first.click()
    form.locator("textarea[name=note]").fill(words)
    form.get_by_role("button", name="先看发出的内容，再发送").click()
    expect(page.locator("#preview-close")).to_contain_text(words)
    page.get_by_role("button", name="结案答复", exact=True).click()
    expect(page.get_by_text("已完成：结案答复")).to_be_visible()
