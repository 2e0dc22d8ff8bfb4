"""The desk is read on the town's Monday at ten."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine
from django.test import Client
from tests.builders import Town


@pytest.fixture(autouse=True)
def _monday_at_ten(at: datetime) -> Iterator[None]:
    with time_machine.travel(at, tick=False):
        yield


@pytest.fixture
def desk(town: Town) -> Callable[[str], Client]:
    """A browser in which somebody has signed in."""

    def signed_in(username: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(town.users[username])
        return client

    return signed_in
