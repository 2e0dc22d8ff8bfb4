"""From the ledger and the base map to the ground of a community, from the tree to what stands today."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import shapely
from django.db.models import Q
from shapely.geometry.base import BaseGeometry

from weiwang.cases.models import Case
from weiwang.kernel.geo import LocalMetres
from weiwang.ledger.models import Building
from weiwang.planning.walking import Land, walking_links
from weiwang.plans.ground import KIND_NAMES, Barrier, Ground, House, Way
from weiwang.plans.models import Listing
from weiwang.plans.outlines import plot_of
from weiwang.plans.working import Layout, Piece
from weiwang.territory.models import MapFeature, Unit
from weiwang.territory.rules import Level

YEAR = timedelta(days=365)
NEAR_M = 60.0
BESIDE_M = 15.0
_WALL_WORD = re.compile(r"(围墙|院墙|墙)$")


@dataclass(slots=True)
class Source:
    """What one community is drawn from; outlines of houses in metres, by their places in the ground.

    `homes`: the micro-grid each house lies in today. `findings`: `[code, params]`, sentences of
    `queries.FINDINGS`.
    """

    ground: Ground
    outlines: dict[int, BaseGeometry]
    within: BaseGeometry
    homes: dict[int, int]
    findings: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Map:
    """The base map of a sub-district in metres."""

    lines: Mapping[str, Sequence[BaseGeometry]]
    compounds: Mapping[str, BaseGeometry]
    gates: Mapping[str, tuple[float, float]]
    barriers: Sequence[Barrier]
    crossings: Sequence[tuple[float, float]]


def base_map(place: int, frame: LocalMetres) -> Map:
    """Roads, water, rails, and the compounds their walls enclose; a wall's open end is its gate."""
    lines: dict[str, list[BaseGeometry]] = {}
    compounds: dict[str, BaseGeometry] = {}
    gates: dict[str, tuple[float, float]] = {}
    barriers = []
    for feature in MapFeature.objects.filter(place=place).order_by("id"):
        shape = frame.to_metres(feature.shape)
        lines.setdefault(feature.kind, []).append(shape)
        if feature.kind in {"main_road", "river", "railway"}:
            barriers.append(Barrier(feature.kind, feature.name, shapely.to_wkt(shape, rounding_precision=1)))
        if feature.kind == "wall" and feature.name:
            name = _WALL_WORD.sub("", feature.name)
            compounds[name] = shapely.convex_hull(shape)
            corners = shapely.get_coordinates(shape)
            middle = (corners[0] + corners[-1]) / 2
            gates[name] = (float(middle[0]), float(middle[1]))
    return Map(lines, compounds, gates, barriers, crossings_of(lines))


def read(*, community: Unit, frame: LocalMetres, land: Map, high: int, at: datetime) -> Source:
    """The ground of one community as it stands in the ledger; what was assumed is among the findings.

    `high`: households above which a building has to be cut.
    """
    shape = community.boundary or shapely.Polygon()
    within = ground_within(community, frame)
    rows = _buildings(community, shape, [unit.pk for unit in _dedicated(community)])
    source = Source(Ground(community.code, community.name, [], []), {}, within, {})
    points = _points(rows, frame, within, source)
    work = _work(community, points, frame, at)
    for place, (row, (x, y)) in enumerate(zip(rows, points, strict=True)):
        footprint = frame.to_metres(row.footprint) if row.footprint is not None else None
        source.outlines[place] = plot_of(x, y, footprint)
        if row.unit_id is not None and row.unit is not None and row.unit.level == Level.MICRO_GRID:
            source.homes[place] = row.unit_id
        source.ground.houses.append(_house(row, x, y, land, work.get(place, 0)))
    _judge(rows, source, high)
    near = within.buffer(400)
    source.ground.barriers = [
        one for one in land.barriers if shapely.intersects(shapely.from_wkt(one.wkt), near)
    ]
    source.ground.ways = ways_between(source.ground.houses, land)
    return source


APART = ("river", "railway")
ROADS = ("main_road", "road", "lane")


