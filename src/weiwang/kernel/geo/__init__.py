"""Where things are: boundaries, points, areas, and which place a point lies in. No Django, no domain words.

Coordinates are WGS84 longitude and latitude in degrees, always in that order. Metres appear only in results.
"""

from weiwang.kernel.geo.coverage import Gap, Overlap, gaps, overlaps
from weiwang.kernel.geo.datum import (
    Datum,
    bd09_to_wgs84,
    convert,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from weiwang.kernel.geo.errors import MESSAGES, GeometryError
from weiwang.kernel.geo.geojson import feature, feature_collection
from weiwang.kernel.geo.index import MATCHES, Located, LocatedMany, Match, PlaceIndex
from weiwang.kernel.geo.metric import LocalMetres, area_m2, areas_m2, distance_m
from weiwang.kernel.geo.reading import MAX_VERTICES, Boundary, Point, read_point, read_polygon

__all__ = [
    "MATCHES",
    "MAX_VERTICES",
    "MESSAGES",
    "Boundary",
    "Datum",
    "Gap",
    "GeometryError",
    "LocalMetres",
    "Located",
    "LocatedMany",
    "Match",
    "Overlap",
    "PlaceIndex",
    "Point",
    "area_m2",
    "areas_m2",
    "bd09_to_wgs84",
    "convert",
    "distance_m",
    "feature",
    "feature_collection",
    "gaps",
    "gcj02_to_wgs84",
    "overlaps",
    "read_point",
    "read_polygon",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]
