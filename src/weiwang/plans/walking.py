"""Walking links between the buildings of one community, as the planning engine makes them for everybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from weiwang.planning import walking
from weiwang.plans.ground import KIND_NAMES, House, Way

KEPT_APART = ("river", "railway")


@dataclass(frozen=True, slots=True)
class Land:
    """What people meet on the way, in metres: lines by kind, where rivers and rails can be crossed, gates."""

    lines: Mapping[str, Sequence[BaseGeometry]]
    crossings: Sequence[BaseGeometry] = ()
    gates: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def ways_between(houses: Sequence[House], land: Land) -> list[Way]:
    """Links of neighbours, in the order of the houses; metres to a decimetre."""
    seat: dict[str, int] = {}
    compound = [seat.setdefault(house.compound, len(seat)) if house.compound else -1 for house in houses]
    found = walking.walking_links(
        np.array([house.x for house in houses], np.float64),
        np.array([house.y for house in houses], np.float64),
        np.zeros(len(houses), np.int32),
        np.array(compound, np.int32),
        walking.Land(
            land.lines.get("main_road", ()),
            [line for kind in KEPT_APART for line in land.lines.get(kind, ())],
            [(x, y) for x, y in shapely.get_coordinates(list(land.crossings)).tolist()],
            {seat[name]: [gate] for name, gate in land.gates.items() if name in seat},
        ),
    )
    rows = zip(found.a.tolist(), found.b.tolist(), found.length.tolist(), found.kind.tolist(), strict=True)
    return [Way(a, b, round(metres, 1), KIND_NAMES[kind]) for a, b, metres, kind in rows]


def crossings_of(lines: Mapping[str, Sequence[BaseGeometry]]) -> list[BaseGeometry]:
    """Where roads of any kind meet a river or a railway: bridges and level crossings."""
    apart = [line for kind in KEPT_APART for line in lines.get(kind, ())]
    roads = [line for kind in ("main_road", "road", "lane") for line in lines.get(kind, ())]
    if not apart or not roads:
        return []
    found = shapely.intersection(shapely.union_all(apart), shapely.union_all(roads))
    return [shapely.centroid(part) for part in shapely.get_parts(found) if not part.is_empty]
