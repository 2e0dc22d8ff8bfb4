"""From a point to the one place it belongs to.

Rules, the same for one point and for many:

1. The places that *cover* the point count: inside, or exactly on an edge or a corner.
2. Among several (shared edges, corners, overlaps) the smallest key in plain string order answers: exact.
3. If no place covers it but some lie within `near_m` metres, the nearest answers, again with the smallest key
   among equally near ones: approximate.
4. Otherwise, and for coordinates that are no numbers or not on the globe: outside.

To be fast, a raster is laid over the places once. No boundary passes through most of its cells, so the answer
of such a cell is one for all its points and is looked up; only points in cells that a boundary touches, or
that nothing covers, are judged by exact geometry. The raster never decides a case that geometry would decide
otherwise.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from weiwang.kernel.geo.metric import LocalMetres
from weiwang.kernel.geo.raster import Raster
from weiwang.kernel.geo.reading import Boundary

_BATCH = 100_000
_NOWHERE = -1

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


class Match(StrEnum):
    """How sure the answer is."""

    EXACT = "exact"
    APPROXIMATE = "approximate"
    OUTSIDE = "outside"


MATCHES = (Match.EXACT, Match.APPROXIMATE, Match.OUTSIDE)
_EXACT, _APPROXIMATE, _OUTSIDE = range(3)


class Located(NamedTuple):
    """The place of one point. `distance_m` is 0 when exact and inknown when outside."""

    key: str | None
    match: Match
    distance_m: float


_IS_OUTSIDE = Located(None, Match.OUTSIDE, math.inf)


@dataclass(frozen=True, slots=True)
class LocatedMany:
    """The places of n points, as arrays of length n; iterate for `Located` one by one."""

    keys: tuple[str, ...]
    place: NDArray[np.int32]
    """Position in `keys`; -1 when outside."""
    match: NDArray[np.int8]
    """Position in `MATCHES`."""
    distance_m: _Floats

    def __len__(self) -> int:
        return len(self.place)

    def __getitem__(self, number: int) -> Located:
        place = int(self.place[number])
        key = None if place == _NOWHERE else self.keys[place]
        return Located(key, MATCHES[self.match[number]], float(self.distance_m[number]))

    def __iter__(self) -> Iterator[Located]:
        names = (*self.keys, None)
        columns = (self.place.tolist(), self.match.tolist(), self.distance_m.tolist())
        return (Located(names[p], MATCHES[m], d) for p, m, d in zip(*columns, strict=True))


class PlaceIndex:
    """Valid boundaries with unique keys, made ready for locating. Immutable, and safe to share by threads."""

    def __init__(self, items: Iterable[tuple[str, Boundary]], near_m: float = 30.0) -> None:
        places = sorted(((key, shape) for key, shape in items if not shape.is_empty), key=lambda p: p[0])
        self.keys = tuple(key for key, _ in places)
        if len(set(self.keys)) < len(self.keys):
            raise ValueError("A key stands for two boundaries.")
        self.near_m = near_m
        self._shapes = np.array([shape for _, shape in places], dtype=object)
        self._metres = _metres_for(self._shapes)
        self._shapes_m = np.array([self._metres.to_metres(shape) for shape in self._shapes], dtype=object)
        self._tree = shapely.STRtree(self._shapes)
        self._near_tree = shapely.STRtree(self._shapes_m)
        self._warm_up()
        self._raster = Raster.of(self._shapes, self._first_covering)

    def __len__(self) -> int:
        return len(self.keys)

    def locate(self, lon: float, lat: float) -> Located:
        """Return the one place of a point; never raises for odd coordinates."""
        place = self._raster.place_at(lon, lat)
        if place >= 0:
            return Located(self.keys[place], Match.EXACT, 0.0)
        return self._judge(lon, lat)

    def locate_many(self, lons: ArrayLike, lats: ArrayLike) -> LocatedMany:
        """Return the places of many points, exactly as `locate` would answer for each."""
        x, y = np.asarray(lons, dtype=np.float64), np.asarray(lats, dtype=np.float64)
        place = self._raster.places_at(x, y)
        match = np.full(len(place), _EXACT, dtype=np.int8)
        distance = np.zeros(len(place))
        open_ = np.flatnonzero(place < 0)
        for start in range(0, len(open_), _BATCH):
            some = open_[start : start + _BATCH]
            place[some], match[some], distance[some] = self._judge_many(x[some], y[some])
        return LocatedMany(self.keys, place, match, distance)

    def _warm_up(self) -> None:
        """Build the lazy parts of trees and prepared shapes now, because building them is not thread-safe."""
        shapely.prepare(self._shapes)
        inner = shapely.get_coordinates(shapely.point_on_surface(self._shapes))
        shapely.intersects_xy(self._shapes, inner[:, 0], inner[:, 1])
        for tree in (self._tree, self._near_tree):
            tree.query(shapely.Point(0, 0))

    def _judge(self, lon: float, lat: float) -> Located:
        if not (abs(lon) <= 180 and abs(lat) <= 90):
            return _IS_OUTSIDE
        candidates = self._tree.query(shapely.Point(lon, lat))
        if len(candidates):
            covering = candidates[shapely.intersects_xy(self._shapes[candidates], lon, lat)]
            if len(covering):
                return Located(self.keys[covering.min()], Match.EXACT, 0.0)
        places, distances = self._nearest(np.array([lon]), np.array([lat]))
        if places[0] == _NOWHERE:
            return _IS_OUTSIDE
        return Located(self.keys[places[0]], Match.APPROXIMATE, float(distances[0]))

    def _judge_many(self, x: _Floats, y: _Floats) -> tuple[_Ints, _Ints, _Floats]:
        place = self._first_covering(x, y)
        match = np.where(place == _NOWHERE, _OUTSIDE, _EXACT)
        distance = np.zeros(len(x))
        rest = np.flatnonzero(place == _NOWHERE)
        place[rest], distance[rest] = self._nearest(x[rest], y[rest])
        match[rest[place[rest] != _NOWHERE]] = _APPROXIMATE
        return place, match, distance

    def _first_covering(self, x: _Floats, y: _Floats) -> _Ints:
        """Return the position of the smallest key that covers each point, or -1."""
        best = np.full(len(x), len(self.keys))
        known = _on_globe(x, y)
        which, candidates = self._tree.query(shapely.points(x[known], y[known]))
        which = known[which]
        covers = shapely.intersects_xy(self._shapes[candidates], x[which], y[which])
        np.minimum.at(best, which[covers], candidates[covers])
        return np.where(best == len(self.keys), _NOWHERE, best)

    def _nearest(self, x: _Floats, y: _Floats) -> tuple[_Ints, _Floats]:
        """Return the nearest place within reach and its metres for points in no place; -1 and inf if none."""
        place = np.full(len(x), _NOWHERE)
        distance = np.full(len(x), math.inf)
        known = _on_globe(x, y)
        here = self._metres
        east, north = (x[known] - here.lon) * here.per_lon, (y[known] - here.lat) * here.per_lat
        reach = self.near_m
        boxes = shapely.box(east - reach, north - reach, east + reach, north + reach)
        which, candidates = self._near_tree.query(boxes)
        points = np.asarray(shapely.points(east, north), dtype=object)
        apart = np.asarray(shapely.distance(points[which], self._shapes_m[candidates]))
        close = apart <= reach
        which, candidates, apart = which[close], candidates[close], apart[close]
        order = np.lexsort((candidates, apart, which))
        which, first = np.unique(which[order], return_index=True)
        place[known[which]] = candidates[order][first]
        distance[known[which]] = apart[order][first]
        return place, distance


def _metres_for(shapes: NDArray[np.object_]) -> LocalMetres:
    if not len(shapes):
        return LocalMetres.at(0, 0)
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(shapes))
    return LocalMetres.at((west + east) / 2, (south + north) / 2)


def _on_globe(x: _Floats, y: _Floats) -> _Ints:
    """Return which points have real coordinates; never true for NaN."""
    return np.flatnonzero((np.abs(x) <= 180) & (np.abs(y) <= 90))
