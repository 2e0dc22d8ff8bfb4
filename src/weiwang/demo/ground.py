"""The ground the demo stands on: a flat board in metres, bent into a landscape and laid on the globe.

Streets and blocks are cut straight on the board; `Ground.bend` then turns them into gently winding streets
and a meandering river. It moves vertices only, so borders that fit on the board fit on the map as well.
"""

from dataclasses import dataclass
from math import cos, pi, radians, sin

import numpy as np
import shapely
from numpy.typing import NDArray

from weiwang.demo.specs import Geometry

Metres = NDArray[np.float64]  # shape (n, 2)

ORIGIN = (104.0, 30.8)  # fictional: nothing of the real place there is drawn
METRES_A_DEGREE = 111_320.0
DECIMALS = 7  # about a centimetre


@dataclass(frozen=True, slots=True)
class Ground:
    """How a board is bent: the river runs along `river_v`, swinging by `swing` metres; `tilt` in degrees."""

    river_v: float
    swing: float
    middle: tuple[float, float]
    tilt: float = 8.0

    def bend(self, points: Metres) -> Metres:
        """Board metres to landscape metres around the origin; the outskirts wind more than the centre."""
        u, v = points[:, 0], points[:, 1]
        far_u, far_v = (u - self.middle[0]) / 2300, (v - self.middle[1]) / 1850
        x = u + 90 * np.sin(v / 840 + 0.4) + 20 * np.sin(v / 270 + u / 1900)
        x = x - self.middle[0] + 48 * far_u**3 * np.sin(v / 190 + 1)
        y = v + 85 * np.sin(u / 1050 + 1.1) + 18 * np.sin(u / 310 + v / 1500)
        y = y - self.middle[1] + 48 * far_v**3 * np.sin(u / 200)
        y = y + self.swing * np.sin(u / 520 + 0.6) * np.exp(-(((v - self.river_v) / 620) ** 2))
        turn = radians(self.tilt)
        return np.column_stack([x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn)])

    def on_globe(self, points: Metres) -> Metres:
        """Board metres to (lon, lat), rounded so that equal vertices stay equal."""
        return globe(self.bend(points))

    def place(self, shape: Geometry) -> Geometry:
        """A shape on the board as a shape on the globe."""
        return shapely.transform(shape, self.on_globe)

    def heading(self, u: float, v: float) -> float:
        """The direction, in radians, in which the board's u axis runs at a point after bending."""
        ends = self.bend(np.array([[u - 1, v], [u + 1, v]]))
        step = ends[1] - ends[0]
        return float(np.arctan2(step[1], step[0]))

    def rectangle(
        self, u: float, v: float, length: float, depth: float, turn: float = 0.0
    ) -> shapely.Polygon:
        """The footprint, on the globe, of a true rectangle, `turn` radians from the bent streets."""
        centre = self.bend(np.array([[u, v]]))[0]
        angle = self.heading(u, v) + turn
        halves = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [length / 2, depth / 2]
        spin = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
        return shapely.Polygon(globe(halves @ spin + centre))


def globe(points: Metres) -> Metres:
    """Landscape metres around the origin to (lon, lat), right to a part in ten thousand over 5 km."""
    lon = ORIGIN[0] + points[:, 0] / (METRES_A_DEGREE * cos(ORIGIN[1] * pi / 180))
    lat = ORIGIN[1] + points[:, 1] / METRES_A_DEGREE
    rounded: Metres = np.round(np.column_stack([lon, lat]), DECIMALS).astype(np.float64)
    return rounded
