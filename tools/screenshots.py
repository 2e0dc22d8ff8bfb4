"""`make screenshots`: drive the demo through its main pages and keep a picture of each.

The pictures of the README and of the guides in docs/use are chosen from these (`--docs` renews them). Starts
its own server on its own data folder unless WEIWANG_AT names one that runs.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "screenshots"
DOCS = ROOT / "docs" / "use" / "pictures"
PASSWORD = "weiwang-demo"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-gl=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip


@dataclass(frozen=True)
class Shot:
    """One page as one person sees it; `then` does what has to be done before the picture is taken."""

    name: str
    who: str
    path: str
    sizes: tuple[str, ...] = ("phone", "desk")
    then: Callable[[Page], None] | None = None
    full: bool = False


def open_first_case(page: Page) -> None:
    link = page.locator("main a[href*='/desk/cases/0']").first.get_attribute("href")
    page.goto(f"{page.url.split('/desk/')[0]}{link}")
    page.wait_for_load_state("networkidle")


def wait_for_map(page: Page) -> None:
    page.wait_for_timeout(4000)


def open_plan(page: Page) -> None:
    page.locator("tbody a").first.click()
    page.wait_for_load_state("networkidle")
    wait_for_map(page)


def open_plan_of_community(page: Page) -> None:
    open_plan(page)
    page.locator("tbody a").first.click()
    page.wait_for_selector("[data-lasso]:not([hidden])")
    wait_for_map(page)


SHOTS = (
    Shot("portal-home", "", "/"),
    Shot("portal-report", "", "/report"),
    Shot("portal-follow", "", "/follow"),
    Shot("portal-my-grid", "", "/grid"),
    Shot("portal-privacy", "", "/privacy"),
    Shot("sign-in", "", "/account/login/"),
    Shot("field-today", "leader", "/field/", ("phone",)),
    Shot("field-report", "leader", "/field/report", ("phone",)),
    Shot("field-grid", "leader", "/field/grid", ("phone",)),
    Shot("field-messages", "leader", "/field/messages", ("phone",)),
    Shot("desk-worklist", "dispatcher", "/desk/cases/?view=open"),
    Shot("desk-case", "dispatcher", "/desk/cases/?view=open", then=open_first_case),
    Shot("desk-mine", "city", "/desk/cases/"),
    Shot("desk-board", "community", "/desk/board/"),
    Shot("desk-board-all", "dispatcher", "/desk/board/"),
    Shot("desk-grids", "dispatcher", "/desk/grids/", then=wait_for_map),
    Shot("desk-plan", "admin", "/desk/plans/", then=open_plan),
    Shot("desk-plan-hand", "admin", "/desk/plans/", then=open_plan_of_community),
    Shot("desk-plan-new", "admin", "/desk/plans/new/"),
    Shot("desk-teams", "dispatcher", "/desk/teams/"),
    Shot("desk-posts", "dispatcher", "/desk/teams/posts/"),
    Shot("desk-party", "community", "/desk/teams/party/"),
    Shot("desk-bodies", "community", "/desk/teams/bodies/"),
    Shot("desk-chart", "community", "/desk/teams/chart/"),
    Shot("desk-duties", "dispatcher", "/desk/teams/duties/"),
    Shot("desk-rota", "dispatcher", "/desk/teams/rota/"),
    Shot("desk-intake", "dispatcher", "/desk/intake/", ("desk",)),
    Shot("console-home", "admin", "/console/"),
    Shot("console-audit", "auditor", "/console/record/", ("desk",)),
    Shot("account-me", "leader", "/account/me"),
)
FOR_DOCS = (
    "portal-home-phone", "portal-report-phone", "portal-my-grid-phone", "field-today-phone",
    "field-report-phone",
    "field-grid-phone", "desk-worklist-desk", "desk-case-desk", "desk-board-all-desk",
    "desk-chart-desk", "desk-plan-desk", "desk-plan-hand-desk",
    "desk-teams-desk", "desk-rota-desk", "desk-board-phone",
    "console-home-desk", "sign-in-phone",
)  # fmt: skip
LOOKS = {
    "zh-light": ("zh-hans", "light", "normal"),
    "zh-dark": ("zh-hans", "dark", "normal"),
    "zh-large": ("zh-hans", "light", "large"),
    "en-light": ("en", "light", "normal"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--looks", nargs="*", default=list(LOOKS), choices=list(LOOKS))
    parser.add_argument("--only", nargs="*", help="names of shots")
    parser.add_argument("--docs", action="store_true", help="renew the pictures used in README and guides")
    options = parser.parse_args()
    shots = [shot for shot in SHOTS if not options.only or shot.name in options.only]
    with server() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for look in options.looks:
            for size in ("phone", "desk"):
                take(browser, base, look, size, [shot for shot in shots if size in shot.sizes])
        browser.close()
    if options.docs:
        keep_for_docs()


def chromium() -> str:
    found = os.environ.get("WEIWANG_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    return found or sys.exit("no Chromium found")


@contextmanager
def server() -> Iterator[str]:
    """A running demo: the one at WEIWANG_AT, or our own for as long as this takes."""
    running = os.environ.get("WEIWANG_AT")
    if running:
        yield running.rstrip("/")
        return
    port, var = "8799", ROOT / "var" / "screenshots"
    environment = os.environ | {"WEIWANG_VAR": str(var), "PORT": port}
    process = subprocess.Popen([str(ROOT / ".venv" / "bin" / "weiwang"), "run"], env=environment)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def wait_until_ready(base: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    sys.exit("the server did not become ready")


def take(browser: Browser, base: str, look: str, size: str, shots: list[Shot]) -> None:
    language, theme, type_size = LOOKS[look]
    for who in dict.fromkeys(shot.who for shot in shots):
        context = browser.new_context(
            viewport=PHONE if size == "phone" else DESK, is_mobile=size == "phone", has_touch=size == "phone",
            locale="zh-CN" if language.startswith("zh") else "en-GB", timezone_id="Asia/Shanghai",
        )  # fmt: skip
        cookies = {"django_language": language, "ui_theme": theme, "ui_type": type_size}
        context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
        page = context.new_page()
        if who:
            sign_in(page, base, who)
        for shot in (shot for shot in shots if shot.who == who):
            one(page, base, shot, OUT / look / f"{shot.name}-{size}.png")
        context.close()


def sign_in(page: Page, base: str, who: str) -> None:
    page.goto(f"{base}/account/login/")
    page.fill("input[name=login]", who)
    page.fill("input[name=password]", PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/login" not in url)


def one(page: Page, base: str, shot: Shot, path: Path) -> None:
    answer = page.goto(base + shot.path)
    page.wait_for_load_state("networkidle")
    if shot.then is not None:
        shot.then(page)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=shot.full)
    print(f"{path.relative_to(ROOT)}  {answer.status if answer else '?'}")


def keep_for_docs() -> None:
    """The Chinese light pictures that README and guides show, with fewer colours so that they stay small."""
    DOCS.mkdir(parents=True, exist_ok=True)
    for name in FOR_DOCS:
        with Image.open(OUT / "zh-light" / f"{name}.png") as picture:
            picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=160).save(
                DOCS / f"{name}.png", optimize=True
            )


if __name__ == "__main__":
    main()
