"""A raster over boundaries that knows, for every cell no boundary touches, which place covers all of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
FirstCovering = Callable[[_Floats, _Floats], _Ints]

_CELLS_PER_PLACE = 40  # along one side of an average place: nine tenths of the cells are then untouched
_FEWEST, _MOST = 16, 2048  # cells along one side of the raster; at most 16 MB
_PIECE = 0.25  # boundaries are followed in pieces of this many cells
_MARGIN = 1e-6  # cells; far above rounding errors, far below a cell
_ASK = -1


@dataclass(frozen=True, slots=True)
class Raster:
    """Square table of `side` by `side` cells over a bounding box; -1 where geometry must be asked."""

    west: float
    south: float
    per_lon: float
    """Cells in one degree of longitude."""
    per_lat: float
    side: int
    table: NDArray[np.int32]

    @classmethod
    def of(cls, shapes: NDArray[np.object_], first_covering: FirstCovering) -> Self:
        """Lay a raster over boundaries; `first_covering` tells the place of points, or -1."""
        if not len(shapes):
            return cls(0, 0, 1, 1, 0, np.zeros(0, dtype=np.int32))
        west, south, east, north = (float(edge) for edge in shapely.total_bounds(shapes))
        side = min(max(round(_CELLS_PER_PLACE * len(shapes) ** 0.5), _FEWEST), _MOST)
        empty = np.full(side * side, _ASK, dtype=np.int32)
        raster = cls(west, south, side / (east - west), side / (north - south), side, empty)
        raster._fill(raster._touched(shapes), first_covering)
        return raster

    def place_at(self, lon: float, lat: float) -> int:
        """Return the place that covers the whole cell of a point, or -1."""
        x, y = (lon - self.west) * self.per_lon, (lat - self.south) * self.per_lat
        if not (0 <= x < self.side and 0 <= y < self.side):
            return _ASK
        return int(self.table[int(y) * self.side + int(x)])

    def places_at(self, lons: _Floats, lats: _Floats) -> NDArray[np.int32]:
        """Return what `place_at` answers for each point."""
        with np.errstate(over="ignore"):
            x, y = (lons - self.west) * self.per_lon, (lats - self.south) * self.per_lat
        inside = (x >= 0) & (x < self.side) & (y >= 0) & (y < self.side)
        cells = y[inside].astype(np.int64) * self.side + x[inside].astype(np.int64)
        places = np.full(len(x), _ASK, dtype=np.int32)
        places[inside] = self.table[cells]
        return places

    def _touched(self, shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
        """Return for every cell whether a boundary passes through it, or passes within the margin."""
        rings = shapely.get_rings(shapes)
        pairs, owner = shapely.get_coordinates(rings, return_index=True)
        cells = (pairs - (self.west, self.south)) * (self.per_lon, self.per_lat)
        joined = owner[1:] == owner[:-1]
        start, step = cells[:-1][joined], np.diff(cells, axis=0)[joined]
        count = np.ceil(np.abs(step).max(axis=1) / _PIECE).astype(np.int64) + 1
        segment = np.repeat(np.arange(len(count)), count)
        number = np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)
        share = (number / count[segment])[:, None], ((number + 1) / count[segment])[:, None]
        begin, end = (np.asarray(start[segment] + step[segment] * part) for part in share)
        return self._marked(np.minimum(begin, end) - _MARGIN, np.maximum(begin, end) + _MARGIN)

    def _marked(self, low: _Floats, high: _Floats) -> NDArray[np.bool_]:
        """Return the cells under small boxes: a piece is shorter than a cell, so its corners tell all."""
        touched = np.zeros(self.side * self.side, dtype=np.bool_)
        first = np.clip(np.floor(low).astype(np.int64), 0, self.side - 1)
        last = np.clip(np.floor(high).astype(np.int64), 0, self.side - 1)
        for column in (first[:, 0], last[:, 0]):
            for row in (first[:, 1], last[:, 1]):
                touched[row * self.side + column] = True
        return touched

    def _fill(self, touched: NDArray[np.bool_], first_covering: FirstCovering) -> None:
        """Ask once for each run of untouched cells in a row; nothing changes within a run."""
        starts = ~touched
        starts[1:] &= touched[:-1] | (np.arange(1, len(touched)) % self.side == 0)
        first = np.flatnonzero(starts)
        lon: _Floats = np.asarray(self.west + (first % self.side + 0.5) / self.per_lon, dtype=np.float64)
        lat: _Floats = np.asarray(self.south + (first // self.side + 0.5) / self.per_lat, dtype=np.float64)
        run = np.cumsum(starts)[~touched] - 1
        self.table[~touched] = first_covering(lon, lat)[run]
