"""Planning in a real browser: from the buildings in the ledger to an adopted plan with its report."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect
from tests.builders import Town
from tests.journeys.conftest import Visitor
from tests.plans.places import run_jobs, settle

from weiwang.plans.models import Group, Plan
from weiwang.plans.rules import GroupLevel, PlanState
from weiwang.territory.models import Unit
from weiwang.territory.rules import Level

Visitors = Callable[..., Visitor]


def test_from_buildings_to_an_adopted_plan(town: Town, visitor: Visitors) -> None:
    settle(town)
    Unit.objects.filter(place=town.place).update(starts_on=town.at.date() - timedelta(days=400))
    planner = visitor(language="en")
    planner.sign_in("admin")
    page = planner.open("/desk/plans/")
    page.get_by_role("link", name="New draft").first.click()
    assert planner.serious_axe_violations() == []
    page.get_by_label("Grid, at least", exact=True).fill("100")
    page.get_by_label("Grid, at most", exact=True).fill("300")
    page.get_by_role("button", name="Draw the draft").click()
    expect(page.get_by_text("How far it is")).to_be_visible()
    plan = run_jobs(Plan.objects.get())
    expect(page.get_by_text("Metres a household")).to_be_visible()  # the page reads itself again
    page.wait_for_selector("[data-map][data-state=shown]")
    assert planner.serious_axe_violations() == []

    page.locator("tbody[data-rows] a").first.click()
    page.wait_for_selector("[data-lasso]:not([hidden])")
    assert planner.serious_axe_violations() == []
    version = plan.version
    page.locator("details.pl-micro").first.evaluate("box => { box.open = true; }")
    page.locator("input[name=piece]").first.check()
    page.get_by_label("Move to", exact=True).select_option("new")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    plan.refresh_from_db()
    assert plan.version == version + 1
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Redo")).to_be_enabled()

    page.get_by_role("link", name=plan.name).click()
    with page.expect_download() as report:
        page.evaluate(
            "document.querySelector('a[href$=\"report.pdf\"]').setAttribute('download', 'report.pdf')"
        )
        page.get_by_role("link", name="Report (PDF)").click()
    assert report.value.path().read_bytes().startswith(b"%PDF")
    page.get_by_role("link", name="What adoption would change").click()
    page.get_by_role("button", name="Find out what would change").click()
    expect(page.get_by_text("What follows by itself")).to_be_visible()
    assert planner.serious_axe_violations() == []
    page.get_by_role("button", name="Adopt the plan").click()
    expect(page.get_by_text("Adopted.").first).to_be_visible()
    plan.refresh_from_db()
    assert plan.state == PlanState.IN_FORCE
    micros = Group.objects.filter(plan=plan, level=GroupLevel.MICRO, houses__gt=0)
    standing = Unit.objects.filter(place=town.place, level=Level.MICRO_GRID, ends_on=None)
    assert set(micros.values_list("unit_id", flat=True)) == set(standing.values_list("pk", flat=True))


def test_the_pages_of_planning_fit_a_phone(town: Town, visitor: Visitors) -> None:
    settle(town)
    phone = visitor(phone=True)
    phone.sign_in("community")
    for path in ("", "compare/"):
        page = phone.open(f"/desk/plans/{path}")
        assert phone.serious_axe_violations() == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
