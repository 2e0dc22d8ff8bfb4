"""A part of a case on the phone says which part it is, of which case, and that the main case answers."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from tests.builders import Town

from weiwang.cases.actions import add_part
from weiwang.cases.models import Case
from weiwang.cases.rules import Step

Phone = Callable[[str], str]


@pytest.fixture
def read(town: Town) -> Callable[[str, str], str]:
    def page(username: str, url: str) -> str:
        client = Client(headers={"accept-language": "zh-hans"})
        client.force_login(town.users[username])
        return str(client.get(url).content.decode())

    return page


def url(case: Case) -> str:
    return reverse("field:case", args=[case.pk])


def parted(town: Town) -> tuple[Case, Case, Case]:
    """A case with two parts: one for the office of housing, one for the micro-grid leader."""
    main = town.walk(town.report("三楼路灯不亮，楼道也积水。"), Step.SIGN)
    one, two = (
        add_part(
            case_id=main.pk, post_id=town.posts[post].pk, note=note, by=town.officer("dispatcher"), at=town.at
        )
        for post, note in (("housing", "请查产权。"), ("leader", "请看积水。"))
    )
    return Case.objects.get(pk=main.pk), one, two


def test_a_part_says_which_it_is_and_what_was_reported(town: Town, read: Callable[[str, str], str]) -> None:
    main, _one, two = parted(town)
    page = read("leader", url(two))
    assert f"第 2 项，共 2 项，属于 {main.number}" in page
    assert "三楼路灯不亮，楼道也积水。" in page
    assert "只有主案答复反映人" in page
    assert "反映人会看到" not in page
    assert "<span>分办件<" in read("leader", reverse("field:today"))


def test_the_link_stands_only_for_who_may_see_the_main_case(
    town: Town, read: Callable[[str, str], str]
) -> None:
    main, one, _two = parted(town)
    assert url(main) not in read("housing", url(one))
    assert url(main) in read("gridhead", url(one))


def test_the_main_case_lists_its_parts_and_an_ordinary_case_nothing(
    town: Town, read: Callable[[str, str], str]
) -> None:
    main, one, two = parted(town)
    page = read("gridhead", url(main))
    assert [number in page for number in (one.number, two.number)] == [True, True]
    assert "2 项中 2 项未办结" in page
    plain = read("gridhead", url(town.report("别的事。")))
    assert "属于" not in plain
    assert "本案的分办件" not in plain