def crossings_of(lines: Mapping[str, Sequence[BaseGeometry]]) -> list[tuple[float, float]]:
    """Where roads of any kind meet a river or a railway: bridges and level crossings."""
    apart, roads = ([line for kind in kinds for line in lines.get(kind, ())] for kinds in (APART, ROADS))
    if not apart or not roads:
        return []
    found = shapely.intersection(shapely.union_all(apart), shapely.union_all(roads))
    spots = shapely.get_coordinates(shapely.centroid(shapely.get_parts(found)))
    return [(float(x), float(y)) for x, y in spots]


def ways_between(houses: Sequence[House], land: Map) -> list[Way]:
    """The walking links of one community, by the rules of the engine."""
    compounds = list(dict.fromkeys(house.compound for house in houses if house.compound))
    seat = {name: place for place, name in enumerate(compounds)}
    found = walking_links(
        np.array([house.x for house in houses], np.float64),
        np.array([house.y for house in houses], np.float64),
        np.zeros(len(houses), np.int32),
        np.array([seat.get(house.compound, -1) for house in houses], np.int32),
        Land(
            land.lines.get("main_road", ()), [line for kind in APART for line in land.lines.get(kind, ())],
            land.crossings, {seat[name]: [gate] for name, gate in land.gates.items() if name in seat},
        ),
    )  # fmt: skip
    rows = zip(found.a.tolist(), found.b.tolist(), found.length.tolist(), found.kind.tolist(), strict=True)
    return [Way(a, b, round(metres, 1), KIND_NAMES[kind]) for a, b, metres, kind in rows]


def ground_within(community: Unit, frame: LocalMetres) -> BaseGeometry:
    """The ground of a community without its dedicated grids, in metres."""
    within = frame.to_metres(community.boundary or shapely.Polygon())
    for unit in _dedicated(community):
        if unit.boundary is not None:
            within = shapely.difference(within, frame.to_metres(unit.boundary))
    return within


def _dedicated(community: Unit) -> list[Unit]:
    found = Unit.objects.filter(path__startswith=community.path, level=Level.DEDICATED_GRID, ends_on=None)
    return list(found.order_by("pk"))


def _buildings(community: Unit, shape: BaseGeometry, dedicated: Sequence[int]) -> list[Building]:
    """The buildings of a community, by address, and those of no unit that stand inside it."""
    found = Building.objects.filter(place=community.place or 0).select_related("unit")
    found = found.defer("unit__boundary").exclude(unit_id__in=dedicated)
    inside = found.filter(unit__path__startswith=community.path)
    west, south, east, north = shape.bounds if not shape.is_empty else (0.0, 0.0, 0.0, 0.0)
    loose = found.filter(unit=None, lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)
    near = [row for row in loose if shapely.contains_xy(shape, row.lon or 0.0, row.lat or 0.0)]
    return sorted([*inside, *near], key=lambda row: (row.code, row.pk))


def _points(
    rows: Sequence[Building], frame: LocalMetres, within: BaseGeometry, source: Source
) -> list[tuple[float, float]]:
    """Where each building is; one without a place stands beside the one before it in the list."""
    middle = shapely.point_on_surface(within) if not within.is_empty else shapely.Point(0, 0)
    last = (middle.x, middle.y)
    found = []
    guesses = guessed(rows[0].place) if rows else {}
    for row in rows:
        facts = {"house": row.label, "code": row.code, "id": row.pk}
        if row.lon is not None and row.lat is not None:
            point = frame.to_metres(shapely.Point(row.lon, row.lat))
            last = (round(point.x, 2), round(point.y, 2))
            if guesses.get(row.code) == (row.lon, row.lat):
                source.findings.append(("guessed", facts))
        else:
            last = (last[0] + BESIDE_M, last[1])
            source.findings.append(("no_place", facts))
        found.append(last)
    return found


