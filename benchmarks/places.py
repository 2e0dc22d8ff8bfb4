"""Places of three shapes drawn by a seed, in the format of `weiwang plan`: estates, a river, villages.

One copy holds some 50,000 households in ten communities; copies lie side by side.
`python -m benchmarks.places OUT --shape river --seed 1 --copies 20` writes a folder.
"""

import argparse
import csv
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from weiwang.planning.instance import KINDS
from weiwang.planning.walking import Land, walking_links

SHAPES: Final = ("estates", "river", "villages")
SIDE, BLOCK = 900.0, 300.0
WIDE: Final = 5  # communities in a row of a copy
TOWERS, SPARSE, FARM_APART = 0.22, 0.12, 28.0
KIND_NAMES = {number: name for name, number in KINDS.items()}


@dataclass(slots=True)
class House:
    """One building; `wells` floors and households of each stairwell."""

    community: int
    compound: int
    x: float
    y: float
    wells: list[tuple[int, int]]

    @property
    def households(self) -> int:
        return sum(held for _, held in self.wells)


@dataclass(slots=True)
class Place:
    """Everything that is drawn, in metres."""

    houses: list[House] = field(default_factory=list)
    communities: list[shapely.Polygon] = field(default_factory=list)
    compounds: list[tuple[int, shapely.Polygon, list[tuple[float, float]]]] = field(default_factory=list)
    roads: list[shapely.LineString] = field(default_factory=list)
    rivers: list[shapely.LineString] = field(default_factory=list)
    bridges: list[tuple[float, float]] = field(default_factory=list)


