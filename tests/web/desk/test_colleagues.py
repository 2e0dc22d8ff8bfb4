"""A colleague's worklist: one post or its holder, by words or by a link."""

import re
from collections.abc import Callable
from typing import Any

from django.test import Client
from tests.builders import Town

from weiwang.cases.rules import Step

Desk = Callable[[str], Client]


def titles(answer: Any) -> list[str]:
    return re.findall(r"data-case-link>(.*?)</a>", answer.text)


def worked_on(town: Town) -> tuple[str, str, str]:
    """One case with city management, one that it finished, one nobody has dispatched."""
    mine, done, other = (town.report(f"路灯不亮{n}") for n in range(3))
    town.walk(mine, Step.SIGN)
    town.walk(done, Step.CLOSE)
    return mine.title, done.title, other.title


def test_the_worklist_of_one_post_is_a_link_and_its_tabs_count_it(town: Town, desk: Desk) -> None:
    mine, done, _other = worked_on(town)
    link = f"/desk/cases/?post={town.posts['city'].pk}"
    page = desk("community").get(link)
    assert titles(page) == [mine]
    assert titles(desk("community").get(f"{link}&view=closed")) == [done]
    assert titles(desk("community").get(f"{link}&view=all")) == [done, mine]
    assert f"{town.posts['city'].name} · 张city" in page.text
    tabs = {
        word: int(count)
        for word, count in re.findall(r"<span>([\w ]+)</span>\s*<span[^>]*>(\d+)<", page.text)
    }
    assert (tabs.get("All open"), "Mine" in tabs) == (1, False)


def test_the_name_of_a_holder_or_a_post_leads_there(town: Town, desk: Desk) -> None:
    mine, *_rest = worked_on(town)
    client = desk("community")
    assert titles(client.get("/desk/cases/?who=张city2")) == []  # one person, who has nothing
    several = client.get("/desk/cases/?who=城管")
    assert "whose worklist" in several.text
    assert f"post={town.posts['city'].pk}" in several.text
    assert "No post and no holder" in client.get("/desk/cases/?who=没有这个人").text
    assert titles(client.get(f"/desk/dispatch/?view=late&post={town.posts['city'].pk}")) == []
    assert mine in titles(client.get(f"/desk/cases/?post={town.posts['city'].pk}"))


def test_whoever_looks_sees_no_more_than_their_own_posts_allow(town: Town, desk: Desk) -> None:
    worked_on(town)
    link = f"/desk/cases/?view=all&post={town.posts['city'].pk}"
    assert titles(desk("housing").get(link)) == []
    assert titles(desk("community2").get(link)) == []


def test_a_post_of_nowhere_is_left_out(town: Town, desk: Desk) -> None:
    worked_on(town)
    for junk in ("999999", "-1", "abc", "１２", "9" * 30):
        assert len(titles(desk("community").get(f"/desk/cases/?view=open&post={junk}"))) == 2


def test_a_case_and_a_post_lead_to_the_worklist(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(), Step.SIGN)
    link = f"/desk/cases/?post={town.posts['city'].pk}"
    assert link in desk("community").get(f"/desk/cases/{case.pk}/").text
    assert link in desk("dispatcher").get(f"/desk/teams/posts/{town.posts['city'].pk}/").text
