"""The console's page of other programs."""

from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse
from tests.builders import Town

from weiwang.territory import queries
from weiwang.territory.models import Client


@pytest.fixture(autouse=True)
def _now(at: Any) -> Any:
    with time_machine.travel(at, tick=False):
        yield


@pytest.fixture
def admin(town: Town) -> Browser:
    browser = Browser(headers={"Accept-Language": "en"})
    browser.force_login(town.users["admin"], backend="weiwang.web.account.store.AccountBackend")
    return browser


def made(admin: Browser, town: Town, **more: Any) -> Any:
    form = {
        "post": town.posts["city"].pk, "name": "随手拍", "scopes": ["case.see", "case.handle"], "days": 90,
        "per_minute": 30, "submission_key": "key-of-this-form-0001", **more,
    }  # fmt: skip
    return admin.post(reverse("console:client-new"), form)


def test_the_key_is_shown_once_works_and_is_taken_back(admin: Browser, town: Town) -> None:
    first = made(admin, town)
    key = first.context["key"]
    row = Client.objects.get()
    assert key in first.content.decode()
    assert queries.caller(key=key, at=town.at) is not None

    again = made(admin, town)
    assert (again.status_code, again["Location"]) == (302, reverse("console:client", args=[row.pk]))
    page = admin.get(again["Location"]).content.decode()
    assert key not in page
    assert f"{key[:8]}…" in page

    gone = admin.post(reverse("console:client-revoke", args=[row.pk]), {"reason": "更换平台"})
    assert gone.status_code == 302
    assert queries.caller(key=key, at=town.at) is None
    assert "taken back" in admin.get(reverse("console:clients")).content.decode()


def test_first_the_post_then_what_it_may_do(admin: Browser, town: Town) -> None:
    posts = admin.get(reverse("console:client-new")).content.decode()
    assert town.posts["city"].name in posts
    assert town.posts["admin"].name not in posts.split("<select")[1]
    form = admin.get(reverse("console:client-new"), {"post": town.posts["city"].pk}).content.decode()
    assert 'value="case.handle"' in form
    assert 'value="case.close"' not in form


def test_nothing_typed_is_lost_when_something_is_wrong(admin: Browser, town: Town) -> None:
    answer = made(admin, town, scopes=["case.close"], days=9999)
    assert answer.status_code == 422
    assert "随手拍" in answer.content.decode()
    assert not Client.objects.exists()
    assert admin.get(reverse("console:client-new"), {"post": "999999"}).status_code == 404
    assert admin.post(reverse("console:client-revoke", args=[999]), {"reason": "x"}).status_code == 404


def test_a_key_without_a_reason_is_not_taken_back(admin: Browser, town: Town) -> None:
    made(admin, town)
    row = Client.objects.get()
    assert admin.post(reverse("console:client-revoke", args=[row.pk]), {"reason": ""}).status_code == 422
    assert Client.objects.get().revoked_at is None