def drawn(shape: str, seed: int, copies: int = 1) -> Place:
    """Draw a place; the same seed draws the same."""
    dice, made = random.Random(f"{shape} {seed}"), Place()
    side = SIDE if shape != "villages" else 2 * SIDE
    for copy in range(copies):
        for number in range(2 * WIDE):
            corner = ((copy * WIDE + number % WIDE) * side, number // WIDE * side)
            _community(made, dice, shape, corner, side)
    wide = copies * WIDE * side
    made.roads += [_line((0, y), (wide, y)) for y in (0, side, 2 * side)]
    made.roads += [_line((x, 0), (x, 2 * side)) for x in np.arange(0, wide + 1, side)]
    return made


def _line(one: tuple[float, float], other: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([one, other])


def _community(
    made: Place, dice: random.Random, shape: str, corner: tuple[float, float], side: float
) -> None:
    west, south = corner
    home = len(made.communities)
    made.communities.append(shapely.box(west, south, west + side, south + side))
    if shape == "villages":
        _villages(made, dice, home, corner, side)
        return
    for column in range(3):
        for row in range(3):
            _block(made, dice, home, west + column * BLOCK, south + row * BLOCK)
    made.roads.append(_line((west + BLOCK, south), (west + BLOCK, south + side)))
    if shape == "river":
        y = south + 1.5 * BLOCK + dice.uniform(-25, 25)
        made.rivers.append(_line((west, y), (west + side, y)))
        made.bridges += [(west + BLOCK * dice.uniform(0.3, 0.7), y), (west + BLOCK * dice.uniform(2, 2.8), y)]


def _block(made: Place, dice: random.Random, home: int, west: float, south: float) -> None:
    """An estate behind its wall, or houses along the street."""
    walled = dice.random() < 0.8
    if walled:
        gates = [(west + BLOCK / 2, south + 20.0), (west + 20.0, south + BLOCK / 2)]
        wall = shapely.box(west + 20, south + 20, west + BLOCK - 20, south + BLOCK - 20)
        made.compounds.append((home, wall, gates))
    compound = len(made.compounds) - 1 if walled else -1
    tall = walled and dice.random() < TOWERS
    for column in range(4):
        for row in range(3):
            if dice.random() < SPARSE:
                continue
            x, y = west + 48 + 68 * column + dice.uniform(-7, 7), south + 55 + 95 * row + dice.uniform(-9, 9)
            made.houses.append(House(home, compound, x, y, _wells(dice, tall=tall, walled=walled)))


def _wells(dice: random.Random, *, tall: bool, walled: bool) -> list[tuple[int, int]]:
    if tall:
        floors = dice.randint(18, 33)
        return [(floors, sum(dice.randint(3, 5) for _ in range(floors))) for _ in range(dice.randint(1, 2))]
    if walled:
        floors = dice.randint(6, 7)
        return [(floors, dice.randint(10, 2 * floors)) for _ in range(dice.randint(2, 5))]
    return [(dice.randint(2, 5), dice.randint(0, 30))]


def _villages(made: Place, dice: random.Random, home: int, corner: tuple[float, float], side: float) -> None:
    """Hamlets of farmhouses, some alone in the fields, and a market town."""
    west, south = corner
    for _ in range(34):
        x, y = west + dice.uniform(80, side - 220), south + dice.uniform(80, side - 220)
        for number in range(dice.randint(1, 3) if dice.random() < 0.2 else dice.randint(12, 60)):
            spot = (x + FARM_APART * (number % 6) + dice.uniform(-5, 5), y + FARM_APART * (number // 6))
            made.houses.append(House(home, -1, *spot, [(2, dice.randint(1, 3))]))
    for column in range(2):
        for row in range(3):
            _block(made, dice, home, west + side / 2 + column * BLOCK, south + side / 2 + (row - 1) * BLOCK)


# ---------------------------------------------------------------- as files


def write(made: Place, folder: Path, name: str) -> None:
    """Write the folder that `weiwang plan` and scorers of its format read."""
    folder.mkdir(parents=True, exist_ok=True)
    held = sum(house.households for house in made.houses)
    meta = {
        "name": name, "crs": "local metres", "unit": "household", "micro": [30, 100], "grid": [300, 500],
        "micro_target": 65, "grid_target": 400,
        "totals": {"households": held, "buildings": len(made.houses)},
    }  # fmt: skip
    (folder / "meta.json").write_text(json.dumps(meta, indent=1), encoding="utf-8")
    of = [0] * len(made.communities)
    for house in made.houses:
        of[house.community] += house.households
    _csv(
        folder / "communities.csv", "community_id name households boundary_wkt",
        ((f"C{i}", f"C{i}", of[i], shapely.to_wkt(s)) for i, s in enumerate(made.communities)),
    )  # fmt: skip
    _csv(folder / "compounds.csv", "compound_id community_id kind name buildings households gates wall_wkt",
         _compounds(made))  # fmt: skip
    lines = [("main_road", one) for one in made.roads] + [("river", one) for one in made.rivers]
    _csv(folder / "barriers.csv", "barrier_id kind width_m wkt",
         ((f"L{i}", kind, 20, shapely.to_wkt(line)) for i, (kind, line) in enumerate(lines)))  # fmt: skip
    _csv(folder / "bridges.csv", "x y", made.bridges)
    _csv(
        folder / "buildings.csv",
        "building_id community_id compound_id kind x y floors units dwellings households footprint_wkt",
        (
            (f"B{i}", f"C{h.community}", f"X{h.compound}" if h.compound >= 0 else "", "house",
             f"{h.x:.2f}", f"{h.y:.2f}", h.wells[0][0], len(h.wells), h.households, h.households, "")
            for i, h in enumerate(made.houses)
        ),
    )  # fmt: skip
    _csv(folder / "units.csv", "building_id unit_no floors dwellings households floor_households x y",
         _units(made.houses))  # fmt: skip
    _csv(folder / "links.csv", "a b length_m kind", _links(made))


def _csv(path: Path, head: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head.split())
        writer.writerows(rows)


def _compounds(made: Place) -> Iterable[Sequence[object]]:
    members: list[list[int]] = [[] for _ in made.compounds]
    for house in made.houses:
        if house.compound >= 0:
            members[house.compound].append(house.households)
    for number, ((home, wall, gates), inside) in enumerate(zip(made.compounds, members, strict=True)):
        spots = ";".join(f"{x:.1f} {y:.1f}" for x, y in gates)
        yield (f"X{number}", f"C{home}", "estate", f"X{number}", len(inside), sum(inside), spots,
               shapely.to_wkt(wall))  # fmt: skip


def _units(houses: Sequence[House]) -> Iterable[Sequence[object]]:
    for i, house in enumerate(houses):
        for number, (floors, held) in enumerate(house.wells, 1):
            low, more = divmod(held, floors)
            counts = ";".join(str(low + (floor < more)) for floor in range(floors)) if held > 100 else ""
            yield (f"B{i}", number, floors, held, held, counts, f"{house.x:.2f}", f"{house.y:.2f}")


def _links(made: Place) -> Iterable[Sequence[object]]:
    houses = made.houses
    found = walking_links(
        np.array([house.x for house in houses]), np.array([house.y for house in houses]),
        np.array([house.community for house in houses], np.int32),
        np.array([house.compound for house in houses], np.int32),
        Land(made.roads, made.rivers, made.bridges, {i: c[2] for i, c in enumerate(made.compounds)}),
    )  # fmt: skip
    rows = zip(found.a.tolist(), found.b.tolist(), found.length.tolist(), found.kind.tolist(), strict=True)
    return ((f"B{a}", f"B{b}", f"{metres:.1f}", KIND_NAMES[kind]) for a, b, metres, kind in rows)


def main() -> None:
    """Write one place."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("out", type=Path)
    parser.add_argument("--shape", choices=SHAPES, default="estates")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--copies", type=int, default=1)
    args = parser.parse_args()
    write(drawn(args.shape, args.seed, args.copies), args.out, args.out.name)


if __name__ == "__main__":
    main()
