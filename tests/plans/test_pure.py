"""Names, numbers, charts and drawing around locks: plain functions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weiwang.planning.limits import SizeRange
from weiwang.plans.drawing import Wishes, draw
from weiwang.plans.ground import Ground, House, Way, balanced, even
from weiwang.plans.naming import distinct, grid_names, micro_name, reading_order
from weiwang.plans.rules import GroupLevel, PlanError, Scheme, Settings
from weiwang.plans.working import Desk, Layout
from weiwang.web.desk.planning.charts import histogram, size_step

SMALL = Settings(micro_low=30, micro_high=100, grid_low=100, grid_high=300)


def row_of(count: int, households: int = 20) -> Ground:
    """Houses in one street, each joined to the next."""
    houses = [
        House(n + 1, f"梧桐路{n + 1}号", 25.0 * n, 0.0, households, floors=6, stairwells=2)
        for n in range(count)
    ]
    return Ground("QH01", "小满社区", houses, [Way(n, n + 1, 25.0) for n in range(count - 1)])


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ([("同福家园1栋", 30), ("同福家园2栋", 31), ("同福家园3栋", 30)], "同福家园1-3栋微网格"),
        ([("同福家园1栋", 30), ("同福家园3栋", 30)], "同福家园1、3栋微网格"),
        ([("同福家园1栋", 30), ("溪山小区6栋", 20)], "同福家园1栋、溪山小区6栋微网格"),
        ([("甲苑1栋", 30), ("乙苑6栋", 20), ("丙苑2栋", 5)], "甲苑1栋、乙苑6栋等微网格"),
        ([("幸福楼", 40)], "幸福楼微网格"),
        ([], ""),
    ],
)
def test_a_micro_grid_is_named_after_what_stands_in_it(labels: list[tuple[str, int]], name: str) -> None:
    assert micro_name(labels) == name


def test_no_two_have_one_name() -> None:
    assert distinct({1: "甲苑微网格", 2: "甲苑微网格", 3: "甲苑微网格"}) == {
        1: "甲苑微网格", 2: "甲苑（2）微网格", 3: "甲苑（3）微网格",
    }  # fmt: skip


def test_new_grids_take_the_numbers_that_are_free() -> None:
    found = grid_names("小满社区", [7, 5, 9], {5: "小满社区第1网格"})
    assert found == {5: "小满社区第1网格", 7: "小满社区第2网格", 9: "小满社区第3网格"}


@pytest.mark.parametrize(
    ("scheme", "order"),
    [(Scheme.WEST_EAST, [1, 3, 2, 4]), (Scheme.NORTH_SOUTH, [1, 2, 3, 4]), (Scheme.ROWS, [1, 2, 3, 4])],
)
def test_grids_are_numbered_by_the_scheme(scheme: Scheme, order: list[int]) -> None:
    assert reading_order({1: (0, 10), 2: (10, 9), 3: (1, 0), 4: (11, -1)}, scheme) == order


@given(total=st.integers(0, 5000), parts=st.integers(1, 60))
def test_shares_are_even_and_add_up(total: int, parts: int) -> None:
    found = even(total, parts)
    assert sum(found) == total
    assert max(found) - min(found) <= 1


def test_work_counts_as_half_and_never_makes_a_house_too_large() -> None:
    houses = [
        House(1, "a", 0, 0, 40, work=0),
        House(2, "b", 0, 0, 40, work=10),
        House(3, "c", 0, 0, 150, work=0),
    ]
    assert balanced(houses, 0.0, 100) == [40, 40, 150]
    assert balanced(houses, 0.5, 100) == [20, 100, 150]


@settings(max_examples=15)
@given(count=st.integers(5, 40), lock=st.integers(0, 100), keep=st.sampled_from([0.0, 1.0]))
def test_what_is_locked_stays_whatever_else_is_drawn(count: int, lock: int, keep: float) -> None:
    ground = row_of(count)
    old = draw(ground, SMALL, Wishes()).layout
    kept = sorted(set(old.micro))[lock % len(set(old.micro))]
    new = draw(ground, SMALL, Wishes(old=old, locked=frozenset({kept}), keep=keep)).layout
    assert [p for p, m in enumerate(new.micro) if m == kept] == [
        p for p, m in enumerate(old.micro) if m == kept
    ]
    assert [piece.house for piece in new.pieces] == list(range(count))


def test_no_group_crosses_a_fence() -> None:
    ground = row_of(30)
    old = draw(ground, SMALL, Wishes()).layout
    grids = sorted(set(old.grid_of.values()))
    inside = {p.house for p, m in zip(old.pieces, old.micro, strict=True) if old.grid_of[m] == grids[0]}
    new = draw(ground, SMALL, Wishes(old=old, fenced=frozenset({grids[0]}))).layout
    for micro in set(new.micro):
        houses = {p.house for p, m in zip(new.pieces, new.micro, strict=True) if m == micro}
        assert houses <= inside or not houses & inside


def test_a_tall_building_is_cut_between_stairwells_and_the_figures_stay_whole() -> None:
    ground = row_of(6)
    ground.houses[2] = ground.houses[2]._replace(households=180, stairwells=4, floors=11)
    drawn = draw(ground, SMALL, Wishes())
    desk = Desk(ground, SMALL.limits, drawn.layout)
    figures = desk.figures(GroupLevel.MICRO)
    assert sum(one.households for one in figures.values()) == ground.households
    assert not [fault for one in figures.values() for fault in one.faults]


def test_a_layout_survives_being_written_down() -> None:
    ground = row_of(12)
    layout = draw(ground, SMALL, Wishes()).layout
    assert Layout.from_json(layout.to_json()) == layout
    assert Ground.from_json(ground.to_json()) == ground


def test_a_community_without_buildings_is_an_empty_plan() -> None:
    ground = Ground("QH09", "空社区", [], [])
    layout = draw(ground, SMALL, Wishes()).layout
    assert (layout.pieces, Desk(ground, SMALL.limits, layout).cost()) == ([], 0.0)


def test_sizes_out_of_order_are_refused() -> None:
    with pytest.raises(PlanError):
        Settings(grid_low=500, grid_high=300)


def test_the_histogram_counts_everything_once() -> None:
    found = histogram([10, 30, 64, 65, 100, 140], SizeRange(30, 100, 65))
    assert (sum(one.count for one in found.bins), found.inside, found.total) == (6, 4, 6)
    assert [one.low for one in found.bins if one.count and one.is_out] == [one.low for one in found.bins
            if one.count and (one.high < 30 or one.low > 100)]  # fmt: skip
    assert [size_step(held, SizeRange(30, 100, 65)) for held in (5, 30, 65, 99, 400)] == [0, 0, 2, 4, 4]
