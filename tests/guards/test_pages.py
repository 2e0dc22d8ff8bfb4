"""Every page, seen by everybody: reading never writes, no template asks for what is not there."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import InternalError, connection, transaction
from django.template import engines
from django.test import Client
from tests.builders import Town
from tests.guards.pages import Address, addresses, ask, listed, some_case, values

BACKEND = "weiwang.web.account.store.AccountBackend"
PEOPLE = ["", "community", "leader", "worker", "dispatcher2", "city", "admin", "auditor"]


class Unknown(str):
    """Stands where a template asks for a variable that is not there, and remembers which."""

    __slots__ = ()
    asked: list[str] = []

    def __contains__(self, part: object) -> bool:
        return True  # Django looks for "%s" to learn whether it may say the name

    def __mod__(self, name: object) -> str:
        self.asked.append(str(name))
        return ""


@pytest.fixture
def unknown(settings: Any) -> list[str]:
    Unknown.asked.clear()
    engine: dict[str, Any] = dict(configured.TEMPLATES[0])
    engine["OPTIONS"] = {**engine["OPTIONS"], "string_if_invalid": Unknown("%s")}
    settings.TEMPLATES = [engine]
    return Unknown.asked


def forbid_writes() -> None:
    """Until the end of this block: a rollback lifts it again."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")


def read_only(client: Client, url: str) -> Any:
    """The answer to a GET while the database refuses every write; rolled back to where it was."""
    with transaction.atomic():
        forbid_writes()
        answer = ask(client, "get", url)
        transaction.set_rollback(True)
    return answer


def faults(client: Client, address: Address, url: str, unknown: list[str]) -> Iterator[str]:
    """What is wrong with one page."""
    unknown.clear()
    try:
        answer = read_only(client, url)
    except Exception as error:  # noqa: BLE001 -- every page is tried, then all faults are told
        yield f"{type(error).__name__}: {str(error).splitlines()[0][:150]}"
        return
    if answer.status_code >= 500:
        yield f"answers {answer.status_code}"
    kept = answer.headers.get("Cache-Control", "")
    if answer.status_code == 200 and address.name not in listed("public_urls.txt") and "private" not in kept:
        yield f"may be kept by caches: {kept!r}"
    yield from (f"no variable {name}" for name in sorted(set(unknown)))


def test_reading_a_page_never_writes_stays_private_and_finds_every_variable(
    town: Town, unknown: list[str]
) -> None:
    """One town and one set of compiled templates for all: making them takes longer than asking."""
    known, writing = values(town, some_case(town)), listed("writing_gets.txt")
    visited = [(a, a.url(known)) for a in addresses() if a.name not in writing]
    wrong = []
    for username in PEOPLE:
        client = Client(REMOTE_ADDR="203.0.113.7")
        if username:
            client.force_login(town.users[username], backend=BACKEND)
        wrong += [f"{username} {a.name} {f}" for a, url in visited for f in faults(client, a, url, unknown)]
    assert wrong == []


def test_the_guard_sees_an_unknown_variable(rf: Any, unknown: list[str]) -> None:
    engines["django"].from_string("{{ nothing.here }}{% if nothing %}{% endif %}").render({}, rf.get("/"))
    assert unknown == ["nothing.here"]


def test_the_guard_sees_a_write(town: Town) -> None:
    def write() -> None:
        with transaction.atomic():
            forbid_writes()
            town.report()

    with pytest.raises(InternalError, match="read-only"):
        write()
