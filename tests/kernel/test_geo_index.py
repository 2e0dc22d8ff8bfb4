import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon, box

from weiwang.kernel.geo import Boundary, LocalMetres, Located, Match, PlaceIndex, distance_m

Places = list[tuple[str, Boundary]]
Points = NDArray[np.float64]
OUTSIDE = Located(None, Match.OUTSIDE, math.inf)


def tiling(noise: np.random.Generator, columns: int, rows: int, *, bend: float = 0.4) -> Places:
    """Bent quadrilaterals of about 100 m without gaps, with keys in no order; a few get holes."""
    lattice = np.stack(np.meshgrid(np.arange(columns + 1), np.arange(rows + 1)), axis=-1).astype(float)
    lattice += noise.uniform(-bend, bend, lattice.shape)
    lattice = lattice / 1000 + (104.0, 30.7)
    keys = noise.permutation(columns * rows).astype(str).tolist()
    corners = [(0, 0), (0, 1), (1, 1), (1, 0)]
    places: Places = []
    for j in range(rows):
        for i in range(columns):
            quad = Polygon([lattice[j + dj, i + di] for dj, di in corners])
            places.append((keys.pop(), quad))
    return [(key, quad) for key, quad in places if quad.is_valid]


def awkward_points(places: Places, noise: np.random.Generator, count: int) -> Points:
    """Points inside, on corners, on the middles of edges, just beside edges, and outside."""
    corners = np.concatenate([shapely.get_coordinates(shape) for _, shape in places])
    middles = (corners[1:] + corners[:-1]) / 2
    west, south = corners.min(axis=0) - 0.002
    east, north = corners.max(axis=0) + 0.002
    spread = noise.uniform((west, south), (east, north), (count, 2))
    beside = corners[noise.integers(len(corners), size=count)] + noise.normal(0, 0.0002, (count, 2))
    hair = middles + noise.choice([-1e-14, 0, 1e-14], middles.shape)
    return np.concatenate((corners, middles, hair, spread, beside))


def by_brute_force(places: Places, points: Points, near_m: float = 30.0) -> list[Located]:
    """Look at every place for every point."""
    metres = LocalMetres.around(MultiPolygon(shapely.get_parts([shape for _, shape in places]).tolist()))
    shapes_m = [metres.to_metres(shape) for _, shape in places]
    return [one_by_brute_force(places, shapes_m, shapely.Point(p), metres, near_m) for p in points]


def one_by_brute_force(
    places: Places, shapes_m: Sequence[Boundary], point: shapely.Point, metres: LocalMetres, near_m: float
) -> Located:
    covering = [key for key, shape in places if shape.covers(point)]
    if covering:
        return Located(min(covering), Match.EXACT, 0.0)
    point_m = metres.to_metres(point)
    distance, key = min((s.distance(point_m), k) for (k, _), s in zip(places, shapes_m, strict=True))
    return Located(key, Match.APPROXIMATE, distance) if distance <= near_m else OUTSIDE


def assert_all_ways_agree(places: Places, points: Points) -> list[Located]:
    index = PlaceIndex(places)
    many = list(index.locate_many(points[:, 0], points[:, 1]))
    assert many == [index.locate(lon, lat) for lon, lat in points.tolist()]
    expected = by_brute_force(places, points)
    assert [(m.key, m.match) for m in many] == [(e.key, e.match) for e in expected]
    assert [m.distance_m for m in many] == pytest.approx([e.distance_m for e in expected], abs=1e-6)
    return many


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 5), st.integers(1, 5), st.sampled_from([0.0, 0.3, 0.45]))
def test_single_bulk_and_brute_force_agree_on_tilings(
    seed: int, columns: int, rows: int, bend: float
) -> None:
    noise = np.random.default_rng(seed)
    places = tiling(noise, columns, rows, bend=bend)
    if places:
        assert_all_ways_agree(places, awkward_points(places, noise, 60))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 12)] * 4), min_size=1, max_size=8), st.integers(0, 2**32))
def test_the_ways_agree_on_overlapping_boxes_with_holes(
    corners: list[tuple[int, int, int, int]], seed: int
) -> None:
    noise = np.random.default_rng(seed)
    places: Places = []
    for number, (x, y, width, height) in enumerate(corners):
        outer = box(x, y, x + width + 3, y + height + 3)
        ground = outer.difference(box(x + 1, y + 1, x + 2, y + 2)) if number % 2 else outer
        places.append((str(number), shapely.transform(ground, lambda c: c / 2000 + (104.0, 30.7))))  # type: ignore[arg-type]
    assert_all_ways_agree(places, awkward_points(places, noise, 60))


