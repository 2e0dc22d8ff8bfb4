"""What holds for every request: addresses nobody can forge, and calm answers to broken ones."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from tests.builders import Town

from weiwang.config.middleware import address_of, server_fault

FORGED = "1.2.3.4, 203.0.113.7"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, FORGED, "127.0.0.1"),
        (1, FORGED, "203.0.113.7"),
        (1, "", "127.0.0.1"),
        (1, "1.2.3.4, 203.0.113.7:4711", "203.0.113.7"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "unknown", None),
        (1, "'; DROP TABLE cases_case", None),
        (2, FORGED, "1.2.3.4"),
        (3, FORGED, "127.0.0.1"),
    ],
)
def test_only_what_a_trusted_proxy_saw_is_believed(
    settings: Any, proxies: int, forwarded: str, address: str | None
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert address_of(RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})) == address


@pytest.mark.parametrize(
    "address",
    ["/report?unit=%00", "/grid/QH%00", "/report/buildings?find=a%00", "/api/v1/reports/%00?code=1"],
)
def test_a_nul_in_an_address_is_answered_and_breaks_nothing(client: Client, town: Town, address: str) -> None:
    assert client.get(address).status_code in {400, 404}


@pytest.mark.parametrize(("error", "status"), [(OperationalError(), 503), (KeyError(), 500)])
def test_a_session_that_cannot_be_read_waits_for_the_database(error: Exception, status: int) -> None:
    request = RequestFactory().get("/desk/")
    try:
        raise error
    except type(error):
        answer = server_fault(request)
    assert answer.status_code == status
