import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box

from weiwang.kernel.geo import (
    Datum,
    bd09_to_wgs84,
    convert,
    distance_m,
    feature_collection,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

inland = st.tuples(st.floats(73, 136), st.floats(2, 54))


def test_gcj02_agrees_with_three_independent_programs() -> None:
    assert wgs84_to_gcj02(104.03, 30.76) == pytest.approx((104.03241763791796, 30.75755167038056), abs=1e-12)


def test_points_published_by_others_agree() -> None:
    assert wgs84_to_gcj02(116.404, 39.915) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
    gcj = wgs84_to_gcj02(*bd09_to_wgs84(116.404, 39.915))
    assert gcj == pytest.approx((116.39762729119315, 39.90865673957631), abs=1e-6)
    bd = wgs84_to_bd09(*gcj02_to_wgs84(116.404, 39.915))
    assert bd == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


@given(inland)
def test_there_and_back_is_the_same_place(point: tuple[float, float]) -> None:
    assert gcj02_to_wgs84(*wgs84_to_gcj02(*point)) == pytest.approx(point, abs=1e-8, rel=0)
    assert bd09_to_wgs84(*wgs84_to_bd09(*point)) == pytest.approx(point, abs=1e-8, rel=0)


@given(inland)
def test_the_shift_inside_the_box_is_some_hundred_metres(point: tuple[float, float]) -> None:
    assert 5 < distance_m(*point, *wgs84_to_gcj02(*point)) < 1500


@given(st.floats(-180, 71) | st.floats(139, 180), st.floats(-80, 80))
def test_outside_the_box_gcj02_is_wgs84(lon: float, lat: float) -> None:
    assert wgs84_to_gcj02(lon, lat) == (lon, lat)
    assert gcj02_to_wgs84(lon, lat) == (lon, lat)


@pytest.mark.parametrize("there", list(Datum))
@pytest.mark.parametrize("back", list(Datum))
def test_geometries_go_from_any_datum_to_any_other(there: Datum, back: Datum) -> None:
    field = box(104.0, 30.7, 104.1, 30.8)
    shifted = convert(field, from_=back, to=there)
    assert convert(shifted, from_=there, to=back).equals_exact(field, 1e-8)


def test_written_geojson_is_rounded_and_wound_for_everybody() -> None:
    written = feature_collection(
        [
            (box(104.000000012, 30, 104.1, 30.123456789, ccw=False), {"code": "甲"}),
            (Point(1, 2, 3), {}),
            (None, {}),
        ]
    )
    assert json.loads(json.dumps(written)) == {  # lists or tuples are one to a reader
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": "甲"},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [
                        [
                            [104.0, 30.0],
                            [104.1, 30.0],
                            [104.1, 30.1234568],
                            [104.0, 30.1234568],
                            [104.0, 30.0],
                        ],
                    ],
                },
            },
            {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1.0, 2.0]}},
            {"type": "Feature", "properties": {}, "geometry": None},
        ],
    }
