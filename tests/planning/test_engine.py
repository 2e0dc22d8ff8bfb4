from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.planning.places import House, broken_rules, place, row_of, town

from weiwang.planning import kernel
from weiwang.planning.engine import Plan, plan
from weiwang.planning.limits import Limits, SizeRange


@pytest.fixture(params=["compiled", "python"])
def search(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Either form of the search; the compiled one is skipped where there is no compiler."""
    if request.param == "python":
        monkeypatch.setenv("WEIWANG_PLANNING", "python")
    kernel.load.cache_clear()
    if request.param == "compiled" and kernel.load() is None:
        pytest.skip("no C compiler here")
    yield request.param
    kernel.load.cache_clear()


def groups(made: Plan) -> list[tuple[str, str]]:
    return [(row.micro, row.grid) for row in made.rows()]


@pytest.mark.usefixtures("search")
def test_a_town_is_planned_by_the_rules_with_every_group_in_range() -> None:
    made = plan(town(1, blocks=3))
    assert broken_rules(made) == []
    limits = made.instance.limits
    assert all(map(limits.micro.holds, made.sizes("micro").tolist()))
    assert all(map(limits.grid.holds, made.sizes("grid").tolist()))
    assert made.exceptions == []


@pytest.mark.usefixtures("search")
@settings(max_examples=5)
@given(st.integers(0, 10_000))
def test_any_town_keeps_the_hard_rules(seed: int) -> None:
    assert broken_rules(plan(town(seed, blocks=2), seconds=0.02)) == []


def test_the_same_seed_gives_the_same_plan_for_any_number_of_processes() -> None:
    instance = town(2, blocks=3)
    alone = list(plan(instance, seed=5, seconds=0.1).rows())
    assert list(plan(instance, seed=5, seconds=0.1, procs=2).rows()) == alone
    assert list(plan(instance, seed=5, seconds=0.1).rows()) == alone


def test_a_road_is_not_crossed_when_it_need_not_be() -> None:
    houses = [House(f"H{i}", i * 10.0, 20) for i in range(8)]
    links = [(f"H{i}", f"H{i + 1}", "road" if i == 3 else "open") for i in range(7)]
    made = plan(place(houses, links))
    assert len({m for m, _ in groups(made)[:4]} & {m for m, _ in groups(made)[4:]}) == 0


def test_a_walled_compound_stays_in_one_grid_where_it_fits() -> None:
    houses = [House(f"H{i}", i * 30.0, 50, compound="X" if 8 <= i < 16 else "") for i in range(24)]
    links = [(f"H{i}", f"H{i + 1}", "wall" if i in {7, 15} else "open") for i in range(23)]
    made = plan(place(houses, links))
    assert len({g for _, g in groups(made)[8:16]}) == 1


def test_limits_are_settings() -> None:
    wider = Limits(SizeRange(50, 150, 100), SizeRange(200, 900, 600))
    made = plan(row_of([20] * 90), limits=wider)
    assert all(map(wider.micro.holds, made.sizes("micro").tolist()))
    assert all(map(wider.grid.holds, made.sizes("grid").tolist()))


def test_an_empty_place_has_an_empty_plan() -> None:
    made = plan(place([], []))
    assert (list(made.rows()), made.exceptions) == ([], [])


def test_progress_ends_at_all_households() -> None:
    told: list[tuple[int, int]] = []
    instance = town(3, blocks=1)
    plan(instance, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (instance.households, instance.households)


@pytest.mark.usefixtures("search")
def test_a_building_with_nobody_and_no_way_to_it_still_lies_in_a_group() -> None:
    houses = [House(f"H{i}", i * 10.0, 25) for i in range(14)] + [House("pump", 500.0)]
    made = plan(place(houses, [(f"H{i}", f"H{i + 1}", "open") for i in range(13)]))
    assert broken_rules(made) == []
    assert {e.code.value for e in made.exceptions} <= {"ATTACHED", "ISOLATED"}


def test_a_stairwell_without_floors_is_left_whole_and_said() -> None:
    made = plan(place([House("A", 0, stairwells=(130,)), *(House(f"H{i}", i, 60) for i in range(6))], []))
    assert broken_rules(made) == []
    assert any(e.level == "micro" and e.households == 130 for e in made.exceptions)
