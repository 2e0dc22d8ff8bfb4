"""Building the fictional sub-district: its tree of units, its buildings, its map and its staff."""

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from weiwang.demo import staff
from weiwang.demo.dice import Dice
from weiwang.demo.ground import ORIGIN, Ground
from weiwang.demo.houses import House, houses_of
from weiwang.demo.layout import LAYOUTS, Layout
from weiwang.demo.parcels import Leaf, Parcels, lay_out
from weiwang.demo.specs import BuildingSpec, Place, Scale, UnitSpec, World
from weiwang.demo.streets import map_features
from weiwang.demo.tiling import join, tile

CODE = "QH"
NAME = "栖禾街道"
OFFICIAL = "990101001"  # 99 is the code of no province
NOTE = "演示数据：地名、人名、电话、事项均为虚构，与任何真实地方和个人无关。"

DEFAULT_SEED = 2026
Area = shapely.Polygon | shapely.MultiPolygon


@dataclass(frozen=True, slots=True)
class _Home:
    """A leaf with its place in the tree."""

    leaf: Leaf
    code: str
    parent_code: str
    boundary: shapely.Polygon
    buildings: tuple[BuildingSpec, ...]
    number: int


def build_world(scale: Scale = "street", seed: int = DEFAULT_SEED) -> World:
    """The whole demo place. The same scale and seed give the same world, down to the last vertex."""
    layout = LAYOUTS[scale]
    dice = Dice(f"{seed}/{scale}")
    parcels = lay_out(layout, dice)
    homes = _homes(layout, parcels, dice.child("houses"))
    units = _units(layout, homes)
    people = staff.appoint(units, dice.child("staff"))
    return World(
        scale=scale,
        seed=seed,
        place=Place(CODE, NAME, f"{OFFICIAL}000", ORIGIN, NOTE),
        units=units,
        buildings=tuple(building for home in homes for building in home.buildings),
        features=map_features(layout, parcels),
        departments=staff.DEPARTMENTS,
        people=people,
        party_members=staff.party_members(units, scale, dice.child("party")),
        sign_ins=staff.SIGN_INS,
    )


# ---------------------------------------------------------------- leaves


def _homes(layout: Layout, parcels: Parcels, dice: Dice) -> list[_Home]:
    """Leaves in the order of their codes, with borders and buildings."""
    borders = tile([leaf.shape for leaf in parcels.leaves], layout.ground)
    groups: dict[tuple[int, int], list[int]] = {}
    for index, leaf in enumerate(parcels.leaves):
        groups.setdefault((leaf.community, leaf.grid), []).append(index)
    clear = _kept_clear(layout)
    homes = []
    doors: dict[str, int] = {}
    for key in sorted(groups):
        for number, index in enumerate(_north_to_south(groups[key], parcels.leaves), start=1):
            leaf = parcels.leaves[index]
            code, parent = _codes(leaf, number)
            houses = houses_of(leaf, clear, dice.child(code))
            buildings = _buildings(layout.ground, leaf, houses, code, doors)
            homes.append(_Home(leaf, code, parent, borders[index], buildings, number))
    return homes


def _kept_clear(layout: Layout) -> shapely.Geometry:
    """Ground along the great lines where no village house may stand, on the board."""
    return shapely.union_all(
        [shapely.LineString(line.points).buffer(70 if line.kind == "river" else 30) for line in layout.lines]
    )


def _north_to_south(indexes: list[int], leaves: Sequence[Leaf]) -> list[int]:
    """From north to south and from west to east, as the norm numbers base grids (DB6101/T 3185-2024)."""

    def place(index: int) -> tuple[int, float]:
        middle = leaves[index].shape.centroid
        return -round(middle.y / 110), middle.x

    return sorted(indexes, key=place)


def _codes(leaf: Leaf, number: int) -> tuple[str, str]:
    community = f"{CODE}{leaf.community + 1:02d}"
    if leaf.dedicated is not None:
        return f"{community}-Z{number:02d}", community
    grid = f"{community}{leaf.grid:02d}"
    return f"{grid}-{number:03d}", grid


def _buildings(
    ground: Ground, leaf: Leaf, houses: list[House], code: str, doors: dict[str, int]
) -> tuple[BuildingSpec, ...]:
    return tuple(
        _building(ground, leaf, house, f"{code}-{number:02d}", doors)
        for number, house in enumerate(houses, start=1)
    )


