"""Communities and compounds: what a building belongs to, by what the list says and by where it stands."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from weiwang.planning import spatial
from weiwang.planning.gather import addresses
from weiwang.planning.gather.ground import Laid
from weiwang.planning.gather.houses import House
from weiwang.planning.gather.notes import Notes

NEAR_M, GATE_M = 200.0, 50.0


@dataclass(slots=True)
class Area:
    """A community or a compound: `shape` None where no boundary is known."""

    id: str
    name: str
    shape: BaseGeometry | None = None
    kind: str = ""
    gates: list[tuple[float, float]] = field(default_factory=list)


@dataclass(slots=True)
class Areas:
    """Areas of one kind, found by name or by place."""

    areas: list[Area]
    exact: dict[str, int] = field(init=False)
    loose: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.exact, loose = {}, defaultdict(set)
        for i, area in enumerate(self.areas):
            for text in (area.id, area.name):
                self.exact.setdefault(addresses.clean(text), i)
                loose[_stem(text)].add(i)
        self.loose = {stem: min(found) for stem, found in loose.items() if len(found) == 1}

    def named(self, text: str) -> int:
        """The area of a name or id, -1 for none; 小满 finds 小满社区 if that is clear."""
        if not text:
            return -1
        return self.exact.get(addresses.clean(text), self.loose.get(_stem(text), -1))

    def holding(self, x: np.ndarray, y: np.ndarray, near: float = 0.0) -> tuple[list[int], list[float]]:
        """For each point the area it lies in or the nearest in `near` metres, -1 for none; and how far."""
        drawn = [(i, area.shape) for i, area in enumerate(self.areas) if area.shape is not None]
        found, away = [-1] * len(x), [0.0] * len(x)
        if not drawn:
            return found, away
        known = np.flatnonzero(~np.isnan(x))
        tree = shapely.STRtree([shape for _, shape in drawn])
        points = shapely.points(x[known], y[known])
        inside = tree.query(points, predicate="intersects").T.tolist()
        for point, area in sorted(inside, reverse=True):
            found[int(known[point])] = drawn[area][0]
        if near:
            (which, areas), metres = tree.query_nearest(points, max_distance=near, return_distance=True)
            for point, area, far in zip(which.tolist(), areas.tolist(), metres.tolist(), strict=True):
                if found[int(known[point])] < 0:
                    found[int(known[point])], away[int(known[point])] = drawn[area][0], far
        return found, away


def _stem(text: str) -> str:
    plain = addresses.clean(text)
    return plain.removesuffix("社区").removesuffix("居委会").removesuffix("村委会") or plain


def read_communities(laid: Laid, notes: Notes) -> Areas:
    """Communities of a list; those with the same id are one with several parts."""
    found: dict[str, Area] = {}
    for record, shape in zip(laid.listed.records, laid.shapes, strict=True):
        name = record.get("id") or record.get("name")
        if not name or (shape is not None and shapely.get_dimensions(shape) < 2):
            notes.add("unnamed_boundary", laid.listed.file, record.row)
            continue
        area = found.setdefault(name, Area(name, record.get("name") or name, kind=record.get("kind")))
        area.shape = shape if area.shape is None else shapely.union(area.shape, shape)
    return Areas(list(found.values()))


def read_compounds(laid: Laid, gate_of: Callable[[str], list[tuple[float, float]]], notes: Notes) -> Areas:
    """Compounds with walls and gates; gates stand in a column, or as points that name their compound."""
    found: list[Area] = []
    points: list[tuple[int, str, tuple[float, float]]] = []
    for record, shape in zip(laid.listed.records, laid.shapes, strict=True):
        if isinstance(shape, Point):
            points.append((record.row, record.get("name") or record.get("id"), (shape.x, shape.y)))
            continue
        name = record.get("id") or record.get("name") or f"X{record.row:04d}"
        gates = gate_of(record.get("gates"))
        found.append(Area(name, record.get("name") or name, shape, record.get("kind"), gates))
    areas = Areas(found)
    for row, name, spot in points:
        place = areas.named(name)
        if place < 0:
            place = areas.holding(np.array([spot[0]]), np.array([spot[1]]), GATE_M)[0][0]
        if place < 0:
            notes.add("lost_gate", laid.listed.file, row)
        else:
            found[place].gates.append(spot)
    return areas


def _places(houses: Sequence[House]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([h.x for h in houses], float), np.array([h.y for h in houses], float)


def compounds_of(houses: Sequence[House], areas: Areas, file: str, notes: Notes) -> None:
    """Name the compound of every house: by the list where it says, else by the walls it stands in."""
    inside, _ = areas.holding(*_places(houses))
    for house, standing in zip(houses, inside, strict=True):
        named = areas.named(house.compound)
        if named >= 0 and standing >= 0 and areas.areas[standing].name != areas.areas[named].name:
            notes.add("compound_apart", file, house.row)
        if named >= 0 and areas.areas[named].name == areas.areas[max(standing, 0)].name and standing >= 0:
            named = standing  # two compounds of one name: the one it stands in
        place = named if named >= 0 else (-1 if house.compound else standing)
        if place >= 0:
            house.compound = areas.areas[place].id


def communities_of(houses: Sequence[House], areas: Areas, file: str, notes: Notes) -> list[int]:
    """The community of every house: by name where the list has one we know, else by place; -1 for none."""
    inside, away = areas.holding(*_places(houses), NEAR_M)
    found = []
    for house, standing, metres in zip(houses, inside, away, strict=True):
        named = areas.named(house.community)
        if named >= 0 and standing >= 0 and standing != named and not metres:
            notes.add("elsewhere", file, house.row)
        if named < 0 and standing >= 0 and metres:
            notes.add("near_boundary", file, house.row, detail=f"{metres:.0f} m")
        found.append(named if named >= 0 else standing)
    return found


def named_communities(houses: Sequence[House], file: str, notes: Notes) -> tuple[Areas, list[int]]:
    """Communities that only the list names; a house that names none goes with the nearest one that does."""
    names = list(dict.fromkeys(h.community for h in houses if h.community))
    areas = Areas([Area(name, name) for name in names])
    found = [areas.named(h.community) for h in houses]
    sure = [i for i, place in enumerate(found) if place >= 0 and houses[i].placed]
    lost = [i for i, place in enumerate(found) if place < 0 and houses[i].placed]
    if sure and lost:
        tree = spatial.kd_tree([(houses[i].x, houses[i].y) for i in sure])
        _, near = tree.query([(houses[i].x, houses[i].y) for i in lost])
        for i, at in zip(lost, near.tolist(), strict=True):
            found[i] = found[sure[at]]
            notes.add("near_neighbour", file, houses[i].row)
    return areas, found


def settle_compounds(
    houses: Sequence[House], homes: Sequence[str], known: Areas, notes: Notes
) -> tuple[list[Area], list[str], list[int]]:
    """The compounds as planned, each in one community; their communities; that of each house (-1: none)."""
    spread: dict[str, Counter[str]] = defaultdict(Counter)
    for house, home in zip(houses, homes, strict=True):
        if house.compound:
            spread[house.compound][home] += 1
    areas, owners, place = list[Area](), list[str](), dict[tuple[str, str], int]()
    for compound, counts in spread.items():
        base = known.named(compound)
        area = known.areas[base] if base >= 0 else Area("", compound)
        for home, _ in counts.most_common():
            place[compound, home] = len(areas)
            name = area.id if area.id and area.id.isascii() else f"X{len(areas) + 1:04d}"
            shared = f"{name}-{home}" if len(counts) > 1 else name
            areas.append(Area(shared, area.name, area.shape, area.kind, area.gates))
            owners.append(home)
        if len(counts) > 1 and base >= 0:
            notes.add("outside_parts", compound=area.name)
    return areas, owners, [place.get((h.compound, home), -1) for h, home in zip(houses, homes, strict=True)]
