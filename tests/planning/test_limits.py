import pytest
from tests.planning.places import row_of

from weiwang.planning.engine import answer_count
from weiwang.planning.limits import CountAnswer, SizeRange


def test_a_range_says_how_many_groups_can_hold_a_total() -> None:
    grids = SizeRange(300, 500, 400)
    assert list(grids.counts_for(1200)) == [3, 4]
    assert list(grids.counts_for(545)) == []
    assert list(grids.counts_for(299)) == []


def test_a_range_must_make_sense() -> None:
    with pytest.raises(ValueError, match="low < target"):
        SizeRange(100, 30, 65)


def test_the_described_grids_break_their_own_rule_and_the_answer_says_by_how_much() -> None:
    answer = CountAnswer("grid", 68, 52_000, SizeRange(300, 500, 400))
    assert not answer.keeps_the_rule
    assert round(answer.average) == 765
    assert (answer.possible[0], answer.possible[-1]) == (104, 173)
    assert answer.sentence("en") == (
        "68 grids for 52000 households hold 765 each on average; the rule is 300 to 500, "
        "so they break it by 265; 104 to 173 grids would keep it."
    )
    assert answer.sentence("zh") == (
        "52000户分成68个网格，平均每个765户；规定为300至500户，平均每个超出265户；划104至173个网格才能达标。"
    )


def test_the_described_micro_grids_keep_theirs() -> None:
    answer = CountAnswer("micro", 610, 52_000, SizeRange(30, 100, 65))
    assert answer.keeps_the_rule
    assert answer.sentence("zh").endswith("符合规定。")
    assert answer.excess == 0.0


def test_a_total_that_no_number_fits_is_said() -> None:
    answer = answer_count(row_of([545]), "grid", 2)
    assert not answer.possible
    assert "no number" in answer.sentence("en")
    assert "无论划多少" in answer.sentence("zh")
    assert answer.excess == pytest.approx(-27.5)