def _building(ground: Ground, leaf: Leaf, house: House, code: str, doors: dict[str, int]) -> BuildingSpec:
    address, name = _address(leaf, house, doors)
    footprint = ground.rectangle(house.u, house.v, house.length, house.depth, house.turn)
    middle = footprint.centroid
    return BuildingSpec(
        code=code,
        unit_code=code.rpartition("-")[0],
        address=address,
        name=name,
        kind=house.kind,
        floors=house.floors,
        stairwells=house.stairwells,
        households=house.households,
        lon=round(middle.x, 7),
        lat=round(middle.y, 7),
        footprint=footprint,
    )


def _address(leaf: Leaf, house: House, doors: dict[str, int]) -> tuple[str, str]:
    """Address and short name. Doors are counted on for each street, estate and hamlet."""
    if house.kind == "shop":
        doors[leaf.street] = doors.get(leaf.street, 0) + 2
        return f"{leaf.street}{doors[leaf.street]}号", f"{leaf.street}{doors[leaf.street]}号商铺"
    doors[leaf.estate] = door = doors.get(leaf.estate, 0) + 1
    if house.kind == "village_house":
        return f"{leaf.estate}{door}号", f"{leaf.estate}{door}号"
    name = f"{leaf.estate}{door}栋"
    return f"{leaf.street}{name}", name


# ---------------------------------------------------------------- the tree


def _units(layout: Layout, homes: list[_Home]) -> tuple[UnitSpec, ...]:
    """Sub-district, communities, grids and leaves; parents first."""
    leaves = [_leaf_unit(layout, home) for home in homes]
    grids = _grids(layout, homes, leaves)
    communities = [_community(layout, index, grids, leaves) for index in range(len(layout.communities))]
    whole = UnitSpec(
        CODE,
        "subdistrict",
        "subdistrict",
        NAME,
        None,
        f"{OFFICIAL}000",
        join([unit.boundary for unit in communities]),
        sum(unit.households for unit in communities),
    )
    return (whole, *communities, *grids, *leaves)


def _leaf_unit(layout: Layout, home: _Home) -> UnitSpec:
    leaf = home.leaf
    kind = leaf.dedicated.kind if leaf.dedicated else "micro_grid"
    level = "dedicated_grid" if leaf.dedicated else "micro_grid"
    name = leaf.estate if leaf.dedicated else _leaf_name(home)
    return UnitSpec(home.code, level, kind, name, home.parent_code, None, home.boundary, leaf.households)


def _leaf_name(home: _Home) -> str:
    """An estate and its buildings, or a hamlet and its number: what a neighbour would say."""
    if home.leaf.style == "village":
        return f"{home.leaf.estate}第{home.number}微网格"
    doors = [b.name.removeprefix(home.leaf.estate).removesuffix("栋") for b in home.buildings if b.households]
    span = doors[0] if len(doors) == 1 else f"{doors[0]}-{doors[-1]}"
    return f"{home.leaf.estate}{span}栋微网格"


def _grids(layout: Layout, homes: list[_Home], leaves: list[UnitSpec]) -> list[UnitSpec]:
    inside: dict[str, list[UnitSpec]] = {}
    number: dict[str, tuple[int, int]] = {}
    for home, unit in zip(homes, leaves, strict=True):
        if home.leaf.dedicated is None:
            inside.setdefault(home.parent_code, []).append(unit)
            number[home.parent_code] = home.leaf.community, home.leaf.grid
    return [
        UnitSpec(
            code,
            "grid",
            "grid",
            f"{layout.communities[number[code][0]].name}第{number[code][1]}网格",
            code[:-2],
            None,
            join([unit.boundary for unit in units]),
            sum(unit.households for unit in units),
        )
        for code, units in inside.items()
    ]


def _community(layout: Layout, index: int, grids: list[UnitSpec], leaves: list[UnitSpec]) -> UnitSpec:
    plan = layout.communities[index]
    code = f"{CODE}{index + 1:02d}"
    parts = [unit for unit in (*grids, *leaves) if unit.parent_code == code]
    same = [p for p in layout.communities[: index + 1] if p.kind == plan.kind]
    village = plan.kind == "village"
    return UnitSpec(
        code,
        "general_grid",
        plan.kind,
        plan.name,
        CODE,
        f"{OFFICIAL}{len(same) - 1 + 200 if village else len(same):03d}",
        join([unit.boundary for unit in parts]),
        sum(unit.households for unit in parts),
    )
