"""Boundaries and points from outside: read, judged, and refused with a reason a person can act on."""

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, NoReturn

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from weiwang.kernel.geo.errors import GeometryError
from weiwang.kernel.geo.metric import area_m2

Boundary = Polygon | MultiPolygon
Ring = NDArray[np.float64]

MAX_VERTICES = 100_000
MIN_AREA_M2 = 0.01
_BYTES_PER_VERTEX = 64  # more than any spelling of one point needs, beside its share of ring headers
_TEXT_PER_VERTEX = 200

# What GEOS calls a fault, and the code we give it; the first match counts.
_FAULTS: Sequence[tuple[str, str]] = (
    ("Hole lies outside", "hole_outside"),
    ("Nested", "parts_overlap"),
    ("Duplicate Rings", "parts_overlap"),
    ("Too few points", "too_few_points"),
    ("Invalid Coordinate", "bad_coordinates"),
    ("", "self_crossing"),
)


class Point(NamedTuple):
    """A WGS84 position in degrees."""

    lon: float
    lat: float


def read_point(lon: str | float, lat: str | float) -> Point:
    """Return the point two numbers or texts stand for; full-width digits are understood.

    Raises `GeometryError`: bad_point, swapped, projected or out_of_range.
    """
    try:
        point = Point(_number(lon), _number(lat))
    except ValueError:
        raise GeometryError("bad_point") from None
    if not all(map(math.isfinite, point)):
        raise GeometryError("bad_point")
    _check_range(np.array([point]))
    return point


def read_polygon(source: Mapping[str, object] | str | bytes, *, max_vertices: int = MAX_VERTICES) -> Boundary:
    """Return the valid boundary in a GeoJSON geometry, GeoJSON or WKT text, or WKB bytes.

    Heights are dropped and rings are wound as RFC 7946 asks; nothing is moved or repaired.
    Raises `GeometryError` with a key of `errors.MESSAGES`. Huge input is refused before any heavy work.
    """
    if isinstance(source, bytes):
        boundary = _from_wkb(source, max_vertices)
    elif isinstance(source, str):
        boundary = _from_text(source, max_vertices)
    else:
        boundary = _from_geojson(source, max_vertices)
    if boundary.is_empty:
        raise GeometryError("empty")
    _check_range(shapely.get_coordinates(boundary))
    _check_area(boundary)
    _check_valid(boundary)
    return _wound(boundary)


def _number(value: str | float) -> float:
    return float(unicodedata.normalize("NFKC", value)) if isinstance(value, str) else float(value)


def _from_text(text: str, max_vertices: int) -> Boundary:
    if len(text) > max_vertices * _TEXT_PER_VERTEX or text.count(",") > 4 * max_vertices:
        raise GeometryError("too_many_vertices", limit=max_vertices)
    text = text.strip().removeprefix("\ufeff")
    if not text:
        raise GeometryError("empty")
    if not text.startswith("{"):
        return _from_wkt(text, max_vertices)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise GeometryError("unreadable") from None
    return _from_geojson(found, max_vertices)


def _from_wkt(text: str, max_vertices: int) -> Boundary:
    try:
        with np.errstate(invalid="ignore"):  # NaN is refused below
            return _boundary(shapely.from_wkt(text), max_vertices)
    except shapely.GEOSException as error:
        _refuse_parsing(error)


def _from_wkb(data: bytes, max_vertices: int) -> Boundary:
    if len(data) > max_vertices * _BYTES_PER_VERTEX:
        raise GeometryError("too_many_vertices", limit=max_vertices)
    try:
        with np.errstate(invalid="ignore"):
            return _boundary(shapely.from_wkb(data), max_vertices)
    except shapely.GEOSException as error:
        _refuse_parsing(error)


def _refuse_parsing(error: shapely.GEOSException) -> NoReturn:
    reason = str(error)
    if "closed" in reason:
        raise GeometryError("not_closed") from None
    if "Invalid number of points" in reason:
        raise GeometryError("too_few_points") from None
    raise GeometryError("unreadable") from None


