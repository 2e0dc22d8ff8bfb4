"""A real Chromium against a real server. Nothing outside the machine is reached."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
)
from pytest_django.live_server_helper import LiveServer
from tests.browsers import chromium
from tests.builders import PASSWORD, Town

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
AXE = Path(__file__).resolve().parents[1] / "web" / "vendor" / "axe.min.js"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if chromium() is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium found: browser journeys were NOT run"))


@dataclass
class Visitor:
    """One person's browser: a page, what went wrong in it, and a few ways to move about."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def sign_in(self, username: str, password: str = PASSWORD) -> Page:
        self.open("/account/login/")
        self.page.fill("input[name=login]", username)
        self.page.fill("input[name=password]", password)
        self.page.locator("form:has(input[name=password]) button[type=submit]").first.click()
        self.page.wait_for_url(lambda url: "/login" not in url)
        return self.page

    def serious_axe_violations(self) -> list[str]:
        """The rules of axe-core that this page breaks seriously; an empty list is what we want."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        )
        return [
            f"{v['id']}: {v['nodes'][0]['target']}" for v in found if v["impact"] in {"serious", "critical"}
        ]


@pytest.fixture
def visitor(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Visitor]]:
    """Make visitors: `visitor(phone=True, language="zh-hans")`. Their pages must stay free of faults."""
    made: list[tuple[BrowserContext, Visitor]] = []

    def make(*, phone: bool = False, language: str = "zh-hans", **options: Any) -> Visitor:
        context = browser.new_context(
            viewport=PHONE if phone else DESK, has_touch=phone, is_mobile=phone,
            locale="zh-CN" if language.startswith("zh") else "en-GB", timezone_id="Asia/Shanghai", **options,
        )  # fmt: skip
        context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
        found = Visitor(context.new_page(), live_server.url)
        _watch(found)
        made.append((context, found))
        return found

    yield make
    faults = [fault for _, one in made for fault in one.faults]
    for context, _ in made:
        context.close()
    assert faults == []


def _watch(visitor: Visitor) -> None:
    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            visitor.faults.append(f"console: {message.text}")

    def asked(request: Request) -> None:
        if not request.url.startswith((visitor.base, "data:", "blob:")):
            visitor.faults.append(f"left the deployment: {request.url}")

    visitor.page.on("console", said)
    visitor.page.on("request", asked)
    visitor.page.on("pageerror", lambda error: visitor.faults.append(f"script: {error}"))


@pytest.fixture
def town(transactional_db: None, at: object) -> Town:
    """The small town, committed, so that the server sees it; built around the present moment."""
    from django.utils import timezone
    from tests.builders import build_town

    return build_town(timezone.localtime())
