"""Clean boundaries: every group a polygon; together they tile the community, and each holds its buildings.

The ground is cut once into cells, one for each piece of the plan (a building, a stairwell, a band of floors).
A group is the union of its cells, so whatever is moved by hand, nothing overlaps and nothing is left over.
Metres throughout.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

SPACING_M = 6.0
SNAP_M = 0.001
SMOOTHING_M = (3.0, 1.5, 0.7)
CUT_M2 = 0.05
HOUSE_M = 4.0
"""Half the side of the square that stands for a building without an outline."""

Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Plot:
    """The ground one piece stands on; none where `shape` is empty (a piece between others)."""

    piece: int
    shape: BaseGeometry


def plot_of(x: float, y: float, footprint: BaseGeometry | None) -> BaseGeometry:
    """The outline of a building, or a small square where only its place is known."""
    if footprint is None or footprint.is_empty or not footprint.is_valid:
        return shapely.box(x - HOUSE_M, y - HOUSE_M, x + HOUSE_M, y + HOUSE_M)
    return footprint


def shares(shape: BaseGeometry, weights: Sequence[float]) -> list[BaseGeometry]:
    """A building cut across its longer side into strips, one for each stairwell or band, in order."""
    if len(weights) == 1:
        return [shape]
    frame = shapely.minimum_rotated_rectangle(shape)
    corners = shapely.get_coordinates(frame)
    sides = corners[1:3] - corners[:2]
    first = int(np.argmax(np.hypot(*sides.T)))
    start, along, across = corners[first], sides[first], sides[1 - first] * (1 if first == 0 else -1)
    if along[0] < 0 or (along[0] == 0 and along[1] < 0):
        start, along = start + along, -along
    ends = np.cumsum([0.0, *weights]) / (sum(weights) or 1.0)
    ends[0], ends[-1] = -0.01, 1.01
    wide = across * 1.02
    start = start - across * 0.01
    found = []
    for low, high in pairwise(ends):
        strip = [start + along * low, start + along * high]
        ring = [*strip, strip[1] + wide, strip[0] + wide]
        found.append(shapely.intersection(shape, shapely.Polygon(ring)))
    return found


def cells(within: BaseGeometry, plots: Sequence[Plot]) -> dict[int, BaseGeometry]:
    """The community cut into one cell for each plot: what lies nearer to it than to any other.

    The cells share every vertex of their common borders, cover `within` and nothing else, and each contains
    its plot as far as that lies inside and no earlier plot stands on the same ground.
    """
    if not plots:
        return {}
    outer, within = within, shapely.set_precision(within, SNAP_M)
    stands = _apart(within, plots)
    if not stands:
        return {}
    shapes = [plot.shape for plot in stands]
    samples = shapely.union_all([_samples(shape) for shape in shapes])
    lines = [shapely.boundary(within), *(shapely.boundary(shape) for shape in shapes)]
    if len(stands) > 1:
        edges = shapely.voronoi_polygons(samples, extend_to=within, only_edges=True)
        lines.append(shapely.intersection(edges, within))
    noded = shapely.union_all(lines, grid_size=SNAP_M)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    middles = shapely.point_on_surface(faces)
    faces = faces[shapely.contains(within, middles)]
    middles = shapely.point_on_surface(faces)
    nearest = shapely.STRtree(shapes).query_nearest(middles, all_matches=False)[1]
    by_place: dict[int, list[BaseGeometry]] = {}
    for face, place in zip(faces, nearest.tolist(), strict=True):
        by_place.setdefault(place, []).append(face)
    places = sorted(by_place)
    rough = np.array([shapely.coverage_union_all(by_place[place]) for place in places], dtype=object)
    smooth = _smoothed(rough, np.array([shapes[place] for place in places], dtype=object))
    exact = _with_corners_of(outer, smooth)
    return {stands[place].piece: cell for place, cell in zip(places, exact.tolist(), strict=True)}


def _with_corners_of(outer: BaseGeometry, found: Shapes) -> Shapes:
    """The cells with the very corners of the community where these were moved to the millimetre."""
    corners = shapely.get_coordinates(outer)
    marks = map(tuple, np.round(corners / SNAP_M).astype(np.int64).tolist())
    exact = dict(zip(marks, corners.tolist(), strict=True))

    def put_back(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        marks = np.round(coordinates / SNAP_M).astype(np.int64).tolist()
        pairs = zip(marks, coordinates.tolist(), strict=True)
        return np.array([exact.get(tuple(mark), pair) for mark, pair in pairs], np.float64).reshape(-1, 2)

    return shapely.transform(found, put_back)


def _apart(within: BaseGeometry, plots: Sequence[Plot]) -> list[Plot]:
    """Plots inside the community that share no ground: the first keeps what two stand on."""
    shapes = [shapely.intersection(p.shape, within, grid_size=SNAP_M) for p in plots]
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="intersects")
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        if one < other:
            shapes[other] = shapely.difference(shapes[other], shapes[one], grid_size=SNAP_M)
    return [Plot(plot.piece, shape) for plot, shape in zip(plots, shapes, strict=True) if shape.area > CUT_M2]


def _samples(shape: BaseGeometry) -> BaseGeometry:
    """Points along the outline, close enough that the middle line between two houses comes out straight."""
    return shapely.MultiPoint(shapely.get_coordinates(shapely.segmentize(shapely.boundary(shape), SPACING_M)))


def _smoothed(rough: Shapes, stands: Shapes) -> Shapes:
    """The cells with straighter borders, as straight as no plot is cut."""
    missing = shapely.area(shapely.difference(stands, rough))
    for tolerance in SMOOTHING_M:
        smooth = shapely.coverage_simplify(rough, tolerance, simplify_boundary=False)
        whole = shapely.area(shapely.difference(stands, smooth)) <= missing + CUT_M2
        if whole.all() and shapely.is_valid(smooth).all() and shapely.coverage_is_valid(smooth):
            return smooth
    return rough


def outlines(cell_of: Mapping[int, BaseGeometry], group_of: Mapping[int, int]) -> dict[int, BaseGeometry]:
    """The polygon of every group: its cells together."""
    members: dict[int, list[BaseGeometry]] = {}
    for piece, cell in cell_of.items():
        members.setdefault(group_of[piece], []).append(cell)
    return {key: shapely.coverage_union_all(cells) for key, cells in sorted(members.items())}
