"""A body from its founding to the chart of its community, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.bodies.conftest import body_form
from tests.builders import Town
from tests.journeys.conftest import Visitor

from weiwang.bodies.actions import create_body
from weiwang.bodies.models import Body

Visitors = Callable[..., Visitor]


def test_a_committee_is_set_up_refused_across_communities_and_found_in_the_chart(
    town: Town, visitor: Visitors
) -> None:
    someone = visitor(language="en")
    someone.sign_in("dispatcher")
    page = someone.open("/desk/teams/bodies/")
    page.get_by_role("link", name="New body").first.click()
    page.get_by_label("Name of the body").fill("锦棠府业主委员会")
    page.get_by_label("Term from").fill("2026-01-01")
    page.get_by_label("Last day of the term").fill("2030-12-31")
    page.get_by_label("Telephone").fill("028-60000001")
    page.get_by_label("第1微网格").first.check()
    page.get_by_label("桃源社区").check()
    page.get_by_role("button", name="Set up the body").click()
    expect(page.get_by_role("alert").first).to_contain_text("these units lie in 桃源社区 and in 梧桐社区")
    page.get_by_label("桃源社区").uncheck()
    page.get_by_role("button", name="Set up the body").click()
    expect(page.get_by_text("The body was set up.")).to_be_visible()
    page.get_by_text("Add a member").click()
    page.get_by_label("Name", exact=True).fill("李建国")
    page.get_by_label("Role").fill("主任")
    page.get_by_label("Member from").fill("2026-01-01")
    page.get_by_role("button", name="Add the member").click()
    expect(page.get_by_role("cell", name="李建国", exact=True)).to_be_visible()
    assert "60000001" not in page.content()
    page.get_by_role("link", name="Chart of 梧桐社区").click()
    page.locator("svg a", has_text="锦棠府业主委员会").click()
    page.wait_for_url(f"**/bodies/{Body.objects.get().pk}/")


def test_the_chart_is_walked_through_by_keys_from_top_to_bottom(town: Town, visitor: Visitors) -> None:
    create_body(place=town.place, form=body_form(town), by=town.officer("dispatcher"), at=town.at)
    someone = visitor(language="en")
    someone.sign_in("community")
    page = someone.open("/desk/teams/chart/")
    page.locator(".dk-chart-frame").focus()
    said = []
    for _ in range(8):
        page.keyboard.press("Tab")
        said.append(page.evaluate("document.activeElement.querySelector('text')?.textContent"))
    names = [
        "梧桐社区",
        "第1网格",
        "第1微网格",
        "第2微网格",
        "第2网格",
        "第1微网格",
        "第2微网格",
        "锦棠府业主委员会",
    ]
    assert said == names


@pytest.mark.parametrize("phone", [False, True])
def test_the_pages_of_bodies_can_be_read_by_everybody(town: Town, visitor: Visitors, phone: bool) -> None:
    body = create_body(place=town.place, form=body_form(town), by=town.officer("dispatcher"), at=town.at)
    someone = visitor(language="zh-hans", phone=phone)
    someone.sign_in("community")
    for path in ("bodies/", f"bodies/{body.pk}/", f"bodies/{body.pk}/change/", "bodies/new/", "chart/"):
        page = someone.open(f"/desk/teams/{path}")
        assert someone.serious_axe_violations() == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
