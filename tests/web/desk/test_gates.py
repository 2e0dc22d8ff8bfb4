"""Only posts open doors, and only while they last."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from tests.builders import Town

from weiwang.accounts.actions import create_user
from weiwang.audit.rules import SYSTEM
from weiwang.territory import actions
from weiwang.territory.models import Appointment

Desk = Callable[[str], Client]
PAGES = (
    "/desk/",
    "/desk/cases/",
    "/desk/cases/new/",
    "/desk/board/",
    "/desk/grids/",
    "/desk/cases/points.geojson",
)


@pytest.mark.parametrize("page", PAGES)
def test_who_has_not_signed_in_is_asked_to(town: Town, page: str) -> None:
    answer = Client().get(page)
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_who_holds_no_post_reads_so(town: Town, at: datetime) -> None:
    user = create_user(place=town.place, username="nobody", name="王无岗", by=SYSTEM, at=at)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    for page in PAGES:
        answer = client.get(page)
        assert answer.status_code == 403
        assert "you hold no post at this moment" in answer.text


def test_access_ends_the_minute_the_post_ends(town: Town, desk: Desk, at: datetime) -> None:
    client = desk("dispatcher")
    appointment = Appointment.objects.get(user=town.users["dispatcher"])
    actions.end_appointment(
        appointment_id=appointment.pk, by=SYSTEM, at=at, ends_at=at + timedelta(minutes=5)
    )
    assert client.get("/desk/cases/").status_code == 200
    with time_machine.travel(at + timedelta(minutes=5), tick=False):
        assert client.get("/desk/cases/").status_code == 403


@pytest.mark.parametrize(
    ("username", "page", "status"),
    [
        ("city", "/desk/cases/new/", 403),
        ("city", "/desk/board/", 403),
        ("city", "/desk/grids/", 403),
        ("city", "/desk/cases/", 200),
        ("auditor", "/desk/cases/", 403),
        ("auditor", "/desk/", 200),
        ("admin", "/desk/grids/", 302),
        ("liaison", "/desk/board/", 200),
        ("leader", "/desk/cases/new/", 403),
        ("community", "/desk/cases/new/", 200),
    ],
)
def test_each_post_opens_its_own_doors(desk: Desk, username: str, page: str, status: int) -> None:
    assert desk(username).get(page).status_code == status


def test_the_rail_shows_only_what_the_posts_allow(desk: Desk) -> None:
    handler, dispatcher = desk("city").get("/desk/cases/").text, desk("dispatcher").get("/desk/cases/").text
    for page in ("/desk/cases/new/", "/desk/board/", "/desk/grids/"):
        assert f'href="{page}"' not in handler
        assert f'href="{page}"' in dispatcher


@pytest.mark.parametrize(
    ("username", "first"),
    [("dispatcher", "/desk/dispatch/"), ("admin", "/desk/grids/"), ("city", "/desk/cases/")],
)
def test_the_desk_begins_where_the_posts_lead(desk: Desk, username: str, first: str) -> None:
    assert desk(username).get("/desk/")["Location"] == first


def test_own_cases_come_before_those_to_be_sent_on(town: Town, desk: Desk) -> None:
    town.report()  # falls to the grid leader, who may send on too
    assert desk("gridhead").get("/desk/")["Location"] == "/desk/cases/"
    assert desk("dispatcher").get("/desk/")["Location"] == "/desk/dispatch/"
