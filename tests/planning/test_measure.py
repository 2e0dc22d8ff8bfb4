import numpy as np
import pytest
from tests.planning.places import House, place, town

from weiwang.planning.engine import Plan, plan
from weiwang.planning.limits import Limits, Prices, SizeRange
from weiwang.planning.measure import GroupCost, Measure


def street() -> Plan:
    """Four houses ten metres apart with a wall, a road, and a part of the way missing."""
    houses = [House("A", 0, 20), House("B", 10, 20), House("C", 20, 30, compound="X"), House("D", 30, 10)]
    links = [("A", "B", "wall"), ("B", "C", "road")]
    return plan(place(houses, links))


def test_a_group_is_measured_as_on_paper() -> None:
    measure = Measure(street())
    assert measure.group([0, 1, 2]) == GroupCost(70, 20 * 10 + 30 * 10, roads=1, walls=1, parts=1)
    assert measure.group([2, 3]) == GroupCost(40, 100.0, roads=0, walls=0, parts=2)
    assert measure.group([0]) == GroupCost(20, 0.0, roads=0, walls=0, parts=1)


def test_prices_follow_the_formula() -> None:
    measure = Measure(street())
    cost = GroupCost(100, 400.0, roads=1, walls=2, parts=1)
    assert measure.micro_price(cost) == 400 + 2000 + 1000 + 1000
    assert measure.grid_price(cost) == 100 + 4000 + 90000


def test_a_compound_cut_in_two_is_counted_once() -> None:
    houses = [House(f"H{i}", i * 10.0, 50, compound="X") for i in range(8)]
    made = plan(place(houses, [(f"H{i}", f"H{i + 1}", "open") for i in range(7)]))
    assert Measure(made).compound_splits() == 0
    made.grid = np.array([0] * 4 + [1] * 4, np.int32)
    assert Measure(made).compound_splits() == 1


def test_more_search_never_costs_more() -> None:
    instance = town(8, blocks=3)
    costs = [Measure(plan(instance, seconds=s)).total() for s in (0.0, 0.5)]
    assert costs[1] <= costs[0]


def test_other_prices_give_other_plans() -> None:
    instance = town(9, blocks=2)
    free = plan(instance, prices=Prices(micro_road=0.0, micro_size=0.0, grid_road=0.0, grid_size=0.0))
    usual = plan(instance)
    roads = [sum(m.group(g).roads for g in m.groups("grid")) for m in (Measure(free), Measure(usual))]
    assert roads[1] <= roads[0]


def test_a_range_can_be_narrow() -> None:
    narrow = Limits(SizeRange(60, 70, 65), SizeRange(380, 420, 400))
    houses = [House(f"H{i}", i * 10.0, 5) for i in range(160)]
    made = plan(place(houses, [(f"H{i}", f"H{i + 1}", "open") for i in range(159)], limits=narrow))
    assert made.exceptions == []
    assert Measure(made).total() == pytest.approx(Measure(made).total())
