"""The components in a real browser, under the strict content policy: they fit, can be read, and work."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize
from tests.browsers import chromium
from tests.web.ui.gallery.pages import FACES

HERE = Path(__file__).parent
AXE = HERE.parent / "vendor/axe.min.js"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
SETTINGS: dict[str, Any] = {
    "ROOT_URLCONF": "tests.web.ui.gallery.pages",
    "ALLOWED_HOSTS": ["127.0.0.1"],
    "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
    "MIDDLEWARE": [
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "csp.middleware.CSPMiddleware",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [HERE / "gallery/templates"],
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.messages.context_processors.messages",
                    "weiwang.web.ui.context.page",
                ],
            },
        }
    ],
    "CONTENT_SECURITY_POLICY": {
        "DIRECTIVES": {
            **{
                f"{kind}-src": ["'self'"]
                for kind in ("default", "script", "style", "connect", "worker", "font")
            },
            "img-src": ["'self'", "data:", "blob:"],
            "object-src": ["'none'"],
            "form-action": ["'self'"],
            "base-uri": ["'none'"],
        }
    },
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine: browser tests did not run"),
]


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """Say nothing about requests."""


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with override_settings(**SETTINGS):
        application = StaticFilesHandler(WSGIHandler())
        server = make_server("127.0.0.1", 0, application, server_class=Threads, handler_class=Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


class Visitor:
    """One reader with a window and choices; remembers everything the browser complained about."""

    def __init__(self, browser: Browser, site: str, *, phone: bool, cookies: dict[str, str]) -> None:
        self.site = site
        self.complaints: list[str] = []
        self.context = browser.new_context(
            locale="zh-CN", viewport=PHONE if phone else DESK, reduced_motion="reduce"
        )
        self.context.add_cookies([{"name": n, "value": v, "url": site} for n, v in cookies.items()])
        self.page: Page = self.context.new_page()
        self.page.on("console", self.note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def note(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def open(self, name: str) -> Page:
        self.page.goto(f"{self.site}/gallery/{name}")
        return self.page


@pytest.fixture
def visitors(browser: Browser, site: str) -> Iterator[Any]:
    made: list[Visitor] = []

    def visitor(*, phone: bool = True, **cookies: str) -> Visitor:
        made.append(Visitor(browser, site, phone=phone, cookies=cookies))
        return made[-1]

    yield visitor
    complaints = [complaint for each in made for complaint in each.complaints]
    for each in made:
        each.context.close()
    assert complaints == []


def drawn_map(page: Page) -> None:
    page.locator("[data-map]").scroll_into_view_if_needed()
    page.wait_for_selector('[data-map][data-state="shown"]', timeout=30_000)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_no_page_has_a_serious_barrier(visitors: Any, theme: str, *, phone: bool) -> None:
    visitor = visitors(phone=phone, ui_theme=theme)
    barriers = []
    for name in FACES:
        page = visitor.open(name)
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run().then(result => result.violations)")
        barriers += [(name, v["id"]) for v in found if v["impact"] in {"serious", "critical"}]
    assert barriers == []


@pytest.mark.parametrize("choices", [{}, {"ui_type": "large"}, {"ui_type": "large", "django_language": "en"}])
@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_no_page_is_wider_than_the_window(visitors: Any, choices: dict[str, str], *, phone: bool) -> None:
    visitor = visitors(phone=phone, **choices)
    width = (PHONE if phone else DESK)["width"]
    measured = {name: visitor.open(name).evaluate("document.documentElement.scrollWidth") for name in FACES}
    assert {name: wide for name, wide in measured.items() if wide > width} == {}


@pytest.mark.parametrize("choices", [{}, {"ui_type": "large"}])
def test_everything_to_touch_on_a_phone_is_at_least_44_pixels_high(
    visitors: Any, choices: dict[str, str]
) -> None:
    visitor = visitors(**choices)
    small = []
    for name in ("home", "report", "today"):
        page = visitor.open(name)
        for control in page.locator(
            "button:visible, summary:visible, .btn:visible, .form-control:visible"
        ).all():
            box = control.bounding_box()
            small += [(name, control.inner_text(), box["height"])] if box and box["height"] < 43.5 else []
    assert small == []


def test_a_chosen_look_comes_at_once_and_is_remembered(visitors: Any) -> None:
    visitor = visitors()
    page = visitor.open("home")
    page.locator("summary:visible").first.click()
    with page.expect_response("**/preferences/**"):
        page.locator('button[value="large"]:visible').click()
    assert page.locator("html").get_attribute("data-type") == "large"
    page.reload()
    assert page.locator("html").get_attribute("data-type") == "large"


def test_the_language_switch_brings_the_same_page_in_english(visitors: Any) -> None:
    page = visitors().open("today")
    page.locator("summary:visible").first.click()
    page.locator('button[value="en"]:visible').click()
    page.wait_for_selector('html[lang="en"]')
    assert page.url.endswith("/gallery/today")


def test_keys_move_through_rows_and_are_listed(visitors: Any) -> None:
    page = visitors(phone=False).open("work")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "AP-2611-00417"
    page.keyboard.press("?")
    assert page.locator("dialog[open] dd").all_inner_texts()[:2] == ["下一行", "上一行"]
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"


def test_keys_can_be_switched_off(visitors: Any) -> None:
    page = visitors(phone=False).open("work")
    page.keyboard.press("?")
    page.locator("dialog[open] [data-keys-on]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.locator('[data-row][aria-selected="true"]').count() == 0


def test_choosing_rows_brings_the_bar_and_counts_them(visitors: Any) -> None:
    page = visitors(phone=False).open("work")
    page.locator("[data-choose-all]").check()
    assert page.locator(".ww-bulk-words").inner_text() == "已选 5 项"
    page.locator("[data-bulk-clear]").click()
    assert page.locator(".ww-bulk").is_hidden()


def test_photos_are_previewed_made_smaller_and_limited(visitors: Any) -> None:
    page = visitors().open("report")
    picture = io.BytesIO()
    Image.effect_noise((2200, 1200), 60).convert("RGB").save(picture, "JPEG", quality=95)
    one = {"name": "big.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    page.set_input_files("#id_photos", [one, one, one, one])
    page.wait_for_selector(".ww-photo-list li:nth-child(3)", timeout=30_000)
    sizes = page.evaluate("[...document.getElementById('id_photos').files].map(file => file.size)")
    assert len(sizes) == 3
    assert max(sizes) < len(picture.getvalue())
    assert page.locator(".ww-photo-words").inner_text() == "最多 3 张照片。"
    page.locator(".ww-photo-list button").first.click()
    assert page.locator(".ww-photo-list li").count() == 2


def test_the_position_is_asked_only_on_the_press_and_says_how_sure_it_is(visitors: Any) -> None:
    visitor = visitors()
    visitor.context.grant_permissions(["geolocation"])
    visitor.context.set_geolocation({"longitude": 104.01, "latitude": 30.61, "accuracy": 12})
    page = visitor.open("report")
    assert page.input_value("#id_lon") == ""
    page.locator("[data-position] button").click()
    page.wait_for_function("document.getElementById('id_lon').value !== ''")
    assert (page.input_value("#id_lon"), page.input_value("#id_lat")) == ("104.010000", "30.610000")
    assert "12" in page.locator("[data-position] [role=status]").inner_text()


def test_a_place_can_be_picked_with_the_keyboard_alone(visitors: Any) -> None:
    page = visitors(phone=False).open("report")
    drawn_map(page)
    page.locator(".maplibregl-canvas").focus()
    page.keyboard.press("Enter")
    middle = float(page.input_value("#id_lon"))
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    assert float(page.input_value("#id_lon")) > middle


def test_a_typed_place_moves_the_pin(visitors: Any) -> None:
    page = visitors(phone=False).open("report")
    drawn_map(page)
    page.fill("#id_lon", "104.02")
    page.fill("#id_lat", "30.61")
    page.locator("#id_lat").blur()
    page.wait_for_selector(".ww-map-pin:visible")
    assert page.input_value("#id_lon") == "104.02"


def test_choosing_a_unit_on_the_map_is_told_to_the_page(visitors: Any) -> None:
    page = visitors(phone=False).open("map")
    drawn_map(page)
    page.evaluate(
        "addEventListener('ui:map-select', e => { e.preventDefault(); window.chosen = e.detail.layer; })"
    )
    box = page.locator(".maplibregl-canvas").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.34, box["y"] + box["height"] * 0.3)
    page.wait_for_function("window.chosen")
    assert page.evaluate("window.chosen") in {"units-micro", "units-grid", "units-community", "cases"}


def test_the_map_shows_its_legend_in_words(visitors: Any) -> None:
    page = visitors(phone=False).open("map")
    drawn_map(page)
    assert "已超期" in page.locator(".ww-map-legend").inner_text()


def test_a_page_without_a_map_loads_no_map(visitors: Any) -> None:
    visitor = visitors()
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.open("today")
    assert [url for url in asked if "maplibre" in url] == []
    assert all(url.startswith((visitor.site, "data:", "blob:")) for url in asked)
