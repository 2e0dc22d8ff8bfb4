"""A micro-grid leader with a phone: report in three taps, lose nothing, handle what is due."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image
from playwright.sync_api import Page, Route, expect
from tests.builders import Town
from tests.journeys.conftest import Visitor

from weiwang.cases.models import Case
from weiwang.cases.rules import State, Step

Visitors = Callable[..., Visitor]
REPORT = "/field/report"


@pytest.fixture
def leader(visitor: Visitors, town: Town) -> Visitor:
    return signed_in(visitor(phone=True, language="en"), town, "leader")


def signed_in(visitor: Visitor, town: Town, username: str) -> Visitor:
    """The browser with the session of one person; typing a password is another journey."""
    client = Client()
    client.force_login(town.users[username], backend="weiwang.web.account.store.AccountBackend")
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": visitor.base}
    visitor.page.context.add_cookies([cookie])  # type: ignore[list-item]
    return visitor


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "rubbish.jpg"
    Image.radial_gradient("L").resize((1600, 1200)).convert("RGB").save(path)
    return path


def send(page: Page) -> None:
    page.get_by_role("button", name="Send", exact=True).click()


def cut(page: Page) -> Callable[[], None]:
    """Reports do not get through; the answer is the way to mend the line."""

    def fail(route: Route) -> None:
        if route.request.method == "POST":
            route.abort("connectionfailed")
        else:
            route.fallback()

    page.route(f"**{REPORT}", fail)
    return lambda: page.unroute(f"**{REPORT}")


def test_a_photo_a_category_and_send_make_a_case(leader: Visitor, photo: Path) -> None:
    page = leader.open(REPORT)
    page.set_input_files("#id_photos", photo)
    expect(page.locator(".ww-photo-list img")).to_have_count(1)
    page.get_by_label("Illegal dumping").check()
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("乱倒垃圾")
    case = Case.objects.get()
    assert (case.photo_count, case.channel, case.unit_name) == (1, "field", "第1微网格")
    assert leader.serious_axe_violations() == []


def test_photos_from_the_album_join_those_of_the_camera(leader: Visitor, photo: Path) -> None:
    page = leader.open(REPORT)
    page.set_input_files("#id_photos", photo)
    page.set_input_files("[data-library]", photo)
    expect(page.locator(".ww-photo-list img")).to_have_count(2)


def test_nothing_is_lost_when_the_network_drops_and_nothing_comes_twice(leader: Visitor, photo: Path) -> None:
    page = leader.open(REPORT)
    mend = cut(page)
    page.set_input_files("#id_photos", photo)
    page.get_by_label("Illegal dumping").check()
    page.locator("#id_text").fill("桶边堆了三袋")
    send(page)
    expect(page.locator("[data-status]")).to_contain_text("no network")
    expect(page.locator(".ww-photo-list img")).to_have_count(1)
    mend()
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("桶边堆了三袋")
    assert Case.objects.get().photo_count == 1
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('field-draft'))") == []


def test_an_answer_that_got_lost_makes_no_second_case(leader: Visitor) -> None:
    page = leader.open(REPORT)

    def arrive_and_lose(route: Route) -> None:
        if route.request.method != "POST":
            return route.fallback()
        route.fetch()
        return route.abort("connectionreset")

    page.route(f"**{REPORT}", arrive_and_lose)
    page.locator("#id_text").fill("楼道灯不亮")
    send(page)
    expect(page.locator("[data-status]")).to_contain_text("no network")
    page.unroute(f"**{REPORT}")
    page.reload()
    expect(page.locator("#id_text")).to_have_value("楼道灯不亮")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("楼道灯不亮")
    assert Case.objects.count() == 1


def test_words_come_back_after_the_page_was_closed_and_go_after_72_hours(leader: Visitor) -> None:
    page = leader.open(REPORT)
    page.locator("#id_text").fill("写到一半")
    leader.open("/field/")
    leader.open(REPORT)
    expect(page.locator("#report-draft")).to_be_visible()
    expect(page.locator("#id_text")).to_have_value("写到一半")
    page.evaluate("""() => {
        const key = Object.keys(localStorage).find((name) => name.startsWith('field-draft'));
        const draft = JSON.parse(localStorage.getItem(key));
        localStorage.setItem(key, JSON.stringify({ ...draft, at: Date.now() - 73 * 3600 * 1000 }));
    }""")
    page.reload()
    expect(page.locator("#id_text")).to_have_value("")
    expect(page.locator("#report-draft")).to_be_hidden()


def test_unsent_words_go_when_somebody_else_uses_the_phone(leader: Visitor, town: Town) -> None:
    page = leader.open(REPORT)
    page.locator("#id_text").fill("写到一半")
    signed_in(leader, town, "worker").open("/field/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('field-draft'))") == []


def test_what_is_wrong_is_said_and_the_photo_stays(leader: Visitor, photo: Path) -> None:
    page = leader.open(REPORT)
    page.set_input_files("#id_photos", photo)
    send(page)
    expect(page.locator("#report-problems")).to_contain_text("Choose what it is")
    expect(page.locator(".ww-photo-list img")).to_have_count(1)


def test_a_small_thing_is_settled_on_the_spot(leader: Visitor) -> None:
    page = leader.open(REPORT)
    page.get_by_label("Flyposting").check()
    page.locator("#id_settled").check()
    page.locator("#id_note").fill("已当场清除")
    send(page)
    expect(page.get_by_text("Closed on the spot")).to_be_visible()
    assert Case.objects.get().state == State.CLOSED


def test_a_kind_that_cannot_be_settled_switches_the_tick_off(leader: Visitor) -> None:
    page = leader.open(REPORT)
    page.get_by_text("All kinds").click()
    page.locator("#kind-search").fill("没有的东西")
    expect(page.get_by_text("No kind matches these words.")).to_be_visible()
    page.locator("#kind-search").fill("路灯")
    expect(page.get_by_text("Chosen: Street lamps")).to_be_visible()
    expect(page.get_by_label("Street lamps")).to_be_checked()
    expect(page.locator("#id_settled")).to_be_disabled()
    expect(page.get_by_text("What is wrong with the lamp")).to_be_visible()


def test_my_position_is_asked_for_only_on_the_press(visitor: Visitors, town: Town) -> None:
    here = {"longitude": 104.0005, "latitude": 30.7015}
    phone = visitor(phone=True, language="en", geolocation=here, permissions=["geolocation"])
    page = signed_in(phone, town, "leader").open(REPORT)
    expect(page.locator("[data-point]")).to_be_hidden()
    page.get_by_role("button", name="Use my position").click()
    expect(page.locator("[data-point]")).to_be_visible()
    page.locator("#id_text").fill("这里有积水")
    send(page)
    expect(page.get_by_text("Sent:")).to_be_visible()  # another micro-grid: told, not shown
    assert Case.objects.get().unit_name == "第2微网格"


def test_the_place_is_moved_on_the_map(leader: Visitor) -> None:
    page = leader.open(REPORT)
    page.get_by_role("button", name="Open the map").click()
    expect(page.locator("[data-map]")).to_have_attribute("data-state", "shown", timeout=20_000)
    page.locator(".maplibregl-canvas").click(position={"x": 100, "y": 100})
    expect(page.locator("[data-point]")).to_be_visible()
    assert re.fullmatch(r"10[34]\.\d{6}", page.locator("#id_lon").input_value())


def test_a_case_is_signed_started_and_handled(leader: Visitor, town: Town, photo: Path) -> None:
    case = town.step(town.report("楼道堆物", category="A01"), Step.REGISTER, "gridhead")
    town.step(case, Step.DISPATCH, "gridhead", target_post=town.posts["leader"].pk)
    page = leader.open("/field/")
    page.get_by_role("button", name="Sign for it").click()
    page.get_by_role("button", name="Start handling").click()
    page.get_by_role("link", name="Report as handled").click()
    page.locator("summary", has_text="Report as handled").click()
    page.locator("#handle-note").fill("已清走，通道畅通。")
    page.set_input_files("#handle-photos", photo)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("details[open] button", has_text="Report as handled").click()
    expect(page.get_by_text("Done: Report as handled").first).to_be_visible()
    case.refresh_from_db()
    assert (case.state, case.photo_count) == (State.HANDLED, 1)


def test_the_face_works_without_scripts(visitor: Visitors, town: Town, photo: Path) -> None:
    page = signed_in(visitor(phone=True, language="en", java_script_enabled=False), town, "leader").open(
        REPORT
    )
    page.set_input_files("#id_photos", photo)
    page.locator("input[name=category][value=A01]").check(force=True)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("乱倒垃圾")
    assert Case.objects.get().photo_count == 1


# Links inside running text are exempt (WCAG 2.5.8); a card's title is enlarged to the whole card.
SMALL_TARGETS = """() => [...document.querySelectorAll('main a, main button, main summary, .ww-bottom a')]
    .filter((e) => e.checkVisibility() && !e.closest('p') && !e.matches('.ww-item-title, .ww-row-link'))
    .filter((e) => e.getBoundingClientRect().height < 43.5).map((e) => e.textContent.trim())"""

# At the end of a page the bars stand above and below what is there, not over it.
UNCOVERED = """() => {
    window.scrollTo(0, document.documentElement.scrollHeight);
    const box = (name) => document.querySelector(name).getBoundingClientRect();
    return box('.ww-field-top').top >= 0 && box('.ww-footer').bottom <= box('.ww-bottom').top;
}"""


@pytest.mark.parametrize("look", [("ui_theme", "light"), ("ui_theme", "dark"), ("ui_type", "large")])
def test_every_page_can_be_read_and_touched(visitor: Visitors, town: Town, look: tuple[str, str]) -> None:
    case = town.step(town.report("楼道堆物", category="A01"), Step.REGISTER, "gridhead")
    town.step(case, Step.DISPATCH, "gridhead", target_post=town.posts["leader"].pk)
    phone = signed_in(visitor(phone=True), town, "leader")
    phone.page.context.add_cookies([{"name": look[0], "value": look[1], "url": phone.base}])
    for path in ("/field/", REPORT, "/field/grid", "/field/messages", f"/field/cases/{case.pk}"):
        page = phone.open(path)
        assert (path, phone.serious_axe_violations()) == (path, [])
        assert (path, page.evaluate(SMALL_TARGETS)) == (path, [])
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert (path, page.evaluate(UNCOVERED)) == (path, True)


def test_without_a_network_a_page_says_so_in_words(leader: Visitor) -> None:
    page = leader.open("/field/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.goto(leader.base + "/field/messages")
    expect(page.get_by_role("heading", level=1)).to_have_text("没有网络")
    kept = page.evaluate("""async () => {
        const names = await caches.keys();
        const all = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys())));
        return all.flat().map((request) => new URL(request.url).pathname);
    }""")
    assert len(kept) == 2
    assert "/field/offline" in kept
    page.context.set_offline(False)
