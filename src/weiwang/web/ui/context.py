"""What every page knows about how it should look. Nothing here is about the domain."""

from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.http import HttpRequest

Theme = Literal["auto", "light", "dark"]
Type = Literal["normal", "large"]

THEME_COOKIE = "ui_theme"
TYPE_COOKIE = "ui_type"
THEMES: tuple[Theme, ...] = ("auto", "light", "dark")
TYPES: tuple[Type, ...] = ("normal", "large")


@dataclass(frozen=True, slots=True)
class Appearance:
    """Theme and type size as the reader chose them, and where the switches lead back to."""

    theme: Theme
    type: Type
    here: str


def appearance(request: HttpRequest) -> Appearance:
    """Read the choices from the cookies; anything unknown counts as not chosen."""
    theme = request.COOKIES.get(THEME_COOKIE)
    size = request.COOKIES.get(TYPE_COOKIE)
    return Appearance(
        theme="dark" if theme == "dark" else "light" if theme == "light" else "auto",
        type="large" if size == "large" else "normal",
        here=request.get_full_path() if request.method in {"GET", "HEAD"} else "",
    )


def page(request: HttpRequest) -> dict[str, object]:
    """Context processor: `ui`, and the empty defaults of what layouts draw (a view's own values win)."""
    return {
        "ui": appearance(request),
        "demo_notice": getattr(settings, "DEMO_NOTICE", False),
        "home_url": "/",
        "privacy_url": "/privacy",
        "nav": (),
        "place_name": getattr(settings, "PLACE_NAME", ""),
    }