def guessed(place: int) -> dict[str, tuple[float, float]]:
    """Where lists kept in the ledger put buildings for which they named no place, by code."""
    found: dict[str, tuple[float, float]] = {}
    kept = Listing.objects.filter(place=place, kept_at__isnull=False).order_by("kept_at")
    for rows in kept.values_list("rows", flat=True).iterator(chunk_size=1):
        for row in rows:
            if row["lon"] is not None and not row.get("placed", True):
                found[row["code"]] = (row["lon"], row["lat"])
    return found


def _house(row: Building, x: float, y: float, land: Map, work: int) -> House:
    point = shapely.Point(x, y)
    compound = next((name for name, shape in land.compounds.items() if shapely.contains(shape, point)), "")
    return House(
        row.pk,
        row.name or row.address,
        x,
        y,
        row.households,
        compound,
        row.stairwells or 0,
        row.floors or 0,
        work,
    )


def _judge(rows: Sequence[Building], source: Source, high: int) -> None:
    """Say what of the input was doubtful and how it was taken."""
    far = source.within.buffer(30)
    for place, row in enumerate(rows):
        house = source.ground.houses[place]
        if house.households > high and house.stairwells < 2 and house.floors < 2:
            source.findings.append(
                ("one_block", {"house": row.label, "code": row.code, "held": house.households})
            )
        if row.lon is not None and not shapely.contains_xy(far, house.x, house.y):
            source.findings.append(
                ("outside", {"house": row.label, "code": row.code, "community": source.ground.name})
            )
    places = sorted(source.outlines)
    if not places:
        return
    tree = shapely.STRtree([source.outlines[place] for place in places])
    left, right = tree.query([source.outlines[place] for place in places], predicate="overlaps")
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        if one < other:
            source.findings.append(("overlap", {"house": rows[one].label, "other": rows[other].label}))


def _work(
    community: Unit, points: Sequence[tuple[float, float]], frame: LocalMetres, at: datetime
) -> dict[int, int]:
    """Cases of the past year by the nearest house, no farther than 60 m."""
    cases = Case.objects.filter(
        place=community.place or 0, unit_path__startswith=community.path, reported_at__gt=at - YEAR,
        lon__isnull=False, parent=None,
    )  # fmt: skip
    spots = [(lon or 0.0, lat or 0.0) for lon, lat in cases.values_list("lon", "lat")]
    if not points or not spots:
        return {}
    where = shapely.get_parts(frame.to_metres(shapely.MultiPoint(spots)))
    tree = shapely.STRtree(shapely.points(points))
    nearest = tree.query_nearest(where, max_distance=NEAR_M, all_matches=False)[1]
    places, counts = np.unique(nearest, return_counts=True)
    return dict(zip(places.tolist(), counts.tolist(), strict=True))


def standing_layout(source: Source, community: Unit) -> Layout | None:
    """The division that stands today, groups numbered by the ids of their units; None where there is none."""
    if not source.homes:
        return None
    parents = dict(
        Unit.objects.filter(
            path__startswith=community.path, level=Level.MICRO_GRID, ends_on=None
        ).values_list("pk", "parent_id")
    )
    homes = {place: unit for place, unit in source.homes.items() if unit in parents}
    pieces = [Piece(place, 0, 0, 0, source.ground.houses[place].households) for place in sorted(homes)]
    micro = [homes[place] for place in sorted(homes)]
    return Layout(pieces, micro, {unit: int(parents[unit] or 0) for unit in set(micro)}) if pieces else None


def communities(place: int, on: date) -> list[Unit]:
    """The communities and villages of a sub-district, by code."""
    return list(Unit.objects.of(place).standing(on).filter(level=Level.GENERAL_GRID).order_by("code"))


def frame_of(shapes: Iterable[BaseGeometry | None]) -> tuple[float, float]:
    """The middle from which metres are counted, rounded so that it survives being written down."""
    found = [shape for shape in shapes if shape is not None and not shape.is_empty]
    if not found:
        return (0.0, 0.0)
    west, south, east, north = shapely.total_bounds(np.array(found, dtype=object)).tolist()
    return round((west + east) / 2, 5), round((south + north) / 2, 5)


def has_buildings(place: int) -> bool:
    return Building.objects.filter(Q(place=place)).exists()
