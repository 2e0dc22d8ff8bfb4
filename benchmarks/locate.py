"""How fast points find their micro-grid: `python -m benchmarks.locate [POINTS]`.

610 places that share edges and corners are laid over 20 square kilometres; the baseline is the plain way, a
loop over points that asks a tree for candidates and prepared polygons for the answer, in the same run.
"""

import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from weiwang.config.locating import locate_table
from weiwang.kernel.geo import PlaceIndex

COLUMNS, ROWS, BENDS = 61, 10, 12
WEST, SOUTH, WIDTH, HEIGHT = 103.99, 30.78, 0.06, 0.04
Places = list[tuple[str, Polygon]]


def tiling(seed: int = 7) -> Places:
    """Return 610 places with bent edges (about 50 corners each) that leave no gaps."""
    noise = np.random.default_rng(seed)
    columns, rows = COLUMNS * BENDS, ROWS * BENDS
    lattice = np.stack(np.meshgrid(np.arange(columns + 1), np.arange(rows + 1)), axis=-1).astype(float)
    lattice[1:-1, 1:-1] += noise.uniform(-0.4, 0.4, lattice[1:-1, 1:-1].shape)
    lattice = lattice / (columns, rows) * (WIDTH, HEIGHT) + (WEST, SOUTH)
    return [
        (f"QH{number:04}", Polygon(_edge(lattice, number % COLUMNS * BENDS, number // COLUMNS * BENDS)))
        for number in range(COLUMNS * ROWS)
    ]


def _edge(lattice: NDArray[np.float64], left: int, low: int) -> NDArray[np.float64]:
    right, high = left + BENDS, low + BENDS
    return np.concatenate(
        (
            lattice[low, left : right + 1],
            lattice[low + 1 : high + 1, right],
            lattice[high, left:right][::-1],
            lattice[low + 1 : high, left][::-1],
        )
    )


def plain_loop(places: Places, lons: NDArray[np.float64], lats: NDArray[np.float64]) -> list[str | None]:
    """Locate point by point without our index; no answer for points near but in no place."""
    keys, shapes = zip(*sorted(places), strict=True)
    shapely.prepare(shapes)
    tree = shapely.STRtree(shapes)
    answers: list[str | None] = []
    for lon, lat in zip(lons.tolist(), lats.tolist(), strict=True):
        point = shapely.Point(lon, lat)
        hits = [number for number in tree.query(point) if shapes[number].covers(point)]
        answers.append(keys[min(hits)] if hits else None)
    return answers


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """Return the best processor time of a few rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def main(points: int = 200_000) -> None:
    """Print the table."""
    places = tiling()
    noise = np.random.default_rng(11)
    lons = noise.uniform(WEST - WIDTH / 20, WEST + WIDTH * 1.05, points)
    lats = noise.uniform(SOUTH - HEIGHT / 20, SOUTH + HEIGHT * 1.05, points)
    index = PlaceIndex(places)
    few = min(points, 20_000)
    pairs = list(zip(lons[:few].tolist(), lats[:few].tolist(), strict=True))
    build = seconds(lambda: PlaceIndex(places))
    rows = [
        ("plain loop, prepared polygons", few, seconds(lambda: plain_loop(places, lons[:few], lats[:few]))),
        ("locate, one by one", few, seconds(lambda: [index.locate(lon, lat) for lon, lat in pairs])),
        ("locate_many", points, seconds(lambda: index.locate_many(lons, lats))),
    ]
    table = _table(lons, lats)
    whole = seconds(lambda: locate_table(table, index, StringIO(), print), 1)
    rows.append(("weiwang locate, table to table", points, whole))
    slowest = max(_single_seconds(index, lon, lat) for lon, lat in pairs)
    print(f"{datetime.now(UTC):%Y-%m-%d}  {platform.machine()}  {platform.processor() or platform.system()}")
    print(f"Python {platform.python_version()}, shapely {shapely.__version__}, {len(places)} places, 1 core")
    print(f"building the index: {build * 1000:.0f} ms; slowest single answer: {slowest * 1e6:.0f} µs\n")
    print(f"{'way':32}{'points':>10}{'points/s':>14}{'µs each':>10}")
    for name, count, taken in rows:
        print(f"{name:32}{count:>10,}{count / taken:>14,.0f}{taken / count * 1e6:>10.2f}")


def _table(lons: NDArray[np.float64], lats: NDArray[np.float64]) -> bytes:
    """Return the points as the CSV file that `weiwang locate` reads."""
    pairs = enumerate(zip(lons.tolist(), lats.tolist(), strict=True))
    return b"id,lon,lat\n" + "".join(f"p{n},{lon:.7f},{lat:.7f}\n" for n, (lon, lat) in pairs).encode()


def _single_seconds(index: PlaceIndex, lon: float, lat: float) -> float:
    start = time.process_time()
    index.locate(lon, lat)
    return time.process_time() - start


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
