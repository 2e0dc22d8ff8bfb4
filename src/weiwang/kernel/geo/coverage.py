"""Do the places of a plan lie on each other, and what lies between them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from weiwang.kernel.geo.metric import areas_m2
from weiwang.kernel.geo.reading import Boundary


class Overlap(NamedTuple):
    """Two places that share ground; key_a comes before key_b in the order given."""

    key_a: str
    key_b: str
    area_m2: float


class Gap(NamedTuple):
    """Ground that belongs to no place."""

    polygon: Polygon
    area_m2: float


def overlaps(places: Sequence[tuple[str, Boundary]], tolerance_m2: float = 1.0) -> list[Overlap]:
    """Return each pair of valid boundaries that shares more than `tolerance_m2`, largest first."""
    shapes = np.array([boundary for _, boundary in places], dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    left, right = left[left < right], right[left < right]
    shared = areas_m2(shapely.intersection(shapes[left], shapes[right]))
    found = [
        Overlap(places[a][0], places[b][0], float(area))
        for a, b, area in zip(left, right, shared, strict=True)
        if area > tolerance_m2
    ]
    return sorted(found, key=lambda overlap: (-overlap.area_m2, overlap.key_a, overlap.key_b))


def gaps(
    boundaries: Iterable[Boundary], tolerance_m2: float = 1.0, *, within: Boundary | None = None
) -> list[Gap]:
    """Return the ground larger than `tolerance_m2` that no boundary covers, largest first.

    Inside `within` when it is given, else the holes that the boundaries enclose together.
    """
    covered: BaseGeometry = shapely.union_all(list(boundaries))
    outline = _filled(covered) if within is None else within
    parts = shapely.get_parts(shapely.difference(outline, covered))
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    found = [Gap(p, float(area)) for p, area in zip(polygons, areas_m2(polygons), strict=True)]
    return sorted((gap for gap in found if gap.area_m2 > tolerance_m2), key=lambda gap: -gap.area_m2)


def _filled(covered: BaseGeometry) -> BaseGeometry:
    filled: BaseGeometry = shapely.union_all(
        [Polygon(part.exterior) for part in shapely.get_parts(covered) if isinstance(part, Polygon)]
    )
    return filled
