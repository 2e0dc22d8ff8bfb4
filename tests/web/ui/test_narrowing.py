"""Words above a long choice: what fits alone is chosen, nothing is left or changed in silence."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.browsers import chromium

SCRIPT = Path(__file__).parents[3] / "src/weiwang/web/ui/static/ui/narrowing.js"
SAID = """<p role="status" data-narrowed data-chosen="now {name}" data-still="still {name}"
  data-several="{count} fit" data-none="none fits"></p>"""
LIST = f"""<form action="data:text/html,sent"><div data-pick><input type="search" hidden>{SAID}
  <select name="category"><option value="">not sure</option><optgroup label="Streets">
    <option value="1" data-words="路灯 不亮">Lamps</option><option value="2" data-words="井盖">Lids</option>
  </optgroup><optgroup label="Homes">
    <option value="3" data-words="电梯 坏了">Lifts</option></optgroup></select>
</div><button>Send</button>
<button type="button">Suggested</button></form>"""
BUTTONS = f"""<form><fieldset data-narrows>
  <label data-words="lamps"><input type="radio" name="category" value="1">Lamps</label>
  <input type="search" hidden>{SAID}
  <div data-group><label data-words="lids"><input type="radio" name="category" value="2">Lids</label>
  <label data-words="lifts"><input type="radio" name="category" value="3">Lifts</label></div>
</fieldset></form>"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine: browser tests did not run"),
]


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def shown(tab: Page, content: str) -> Page:
    tab.set_content(content)
    tab.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"), type="module")
    tab.wait_for_selector("input[type=search]:visible")
    return tab


def state(tab: Page) -> tuple[str, ...]:
    """What the form would send, what is in the box, what is said."""
    return tuple(
        tab.evaluate(
            """() => [new FormData(document.forms[0]).get("category") ?? "-",
            ...["value", "textContent"].map((part, number) =>
              document.querySelector(["[type=search]", "[data-narrowed]"][number])[part])]"""
        )
    )


# Keys pressed one after another in a box, after Lamps were chosen: what is sent, in the box, said.
LISTS = [
    ("lif", "3", "lif", "now Lifts"),  # one fits: chosen at once
    ("电梯", "3", "电梯", "now Lifts"),
    ("lif Enter", "3", "", "now Lifts"),
    ("lif Escape", "1", "", "now Lamps"),
    ("zebra", "1", "zebra", "none fits still Lamps"),
    ("zebra Enter", "1", "zebra", "none fits still Lamps"),
    ("lifz", "1", "lifz", "none fits still Lamps"),  # what fitted for one letter was not meant
    ("li", "-", "li", "2 fit still Lamps"),
    ("li Enter", "2", "", "now Lids"),
    ("lif Backspace", "3", "li", "2 fit still Lifts"),
    ("li ArrowDown", "2", "li", "now Lids"),
    ("li ArrowDown ArrowDown", "3", "li", "now Lifts"),
    ("li ArrowDown ArrowDown Enter", "3", "", "now Lifts"),
    ("li ArrowDown Tab", "2", "", "now Lids"),
    ("li ArrowDown Escape", "1", "", "now Lamps"),
    ("li Shift+Tab", "1", "li", "2 fit still Lamps"),
    ("lif Shift+Tab", "3", "", "now Lifts"),
    ("lif Backspace Backspace Backspace", "3", "", "now Lifts"),
    ("Enter", "1", "", ""),
    ("Escape", "1", "", ""),
]


@pytest.mark.parametrize(("keys", "sent", "words", "said"), LISTS)
def test_a_list_says_what_is_chosen(tab: Page, keys: str, sent: str, words: str, said: str) -> None:
    shown(tab, LIST)
    tab.locator("select").select_option("1")
    press(tab, keys)
    assert state(tab) == (sent, words, said)


def press(tab: Page, keys: str) -> None:
    tab.locator("[type=search]").focus()
    for key in keys.split():
        if key[0].isupper():
            tab.keyboard.press(key)
        else:
            tab.keyboard.type(key)


@pytest.mark.parametrize(
    ("keys", "goes"), [("lif", True), ("li", False), ("zebra", False), ("li Enter", True)]
)
def test_the_form_waits_while_several_or_none_fit(tab: Page, keys: str, goes: int) -> None:
    shown(tab, LIST)
    press(tab, keys)
    tab.evaluate(
        """() => document.forms[0].addEventListener("submit", (event) => {
        event.preventDefault(); document.body.dataset.sent = "1"; })"""
    )
    tab.get_by_role("button", name="Send").click()
    assert tab.locator("[data-sent]").count() == goes


def test_a_press_or_a_suggestion_settles_the_words(tab: Page) -> None:
    shown(tab, LIST)
    press(tab, "li")
    tab.locator("option", has_text="Lifts").click()
    assert state(tab) == ("3", "", "now Lifts")
    press(tab, "li")
    tab.get_by_role("button", name="Suggested").click()  # elsewhere: the list is whole again
    tab.evaluate(
        """() => { const list = document.querySelector("select"); document.activeElement.blur();
        list.value = "1"; list.dispatchEvent(new Event("change", { bubbles: true })); }"""
    )
    assert state(tab) == ("1", "", "now Lamps")


def test_words_being_composed_are_not_looked_at(tab: Page) -> None:
    shown(tab, LIST)
    box = tab.locator("[type=search]")
    box.evaluate(
        """(box) => { box.value = "lu'deng";
        box.dispatchEvent(new InputEvent("input", { isComposing: true }));
        box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true })); }"""
    )
    assert state(tab) == ("", "lu'deng", "")
    box.evaluate(
        """(box) => { box.value = "路灯";
        box.dispatchEvent(new CompositionEvent("compositionend")); }"""
    )
    assert state(tab) == ("1", "路灯", "now Lamps")


@pytest.mark.parametrize(
    ("keys", "sent", "words", "said"),
    [
        ("lif", "3", "lif", "now Lifts"),
        ("lam", "1", "lam", "now Lamps"),  # also one that stands above the box
        ("li", "-", "li", "2 fit"),
        ("li Enter", "2", "li", "now Lids"),
        ("zebra", "-", "zebra", "none fits"),
        ("lifz", "-", "lifz", "none fits"),
        ("lif Escape", "-", "", ""),
        ("lif Backspace", "3", "li", "2 fit still Lifts"),
    ],
)
def test_buttons_say_what_is_chosen(tab: Page, keys: str, sent: str, words: str, said: str) -> None:
    shown(tab, BUTTONS)
    press(tab, keys)
    assert state(tab) == (sent, words, said)
