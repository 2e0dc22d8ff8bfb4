"""From the coordinates of the lists to metres in one flat picture, and whether the datum can be right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from weiwang.kernel.geo import Datum, LocalMetres, convert
from weiwang.planning.gather.files import Listed, Record
from weiwang.planning.gather.notes import GatherError, Notes
from weiwang.planning.instance import Floats

METRES: Final = "metres"
DATUMS: Final = {"wgs84": Datum.WGS84, "cgcs2000": Datum.WGS84, "gcj02": Datum.GCJ02, "bd09": Datum.BD09}
FAR_KM: Final = 60


@dataclass(slots=True)
class Laid:
    """One list with its places as given: point (NaN for none) and shape of each record."""

    listed: Listed
    points: Floats
    shapes: list[BaseGeometry | None]
    datum: str = ""

    @classmethod
    def of(cls, listed: Listed, notes: Notes) -> "Laid":
        points = np.array([_point(record, listed.file, notes) for record in listed.records], float).reshape(
            -1, 2
        )
        shapes = [record.shape for record in listed.records]
        with np.errstate(invalid="ignore"):
            turned = (
                (np.abs(points[:, 1]) > 90) & (np.abs(points[:, 1]) <= 180) & (np.abs(points[:, 0]) <= 90)
            )
        known = ~np.isnan(points[:, 0])
        if known.any() and turned[known].all():
            points = points[:, ::-1].copy()
            notes.add("swapped", listed.file)
        return cls(listed, points, shapes)

    def coordinates(self) -> Floats:
        """All numbers that stand for places, as they came."""
        drawn = [shape for shape in self.shapes if shape is not None]
        inside = shapely.get_coordinates(drawn) if drawn else np.empty((0, 2))
        return np.vstack([self.points[~np.isnan(self.points[:, 0])], inside])


def _point(record: Record, file: str, notes: Notes) -> tuple[float, float]:
    nowhere = (np.nan, np.nan)
    try:
        at = (float(record.get("lon") or "nan"), float(record.get("lat") or "nan"))
    except ValueError:
        notes.add("not_number", file, record.row, column="经度/纬度 lon/lat")
        return nowhere
    if not np.isfinite(at).all() or at == (0.0, 0.0):
        if at == (0.0, 0.0):
            notes.add("far", file, record.row, km=FAR_KM)
        return nowhere
    return at


@dataclass(slots=True)
class Ground:
    """The flat picture all lists are drawn in; without degrees (`picture` None) metres stay as they are."""

    picture: LocalMetres | None
    datum: str
    crs: str = field(init=False)

    def __post_init__(self) -> None:
        flat = self.picture
        self.crs = (
            f"local metres around lon {flat.lon:.6f}, lat {flat.lat:.6f} (WGS84)"
            if flat
            else "metres as given"
        )

    def lay(self, laid: Laid, datum: str = "") -> None:
        """Turn points and shapes of a list into metres, in place."""
        drawn = np.array(laid.shapes, dtype=object)
        has = np.array([shape is not None for shape in laid.shapes], bool)
        known = ~np.isnan(laid.points[:, 0])
        laid.points[known] = self.to_metres(laid.points[known], datum or laid.datum)
        if has.any():
            drawn[has] = shapely.transform(
                drawn[has], lambda pairs: self.to_metres(pairs, datum or laid.datum)
            )
            laid.shapes = drawn.tolist()

    def to_metres(self, pairs: Floats, datum: str) -> Floats:
        if self.picture is None or not len(pairs):
            return pairs
        flat = self.picture
        degrees = _convert(pairs, DATUMS[datum])
        return np.asarray((degrees - (flat.lon, flat.lat)) * (flat.per_lon, flat.per_lat))

    def shifted(self, metres: Floats, from_: str, to: str) -> Floats:
        """Where points laid as one datum would lie as another."""
        flat = self.picture
        if flat is None:
            return metres
        degrees = metres / (flat.per_lon, flat.per_lat) + (flat.lon, flat.lat)
        as_given = np.asarray(shapely.get_coordinates(convert(shapely.MultiPoint(degrees), to=DATUMS[from_])))
        return self.to_metres(as_given, to)


def _convert(pairs: Floats, datum: Datum) -> Floats:
    return np.asarray(shapely.get_coordinates(convert(shapely.MultiPoint(pairs), from_=datum)))


def ground_of(lists: Sequence[Laid], datum: str, of_list: dict[str, str], notes: Notes) -> Ground:
    """Check that the coordinates fit the datum and choose the picture.

    `of_list`: the datum of single lists by file name, where it differs. Raises `GatherError` no_datum, metres
    or degrees.
    """
    found = [(laid, laid.coordinates()) for laid in lists]
    placed = [(laid, pairs) for laid, pairs in found if len(pairs)]
    for laid, pairs in placed:
        laid.datum = of_list.get(laid.listed.file, datum)
        _check(laid, pairs, notes)
    if not placed or datum == METRES:
        return Ground(None, datum)
    middle = np.median(np.vstack([_convert(pairs, DATUMS[laid.datum]) for laid, pairs in placed[:1]]), axis=0)
    return Ground(LocalMetres.at(*np.round(middle, 4).tolist()), datum)


def _check(laid: Laid, pairs: Floats, notes: Notes) -> None:
    if not laid.datum:
        raise GatherError("no_datum", notes)
    degrees = (np.abs(pairs) <= (180, 90)).all(axis=1).mean() > 0.5
    if degrees and laid.datum == METRES:
        raise GatherError("degrees", notes, file=laid.listed.file)
    if not degrees and laid.datum != METRES:
        raise GatherError("metres", notes, file=laid.listed.file)


def drop_far(laid: Laid, notes: Notes) -> None:
    """Points (in metres) far from all others cannot be right; they count as unknown."""
    known = ~np.isnan(laid.points[:, 0])
    if not known.any():
        return
    away = np.hypot(*(laid.points - np.median(laid.points[known], axis=0)).T)
    gone = np.flatnonzero(known & (away > FAR_KM * 1000))
    laid.points[gone] = np.nan
    notes.add_rows("far", laid.listed.file, (laid.listed.records[i].row for i in gone.tolist()), km=FAR_KM)


def judge_datum(
    ground: Ground,
    given: str,
    at: Floats,
    homes: Sequence[BaseGeometry | None],
    areas: Iterable[BaseGeometry],
    notes: Notes,
) -> None:
    """Say so when another datum would put clearly more buildings into their communities.

    `homes`: the boundary each point should lie in; where the list does not say (None), any boundary counts.
    """
    if ground.picture is None or not len(at):
        return
    everywhere = shapely.union_all(list(areas))
    wanted = np.array([everywhere if home is None else home for home in homes], dtype=object)

    def share(pairs: Floats) -> float:
        return float(shapely.covers(wanted, shapely.points(pairs)).mean())

    mine = share(at)
    options = {"wgs84": "WGS84", "gcj02": "GCJ-02", "bd09": "BD-09"}
    given = "wgs84" if given == "cgcs2000" else given
    tried = {other: ground.shifted(at, given, other) for other in options if other != given}
    shares = {other: share(pairs) for other, pairs in tried.items()}
    best = max(shares, key=lambda other: shares[other])
    if shares[best] - mine >= 0.01 and (1 - shares[best]) * 3 <= 1 - mine:
        metres = float(np.median(np.hypot(*(tried[best] - at).T)))
        notes.add(
            "datum", "", given=options[given], likely=options[best], option=best, metres=f"{metres:.0f}",
            share=f"{100 * mine:.1f}", better=f"{100 * shares[best]:.1f}",
        )  # fmt: skip
