"""What is known of former staff goes on its date; what they did stays."""

from datetime import timedelta

import pytest
from tests.builders import Town

from weiwang.accounts.models import User
from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM
from weiwang.territory.actions import deputise, end_appointment, forget_old
from weiwang.territory.models import Appointment, Deputy

THREE_YEARS = timedelta(days=1095)
HOUR = timedelta(hours=1)


@pytest.fixture
def former(town: Town) -> User:
    """The grid leader, who has left just now."""
    user = town.users["gridhead"]
    for held in Appointment.objects.filter(user=user, ends_at=None):
        end_appointment(appointment_id=held.pk, by=SYSTEM, at=town.at)
    User.objects.update(created_at=town.at - HOUR)
    return user


def test_the_account_of_somebody_who_left_is_emptied_when_it_is_time(town: Town, former: User) -> None:
    others = User.objects.exclude(pk=former.pk).count()
    assert forget_old(at=town.at + THREE_YEARS - HOUR) == 0
    assert forget_old(at=town.at + THREE_YEARS + HOUR) == 1
    assert forget_old(at=town.at + THREE_YEARS + HOUR) == 0
    left = User.objects.get(pk=former.pk)
    assert (left.username, left.name, left.phone, left.is_active) == (f"former-{left.pk}", "", None, False)
    assert not left.has_usable_password()
    assert User.objects.exclude(name="").count() == others
    assert Entry.objects.get(action="account.forget").data == {"forgotten": 1}


def test_who_signed_in_later_or_is_deputy_stays(town: Town, former: User) -> None:
    later = town.at + timedelta(days=30)
    User.objects.filter(pk=former.pk).update(last_login=later)
    assert forget_old(at=town.at + THREE_YEARS + HOUR) == 0
    assert forget_old(at=later + THREE_YEARS + HOUR) == 1


def test_deputyships_go_three_years_after_their_end(town: Town) -> None:
    held = Appointment.objects.get(user=town.users["gridhead"])
    deputise(
        appointment_id=held.pk, user_id=town.users["worker"].pk, starts_at=town.at + HOUR,
        ends_at=town.at + 5 * HOUR, reason="年休假", by=SYSTEM, at=town.at,
    )  # fmt: skip
    assert forget_old(at=town.at + 5 * HOUR + THREE_YEARS) == 0
    assert forget_old(at=town.at + 6 * HOUR + THREE_YEARS) == 1
    assert not Deputy.objects.exists()
