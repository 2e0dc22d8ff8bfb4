"""One list or map, whatever it came as, as records: CSV, XLSX, GeoJSON, Shapefile."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from weiwang.kernel.tables import Limits, Row, Table, TableError, Unknown, read_table
from weiwang.planning.gather.columns import ASKED_FIRST, MARK, NAMES, Wanted
from weiwang.planning.gather.notes import GatherError, Notes

LIMITS = Limits(bytes=2**30, unpacked=2**31, cells=40_000_000, rows=2_000_000)


@dataclass(frozen=True, slots=True)
class Source:
    """A file by its content; `name` is what reports call it."""

    name: str
    data: bytes

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read a file; a Shapefile is taken with its .dbf, .shx, .cpg and .prj beside it.

        Raises `GatherError` file.
        """
        try:
            if path.suffix.lower() == ".shp":
                return cls(path.name, _packed(path))
            return cls(path.name, path.read_bytes())
        except OSError as error:
            raise GatherError("file", file=path.name, problem=error.strerror or "?") from error


def _packed(path: Path) -> bytes:
    """The parts of a Shapefile as one ZIP."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in sorted(path.parent.iterdir()):
            if part.stem == path.stem and part.suffix.lower() in _PARTS:
                archive.writestr(f"layer{part.suffix.lower()}", part.read_bytes())
    return packed.getvalue()


_PARTS = (".shp", ".shx", ".dbf", ".cpg", ".prj")


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its number as the file counts, its clean texts by our names, its shape if it has one."""

    row: int
    values: Mapping[str, str]
    shape: BaseGeometry | None = None

    def get(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(slots=True)
class Listed:
    """All records of a file; `written`: our name of a column -> its header in the file."""

    file: str
    records: list[Record] = field(default_factory=list)
    written: Mapping[str, str] = field(default_factory=dict)
    unused: Sequence[str] = ()

    def has(self, name: str) -> bool:
        return name in self.written

    @property
    def headers(self) -> str:
        return "、".join([*self.written.values(), *self.unused])


def read(source: Source, wanted: Wanted, notes: Notes) -> Listed:
    """Read a file. Raises `GatherError`: file, two_columns, no_such_column."""
    try:
        data, name = _plain_table(source)
        table = _open(data, name, source.name, wanted, notes)
        positions = {n.removeprefix(MARK) for n in table.header.positions}
        written = {
            n.removeprefix(MARK): header
            for n, header in table.header.written.items()
            if n.removeprefix(MARK) in positions
        }
        listed = Listed(source.name, [], written, table.header.ignored)
        _check_asked(listed, wanted)
        listed.records = [_record(row, source.name, notes) for row in table]
    except TableError as error:
        raise GatherError("file", notes, file=source.name, problem=str(error)) from error
    return listed


def _open(data: bytes, name: str, file: str, wanted: Wanted, notes: Notes) -> Table:
    """Open the table; of columns that mean the same, the more usual one is taken, or the user is asked."""
    settled: dict[str, str] = {}
    for _ in range(len(wanted.layer)):
        try:
            return read_table(data, wanted.columns(settled), name=name, unknown=Unknown.IGNORE, limits=LIMITS)
        except TableError as error:
            if error.code != "duplicate_column":
                raise
            first, second = (str(error.params[key]) for key in ("first", "second"))
            meant = wanted.means(first)
            if meant is None or meant in ASKED_FIRST or meant in settled:
                said = NAMES.get(meant or "", meant or first)
                raise GatherError("two_columns", notes, first=first, second=second, name=said) from error
            settled[meant] = wanted.preferred(meant, (first, second))
            ignored = second if settled[meant] == first else first
            notes.add("second_column", file, used=settled[meant], ignored=ignored)
    raise GatherError("file", notes, file=file, problem="columns")


def _check_asked(listed: Listed, wanted: Wanted) -> None:
    for name, header in {**wanted.chosen, **wanted.extra}.items():
        if (name in wanted.layer or name in wanted.extra) and not listed.has(name):
            raise GatherError("no_such_column", file=listed.file, column=header, columns=listed.headers)


def _record(row: Row, file: str, notes: Notes) -> Record:
    for error in row.errors:
        notes.add("cell", file, row.number, error.column)
    values = {name.removeprefix(MARK): text for name, text in row.values.items() if text}
    return Record(row.number, values, _shape(row, values.get("shape", ""), file, notes))


def _shape(row: Row, text: str, file: str, notes: Notes) -> BaseGeometry | None:
    """The shape of a row, as given; areas that cross themselves are put right."""
    if not row.geometry and not text:
        return None
    try:
        found = shapely.force_2d(
            shapely.from_geojson(json.dumps(row.geometry)) if row.geometry else shapely.from_wkt(text)
        )
        if found.is_empty:
            return None
        return found if found.is_valid else shapely.make_valid(found)
    except (ShapelyError, ValueError, TypeError):
        notes.add("bad_shape", file, row.number)
        return None


def _plain_table(source: Source) -> tuple[bytes, str]:
    """The content as something `read_table` knows; Shapefiles become GeoJSON."""
    if not source.data.startswith(b"PK"):
        return source.data, source.name
    try:
        with zipfile.ZipFile(BytesIO(source.data)) as archive:
            layers = [n for n in archive.namelist() if n.lower().endswith(".shp")]
            if not layers:
                return source.data, source.name
            stem = layers[0][:-4]
            parts = {
                n[len(stem) :].lower(): archive.read(n)
                for n in archive.namelist()
                if n.lower().startswith(stem.lower())
            }
    except (zipfile.BadZipFile, OSError) as error:
        raise GatherError("file", file=source.name, problem=str(error)) from error
    return _from_shapefile(parts, source.name), f"{source.name}.geojson"


def _from_shapefile(parts: Mapping[str, bytes], name: str) -> bytes:
    import shapefile  # noqa: PLC0415 -- only who brings a Shapefile waits for it

    files = {key: parts[f".{key}"] for key in ("shp", "shx", "dbf") if f".{key}" in parts}
    problem = ""
    for encoding in (parts.get(".cpg", b"").decode("ascii", "ignore").strip() or "utf-8", "gb18030"):
        try:
            with closing(shapefile.Reader(**_opened(files), encoding=encoding)) as reader:
                features = [feature.__geo_interface__ for feature in reader.iterShapeRecords()]
            return json.dumps({"type": "FeatureCollection", "features": features}, default=str).encode()
        except (UnicodeDecodeError, LookupError, shapefile.dbfFileException) as error:
            problem = str(error)
        except (shapefile.ShapefileException, OSError, ValueError) as error:
            raise GatherError("file", file=name, problem=str(error)) from error
    raise GatherError("file", file=name, problem=problem)


def _opened(files: Mapping[str, bytes]) -> dict[str, Any]:
    return {key: BytesIO(part) for key, part in files.items()}
