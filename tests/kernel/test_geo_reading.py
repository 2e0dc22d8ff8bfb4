import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, mapping

from weiwang.kernel.geo import MESSAGES, GeometryError, read_point, read_polygon

SQUARE = [[104.0, 30.7], [104.1, 30.7], [104.1, 30.8], [104.0, 30.8], [104.0, 30.7]]


def geojson(*rings: object, kind: str = "Polygon") -> dict[str, Any]:
    return {"type": kind, "coordinates": list(rings)}


def refusal(call: Callable[[], object]) -> tuple[str, dict[str, object]]:
    with pytest.raises(GeometryError) as caught:
        call()
    assert str(caught.value) == MESSAGES[caught.value.code] % caught.value.params
    return caught.value.code, caught.value.params


def code_of(source: Any) -> str:
    return refusal(lambda: read_polygon(source))[0]


@pytest.mark.parametrize(
    "source",
    [
        geojson(SQUARE),
        json.dumps(geojson(SQUARE)),
        Polygon(SQUARE).wkt,
        Polygon(SQUARE).wkb,
        geojson([[x, y, 500.0] for x, y in SQUARE]),
    ],
    ids=["mapping", "text", "wkt", "wkb", "heights"],
)
def test_a_square_is_read_from_every_form(source: Any) -> None:
    found = read_polygon(source)
    assert found.equals(Polygon(SQUARE))
    assert not found.has_z
    assert shapely.is_ccw(shapely.get_exterior_ring(found))


def test_several_parts_and_holes_are_kept() -> None:
    hole = [[104.02, 30.72], [104.04, 30.72], [104.04, 30.74], [104.02, 30.72]]
    far = [[x + 1, y] for x, y in SQUARE]
    found = read_polygon(geojson([SQUARE, hole], [far], kind="MultiPolygon"))
    assert found.equals(MultiPolygon([Polygon(SQUARE, [hole]), Polygon(far)]))


@given(st.randoms(use_true_random=False), st.integers(3, 12))
def test_every_valid_polygon_comes_back_as_it_was(noise: Any, corners: int) -> None:
    angles = sorted(noise.random() * 6.28 for _ in range(corners))
    ring = [(104 + 0.01 * np.cos(angle), 30 + 0.01 * np.sin(angle)) for angle in angles]
    polygon = Polygon(ring)
    if polygon.is_valid and polygon.area > 1e-9:
        assert read_polygon(dict(mapping(polygon))).equals(polygon)
        assert read_polygon(polygon.wkb).equals(polygon)


def test_a_bow_tie_says_where_it_crosses() -> None:
    bow = [[104.0, 30.0], [104.2, 30.2], [104.2, 30.0], [104.0, 30.2], [104.0, 30.0]]
    assert refusal(lambda: read_polygon(geojson(bow))) == ("self_crossing", {"lon": 104.1, "lat": 30.1})


@pytest.mark.parametrize("empty", [{}, "", " ", geojson(), geojson([], kind="MultiPolygon"), "POLYGON EMPTY"])
def test_nothing_is_called_empty(empty: Any) -> None:
    assert code_of(empty) == "empty"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ({"type": "Point", "coordinates": [104, 30]}, "Point"),
        ({"type": "GeometryCollection", "geometries": []}, "GeometryCollection"),
        ({"type": "Feature", "geometry": geojson(SQUARE)}, "Feature"),
        ({"coordinates": []}, "None"),
        ("LINESTRING (104 30, 105 31)", "LineString"),
        (shapely.Point(104, 30).wkb, "Point"),
    ],
)
def test_another_kind_of_geometry_is_named(source: Any, kind: str) -> None:
    assert refusal(lambda: read_polygon(source)) == ("wrong_type", {"type": kind})


@pytest.mark.parametrize(
    "source",
    [
        [],
        geojson(["ab", "cd", "ef", "ab"]),
        geojson([["104", "30"], ["105", "30"], ["105", "31"], ["104", "30"]]),
        geojson([[104], [105], [106], [104]]),
        geojson([[104, 30], [105, 30], [105], [104, 30]]),
        geojson([[104, 30], [105, None], [105, 31], [104, 30]]),
        geojson([[104, 30], [float("nan"), 30], [105, 31], [104, 30]]),
        geojson([[104, 30], [10**400, 30], [105, 31], [104, 30]]),
        geojson("ring"),
        geojson(None),
        {"type": "Polygon"},
        {"type": "MultiPolygon", "coordinates": {"a": 1}},
        "POLYGON ((104 30, 105 30, nan 31, 104 30))",
    ],
)
def test_things_that_are_no_coordinates_are_refused(source: Any) -> None:
    assert code_of(source) in {"bad_coordinates", "empty"}


@pytest.mark.parametrize(
    "source", ["POLYGON ((1 2", "某某社区", "{", "{" * 200_000, b"", b"\x01\x03", b"x" * 90, "[1, 2]", '{"a"']
)
def test_unreadable_text_is_refused(source: Any) -> None:
    assert code_of(source) == "unreadable"


