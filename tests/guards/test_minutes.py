"""Authority ends at the minute it ends, on every face and API: appointments, deputyships, contracts."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from tests.builders import Town, confirm
from tests.guards.pages import addresses, ask, listed, some_case, values

from weiwang.accounts.actions import create_user
from weiwang.accounts.models import User
from weiwang.audit.rules import SYSTEM
from weiwang.territory.actions import appoint, change_contract, deputise
from weiwang.territory.models import Appointment

BACKEND = "weiwang.web.account.store.AccountBackend"
SECOND = timedelta(seconds=1)
FACES = ("desk", "field", "console")
Begin = Callable[[Town, User, datetime], None]


def as_holder(town: Town, user: User, noon: datetime) -> None:
    """Somebody leads a community and a micro-grid and administers, until noon."""
    for name in ("community", "leader", "admin"):
        Appointment.objects.filter(post=town.posts[name]).update(ends_at=town.at)
        appoint(post_id=town.posts[name].pk, user_id=user.pk, by=SYSTEM, at=town.at, ends_at=noon)


def as_deputy(town: Town, user: User, noon: datetime) -> None:
    """The same posts, for their holders on leave until noon."""
    for name in ("community", "leader", "admin"):
        held = Appointment.objects.get(post=town.posts[name])
        deputise(
            appointment_id=held.pk, user_id=user.pk, starts_at=town.at, ends_at=noon, reason="病假",
            by=SYSTEM, at=town.at,
        )  # fmt: skip


def as_deputy_of_one_who_leaves(town: Town, user: User, noon: datetime) -> None:
    """The leave lasts longer, but the holders' own appointments end at noon."""
    as_deputy(town, user, noon + timedelta(days=3))
    held = Appointment.objects.filter(
        post__in=[town.posts[name] for name in ("community", "leader", "admin")]
    )
    held.update(ends_at=noon)


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False, REMOTE_ADDR="203.0.113.7")


def opened(client: Client, urls: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, url) for name, url in urls if ask(client, "get", url).status_code == 200]


def newcomer(town: Town) -> User:
    user = create_user(place=town.place, username="newcomer", name="新人", by=SYSTEM, at=town.at)
    confirm(user, town.at)
    return user


def guarded_urls(town: Town) -> list[tuple[str, str]]:
    """Every address that is neither public nor one's own account, with a URL that leads somewhere."""
    open_to_all = {**listed("public_urls.txt"), **listed("own_urls.txt")}
    known = values(town, some_case(town))
    return [(a.name, a.url(known)) for a in addresses() if a.name not in open_to_all]


@pytest.mark.parametrize("begin", [as_holder, as_deputy, as_deputy_of_one_who_leaves])
def test_at_twelve_everything_is_shut_that_was_open_a_second_before(
    client: Client, town: Town, begin: Begin
) -> None:
    noon, user = town.at.replace(hour=12), newcomer(town)
    urls = guarded_urls(town)
    begin(town, user, noon)
    with time_machine.travel(noon - SECOND, tick=False):
        client.force_login(user, backend=BACKEND)
        before = opened(client, urls)
    assert {name.split(":")[0] for name, _ in before} >= set(FACES)
    with time_machine.travel(noon, tick=False):
        assert opened(client, before) == []
        assert [n for n, url in before if ask(client, "post", url).status_code in {200, 409, 422}] == []


def test_a_contract_ends_sign_in_and_everything_with_its_last_day(client: Client, town: Town) -> None:
    user = town.users["community"]
    urls = guarded_urls(town)
    midnight = (town.at + timedelta(days=1)).replace(hour=0)
    change_contract(user_id=user.pk, works_until=town.at.date(), by=SYSTEM, at=town.at)
    with time_machine.travel(midnight - SECOND, tick=False):
        client.force_login(user, backend=BACKEND)
        before = opened(client, urls)
    assert before
    with time_machine.travel(midnight, tick=False):
        assert opened(client, before) == []
        assert client.get("/account/me").status_code == 302
