"""Between WGS84 and the shifted datums of Chinese web maps: only for import and for display.

GCJ-02 (Amap, Tencent) moves every point inside a box around China by a smooth offset of some hundred metres;
BD-09 (Baidu) turns and moves GCJ-02 once more. Neither was published; the constants below are the ones that
every public description agrees on. The way back has no formula, so it is found by repeating the way there
until the error is far below 1e-6 degrees (a decimetre). Outside the box GCJ-02 equals WGS84.
"""

import math
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

_Geometry = TypeVar("_Geometry", bound=BaseGeometry)
_Pairs = NDArray[np.float64]

_SEMI_MAJOR_M = 6_378_245.0  # Krassovsky 1940
_ECCENTRICITY_2 = 0.00669342162296594323
_BOX = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north
_ORIGIN = (105.0, 35.0)
_BAIDU_TURN = math.pi * 3000 / 180
_BAIDU_SHIFT = (0.0065, 0.006)
_CLOSE_ENOUGH = 1e-10  # degrees
_MOST_ROUNDS = 30


class Datum(StrEnum):
    """What the coordinates of an outside source refer to."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Return (lon, lat) in GCJ-02, degrees."""
    return _one(_to_gcj02, lon, lat)


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """Return (lon, lat) in WGS84, degrees, to better than 1e-6."""
    return _one(_from_gcj02, lon, lat)


def wgs84_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    """Return (lon, lat) in BD-09, degrees."""
    return _one(_to_bd09, lon, lat)


def bd09_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """Return (lon, lat) in WGS84, degrees, to better than 1e-6."""
    return _one(_from_bd09, lon, lat)


def convert(geometry: _Geometry, *, from_: Datum = Datum.WGS84, to: Datum = Datum.WGS84) -> _Geometry:
    """Return the geometry with every point taken from one datum to the other."""
    return shapely.transform(geometry, lambda pairs: _FROM_WGS84[to](_TO_WGS84[from_](pairs)))


def _one(change: Callable[[_Pairs], _Pairs], lon: float, lat: float) -> tuple[float, float]:
    found = change(np.array([[lon, lat]], dtype=np.float64))[0]
    return float(found[0]), float(found[1])


def _wave(value: _Pairs, steps: tuple[tuple[float, float], ...]) -> _Pairs:
    """Return the sum of amplitude * sin(frequency * value)."""
    amplitude, frequency = np.array(steps).T
    total = np.sin(np.outer(value, frequency)) @ amplitude
    return np.asarray(total * (2 / 3))


def _offset_m(x: _Pairs, y: _Pairs) -> tuple[_Pairs, _Pairs]:
    """Return the metres east and north by which a point (x, y) degrees from the origin is moved."""
    root, pi = np.sqrt(np.abs(x)), math.pi
    both = _wave(x, ((20, 6 * pi), (20, 2 * pi)))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both
    east += _wave(x, ((20, pi), (40, pi / 3), (150, pi / 12), (300, pi / 30)))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both
    north += _wave(y, ((20, pi), (40, pi / 3), (160, pi / 12), (320, pi / 30)))
    return east, north


def _to_gcj02(pairs: _Pairs) -> _Pairs:
    lon, lat = pairs.T
    east, north = _offset_m(lon - _ORIGIN[0], lat - _ORIGIN[1])
    sine = np.sin(np.radians(lat))
    shrink = 1 - _ECCENTRICITY_2 * sine * sine
    across = _SEMI_MAJOR_M / np.sqrt(shrink)
    along = across * (1 - _ECCENTRICITY_2) / shrink
    moved = np.column_stack(
        (lon + np.degrees(east / (across * np.cos(np.radians(lat)))), lat + np.degrees(north / along))
    )
    west, south, east_end, north_end = _BOX
    inside = (lon >= west) & (lon <= east_end) & (lat >= south) & (lat <= north_end)
    return np.asarray(np.where(inside[:, None], moved, pairs))


def _gcj02_to_bd09(pairs: _Pairs) -> _Pairs:
    x, y = pairs.T
    length = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU_TURN)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU_TURN)
    turned = np.column_stack((length * np.cos(angle), length * np.sin(angle)))
    return np.asarray(turned + np.array(_BAIDU_SHIFT))


def _undo(change: Callable[[_Pairs], _Pairs], target: _Pairs) -> _Pairs:
    """Return the pairs that `change` takes to `target`, by repeated correction."""
    guess = target.copy()
    for _ in range(_MOST_ROUNDS):
        miss = target - change(guess)
        guess += miss
        if np.abs(miss).max(initial=0) < _CLOSE_ENOUGH:
            break
    return guess


def _to_bd09(pairs: _Pairs) -> _Pairs:
    return _gcj02_to_bd09(_to_gcj02(pairs))


def _from_gcj02(pairs: _Pairs) -> _Pairs:
    return _undo(_to_gcj02, pairs)


def _from_bd09(pairs: _Pairs) -> _Pairs:
    return _from_gcj02(_undo(_gcj02_to_bd09, pairs))


def _same(pairs: _Pairs) -> _Pairs:
    return pairs


_TO_WGS84 = {Datum.WGS84: _same, Datum.GCJ02: _from_gcj02, Datum.BD09: _from_bd09}
_FROM_WGS84 = {Datum.WGS84: _same, Datum.GCJ02: _to_gcj02, Datum.BD09: _to_bd09}
