"""A line or area that somebody drew on the map or pasted, on its way in and out of a form."""

import json

import shapely
from shapely.geometry.base import BaseGeometry

from weiwang.kernel.faults import CodedError


def read_shape(text: str, *, otherwise: CodedError) -> BaseGeometry | None:
    """The geometry of GeoJSON (a geometry or a feature) or WKT; None for nothing. Raises `otherwise`."""
    given = text.strip()
    if not given:
        return None
    try:
        if not given.startswith("{"):
            return shapely.from_wkt(given)
        content = json.loads(given)
        return shapely.from_geojson(json.dumps(content.get("geometry", content)))
    except (ValueError, AttributeError, shapely.errors.ShapelyError) as error:
        raise otherwise from error


def written_shape(shape: BaseGeometry | None) -> str:
    """As GeoJSON, which the map can change; empty for none."""
    return "" if shape is None else str(shapely.to_geojson(shape))
