"""Drawn towns, judged by a scorer that knows nothing of the engine: nothing avoidable goes wrong."""

from benchmarks.scoring import Judge
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.planning.places import House, place, row_of, town

from weiwang.planning.engine import plan
from weiwang.planning.limits import Limits, SizeRange


@settings(max_examples=8)
@given(st.integers(0, 10_000))
def test_no_drawn_town_has_an_avoidable_exception(seed: int) -> None:
    made = plan(town(seed, blocks=2), seconds=0.2)
    score = Judge(made).score()
    assert score.avoidable == 0
    assert score.exceptions >= len({e.group for e in made.exceptions})


def test_the_judge_excuses_what_the_map_forces_and_nothing_else() -> None:
    limits = Limits(SizeRange(30, 100, 65), SizeRange(60, 500, 300))
    lonely = place([House("A", 0.0, 12), House("B", 900.0, 60)], [], limits=limits)
    score = Judge(plan(lonely)).score()
    assert (score.avoidable, score.exceptions) == (0, 2)
    made = plan(row_of([40, 40, 40], limits=limits))
    assert Judge(made).score().exceptions == 0
    made.micro[:] = [0, 1, 0]
    assert Judge(made).score().avoidable == 1
