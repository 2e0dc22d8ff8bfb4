"""The base map: roads, rivers, railways, parks and walls, from GeoJSON.

A file replaces what the sub-district has of the kinds it holds; other kinds stay.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from weiwang.audit.rules import Actor
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.geo import MAX_VERTICES, GeometryError, read_point
from weiwang.kernel.tables import Column, Row
from weiwang.kernel.text import clean_text
from weiwang.territory import actions
from weiwang.territory.imports.frame import Findings, ImportFaultError, Kind, Status, Task, Write, open_table
from weiwang.territory.models import MapFeature

COLUMNS = (
    Column("kind", ("类别 (kind)", "kind", "类型"), required=False),
    Column("name", ("名称 (name)", "name"), required=False),
)
KIND_WORDS: Mapping[str, str] = {
    **{kind: kind for kind in ("main_road", "road", "river", "water", "railway", "park", "wall")},
    "主干道": "main_road", "道路": "road", "路": "road", "河流": "river", "河": "river", "水面": "water",
    "湖": "water", "铁路": "railway", "公园": "park", "绿地": "park", "围墙": "wall",
}  # fmt: skip
SHAPES = {"LineString", "MultiLineString", "Polygon", "MultiPolygon"}
Row3 = tuple[str, str, BaseGeometry]


def build(task: Task) -> Findings:
    table, found = open_table(task, COLUMNS)
    rows: list[tuple[int, Row3]] = []
    for row in found.rows(table):
        read = _read(found, row, task.option("as"))
        if read is not None:
            rows.append((row.number, read))
    _compare(found, rows, task.place or 0)
    return found


def _read(found: Findings, row: Row, given: str) -> Row3 | None:
    kind = found.attempt(row, "kind", lambda: read_kind(given or row.values["kind"]))
    name = found.attempt(row, "name", lambda: clean_text(row.values["name"], 80))
    drawn = found.attempt(row, "", lambda: read_shape(row.geometry))
    return None if kind is None or name is None or drawn is None else (kind, name, drawn)


def read_kind(text: str) -> str:
    kind = KIND_WORDS.get(text.lower())
    if kind is None:
        raise ImportFaultError("import.feature_kind")
    return kind


def read_shape(source: Mapping[str, Any] | None) -> BaseGeometry:
    """A line or area of a GeoJSON geometry, without heights. Raises `ImportFaultError` or `GeometryError`."""
    if source is None or source.get("type") not in SHAPES:
        raise ImportFaultError("import.feature_shape")
    try:
        with np.errstate(invalid="ignore"):
            found: BaseGeometry = shapely.force_2d(shape(dict(source)))
    except (ValueError, TypeError, IndexError, shapely.GEOSException):
        raise GeometryError("bad_coordinates") from None
    corners = shapely.get_coordinates(found)
    if found.is_empty or not np.isfinite(corners).all():
        raise GeometryError("bad_coordinates")
    if len(corners) > MAX_VERTICES:
        raise GeometryError("too_many_vertices", limit=MAX_VERTICES)
    west, south, east, north = found.bounds
    read_point(west, south)
    read_point(east, north)
    return found


def _compare(found: Findings, rows: Sequence[tuple[int, Row3]], place: int) -> None:
    """Same rows as before: nothing to do. Else all rows of these kinds are written anew."""
    kinds = frozenset(row[0] for _, row in rows)
    old = MapFeature.objects.filter(place=place, kind__in=kinds)
    before = [(feature.kind, feature.name, feature.shape) for feature in old]
    left = Counter(map(_key, before))
    for number, row in rows:
        known = left[_key(row)] > 0
        left[_key(row)] -= known
        found.count(number, Status.UNCHANGED if known else Status.NEW, kind=row[0], name=row[1])
    gone = left.total()
    found.counts[Status.CHANGED] += gone  # what stands no longer in the file goes
    if rows and (gone or found.counts[Status.NEW]):
        found.writes.append(_replace(rows[0][0], place, [row for _, row in rows], kinds))


def _key(row: Row3) -> tuple[str, str, bytes]:
    return row[0], row[1], shapely.to_wkb(row[2])


def _replace(number: int, place: int, rows: list[Row3], kinds: frozenset[str]) -> Write:
    def do(by: Actor, at: datetime) -> None:
        actions.add_map_features(place=place, features=rows, by=by, at=at, kinds=kinds)

    return Write(number, do)


FEATURES = Kind("features", gettext_noop("Roads, water, railways, walls"), COLUMNS, "import.run", build)
