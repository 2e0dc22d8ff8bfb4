"""三纵三横: the chart of a community on any day."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.bodies.conftest import body_form
from tests.builders import Town

from weiwang.audit.rules import SYSTEM
from weiwang.bodies.actions import create_body
from weiwang.party.models import Branch
from weiwang.territory import actions as territory
from weiwang.territory.models import Appointment

Desk = Callable[[str], Client]


def chart_url(town: Town, code: str = "QH01", on: str = "") -> str:
    url = reverse("desk:chart", args=[town.units[code].pk])
    return f"{url}?on={on}" if on else url


def committee(town: Town, *codes: str, **more: Any) -> None:
    create_body(
        place=town.place, form=body_form(town, *codes, **more), by=town.officer("dispatcher"), at=town.at
    )


def test_the_chart_shows_the_tree_downwards_and_the_bodies_across(desk: Desk, town: Town) -> None:
    committee(town, "QH0101-1", "QH0102-2")
    page = desk("community").get(chart_url(town)).content.decode()
    for words in ("梧桐社区", "第1网格", "第2网格", "micro-grid leader 张leader", "锦棠府业主委员会"):
        assert words in page
    assert "桃源社区" not in page.partition('<svg class="dk-chart"')[2].partition("</svg>")[0]
    assert reverse("desk:grid", args=[town.units["QH0101-1"].pk]) in page
    assert "vacant" in page


def test_a_grid_names_its_party_branch(desk: Desk, town: Town) -> None:
    Branch.objects.create(
        place=town.place, grid=town.units["QH0101"], name="第1网格党支部", starts_on=date(2026, 1, 1)
    )
    assert "第1网格党支部" in desk("community").get(chart_url(town)).content.decode()
    earlier = desk("community").get(chart_url(town, on="2025-12-31"))
    assert "第1网格党支部" not in earlier.content.decode()


def test_any_unit_leads_to_the_chart_of_its_community(desk: Desk, town: Town) -> None:
    assert desk("leader").get(chart_url(town, "QH0101-1")).status_code == 200
    assert desk("dispatcher").get(chart_url(town, "QH")).status_code == 404


def test_the_menu_leads_to_the_first_community(desk: Desk, town: Town) -> None:
    assert desk("dispatcher").get(reverse("desk:charts")).headers["Location"] == chart_url(town)


def test_a_post_sees_its_own_part_and_no_other_community(desk: Desk, town: Town) -> None:
    committee(town, "QH0102-1", name="别处业主委员会")
    committee(town, "QH0101", name="本格业主委员会")
    page = desk("gridhead").get(chart_url(town)).content.decode()
    drawn = page.partition('<svg class="dk-chart"')[2].partition("</svg>")[0]
    assert "第1网格" in drawn
    assert "第2网格" not in drawn
    assert "本格业主委员会" in drawn
    assert "别处业主委员会" not in page
    assert desk("gridhead").get(chart_url(town, "QH02")).status_code == 404


def test_a_post_without_the_power_reads_why(desk: Desk, town: Town) -> None:
    assert desk("admin").get(chart_url(town)).status_code == 403


def test_earlier_days_show_who_held_the_posts_then(desk: Desk, town: Town) -> None:
    post = town.posts["leader"]
    territory.end_appointment(
        appointment_id=Appointment.objects.get(post=post).pk, by=SYSTEM, at=town.at - timedelta(days=5)
    )
    now = desk("community").get(chart_url(town)).content.decode()
    then = desk("community").get(chart_url(town, on=f"{town.at - timedelta(days=10):%Y-%m-%d}"))
    assert "张leader" not in now.partition('<svg class="dk-chart"')[2].replace("张leader2", "")
    assert "micro-grid leader 张leader" in then.content.decode()


def test_a_body_is_there_from_its_founding_on(desk: Desk, town: Town) -> None:
    committee(town, term_starts_on=date(2026, 11, 10))
    assert "锦棠府业主委员会" in desk("community").get(chart_url(town)).content.decode()
    earlier = desk("community").get(chart_url(town, on="2026-11-09"))
    assert "锦棠府业主委员会" not in earlier.content.decode()


@pytest.mark.parametrize(("on", "status"), [("2026-02-31", 422), ("yesterday", 422), ("0001-01-01", 422)])
def test_a_day_that_is_none_shows_today_and_says_so(desk: Desk, town: Town, on: str, status: int) -> None:
    answer = desk("community").get(chart_url(town, on=on))
    assert answer.status_code == status
    assert "This is not a day" in answer.content.decode()


def test_before_the_community_stood_nothing_is_drawn(desk: Desk, town: Town) -> None:
    page = desk("community").get(chart_url(town, on="2020-01-01")).content.decode()
    assert "Nothing stood here on this day" in page
    assert '<svg class="dk-chart"' not in page


def test_names_that_no_notice_board_shows_are_masked_for_most(desk: Desk, town: Town) -> None:
    assert "张liaison" not in desk("gridhead").get(chart_url(town)).content.decode()
    assert "张*" in desk("gridhead").get(chart_url(town)).content.decode()
    assert "张liaison" in desk("community").get(chart_url(town)).content.decode()


def test_more_bodies_and_units_ask_no_more(
    desk: Desk, town: Town, django_assert_max_num_queries: Any
) -> None:
    client = desk("community")
    client.get(chart_url(town))
    for number in range(3):
        committee(town, "QH0101-1", name=f"业主委员会{number}")
    with django_assert_max_num_queries(14):
        client.get(chart_url(town))
