"""Kinds offered while somebody writes: from the catalogue's words, then from the deployment's own cases."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from tests.builders import Town

from weiwang.audit.models import Entry
from weiwang.cases.actions import reroute_case
from weiwang.cases.models import Case
from weiwang.cases.rules import Step
from weiwang.cases.suggestions import hints, labelled, sure


@pytest.fixture(autouse=True)
def _own_shelf(settings: Any, tmp_path: Path) -> None:
    settings.MODELS = tmp_path / "models"


def test_the_words_of_the_catalogue_suggest_and_say_why() -> None:
    found = hints("小区门口的路灯不亮，晚上黑漆漆")
    assert (found[0].code, found[0].by_model) == ("D02", False)
    assert set(found[0].evidence) <= {"路灯", "不亮", "黑漆漆"}
    assert [one.confidence for one in found] == sorted((one.confidence for one in found), reverse=True)


@pytest.mark.parametrize("text", ["", "你好", "请问一下办事要带什么材料呢", "<script>", "\x00\ud800"])
def test_what_is_not_sure_enough_is_not_said(text: str) -> None:
    assert all(one.confidence >= 0.35 for one in hints(text)[:1])


def test_the_set_confidence_silences(settings: Any) -> None:
    settings.SUGGEST_ABOVE = 0.95
    assert hints("小区门口的路灯不亮") == []


@pytest.mark.parametrize(("share", "word"), [(0.9, "very likely"), (0.6, "likely"), (0.2, "perhaps")])
def test_confidence_is_said_in_three_words(share: float, word: str) -> None:
    assert sure(share) == word


def test_closed_cases_and_corrections_are_what_is_learned_from(town: Town) -> None:
    town.report("还没有人看过的事情")
    closed = town.walk(town.report("路灯坏了"), until=Step.CLOSE)
    wrong = town.report("楼上一直在装修打墙", category="D02")
    reroute_case(
        case_id=wrong.pk, by=town.officer("community"), at=town.at, seen_version=wrong.version,
        reason="类别选错了", category="A01",
    )  # fmt: skip
    assert sorted(labelled(most=10)) == sorted([(closed.text, "D02"), (wrong.text, "A01")])


def test_a_deployment_trains_on_its_own_cases_lists_and_goes_back(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [("东头的灯泡闪个不停" + "啊" * n, "D02") for n in range(12)]
    rows += [("西头的桶又满出来了" + "哦" * n, "A01") for n in range(12)]
    for text, category in rows:
        case = town.report(text, category=category)
        Case.objects.filter(pk=case.pk).update(state="closed", owner_post=None, due_at=None)
    assert hints("北边的灯泡闪个不停") == []
    call_command("train_categories", "categories", "--silent-below", "0")
    found = hints("北边的灯泡闪个不停")
    assert (found[0].code, found[0].by_model) == ("D02", True)
    call_command("category_models", "list")
    assert "in use" in capsys.readouterr().out
    call_command("category_models", "rollback")
    assert hints("北边的灯泡闪个不停") == []
    actions = set(Entry.objects.filter(action__startswith="model.").values_list("action", flat=True))
    assert actions == {"model.add", "model.roll_back"}
