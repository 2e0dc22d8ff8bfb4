"""A boundary drawn by the server as SVG: seen without scripts and before it is saved."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from weiwang.kernel.geo import Boundary
from weiwang.kernel.geo.metric import LocalMetres

SIZE = 640
MARGIN = 0.15


@dataclass(frozen=True, slots=True)
class Drawing:
    """Paths for `<path d>`, in a square of `SIZE` units."""

    size: int
    around: str
    present: str
    given: str


def drawn(around: Sequence[Boundary], present: Boundary | None, given: Boundary | None) -> Drawing | None:
    """The neighbours, the boundary as it is and as it would be; None when there is nothing to see."""
    subject = [shape for shape in (present, given) if shape is not None]
    if not subject:
        return None
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(np.array(subject, dtype=object)))
    metres = LocalMetres.at((west + east) / 2, (south + north) / 2)
    wide = max((east - west) * metres.per_lon, (north - south) * metres.per_lat, 1) * (1 + 2 * MARGIN)
    window = shapely.box(-wide / 2, -wide / 2, wide / 2, wide / 2)

    def path(shapes: Sequence[Boundary | None]) -> str:
        local = [
            shapely.intersection(metres.to_metres(shape), window) for shape in shapes if shape is not None
        ]
        return "".join(_path(shape, wide) for shape in local)

    return Drawing(SIZE, path(around), path([present]), path([given]))


def _path(shape: shapely.Geometry, wide: float) -> str:
    scale = SIZE / wide
    rings = shapely.get_rings(shapely.get_parts(shape))
    return "".join(
        "M" + "L".join(f"{SIZE / 2 + x * scale:.1f} {SIZE / 2 - y * scale:.1f}" for x, y in ring.coords) + "Z"
        for ring in rings
    )
