import uuid
from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from django.test import Client
from tests.builders import Town

from weiwang.ledger.models import PublicLine


@pytest.fixture(autouse=True)
def _monday_at_ten(at: datetime) -> Iterator[None]:
    with time_machine.travel(at, tick=False):
        yield


def admin(town: Town) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(town.users["admin"])
    return client


def test_public_telephones_are_entered_once_and_inherited(town: Town) -> None:
    client, url = admin(town), f"/console/units/{town.unit.pk}/line/"
    assert "No telephone has been entered yet" in client.get(url).content.decode()
    typed = {"duty_phone": "028-5555 0101", "supervision_phone": "12388", "submission_key": str(uuid.uuid4())}
    for _ in range(2):
        assert client.post(url, typed).status_code == 302
    assert PublicLine.objects.get().supervision_phone == "12388"
    below = client.get(f"/console/units/{town.units['QH0101'].pk}/line/").content.decode()
    assert "028-5555 0101" in below
    assert "Taken from the unit above" in below


def test_what_is_no_number_is_refused_and_stays_in_the_form(town: Town) -> None:
    answer = admin(town).post(f"/console/units/{town.unit.pk}/line/", {"duty_phone": "call us"})
    assert answer.status_code == 422
    assert 'value="call us"' in answer.content.decode()
    assert "3 to 20 digits" in answer.content.decode()
    assert not PublicLine.objects.exists()


def test_others_may_not_enter_telephones(town: Town) -> None:
    client = Client()
    client.force_login(town.users["leader"])
    assert client.get(f"/console/units/{town.unit.pk}/line/").status_code == 403
