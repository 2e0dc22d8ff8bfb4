"""The patrol force in a real browser: a week proposed, changed by hand, published, and seen on a phone."""

from collections.abc import Callable

from playwright.sync_api import expect
from tests.builders import Town
from tests.journeys.conftest import Visitor
from tests.patrols.conftest import NEXT_MONDAY, build_force

from weiwang.patrols import jobs
from weiwang.patrols.models import Proposal, Rota, Shift
from weiwang.patrols.rules import monday

Visitors = Callable[..., Visitor]


def test_a_week_is_proposed_mended_published_and_seen(town: Town, visitor: Visitors) -> None:
    force = build_force(town)
    planner = visitor(language="en")
    planner.sign_in("dispatcher")
    week = monday(NEXT_MONDAY.replace(year=NEXT_MONDAY.year + 1))  # ahead of whatever today is
    page = planner.open(f"/desk/teams/rota/?week={week}")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_text("Being worked on").first).to_be_visible()
    jobs.propose_rota(Proposal.objects.get().pk)
    expect(page.get_by_text("Shifts proposed")).to_be_visible()  # the page reads itself again
    assert planner.serious_axe_violations() == []
    page.get_by_role("link", name=f"Week of {week}").click()
    free = page.locator("td:not(.dk-outside) a.dk-cell:has(.dk-free)").first
    free.click()
    panel = page.locator("#rota-cell")
    expect(panel.get_by_role("button", name="Change the rota")).to_be_visible()
    before = Shift.objects.count()
    panel.get_by_label("Shift and beat").select_option(label="early · 河岸")
    panel.get_by_role("button", name="Change the rota").click()
    expect(page.get_by_text("The rota was changed.").first).to_be_visible()
    assert Shift.objects.count() == before + 1
    assert planner.serious_axe_violations() == []
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("published", exact=True)).to_be_visible()
    assert Rota.objects.get(week=week).unit_id == force.town.unit.pk


def test_the_pages_of_the_patrol_force_have_no_serious_faults(town: Town, visitor: Visitors) -> None:
    force = build_force(town)
    planner = visitor(language="zh-hans")
    planner.sign_in("dispatcher")
    for path in ("patrols/", f"patrols/{force.team.pk}/", "patrols/leave/", "patrols/swaps/", "rota/"):
        planner.open(f"/desk/teams/{path}")
        assert planner.serious_axe_violations() == [], path
    phone = visitor(phone=True)
    phone.sign_in("worker")
    page = phone.open("/field/shifts")
    assert phone.serious_axe_violations() == []
    page.locator("button[value=new]").click()
    assert page.locator("input[readonly]").input_value().endswith(".ics")
