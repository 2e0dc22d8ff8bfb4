"""The frame of every journey works: a server, a browser, nothing from outside."""

from collections.abc import Callable

from tests.builders import Town
from tests.journeys.conftest import Visitor


def test_the_health_page_answers_in_a_real_browser(town: Town, visitor: Callable[..., Visitor]) -> None:
    page = visitor().open("/readyz")
    assert '"ready": true' in page.content()
