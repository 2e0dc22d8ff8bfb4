"""A place to be planned, read from a folder of CSV files (metres in one projected system)."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from weiwang.planning.limits import Limits, SizeRange

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]

KINDS: Final[Mapping[str, int]] = {"open": 0, "wall": 1, "road": 2}


class InstanceError(ValueError):
    """The folder cannot be read as a place; the message names the file and the row."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in the input that was left out or put right; row 2 is the first after the head."""

    file: str
    row: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.row}: {self.message}"


@dataclass(frozen=True, slots=True)
class Stairwell:
    """One stairwell of a building; `by_floor`: households of floor 1, 2, ... where they are known."""

    number: int
    floors: int
    households: int
    by_floor: tuple[int, ...] = ()


@dataclass(slots=True)
class Buildings:
    """Columns over all buildings; `community`, `compound`: places in the lists of names (-1: none)."""

    ids: list[str]
    community: Ints
    compound: Ints
    x: Floats
    y: Floats
    households: Ints
    rows: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Links:
    """Walking links inside communities: ends as places in the building columns, metres, kind."""

    a: Ints
    b: Ints
    length: Floats
    kind: Bytes


@dataclass(slots=True)
class Instance:
    """All that a plan is made from; `stairwells` only of buildings too large for one micro-grid."""

    name: str
    limits: Limits
    communities: list[str]
    compounds: list[str]
    buildings: Buildings
    stairwells: dict[int, tuple[Stairwell, ...]]
    links: Links
    community_names: dict[str, str] = field(default_factory=dict)
    compound_names: dict[str, str] = field(default_factory=dict)
    barriers: list[tuple[str, str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    special: dict[str, Limits] = field(default_factory=dict)
    """Limits of communities of another kind of area, by their ids; `limits` holds for all others."""

    @property
    def households(self) -> int:
        return int(self.buildings.households.sum())

    def limits_of(self, community: int) -> Limits:
        """The sizes that hold in a community, by its place in the list."""
        return self.special.get(self.communities[community], self.limits) if self.special else self.limits


Row = Mapping[str, str]


def _rows(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Rows after the head with only the needed columns, in that order, blank where the row is short."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            head = next(reader, [])
            missing = [name for name in needed if name not in head]
            if missing:
                raise InstanceError(f"{path.name}: no column {', '.join(missing)}")
            at = [head.index(name) for name in needed]
            width = max(at) + 1
            for number, row in enumerate(reader, 2):
                cells = row if len(row) >= width else row + [""] * (width - len(row))
                yield number, [cells[i] for i in at]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InstanceError(f"{path.name}: {error}") from error


def _meta(path: Path) -> dict[str, Any]:
    try:
        meta = json.loads((path / "meta.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InstanceError(f"meta.json: {error}") from error
    if not isinstance(meta, dict):
        raise InstanceError("meta.json: not an object")
    return meta


def _limits(meta: Mapping[str, Any], usual: Limits) -> Limits:

    def sizes(level: str, default: SizeRange) -> SizeRange:
        low, high = meta.get(level, (default.low, default.high))
        target = meta.get(f"{level}_target", default.target)
        return SizeRange(int(low), int(high), float(target))

    try:
        return Limits(sizes("micro", usual.micro), sizes("grid", usual.grid))
    except (TypeError, ValueError, AttributeError) as error:
        raise InstanceError(f"meta.json: {error}") from error


def _limits_by_kind(meta: Mapping[str, Any], usual: Limits) -> dict[str, Limits]:
    """`"areas": {"village": {"micro": [20, 60], "grid": [150, 300]}}`; what is not said is as usual."""
    areas = meta.get("areas", {})
    if not isinstance(areas, dict):
        raise InstanceError("meta.json: areas is not an object")
    return {str(kind): _limits(_with_targets(given), usual) for kind, given in areas.items()}


def _with_targets(given: Any) -> Mapping[str, Any]:  # noqa: ANN401 -- whatever stands in the file
    """The middle of a range is its target where none is given."""
    try:
        middles = {f"{level}_target": sum(given[level]) / 2 for level in ("micro", "grid") if level in given}
        whole: dict[str, Any] = {**middles, **given}
    except TypeError as error:
        raise InstanceError(f"meta.json: areas: {error}") from error
    return whole


class _Names:
    """Names in the order they are first met, with their places."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def place(self, name: str) -> int:
        return self.places.setdefault(name, len(self.places))


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.findings: list[Finding] = []

    def note(self, file: str, row: int, message: str) -> None:
        self.findings.append(Finding(file, row, message))

    def buildings(self) -> tuple[Buildings, list[str], list[str]]:
        file = "buildings.csv"
        wanted = ("building_id", "community_id", "compound_id", "x", "y", "households")
        communities, compounds, rows = _Names(), _Names(), dict[str, int]()
        numbers: list[tuple[int, int, float, float, int]] = []
        for row, (name, community, compound, x, y, households) in _rows(self.path / file, wanted):
            if not name or name in rows:
                self.note(file, row, f"building {name!r} has no id or stands twice; this row is left out")
                continue
            try:
                entry = (float(x), float(y), int(households))
            except ValueError:
                self.note(file, row, f"building {name}: x, y or households is not a number; left out")
                continue
            if not community or not np.isfinite(entry[:2]).all():
                self.note(file, row, f"building {name} has no community or no place; left out")
                continue
            place = compounds.place(compound) if compound else -1
            rows[name] = len(numbers)
            numbers.append((communities.place(community), place, *entry))
        return _columns(rows, numbers), list(communities.places), list(compounds.places)

    def stairwells(self, buildings: Buildings, high: int) -> dict[int, tuple[Stairwell, ...]]:
        """Stairwells of buildings over `high` households; the totals of all follow their stairwells."""
        tall = set(np.flatnonzero(buildings.households > high).tolist())
        found, totals = self._read_stairwells(buildings, tall)
        late = {b for b, total in totals.items() if total > high} - tall
        if late:
            self.findings = [f for f in self.findings if f.file != "units.csv"]
            found, totals = self._read_stairwells(buildings, tall | late)
        self._settle_totals(buildings, totals)
        return {
            b: tuple(sorted(stairwells, key=lambda s: s.number))
            for b, stairwells in found.items()
            if totals[b] > high
        }

    def _read_stairwells(
        self, buildings: Buildings, tall: set[int]
    ) -> tuple[dict[int, list[Stairwell]], dict[int, int]]:
        found: dict[int, list[Stairwell]] = {}
        totals: dict[int, int] = {}
        wanted = ("building_id", "unit_no", "floors", "households", "floor_households")
        for row, cells in _rows(self.path / "units.csv", wanted):
            building = buildings.rows.get(cells[0])
            if building is None:
                self.note("units.csv", row, f"stairwell of an unknown building {cells[0]!r}; left out")
                continue
            stairwell = self._stairwell(row, cells)
            if stairwell is None:
                continue
            totals[building] = totals.get(building, 0) + stairwell.households
            if building in tall:
                found.setdefault(building, []).append(stairwell)
        return found, totals

    def _stairwell(self, row: int, cells: list[str]) -> Stairwell | None:
        name, number, floors, households, by_floor = cells
        try:
            counts = tuple(int(v) for v in by_floor.split(";")) if by_floor else ()
            stairwell = Stairwell(int(number), int(floors), max(0, int(households)), counts)
        except ValueError:
            self.note("units.csv", row, f"stairwell {name}/{number}: not a number; left out")
            return None
        if counts and (len(counts) != stairwell.floors or sum(counts) != stairwell.households):
            self.note(
                "units.csv", row, f"stairwell {name}/{number}: floors do not add up; taken as one piece"
            )
            return Stairwell(stairwell.number, stairwell.floors, stairwell.households)
        return stairwell

    def _settle_totals(self, buildings: Buildings, totals: dict[int, int]) -> None:
        said = buildings.households.tolist()
        for building, total in totals.items():
            if total != said[building]:
                name = buildings.ids[building]
                self.note(
                    "units.csv",
                    0,
                    f"{name} has {said[building]} households, its stairwells {total}; {total} taken",
                )
                buildings.households[building] = total

    def links(self, buildings: Buildings) -> Links:
        file = "links.csv"
        rows, community = buildings.rows, buildings.community.tolist()
        a, b, length, kind = [], [], [], []
        for row, (one, other, metres, how) in _rows(self.path / file, ("a", "b", "length_m", "kind")):
            i, j = rows.get(one, -1), rows.get(other, -1)
            if i < 0 or j < 0 or i == j or community[i] != community[j]:
                self.note(
                    file, row, f"link {one} - {other} does not join two buildings of one community; left out"
                )
                continue
            if how not in KINDS:
                self.note(file, row, f"link {one} - {other}: unknown kind {how!r}; taken as road")
            a.append(i)
            b.append(j)
            length.append(float(metres))
            kind.append(KINDS.get(how, 2))
        return Links(
            np.array(a, np.int32),
            np.array(b, np.int32),
            np.array(length, np.float64),
            np.array(kind, np.uint8),
        )

    def names(self, file: str, key: str) -> dict[str, str]:
        if not (self.path / file).exists():
            return {}
        return {cells[0]: cells[1] for _, cells in _rows(self.path / file, (key, "name"))}

    def kinds(self) -> dict[str, str]:
        """The kind of area of each community, where the file has that column."""
        path = self.path / "communities.csv"
        try:
            return {cells[0]: cells[1] for _, cells in _rows(path, ("community_id", "kind"))}
        except InstanceError:
            return {}

    def barriers(self) -> list[tuple[str, str, str]]:
        if not (self.path / "barriers.csv").exists():
            return []
        wanted = ("barrier_id", "kind", "wkt")
        return [(c[0], c[1], c[2]) for _, c in _rows(self.path / "barriers.csv", wanted)]


def _columns(rows: dict[str, int], numbers: list[tuple[int, int, float, float, int]]) -> Buildings:
    community, compound, x, y, households = zip(*numbers, strict=True) if numbers else ((),) * 5
    return Buildings(
        list(rows),
        np.array(community, np.int32),
        np.array(compound, np.int32),
        np.array(x, np.float64),
        np.array(y, np.float64),
        np.maximum(np.array(households, np.int32), 0),
        rows,
    )


def read(path: Path | str) -> Instance:
    """Read a place. Rows that make no sense are left out and listed in `findings`.

    Raises `InstanceError` when a file or a needed column is missing.
    """
    folder = Path(path)
    meta = _meta(folder)
    limits = _limits(meta, Limits())
    by_kind = _limits_by_kind(meta, limits)
    reader = _Reader(folder)
    buildings, communities, compounds = reader.buildings()
    kinds = reader.kinds() if by_kind else {}
    special = {name: by_kind[kind] for name, kind in kinds.items() if kind in by_kind}
    least = min(one.micro.high for one in (limits, *special.values()))
    stairwells = reader.stairwells(buildings, least)
    return Instance(
        str(meta.get("name", folder.name)),
        limits,
        communities,
        compounds,
        buildings,
        stairwells,
        reader.links(buildings),
        reader.names("communities.csv", "community_id"),
        reader.names("compounds.csv", "compound_id"),
        reader.barriers(),
        reader.findings,
        special,
    )
