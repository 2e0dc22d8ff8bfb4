"""Every pair of text and ground in the palette can be read: contrast of at least 4.5, in light and dark."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[3] / "src/weiwang/web/ui/static/ui/tokens.css"
GROUNDS = ("page", "surface", "sunken", "raised")
TEXTS = ("text", "text-soft", "ink", "late", "near", "cleared", "quiet")
PAIRS = [
    *((text, ground) for text in TEXTS for ground in GROUNDS),
    *((tone, f"{tone}-soft") for tone in ("ink", "late", "near", "cleared", "quiet")),
    *(("text", f"{tone}-soft") for tone in ("ink", "late", "near", "cleared", "quiet")),
    ("text-soft", "ink-soft"),
    *(("on-fill", fill) for fill in ("ink-fill", "ink-fill-hover", "late-fill", "late-fill-hover")),
]
EDGES = [("line-strong", ground) for ground in GROUNDS] + [("focus", ground) for ground in GROUNDS]


def palette(theme: str) -> dict[str, str]:
    block = re.search(rf'\[data-bs-theme="{theme}"\] {{(.*?)}}', TOKENS.read_text(), re.DOTALL)
    assert block
    return dict(re.findall(r"--ww-([\w-]+): (#[0-9a-f]{6});", block[1]))


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_can_be_read_on_every_ground(theme: str) -> None:
    colours = palette(theme)
    assert [pair for pair in PAIRS if contrast(colours[pair[0]], colours[pair[1]]) < 4.5] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_edges_of_controls_and_focus_can_be_seen(theme: str) -> None:
    colours = palette(theme)
    assert [pair for pair in EDGES if contrast(colours[pair[0]], colours[pair[1]]) < 3] == []


def test_both_themes_define_the_same_colours() -> None:
    assert palette("light").keys() == palette("dark").keys()