def test_deeply_nested_coordinates_are_refused() -> None:
    nested: Any = [104.0, 30.0]
    for _ in range(5_000):
        nested = [nested]
    assert code_of(geojson(nested)) == "bad_coordinates"
    assert code_of('{"type": "Polygon", "coordinates": ' + "[" * 100_000) == "unreadable"


@pytest.mark.parametrize("source", [geojson(SQUARE[:-1]), "POLYGON ((104 30, 105 30, 105 31, 104 31))"])
def test_an_open_ring_is_refused(source: Any) -> None:
    assert code_of(source) == "not_closed"


@pytest.mark.parametrize(
    "source",
    [
        geojson([[104, 30], [105, 30], [104, 30]]),
        geojson([[104, 30]]),
    ],
)
def test_a_ring_of_two_points_is_refused(source: Any) -> None:
    assert code_of(source) == "too_few_points"


@pytest.mark.parametrize(
    "ring",
    [
        [[104, 30], [105, 30], [106, 30], [104, 30]],
        [[104, 30], [104, 30], [104, 30], [104, 30]],
        [[104, 30], [104.00000001, 30], [104.00000001, 30.00000001], [104, 30]],
    ],
)
def test_a_ring_without_area_is_refused(ring: object) -> None:
    assert code_of(geojson(ring)) == "zero_area"


def test_a_hole_outside_is_refused_with_its_place() -> None:
    hole = [[110.0, 30.0], [110.1, 30.0], [110.1, 30.1], [110.0, 30.0]]
    code, params = refusal(lambda: read_polygon(geojson(SQUARE, hole)))
    assert (code, params["lat"]) == ("hole_outside", 30.0)


def test_parts_that_overlap_are_refused() -> None:
    assert code_of(geojson([SQUARE], [SQUARE], kind="MultiPolygon")) in {"parts_overlap", "self_crossing"}
    inner = [[104.02, 30.72], [104.04, 30.72], [104.04, 30.74], [104.02, 30.72]]
    assert code_of(geojson([SQUARE], [inner], kind="MultiPolygon")) == "parts_overlap"


def test_swapped_degrees_and_metres_are_told_apart() -> None:
    swapped = geojson([[y, x] for x, y in SQUARE])
    assert refusal(lambda: read_polygon(swapped)) == ("swapped", {"x": 30.7, "y": 104.0})
    metres = geojson([[407127 + x * 100, 3404768 + y * 100] for x, y in SQUARE])
    assert code_of(metres) == "projected"
    far = geojson([[x + 100, y] for x, y in SQUARE])
    assert code_of(far) == "out_of_range"


def test_a_million_vertices_are_refused_in_every_form() -> None:
    ring = np.zeros((1_000_000, 2))
    assert code_of(geojson([[104.0, 30.0]] * 1_000_000)) == "too_many_vertices"
    assert code_of(shapely.to_wkb(shapely.polygons(ring))) == "too_many_vertices"
    assert code_of("POLYGON ((" + "104 30, " * 1_000_000) == "too_many_vertices"
    assert code_of("{" + "0," * 1_000_000) == "too_many_vertices"


def test_the_vertex_limit_is_an_argument() -> None:
    assert read_polygon(geojson(SQUARE), max_vertices=5).is_valid
    for source in (geojson(SQUARE), Polygon(SQUARE).wkt, Polygon(SQUARE).wkb):
        got = refusal(lambda source=source: read_polygon(source, max_vertices=4))  # type: ignore[misc]
        assert got == ("too_many_vertices", {"limit": 4})


def test_many_empty_rings_count_as_vertices() -> None:
    assert code_of(geojson(*[[[]]] * 200_000, kind="MultiPolygon")) in {
        "too_many_vertices",
        "bad_coordinates",
    }


@given(st.recursive(st.none() | st.floats() | st.text(max_size=3), st.lists, max_leaves=30))
def test_any_json_as_coordinates_gives_a_refusal_or_a_boundary(junk: Any) -> None:
    for kind in ("Polygon", "MultiPolygon"):
        try:
            assert read_polygon({"type": kind, "coordinates": junk}).is_valid
        except GeometryError as error:
            str(error)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_refusal(junk: bytes) -> None:
    for data in (junk, Polygon(SQUARE).wkb[:9] + junk):
        try:
            assert read_polygon(data).is_valid
        except GeometryError as error:
            str(error)


def test_points_are_read_from_numbers_and_texts() -> None:
    assert read_point(104.03, 30.76) == (104.03, 30.76)
    assert read_point(" 104.03", "３０．７６") == (104.03, 30.76)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        ("", "", "bad_point"),
        ("东", "30", "bad_point"),
        ("nan", "30", "bad_point"),
        (float("inf"), 30.0, "bad_point"),
        (30.76, 104.03, "swapped"),
        (407127.53, 3404768.24, "projected"),
        (190.0, 30.0, "out_of_range"),
    ],
)
def test_wrong_points_are_refused(lon: str | float, lat: str | float, code: str) -> None:
    assert refusal(lambda: read_point(lon, lat))[0] == code
