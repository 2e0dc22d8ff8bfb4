import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import Polygon, box

from weiwang.kernel.geo import LocalMetres, area_m2, areas_m2, distance_m, gaps, overlaps

GEOD = Geod(ellps="WGS84")
lons, lats = st.floats(74, 134), st.floats(-60, 60)
steps = st.floats(-0.4, 0.4)


@given(lons, lats, steps, steps)
def test_distances_agree_with_the_geodesic(lon: float, lat: float, east: float, north: float) -> None:
    true = GEOD.inv(lon, lat, lon + east, lat + north)[2]
    assert distance_m(lon, lat, lon + east, lat + north) == pytest.approx(true, rel=0.005, abs=1e-6)


@given(lons, lats, st.floats(0.0001, 0.3), st.floats(0.0001, 0.3))
def test_areas_agree_with_the_geodesic(lon: float, lat: float, width: float, height: float) -> None:
    field = box(lon, lat, lon + width, lat + height).segmentize(0.02)
    true = abs(GEOD.geometry_area_perimeter(field)[0])
    assert area_m2(field) == pytest.approx(true, rel=0.005)


@given(lons, lats, st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_the_flat_picture_keeps_distances_and_comes_back(lon: float, lat: float, e: float, n: float) -> None:
    field = box(lon + e, lat + n, lon + e + 0.01, lat + n + 0.01)
    metres = LocalMetres.at(lon, lat)
    flat = metres.to_metres(field)
    assert metres.to_degrees(flat).equals_exact(field, 1e-9)
    true = GEOD.inv(lon + e, lat + n, lon + e + 0.01, lat + n + 0.01)[2]
    corners = flat.bounds
    assert np.hypot(corners[2] - corners[0], corners[3] - corners[1]) == pytest.approx(true, rel=0.01)


def test_the_picture_around_a_geometry_is_centred() -> None:
    west, south, east, north = (
        LocalMetres.around(box(104, 30, 104.2, 30.1)).to_metres(box(104, 30, 104.2, 30.1)).bounds
    )
    assert (west + east, south + north) == pytest.approx((0, 0), abs=1e-6)


def test_empty_geometries_have_no_area() -> None:
    assert areas_m2(np.array([Polygon(), box(0, 0, 1, 1)], dtype=object))[0] == 0


def test_only_real_overlaps_are_reported_largest_first() -> None:
    places = [
        ("a", box(104.00, 30.0, 104.01, 30.01)),
        ("b", box(104.01, 30.0, 104.02, 30.01)),
        ("c", box(104.019, 30.0, 104.03, 30.01)),
        ("d", box(104.005, 30.005, 104.006, 30.006)),
        ("e", box(104.0299999999, 30.0, 104.04, 30.01)),
    ]
    found = overlaps(places)
    assert [(o.key_a, o.key_b) for o in found] == [("b", "c"), ("a", "d")]
    assert found[1].area_m2 == pytest.approx(96.5 * 110.9, rel=0.005)
    assert overlaps(places, tolerance_m2=1e9) == []
    assert overlaps([]) == overlaps(places[:1]) == []


def test_gaps_are_found_between_places_and_within_an_outline() -> None:
    ring = [box(0, 0, 3, 1), box(0, 2, 3, 3), box(0, 1, 1, 2), box(2, 1, 3, 2)]
    small = [Polygon([(104 + x / 1e3, 30 + y / 1e3) for x, y in b.exterior.coords]) for b in ring]
    assert [gap.polygon.bounds for gap in gaps(small)] == [pytest.approx((104.001, 30.001, 104.002, 30.002))]
    outline = box(104, 30, 104.004, 30.003)
    assert [round(gap.area_m2, -2) for gap in gaps(small, within=outline)] == [32100, 10700]
    assert gaps([]) == []
