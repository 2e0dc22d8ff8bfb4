"""Writing GeoJSON (RFC 7946): WGS84, seven decimals (a centimetre), shells counter-clockwise."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

DECIMALS = 7


def feature(geometry: BaseGeometry | None, properties: Mapping[str, object]) -> dict[str, Any]:
    """Return one GeoJSON Feature; neighbours that share a vertex still share it after rounding."""
    return _feature(_geometries([geometry])[0], properties)


def feature_collection(
    features: Iterable[tuple[BaseGeometry | None, Mapping[str, object]]],
) -> dict[str, Any]:
    """Return a GeoJSON FeatureCollection of (geometry, properties) pairs, in their order."""
    pairs = list(features)
    written = _geometries([geometry for geometry, _ in pairs])
    rows = [_feature(geometry, properties) for geometry, (_, properties) in zip(written, pairs, strict=True)]
    return {"type": "FeatureCollection", "features": rows}


def _feature(geometry: dict[str, Any] | None, properties: Mapping[str, object]) -> dict[str, Any]:
    return {"type": "Feature", "properties": dict(properties), "geometry": geometry}


def _geometries(geometries: Sequence[BaseGeometry | None]) -> list[dict[str, Any] | None]:
    """All shapes in one go: thousands of buildings one by one would make a reader wait for the map."""
    shapes = np.array(geometries, dtype=object)
    rounded = shapely.transform(shapely.force_2d(shapes), lambda pairs: np.round(pairs, DECIMALS))
    texts = shapely.to_geojson(shapely.orient_polygons(rounded, exterior_cw=False))
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    return [None if gone else json.loads(text) for text, gone in zip(texts, empty, strict=True)]
