"""The patrol force in a real browser: a week proposed, changed by hand, published, and seen on a phone."""

from collections.abc import Callable

from playwright.sync_api import expect
from tests.builders import Town
from tests.journeys.conftest import Visitor
from tests.patrols.conftest import NEXT_MONDAY, build_force

from weiwang.patrols import jobs
from weiwang.patrols.models import Beat, Proposal, Rota, Shift
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


def test_a_beat_is_drawn_on_the_map_and_kept(town: Town, visitor: Visitors) -> None:
    force = build_force(town)
    planner = visitor(language="en")
    planner.sign_in("dispatcher")
    page = planner.open(f"/desk/teams/patrols/{force.team.pk}/")
    figure = page.locator("#beat figure[data-map]")
    figure.get_by_role("button", name="Open the map").click()
    figure.get_by_role("button", name="Draw a line").click()
    box = figure.locator("canvas").first.bounding_box()
    assert box is not None
    corners = [(0.45, 0.45), (0.5, 0.5), (0.55, 0.5), (0.55, 0.5)]  # the last one twice: the line ends there
    for x, y in corners:
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        page.wait_for_timeout(120)  # as a hand moves: two presses at once would be a double click
        page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        page.wait_for_timeout(350)
    expect(figure.get_by_text("Drawn.")).to_be_visible()
    page.locator("#beat").get_by_label("Name of the beat").fill("新河岸")
    page.get_by_role("button", name="Save the beat").click()
    expect(page.get_by_text("The beat was saved.")).to_be_visible()

    drawn = Beat.objects.get(name="新河岸").shape
    assert drawn is not None
    assert (drawn.geom_type, len(drawn.coords)) == ("LineString", 3)
