"""Who may open what: strangers, people without a post, people whose post has ended."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from tests.builders import Town
from tests.guards.pages import Address, addresses, ask, listed, some_case, values

from weiwang.accounts.actions import create_user
from weiwang.audit.rules import SYSTEM
from weiwang.territory.models import Appointment

BACKEND = "weiwang.web.account.store.AccountBackend"
REFUSED = {301, 302, 401, 403, 404, 405}
Asked = tuple[Address, str]


@pytest.fixture
def client() -> Client:
    """A browser somewhere else: what answers this machine only (`/metrics`) must be shut for it."""
    return Client(raise_request_exception=False, REMOTE_ADDR="203.0.113.7")


@pytest.fixture
def asked(town: Town) -> list[Asked]:
    """Every address that is not public, with its URL."""
    known, public = values(town, some_case(town)), listed("public_urls.txt")
    found = [(address, address.url(known)) for address in addresses() if address.name not in public]
    assert len(found) > 20
    return found


def refusals(client: Client, asked: list[Asked], methods: tuple[str, ...]) -> Iterator[str]:
    for address, url in asked:
        for method in methods:
            answer = ask(client, method, url)
            if answer.status_code not in REFUSED:
                yield f"{method} {address.name} answers {answer.status_code}"


def test_the_lists_name_only_addresses_that_exist() -> None:
    names = {address.name for address in addresses()}
    for file in ("public_urls.txt", "own_urls.txt", "writing_gets.txt"):
        assert sorted(set(listed(file)) - names) == [], file


def test_a_stranger_opens_nothing_that_is_not_listed_as_public(client: Client, asked: list[Asked]) -> None:
    assert list(refusals(client, asked, ("get", "post", "put", "delete"))) == []


def test_a_stranger_is_shown_the_way_to_sign_in(client: Client, asked: list[Asked]) -> None:
    for address, url in asked:
        answer = client.get(url)
        if answer.status_code == 302:
            assert answer["Location"].startswith("/account/login/"), address.name


def test_without_a_post_nothing_opens_but_ones_own_account(
    client: Client, town: Town, asked: list[Asked]
) -> None:
    user = create_user(place=town.place, username="newcomer", name="新人", by=SYSTEM, at=town.at)
    client.force_login(user, backend=BACKEND)
    own = listed("own_urls.txt")
    others = [(address, url) for address, url in asked if address.name not in own]
    assert list(refusals(client, others, ("get", "post"))) == []


def test_what_a_post_opened_is_shut_when_it_ends(client: Client, town: Town, asked: list[Asked]) -> None:
    end, own = timezone.now() + timedelta(minutes=5), listed("own_urls.txt")
    mine = [(address, url) for address, url in asked if address.name not in own]
    for username in ("community", "leader", "admin", "auditor"):
        Appointment.objects.filter(user=town.users[username]).update(ends_at=end)
        client.force_login(town.users[username], backend=BACKEND)
        with time_machine.travel(end - timedelta(seconds=1), tick=False):
            opened = [(a, url) for a, url in mine if ask(client, "get", url).status_code == 200]
        assert opened, username
        with time_machine.travel(end, tick=False):
            assert list(refusals(client, opened, ("get", "post"))) == [], username
