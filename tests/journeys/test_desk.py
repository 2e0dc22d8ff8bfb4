"""The desk in a real browser: two presses to dispatch, keys, the case beside the list, the map."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.builders import Town
from tests.journeys.conftest import Visitor

from weiwang.cases.models import Case
from weiwang.cases.rules import Step

Visitors = Callable[..., Visitor]

PAGES = ("/desk/cases/?view=open", "/desk/cases/new/", "/desk/board/", "/desk/grids/")


def signed_in(visitor: Visitors, username: str, **options: object) -> Visitor:
    found = visitor(language="en", **options)
    found.sign_in(username)
    return found


def test_a_dispatcher_registers_and_dispatches_beside_the_list(town: Town, visitor: Visitors) -> None:
    case = town.report()
    someone = signed_in(visitor, "dispatcher")
    page = someone.open("/desk/cases/?view=open")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    pane = page.locator("#dk-pane")
    pane.get_by_role("link", name="More steps, notes and help").click()
    pane.locator("summary").get_by_text("Register", exact=True).click()
    pane.get_by_role("button", name="Register", exact=True).click()
    expect(pane.get_by_text("Done: Register.")).to_be_visible()
    expect(page.locator("#worklist .dk-state").last).to_contain_text("registered")
    expect(pane.locator("[name=target]:checked")).to_be_focused()
    pane.get_by_role("button", name="Dispatch", exact=True).click()
    expect(pane.get_by_text("Done: Dispatch.")).to_be_visible()
    case.refresh_from_db()
    assert (case.state, case.owner_post_id) == ("dispatched", case.suggested_post_id)


def test_the_open_case_is_still_open_after_a_reload_and_x_closes_it(town: Town, visitor: Visitors) -> None:
    case = town.report()
    someone = signed_in(visitor, "dispatcher")
    page = someone.open("/desk/cases/?view=open")
    page.locator("[data-case-link]").click()
    expect(page.locator("#dk-pane h1")).to_have_text(case.title)
    page.reload()
    expect(page.locator("#dk-pane h1")).to_have_text(case.title)
    page.keyboard.press("x")
    expect(page.locator("#dk-pane h1")).to_have_count(0)


def test_a_category_is_found_by_a_word_and_corrected_beside_the_list(town: Town, visitor: Visitors) -> None:
    case = town.walk(town.report(), Step.REGISTER)
    page = signed_in(visitor, "dispatcher").open("/desk/dispatch/")
    page.locator("[data-case-link]").click()
    pane = page.locator("#dk-pane")
    pane.get_by_role("link", name="Wrong place or category?").click()
    words, chosen = pane.get_by_role("searchbox", name="Find a category"), pane.locator("#id_category")
    words.fill("zebra")
    expect(pane.get_by_text("No category fits these words.")).to_have_text(re.compile("now: Street lamps"))
    words.fill("flypost")
    expect(pane.get_by_text("Chosen: Flyposting.")).to_be_visible()
    expect(chosen).to_have_value("A06")
    words.fill("垃圾")
    expect(pane.get_by_text("2 categories fit")).to_have_text(re.compile("Chosen now: Flyposting"))
    pane.get_by_label("Why").fill("It is rubbish.")
    pane.get_by_role("button", name="Save the correction").click()
    expect(words).to_be_focused()  # the browser says why the form waits, with the same sentence
    words.press("Enter")
    expect(chosen).to_have_value("A01")
    expect(words).to_have_value("")
    pane.get_by_role("button", name="Save the correction").click()
    expect(pane.get_by_text("Corrected.")).to_be_visible()
    expect(page.get_by_role("heading", name="Dispatch desk")).to_be_visible()
    case.refresh_from_db()
    assert case.category == "A01"


def test_a_post_is_found_by_typing(town: Town, visitor: Visitors) -> None:
    case = town.walk(town.report(), Step.REGISTER)
    someone = signed_in(visitor, "community")
    page = someone.open(f"/desk/cases/{case.pk}/")
    page.get_by_role("searchbox", name="Find a post").fill("住建")
    expect(page.locator(".dk-targets [data-choice]:visible")).to_have_count(2)
    page.locator(".dk-targets [data-choice]:visible", has_text="住建").click()
    page.get_by_role("button", name="Dispatch", exact=True).click()
    expect(page.get_by_text("Done: Dispatch.")).to_be_visible()
    case.refresh_from_db()
    assert case.owner_post_id == town.posts["housing"].pk


def test_the_map_shows_the_cases_and_a_point_opens_one(town: Town, visitor: Visitors) -> None:
    town.report()
    page = signed_in(visitor, "dispatcher").open("/desk/cases/?view=open")
    page.keyboard.press("m")
    expect(page.locator("[data-map][data-state=shown]")).to_be_visible(timeout=30_000)
    expect(page.locator(".ww-map-legend")).to_contain_text("Grid")


def test_on_a_phone_a_row_opens_its_page(town: Town, visitor: Visitors) -> None:
    case = town.report()
    page = signed_in(visitor, "dispatcher", phone=True).open("/desk/cases/?view=open")
    page.locator("[data-case-link]").click()
    page.wait_for_url(f"**/desk/cases/{case.pk}/")
    expect(page.locator("h1")).to_have_text(case.title)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_everything_works_without_scripts(town: Town, visitor: Visitors) -> None:
    case = town.report()
    someone = signed_in(visitor, "community")
    state = someone.page.context.storage_state()
    plain = visitor(language="en", java_script_enabled=False, storage_state=state)
    page = plain.open("/desk/cases/?view=open")
    page.locator("[data-case-link]").click()
    page.get_by_role("button", name="Register and dispatch", exact=True).click()
    expect(page.get_by_text("Done: Register and dispatch.")).to_be_visible()
    assert Case.objects.get(pk=case.pk).state == "dispatched"


@pytest.mark.parametrize("address", [*PAGES, "case"])
def test_no_page_of_the_desk_has_a_serious_barrier(town: Town, visitor: Visitors, address: str) -> None:
    case = town.walk(town.report(), Step.REGISTER)
    someone = signed_in(visitor, "dispatcher")
    someone.open(f"/desk/cases/{case.pk}/" if address == "case" else address)
    assert someone.serious_axe_violations() == []