def test_single_bulk_and_brute_force_agree_on_thousands_of_points() -> None:
    noise = np.random.default_rng(3)
    places = tiling(noise, 8, 6)
    many = assert_all_ways_agree(places, awkward_points(places, noise, 1_500))
    assert {found.match for found in many} == set(Match)


def test_single_and_bulk_agree_on_a_whole_sub_district() -> None:
    noise = np.random.default_rng(4)
    places = tiling(noise, 61, 10)
    points = awkward_points(places, noise, 6_000)
    index = PlaceIndex(places)
    many = index.locate_many(points[:, 0], points[:, 1])
    assert len(many) == len(points)
    assert list(many) == [index.locate(lon, lat) for lon, lat in points.tolist()]
    assert [many[number] for number in range(50)] == list(many)[:50]


def test_a_shared_corner_belongs_to_the_smallest_key_in_string_order() -> None:
    index = PlaceIndex(
        [
            ("9", box(104.0, 30.0, 104.1, 30.1)),
            ("10", box(104.1, 30.0, 104.2, 30.1)),
            ("8", box(104.0, 30.1, 104.1, 30.2)),
        ]
    )
    assert index.keys == ("10", "8", "9")
    assert index.locate(104.1, 30.1) == Located("10", Match.EXACT, 0.0)
    assert index.locate(104.05, 30.1) == Located("8", Match.EXACT, 0.0)
    assert index.locate(104.0, 30.0) == Located("9", Match.EXACT, 0.0)


def test_a_point_in_a_gap_goes_to_the_nearest_and_is_marked() -> None:
    index = PlaceIndex([("a", box(104.0, 30.0, 104.1, 30.1)), ("b", box(104.1002, 30.0, 104.2, 30.1))])
    near_b = index.locate(104.10015, 30.05)
    assert (near_b.key, near_b.match) == ("b", Match.APPROXIMATE)
    assert near_b.distance_m == pytest.approx(distance_m(104.10015, 30.05, 104.1002, 30.05), rel=0.005)
    assert index.locate(103.9997, 30.05).match is Match.APPROXIMATE
    assert index.locate(103.9996, 30.05) == OUTSIDE


def test_equally_near_places_are_told_apart_by_key() -> None:
    places: Places = [("b", box(104.0, 30.0, 104.1, 30.1)), ("a", box(104.0, 30.1, 104.1, 30.2))]
    assert PlaceIndex(places).locate(104.1002, 30.1)[:2] == ("a", Match.APPROXIMATE)


def test_how_near_is_near_can_be_set() -> None:
    places: Places = [("a", box(104.0, 30.0, 104.1, 30.1))]
    assert PlaceIndex(places, near_m=0).locate(104.1001, 30.05) == OUTSIDE
    assert PlaceIndex(places, near_m=500).locate(104.105, 30.05).key == "a"


def test_odd_coordinates_are_outside_and_never_raise() -> None:
    odd = [math.nan, math.inf, -math.inf, 1e308, -1e308, 181.0, 0.0]
    pairs = [(x, y) for x in [*odd, 104.05] for y in [*odd, 30.05] if (x, y) != (104.05, 30.05)]
    for index in (PlaceIndex([("a", box(104.0, 30.0, 104.1, 30.1))]), PlaceIndex([])):
        assert {index.locate(x, y) for x, y in pairs} == {OUTSIDE}
        assert set(index.locate_many(*zip(*pairs, strict=True))) == {OUTSIDE}


def test_an_index_may_be_empty_and_so_may_a_list_of_points() -> None:
    assert PlaceIndex([]).locate(104, 30) == OUTSIDE
    assert list(PlaceIndex([]).locate_many([104.0], [30.0])) == [OUTSIDE]
    assert list(PlaceIndex([("a", box(0, 0, 1, 1)), ("b", Polygon())]).locate_many([], [])) == []


def test_two_boundaries_under_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="two boundaries"):
        PlaceIndex([("a", box(0, 0, 1, 1)), ("a", box(1, 0, 2, 1))])


def test_places_of_several_parts_answer_as_one() -> None:
    parts = MultiPolygon([box(104.0, 30.0, 104.01, 30.01), box(104.05, 30.0, 104.06, 30.01)])
    index = PlaceIndex([("a", parts), ("b", box(104.01, 30.0, 104.05, 30.01))])
    assert [index.locate(lon, 30.005).key for lon in (104.005, 104.03, 104.055)] == ["a", "b", "a"]


def test_threads_may_share_an_index_from_the_first_question() -> None:
    noise = np.random.default_rng(9)
    places = tiling(noise, 20, 10)
    points = awkward_points(places, noise, 500)
    index = PlaceIndex(places)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: list(index.locate_many(points[:, 0], points[:, 1])), range(8)))
    assert answers == [answers[0]] * 8
