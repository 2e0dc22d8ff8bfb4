"""The desk is read on the town's Monday at ten."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count

import pytest
import time_machine
from django.test import Client
from tests.builders import Town

from weiwang.web.desk import places


@pytest.fixture(autouse=True)
def _monday_at_ten(at: datetime) -> Iterator[None]:
    with time_machine.travel(at, tick=False):
        yield


_half_minutes = count(-1, -1)


@pytest.fixture(autouse=True)
def _one_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pick lists are kept for half a minute: for one whole test, however slow the machine."""
    now = next(_half_minutes)
    monkeypatch.setattr(places, "half_minute", lambda: now)


@pytest.fixture
def desk(town: Town) -> Callable[[str], Client]:
    """A browser in which somebody has signed in."""

    def signed_in(username: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(town.users[username])
        return client

    return signed_in
