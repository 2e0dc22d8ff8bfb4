"""Where we are: the name of the sub-district, and whether everything shown is fictional."""

from collections.abc import Mapping
from functools import cache

from django.http import HttpRequest

from weiwang.territory import queries as territory
from weiwang.territory.rules import Officer


def place(request: HttpRequest) -> Mapping[str, object]:
    """Context processor: `place_name` and `demo_notice`.

    An officer's posts tell both without a query; for others one is asked, and only by pages that show them.
    """
    officer: Officer | None = getattr(request, "officer", None)
    if officer is not None and officer.holdings:
        first = officer.holdings[0]
        return {"place_name": first.place_name, "demo_notice": first.is_demo}
    head = cache(territory.first_place)
    return {
        "place_name": lambda: found.name if (found := head()) else "",
        "demo_notice": lambda: bool((found := head()) and found.is_demo),
    }