def _boundary(geometry: object, max_vertices: int) -> Boundary:
    if not isinstance(geometry, Polygon | MultiPolygon):
        raise GeometryError("wrong_type", type=str(getattr(geometry, "geom_type", "")))
    if shapely.get_num_coordinates(geometry) > max_vertices:
        raise GeometryError("too_many_vertices", limit=max_vertices)
    flat: Boundary = shapely.force_2d(geometry)
    if not np.isfinite(shapely.get_coordinates(flat)).all():
        raise GeometryError("bad_coordinates")
    return flat


def _from_geojson(source: Mapping[str, object] | None, max_vertices: int) -> Boundary:
    if not source:
        raise GeometryError("empty")
    if not isinstance(source, Mapping):
        raise GeometryError("unreadable")
    kind, coordinates = source.get("type"), source.get("coordinates")
    if kind not in {"Polygon", "MultiPolygon"}:
        raise GeometryError("wrong_type", type=str(kind)[:40])
    parts = [coordinates] if kind == "Polygon" else coordinates
    polygons = [polygon for polygon in _polygons(parts, max_vertices) if not polygon.is_empty]
    if not polygons:
        raise GeometryError("empty")
    return polygons[0] if kind == "Polygon" else MultiPolygon(polygons)


def _polygons(parts: object, max_vertices: int) -> Iterator[Polygon]:
    used = 0
    for part in _list(parts):
        rings: list[Ring] = []
        for ring in _list(part):
            used += max(1, len(_list(ring)))
            if used > max_vertices:
                raise GeometryError("too_many_vertices", limit=max_vertices)
            rings.append(_ring(_list(ring)))
        yield Polygon(rings[0], rings[1:]) if rings else Polygon()


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise GeometryError("bad_coordinates")
    return value


def _ring(points: Sequence[object]) -> Ring:
    try:
        found = np.array([tuple(_list(point))[:2] for point in points])
    except (ValueError, OverflowError):
        raise GeometryError("bad_coordinates") from None
    if found.ndim != 2 or found.shape[1] != 2 or found.dtype.kind not in "iuf":
        raise GeometryError("bad_coordinates")
    if not np.isfinite(found).all():
        raise GeometryError("bad_coordinates")
    if (found[0] != found[-1]).any():
        raise GeometryError("not_closed")
    if len(found) < 4:
        raise GeometryError("too_few_points")
    return found.astype(np.float64)


def _check_range(coordinates: NDArray[np.float64]) -> None:
    x, y = np.abs(coordinates).T
    outside = (x > 180) | (y > 90)
    if not outside.any():
        return
    first = coordinates[int(np.argmax(outside))].tolist()
    where = {"x": round(first[0], 6), "y": round(first[1], 6)}
    if (x <= 90).all() and (y <= 180).all():
        raise GeometryError("swapped", **where)
    if max(x.max(), y.max()) > 1000:
        raise GeometryError("projected", **where)
    raise GeometryError("out_of_range", **where)


def _check_area(boundary: Boundary) -> None:
    """Refuse parts that are only a line or a point, seen by their hull: a crossing may have no net area."""
    for part in shapely.get_parts(boundary):
        if area_m2(shapely.convex_hull(part)) < MIN_AREA_M2:
            raise GeometryError("zero_area")


def _check_valid(boundary: Boundary) -> None:
    reason = str(shapely.is_valid_reason(boundary))
    if reason == "Valid Geometry":
        return
    code = next(code for start, code in _FAULTS if reason.startswith(start))
    where = re.search(r"\[(\S+) (\S+)\]", reason)
    if where is None:
        raise GeometryError("unreadable")
    raise GeometryError(code, lon=round(float(where[1]), 7), lat=round(float(where[2]), 7))


def _wound(boundary: Boundary) -> Boundary:
    wound: Boundary = shapely.orient_polygons(boundary, exterior_cw=False)
    return wound
