from dataclasses import replace

from tests.planning.places import House, broken_rules, place, row_of, town

from weiwang.planning.engine import plan
from weiwang.planning.previous import PlanRow


def ids(rows: list[PlanRow]) -> dict[tuple[str, int, int], tuple[str, str]]:
    return {(r.building, r.stairwell, r.floor_from): (r.micro, r.grid) for r in rows}


def test_planning_the_same_place_again_changes_nothing() -> None:
    instance = town(4, blocks=3)
    before = list(plan(instance, seed=1).rows())
    assert list(plan(instance, previous=before, seed=2).rows()) == before


def test_planning_afresh_keeps_names_where_most_households_stay() -> None:
    instance = town(4, blocks=2)
    before = list(plan(instance, seed=1).rows())
    assert list(plan(instance, previous=before, keep=0.0, seed=1).rows()) == before


def test_a_new_building_joins_and_the_rest_stays() -> None:
    old = row_of([25] * 28)
    before = ids(list(plan(old).rows()))
    houses = [House(f"H{i}", i * 10.0, 25) for i in range(29)]
    today = place(houses, [(f"H{i}", f"H{i + 1}", "open") for i in range(28)])
    made = plan(today, previous=list(plan(old).rows()))
    after = ids(list(made.rows()))
    assert broken_rules(made) == []
    assert sum(before[key] != after[key] for key in before) <= 3


def test_a_group_that_became_too_large_is_mended() -> None:
    old = row_of([25] * 28)
    rows = list(plan(old).rows())
    grown = replace(old, buildings=replace(old.buildings, households=old.buildings.households + 9))
    made = plan(grown, previous=rows)
    assert all(map(grown.limits.micro.holds, made.sizes("micro").tolist()))
    assert all(map(grown.limits.grid.holds, made.sizes("grid").tolist()))


def test_keeping_half_lies_between_keeping_all_and_nothing() -> None:
    instance = town(6, blocks=3)
    before = ids(list(plan(instance, seed=1, seconds=0).rows()))

    def moved(keep: float) -> int:
        rows = [PlanRow(b, u, f, 0, m, g) for (b, u, f), (m, g) in before.items()]
        whole = list(plan(instance, seed=1, seconds=0).rows())
        after = ids(list(plan(instance, previous=whole or rows, keep=keep, seed=9).rows()))
        return sum(before[key] != after[key] for key in before)

    assert moved(1.0) == 0
    assert 0 <= moved(0.5) <= moved(0.0)


def test_lines_of_buildings_that_are_gone_are_no_harm() -> None:
    gone = PlanRow("gone", 0, 0, 0, "C1-M0001", "C1-G001")
    assert broken_rules(plan(row_of([25] * 16), previous=[gone])) == []
