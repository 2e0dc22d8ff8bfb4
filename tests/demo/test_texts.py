from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from weiwang.cases.rules import Category
from weiwang.demo.dice import Dice
from weiwang.demo.texts import Scene, answer, reason, report_text, result_text, words

SCENE = Scene("青溪路2号门口", "锦棠苑3栋1单元", "锦棠苑")
COMMON = ["A01", "A02", "A03", "B01", "B03", "B04", "B05", "B06", "D02", "D04", "D05", "E02", "E03", "F01"]


def test_there_are_words_for_every_category(categories: Mapping[str, Category]) -> None:
    assert set(words()) - {"*"} == set(categories)


@pytest.mark.parametrize("code", COMMON)
def test_common_categories_have_eight_ways_to_say_it(code: str) -> None:
    assert len(words()[code].reports) >= 8


@pytest.mark.parametrize("code", sorted(set(words()) - {"*"}))
@pytest.mark.parametrize("on_round", [False, True])
def test_no_text_keeps_an_open_slot(code: str, *, on_round: bool) -> None:
    dice = Dice(f"texts/{code}")
    for _ in range(40):
        text = report_text(code, SCENE, dice, on_round=on_round)
        result = result_text(code, text, dice)
        assert "{" not in text + result
        assert "[" not in result
        assert len(text) > 8
        assert result


def test_a_result_about_a_thing_answers_only_reports_about_it() -> None:
    dice = Dice("lift")
    results = {result_text("D05", "单元门关不上", dice) for _ in range(60)}
    assert results == {"闭门器和锁体已更换，钥匙卡重新登记。"}


def test_an_answer_says_what_came_what_was_found_done_and_comes_next() -> None:
    at = datetime(2026, 3, 4, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    text = answer("路灯不亮", at, "城管办", "已更换灯头。", Dice("answer"))
    assert "路灯不亮" in text
    assert "3月4日" in text
    assert "城管办" in text
    assert "处理情况：已更换灯头。" in text


def test_a_return_names_the_other_office() -> None:
    dice = Dice("return")
    notes = {reason("return", dice, other="住建办") for _ in range(60)}
    assert any("住建办" in note for note in notes)
    assert not any("{" in note for note in notes)
