import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.planning.places import House, place, row_of

from weiwang.planning.engine import answer_count, plan
from weiwang.planning.instance import InstanceError, read
from weiwang.planning.limits import CountAnswer, Limits, SizeRange


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


def test_kinds_of_area_have_sizes_of_their_own() -> None:
    houses = [House(f"A{i}", i * 30.0, 40, community="C1") for i in range(20)]
    houses += [House(f"B{i}", i * 30.0, 10, 5000.0, community="C2") for i in range(20)]
    links = [(f"{c}{i}", f"{c}{i + 1}", "open") for c in "AB" for i in range(19)]
    village = Limits(SizeRange(10, 30, 20), SizeRange(50, 120, 85))
    made = plan(replace(place(houses, links), special={"C2": village}))
    assert not made.exceptions
    homes = made.instance.buildings.community[made.pieces.building]
    for level, first, second in (("micro", (30, 100), (10, 30)), ("grid", (300, 500), (50, 120))):
        sizes = made.sizes("micro" if level == "micro" else "grid").tolist()
        label = made.micro if level == "micro" else made.grid
        for community, (low, high) in enumerate((first, second)):
            groups = set(label[homes == community].tolist())
            assert all(low <= sizes[g] <= high for g in groups)
    answer = answer_count(made.instance, "grid", 4)
    assert (answer.possible[0], answer.possible[-1]) == (2 + 2, 2 + 4)
    assert answer.keeps_the_rule


def test_a_tower_is_cut_by_the_limits_of_its_own_community() -> None:
    towers = [House("T1", 0.0, stairwells=(30, 30, 30), community="C1")]
    towers += [House("T2", 9000.0, stairwells=(30, 30, 30), community="C2")]
    limits = Limits(SizeRange(20, 40, 30), SizeRange(50, 200, 90))
    instance = place(towers, [], limits=limits)
    made = plan(replace(instance, limits=Limits(SizeRange(30, 100, 65), limits.grid), special={"C2": limits}))
    assert sorted(row.building for row in made.rows()) == ["T1", "T2", "T2", "T2"]


def test_sizes_by_kind_are_read_from_the_folder(tmp_path: Path) -> None:
    meta = {"areas": {"village": {"micro": [20, 60]}}}
    (tmp_path / "meta.json").write_text(json.dumps(meta))
    (tmp_path / "communities.csv").write_text("community_id,name,kind\nC1,甲,village\nC2,乙,\n")
    head = "building_id,community_id,compound_id,x,y,households\n"
    (tmp_path / "buildings.csv").write_text(f"{head}A,C1,,0,0,30\nB,C2,,0,0,30\n")
    (tmp_path / "units.csv").write_text("building_id,unit_no,floors,households,floor_households\n")
    (tmp_path / "links.csv").write_text("a,b,length_m,kind\n")
    made = read(tmp_path)
    assert made.limits_of(0) == Limits(SizeRange(20, 60, 40))
    assert made.limits_of(1) == Limits()
    (tmp_path / "meta.json").write_text(json.dumps({"areas": {"village": {"micro": [60, 20]}}}))
    with pytest.raises(InstanceError, match="sizes must satisfy"):
        read(tmp_path)
