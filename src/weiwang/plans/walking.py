"""Walking links between the buildings of one community: who is next to whom, and what lies between."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from weiwang.plans.ground import House, Way

INSIDE_M, OUTSIDE_M, BRIDGE_M = 250.0, 350.0, 70.0
NEAREST = 3
KEPT_APART = ("river", "railway")
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Land:
    """What people meet on the way, in metres: lines by kind, where rivers and rails can be crossed, gates."""

    lines: Mapping[str, Sequence[BaseGeometry]]
    crossings: Sequence[BaseGeometry] = ()
    gates: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def ways_between(houses: Sequence[House], land: Land) -> list[Way]:
    """Links of neighbours: Delaunay edges over each compound and over all, and the three nearest of each.

    Dropped over a river or railway far from a crossing; `road` over a main road or by a crossing; `wall`
    between a compound and what is outside, as long as the way through its gate.
    """
    pairs = sorted(_pairs(houses))
    if not pairs:
        return []
    x = np.array([house.x for house in houses])
    y = np.array([house.y for house in houses])
    a, b = np.array(pairs).T
    ends = np.stack([np.stack([x[a], y[a]], 1), np.stack([x[b], y[b]], 1)], 1)
    lines = np.asarray(shapely.linestrings(ends), dtype=object)
    metres = np.hypot(x[a] - x[b], y[a] - y[b])
    kinds = _kinds(lines, land)
    found = []
    for i, (one, other) in enumerate(pairs):
        same = houses[one].compound == houses[other].compound
        kind = kinds[i] if kinds[i] != "open" or same else "wall"
        length = float(metres[i]) if same else _by_the_gate(houses[one], houses[other], land)
        limit = INSIDE_M if same and houses[one].compound else OUTSIDE_M
        if kind != "cut" and metres[i] <= limit:
            found.append(Way(one, other, round(length, 1), kind))
    return found


def _pairs(houses: Sequence[House]) -> set[tuple[int, int]]:
    found = _neighbours(houses, range(len(houses)))
    inside: dict[str, list[int]] = {}
    for place, house in enumerate(houses):
        if house.compound:
            inside.setdefault(house.compound, []).append(place)
    for members in inside.values():
        found |= _neighbours(houses, members)
    return found | _nearest(houses)


def _neighbours(houses: Sequence[House], members: Iterable[int]) -> set[tuple[int, int]]:
    """Delaunay edges; houses on one spot are all linked to each other."""
    spots: dict[tuple[float, float], list[int]] = {}
    for place in members:
        spots.setdefault((houses[place].x, houses[place].y), []).append(place)
    found = {pair for places in spots.values() for pair in combinations(places, 2)}
    corners = list(spots)
    if len(corners) == 2:
        return found | {_ordered(spots[corners[0]][0], spots[corners[1]][0])}
    if len(corners) < 2:
        return found
    edges = shapely.delaunay_triangles(shapely.MultiPoint(corners), only_edges=True)
    for edge in shapely.get_parts(edges):
        (one, other) = (spots[(float(u), float(v))][0] for u, v in shapely.get_coordinates(edge)[:2])
        found.add(_ordered(one, other))
    return found


def _nearest(houses: Sequence[House]) -> set[tuple[int, int]]:
    """Each house with its three nearest."""
    x = np.array([house.x for house in houses])
    y = np.array([house.y for house in houses])
    found = set()
    for place in range(len(houses)):
        away = np.hypot(x - x[place], y - y[place])
        few = min(NEAREST + 1, len(houses))
        near = np.argpartition(away, few - 1)[:few]
        found |= {_ordered(place, int(other)) for other in near if other != place}
    return found


def _ordered(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _kinds(lines: Shapes, land: Land) -> list[str]:
    """`cut` over a river or railway away from crossings, `road` over a main road, else `open`."""
    kinds = np.full(len(lines), "open", dtype=object)
    kinds[_met(lines, land.lines.get("main_road", ()))] = "road"
    apart = [line for kind in KEPT_APART for line in land.lines.get(kind, ())]
    cut = _met(lines, apart)
    if len(cut) and len(land.crossings):
        near = shapely.STRtree(list(land.crossings)).query(lines[cut], predicate="dwithin", distance=BRIDGE_M)
        kinds[cut] = "cut"
        kinds[cut[np.unique(near[0])]] = "road"
    else:
        kinds[cut] = "cut"
    return [str(kind) for kind in kinds]


def _met(lines: Shapes, barriers: Sequence[BaseGeometry]) -> npt.NDArray[np.intp]:
    if not barriers:
        return np.empty(0, int)
    return np.unique(shapely.STRtree(list(barriers)).query(lines, predicate="intersects")[0])


def _by_the_gate(one: House, other: House, land: Land) -> float:
    """The way from door to gate to gate to door."""
    stops = [(one.x, one.y)]
    stops += [land.gates[house.compound] for house in (one, other) if house.compound in land.gates]
    stops.append((other.x, other.y))
    steps = pairwise(stops)
    return float(sum(np.hypot(u - p, v - q) for (u, v), (p, q) in steps))


def crossings_of(lines: Mapping[str, Sequence[BaseGeometry]]) -> list[BaseGeometry]:
    """Where roads of any kind meet a river or a railway: bridges and level crossings."""
    apart = [line for kind in KEPT_APART for line in lines.get(kind, ())]
    roads = [line for kind in ("main_road", "road", "lane") for line in lines.get(kind, ())]
    if not apart or not roads:
        return []
    found = shapely.intersection(shapely.union_all(apart), shapely.union_all(roads))
    return [shapely.centroid(part) for part in shapely.get_parts(found) if not part.is_empty]
