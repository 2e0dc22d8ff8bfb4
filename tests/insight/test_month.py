"""The hot topics of a month, among the cases somebody may see."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from tests.builders import Town

from weiwang.audit.rules import RESIDENT
from weiwang.cases.actions import join_case
from weiwang.cases.permissions import visible_to
from weiwang.insight.topics import month_before, month_topics, next_month

NOVEMBER = date(2026, 11, 1)


def dusty(town: Town, count: int = 4) -> None:
    text = "丽景园渣土车整夜进出扬尘，第{}次反映"
    cases = [
        town.report(text.format(n), category="C02", at=town.at - timedelta(days=n)) for n in range(count)
    ]
    join_case(case_id=cases[0].pk, text="我家也是", by=RESIDENT, at=town.at, channel="portal")


def test_a_topic_says_how_many_people_where_and_when(town: Town) -> None:
    dusty(town)
    town.report("村口桥面破损过车危险", category="D01")
    found = month_topics(visible_to(town.officer("dispatcher")), NOVEMBER)
    assert (found.read, found.whole, len(found.topics)) == (5, 5, 1)
    topic = found.topics[0]
    assert (topic.people, len(topic.cases), topic.days, topic.open) == (5, 4, 4, 4)
    assert topic.places == [("第1微网格", 4)]
    assert any("渣土车" in word for word in topic.words)


def test_only_what_one_may_see_is_counted(town: Town) -> None:
    dusty(town)
    assert month_topics(visible_to(town.officer("community2")), NOVEMBER).whole == 0
    assert month_topics(visible_to(town.officer("dispatcher")), date(2026, 10, 1)).topics == []


def test_months_follow_each_other() -> None:
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)
    assert month_before(date(2026, 1, 1)) == date(2025, 12, 1)
    assert month_before(NOVEMBER) == date(2026, 10, 1)


def test_the_verb_writes_a_table(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    dusty(town)
    call_command("hot_topics", "--month", "2026-11")
    said = capsys.readouterr()
    assert said.out.splitlines()[0].startswith("rank,title,words,cases,people")
    assert "4 of 4 cases" in said.err
    with pytest.raises(CommandError, match="no month"):
        call_command("hot_topics", "--month", "autumn")
