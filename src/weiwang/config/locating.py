"""Locating a table of points in bulk: `id,lon,lat` in, `id,unit_code,match` out."""

import csv
import math
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO, TextIOWrapper
from itertools import islice
from typing import TextIO

from weiwang.kernel.faults import CodedError
from weiwang.kernel.geo import MATCHES, PlaceIndex, read_point
from weiwang.kernel.tables import Column, RowError, TableError
from weiwang.kernel.tables.columns import Unknown, check_header, match_header
from weiwang.kernel.tables.reading import detect_encoding

COLUMNS = (
    Column("id", ("id", "编号", "代码")),
    Column("lon", ("lon", "lng", "longitude", "经度")),
    Column("lat", ("lat", "latitude", "纬度")),
)
CHUNK = 50_000


def locate_table(
    data: bytes, index: PlaceIndex, out: TextIO, refuse: Callable[[RowError], object]
) -> tuple[int, int]:
    """Answer every row that can be read; the others go to `refuse`. Returns how many of each.

    Row numbers count as the file does, from 1 with the header. Raises `TableError` for a wrong file.
    """
    if not data.strip():
        raise TableError("empty_file")
    stream = TextIOWrapper(BytesIO(data), detect_encoding(data), newline="")
    rows = csv.reader(stream)
    header = match_header(next(rows, []), COLUMNS)
    check_header(header, Unknown.IGNORE)
    places = tuple(header.positions[name] for name in ("id", "lon", "lat"))
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("id", "unit_code", "match"))
    answered = refused = 0
    number = 1
    while chunk := list(islice(rows, CHUNK)):
        good, bad = _read(chunk, number, places)
        for error in bad:
            refuse(error)
        writer.writerows(_answers(good, index))
        answered, refused, number = answered + len(good), refused + len(bad), number + len(chunk)
    return answered, refused


Point = tuple[str, float, float]


def _read(
    chunk: Sequence[list[str]], before: int, places: tuple[int, ...]
) -> tuple[list[Point], list[RowError]]:
    a, b, c = places
    good: list[Point] = []
    bad: list[RowError] = []
    add, finite = good.append, math.isfinite
    for number, row in enumerate(chunk, before + 1):
        try:
            lon, lat = float(row[b]), float(row[c])
            if finite(lon) and finite(lat):
                add((row[a], lon, lat))
                continue
        except (ValueError, IndexError):
            pass
        if any(row):
            bad.append(_fault(number, row, places))
    return good, bad


def _fault(number: int, row: list[str], places: tuple[int, ...]) -> RowError:
    if max(places) >= len(row):
        return RowError(number, "", "missing_value")
    try:
        read_point(row[places[1]], row[places[2]])
    except CodedError as error:
        return RowError.about(number, "lon, lat", error)
    return RowError(number, "lon, lat", "control_character")


def _answers(points: Sequence[Point], index: PlaceIndex) -> Iterator[tuple[str, str, str]]:
    if not points:
        return iter(())
    names, lons, lats = zip(*points, strict=True)
    found = index.locate_many(lons, lats)
    keys = (*found.keys, "")  # position -1, outside, is the last
    match = [str(each) for each in MATCHES]
    return zip(
        names, map(keys.__getitem__, found.place.tolist()), map(match.__getitem__, found.match.tolist()),
        strict=True,
    )  # fmt: skip
