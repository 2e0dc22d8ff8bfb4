from collections import Counter

import pytest
import shapely

from weiwang.demo.specs import UnitSpec, World
from weiwang.demo.world import build_world


def children(world: World, code: str) -> list[UnitSpec]:
    return [unit for unit in world.units if unit.parent_code == code]


def footprints(world: World) -> list[shapely.Polygon]:
    return [building.footprint for building in world.buildings if building.footprint is not None]


def test_the_street_has_the_described_shape(street: World) -> None:
    assert Counter(unit.level for unit in street.units) == {
        "subdistrict": 1,
        "general_grid": 10,
        "grid": 68,
        "micro_grid": 610,
        "dedicated_grid": 5,
    }
    assert {unit.kind for unit in street.units_of("general_grid")} == {"community", "village"}
    assert {unit.kind for unit in street.units_of("dedicated_grid")} == {"school", "market", "office_park"}
    assert 51_000 < street.units[0].households < 53_000
    assert 3_200 < len(street.buildings) < 3_800


def test_the_tiny_place_has_four_grids_and_twelve_micro_grids(tiny: World) -> None:
    assert len(tiny.units_of("general_grid")) == 2
    assert len(tiny.units_of("grid")) == 4
    assert len(tiny.units_of("micro_grid")) == 12
    assert 850 < tiny.units[0].households < 980


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    assert build_world("tiny", 5) == build_world("tiny", 5)
    assert build_world("tiny", 5) != build_world("tiny", 6)


@pytest.mark.parametrize("level", ["micro_grid", "grid", "general_grid"])
def test_units_of_a_level_neither_overlap_nor_leave_gaps(street: World, level: str) -> None:
    units = street.units_of(level)
    if level != "general_grid":
        units = units + street.units_of("dedicated_grid")
    shapes = [unit.boundary for unit in units]
    assert shapely.coverage_is_valid(shapes)
    assert all(shape.is_valid for shape in shapes)
    assert shapely.coverage_union_all(shapes).normalize() == street.units[0].boundary.normalize()


def test_every_unit_is_exactly_the_union_of_its_children(street: World, tiny: World) -> None:
    for world in (street, tiny):
        for unit in world.units:
            below = children(world, unit.code)
            if below:
                joined = shapely.coverage_union_all([child.boundary for child in below])
                assert joined.normalize() == unit.boundary.normalize(), unit.code
                assert sum(child.households for child in below) == unit.households


def test_parents_come_before_children_and_codes_show_the_position(street: World) -> None:
    seen: set[str | None] = {None}
    for unit in street.units:
        assert unit.parent_code in seen
        assert unit.parent_code is None or unit.code.startswith(unit.parent_code)
        assert unit.code not in seen
        seen.add(unit.code)
    assert len({unit.name for unit in street.units}) == len(street.units)


def test_most_micro_grids_keep_the_usual_size_and_a_few_do_not(street: World) -> None:
    outside = [u for u in street.units_of("micro_grid") if not 30 <= u.households <= 100]
    assert 5 <= len(outside) <= 40


def test_buildings_stand_inside_their_unit_and_hold_its_households(street: World) -> None:
    unit_of = {unit.code: unit for unit in street.units}
    homes: Counter[str] = Counter()
    for building in street.buildings:
        unit = unit_of[building.unit_code]
        assert unit.boundary.contains(building.footprint), building.code
        homes[building.unit_code] += building.households
    assert len({building.code for building in street.buildings}) == len(street.buildings)
    assert len({building.address for building in street.buildings}) == len(street.buildings)
    for unit in street.units_of("micro_grid"):
        assert homes[unit.code] == unit.households


def test_buildings_keep_off_the_water_and_the_railway(street: World) -> None:
    kept_clear = shapely.union_all([f.geometry for f in street.features if f.kind in {"water", "railway"}])
    tree = shapely.STRtree(footprints(street))
    assert len(tree.query(kept_clear, predicate="intersects")) == 0


def test_the_base_map_has_every_kind_of_feature(street: World) -> None:
    kinds = {feature.kind for feature in street.features}
    assert kinds == {"main_road", "road", "lane", "river", "water", "railway", "park", "wall"}
    assert any("桥" in feature.name for feature in street.features)


def test_official_codes_belong_to_no_province(street: World) -> None:
    codes = [unit.official_code for unit in street.units if unit.official_code]
    assert len(codes) == len(set(codes)) == 11
    assert all(len(code) == 12 and code.startswith("99") for code in codes)


def test_no_two_buildings_stand_on_the_same_ground(street: World) -> None:
    ground = footprints(street)
    first, second = shapely.STRtree(ground).query(ground, predicate="intersects")
    assert first[first < second].tolist() == []
