"""What every test of the API begins with."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from django.core.cache import cache


@pytest.fixture
def now(at: datetime) -> Iterator[None]:
    """It is `at`, and nothing is remembered of an earlier moment."""
    cache.clear()
    with time_machine.travel(at, tick=False):
        yield
