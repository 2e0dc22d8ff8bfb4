"""Personal data opens after the promise, and the way leads there and back."""

from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from tests.builders import Town, contact

from weiwang.accounts.models import Confirmation
from weiwang.accounts.queries import promise
from weiwang.audit.models import Entry

BACKEND = "weiwang.web.account.store.AccountBackend"
PHONE = "13800000001"


@pytest.fixture
def community(client: Client, town: Town) -> Client:
    Confirmation.objects.filter(user=town.users["community"]).delete()
    client.force_login(town.users["community"], backend=BACKEND)
    return client


def confirm(client: Client, **fields: str) -> Any:
    typed = {
        "agree": "on",
        "version": str(promise().version),
        "submission_key": str(uuid4()),
        "next": "",
        **fields,
    }
    return client.post(reverse("account:confidentiality"), typed)


def test_who_reported_opens_only_after_the_promise_and_the_way_leads_back(
    community: Client, town: Town
) -> None:
    case = town.report(contact=contact())
    page = reverse("desk:case", args=[case.pk])
    asked = {"reason": "回电核实位置"}
    led = community.post(
        reverse("desk:reveal", args=[case.pk]), asked, headers={"referer": f"http://testserver{page}"}
    )
    assert led.status_code == 302
    there = urlsplit(led["Location"])
    assert there.path == reverse("account:confidentiality")
    assert parse_qs(there.query) == {"next": [page]}
    assert not Entry.objects.filter(action="reporter.reveal").exists()
    assert promise().table.points[0]["en"][:20] in community.get(
        led["Location"], headers={"accept-language": "en"}
    ).text.replace("&#x27;", "'")
    assert confirm(community, next=page)["Location"] == page
    shown = community.post(reverse("desk:reveal", args=[case.pk]), asked)
    assert PHONE in shown.text


def test_a_part_of_a_page_sends_the_whole_page_there(community: Client, town: Town) -> None:
    case = town.report(contact=contact())
    answer = community.post(
        reverse("desk:reveal", args=[case.pk]),
        {"reason": "回电"},
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/cases/"},
    )
    assert answer.status_code == 200
    assert answer["HX-Redirect"].endswith("?next=%2Fdesk%2Fcases%2F")


def test_without_the_tick_nothing_is_confirmed(community: Client, town: Town) -> None:
    assert confirm(community, agree="").status_code == 422
    assert confirm(community, version="0").status_code == 422
    assert confirm(community, version="x").status_code == 422
    assert not Confirmation.objects.filter(user=town.users["community"]).exists()


def test_the_same_click_twice_confirms_once(community: Client, town: Town) -> None:
    key = str(uuid4())
    assert [confirm(community, submission_key=key).status_code for _ in range(2)] == [302, 302]
    assert Confirmation.objects.filter(user=town.users["community"]).count() == 1


@pytest.mark.parametrize("next_page", ["https://example.com/", "//example.com", "javascript:alert(1)"])
def test_the_way_back_never_leads_elsewhere(community: Client, next_page: str) -> None:
    assert confirm(community, next=next_page)["Location"] == reverse("account:home")
