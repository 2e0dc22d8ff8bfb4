"""From cut board to exact borders: every neighbour has every vertex of the border it shares."""

from collections.abc import Sequence

import numpy as np
import shapely

from weiwang.demo.ground import Ground

GRAIN = 0.5  # metres: vertices on the board are brought to this raster, so that none lie almost together
STEP = 45.0  # metres: straight borders get a vertex at least this often, so that they can bend


def tile(shapes: Sequence[shapely.Polygon], ground: Ground) -> list[shapely.Polygon]:
    """The shapes as WGS84 polygons that fit together without gap or overlap, in the same order.

    All borders are noded together first, so a corner that touches the side of a neighbour becomes a vertex of
    that side too. Raises `ValueError` if the shapes do not tile the board.
    """
    borders = [shapely.segmentize(shape.boundary, STEP) for shape in shapes]
    faces = shapely.get_parts(shapely.polygonize([shapely.unary_union(borders, grid_size=GRAIN)]))
    seats = shapely.point_on_surface(faces)
    tree = shapely.STRtree(list(shapes))
    face_of, shape_of = tree.query(seats, predicate="within")
    order = np.full(len(shapes), -1)
    order[shape_of] = face_of
    if len(faces) != len(shapes) or len(set(order.tolist())) != len(shapes) or -1 in order:
        raise ValueError(f"{len(shapes)} shapes made {len(faces)} faces")
    placed = shapely.transform(faces[order], ground.on_globe)
    return [shapely.normalize(face) for face in placed]


def join(parts: Sequence[shapely.Polygon | shapely.MultiPolygon]) -> shapely.Polygon | shapely.MultiPolygon:
    """The union of neighbours that share their vertices: exact, no new coordinates appear."""
    joined = shapely.coverage_union_all(list(parts))
    whole = joined.geoms[0] if isinstance(joined, shapely.MultiPolygon) and len(joined.geoms) == 1 else joined
    if not isinstance(whole, shapely.Polygon | shapely.MultiPolygon):
        raise TypeError(whole.geom_type)
    return whole
