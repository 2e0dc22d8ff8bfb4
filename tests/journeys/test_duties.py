"""A duty from its draft over publishing to somebody's day, in a real browser."""

from collections.abc import Callable

from playwright.sync_api import expect
from tests.builders import Town
from tests.journeys.conftest import Visitor

Visitors = Callable[..., Visitor]
DUTY = "看一遍院落里的公共设施"


def test_a_duty_is_written_refused_admitted_done_and_taken_back(town: Town, visitor: Visitors) -> None:
    office = visitor(language="en")
    office.sign_in("dispatcher")
    page = office.open("/desk/teams/duties/")
    page.locator("#dk-new-kind").select_option("micro_grid_leader")
    page.get_by_role("button", name="Start a draft").click()
    page.get_by_label("Duty, in Chinese").fill(DUTY)
    page.get_by_label("How often").select_option("weekly")
    page.get_by_role("button", name="Save in the draft").click()
    page.get_by_role("button", name="Publish the list").click()
    expect(page.get_by_text("It does not say who asks for it.")).to_be_visible()
    expect(page.get_by_text("It names no legal basis.")).to_be_visible()
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Who asks for it").fill("街道网格中心")
    page.get_by_label("Legal basis").fill("《城市居民委员会组织法》第三条")
    page.get_by_label("Looked at again on").fill("2029-12-31")
    page.get_by_role("button", name="Save in the draft").click()
    page.get_by_role("button", name="Publish the list").click()
    expect(page.get_by_text("The list is published.")).to_be_visible()
    resident = visitor(language="zh-CN")
    expect(resident.open("/duties").get_by_text(DUTY)).to_be_visible()
    phone = visitor(language="en")
    phone.sign_in("leader")
    day = phone.open("/field/")
    row = day.locator("[data-row]", has_text=DUTY)
    row.get_by_text("Add a few words").click()
    row.get_by_label("A few words, if you like").fill("三个单元都看过。")
    row.get_by_role("button", name="Done").click()
    expect(day.get_by_text("Recorded as done.")).to_be_visible()
    day.locator("[data-row]", has_text=DUTY).get_by_role("button").first.click()
    expect(day.get_by_text("It is open again.")).to_be_visible()
