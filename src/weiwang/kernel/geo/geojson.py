"""Writing GeoJSON (RFC 7946): WGS84, seven decimals (a centimetre), shells counter-clockwise."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

DECIMALS = 7


def feature(geometry: BaseGeometry | None, properties: Mapping[str, object]) -> dict[str, Any]:
    """Return one GeoJSON Feature; neighbours that share a vertex still share it after rounding."""
    return {"type": "Feature", "properties": dict(properties), "geometry": _geometry(geometry)}


def feature_collection(
    features: Iterable[tuple[BaseGeometry | None, Mapping[str, object]]],
) -> dict[str, Any]:
    """Return a GeoJSON FeatureCollection of (geometry, properties) pairs, in their order."""
    return {
        "type": "FeatureCollection",
        "features": [feature(geometry, properties) for geometry, properties in features],
    }


def _geometry(geometry: BaseGeometry | None) -> dict[str, Any] | None:
    if geometry is None or geometry.is_empty:
        return None
    rounded = shapely.transform(shapely.force_2d(geometry), lambda pairs: np.round(pairs, DECIMALS))
    return dict(mapping(shapely.orient_polygons(rounded, exterior_cw=False)))
