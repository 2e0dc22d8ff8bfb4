"""Reading a table, whatever it came as: the content decides, the file name only helps to explain."""

import codecs
import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO, TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Literal, NoReturn

from weiwang.kernel.tables.columns import Column, Header, Unknown, check_header, match_header
from weiwang.kernel.tables.errors import RowError, TableError
from weiwang.kernel.tables.rows import Limits, NumberedCells, Row, read_row, read_rows
from weiwang.kernel.tables.workbook import workbook_cells
from weiwang.kernel.tables.writing import plain_cell

_DEFAULT_LIMITS = Limits()
_TITLE_ROWS = 5  # offices like a title or a note above the header: it is looked for in the first rows
_SAMPLE = 2**20
_COMMON_SHARE = 0.8
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose header fits. Iterate once; rows come one by one."""

    kind: Literal["csv", "xlsx", "geojson"]
    header: Header
    rows: Iterator[Row]

    def __iter__(self) -> Iterator[Row]:
        return self.rows


def read_table(
    source: bytes | Path | BinaryIO,
    columns: Sequence[Column],
    *,
    name: str = "",
    unknown: Unknown = Unknown.REFUSE,
    limits: Limits = _DEFAULT_LIMITS,
) -> Table:
    """Open a CSV (UTF-8, UTF-16 with mark, GB18030), XLSX or GeoJSON table and match its header.

    Raises `TableError` at once for a wrong file or header, and while iterating for a broken or too long one.
    """
    data = _read(source, limits)
    name = (name or (source.name if isinstance(source, Path) else "")).lower()
    if data.startswith(_OLE):
        raise TableError("old_excel")
    if data.startswith(_ZIP) or name.endswith((".xlsx", ".xlsm")):
        return _from_cells("xlsx", workbook_cells(data, limits), columns, unknown, limits)
    if data[:100].removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{") or name.endswith("json"):
        return _from_geojson(data, columns, unknown, limits)
    return _from_cells("csv", _csv_cells(data), columns, unknown, limits)


def _read(source: bytes | Path | BinaryIO, limits: Limits) -> bytes:
    if isinstance(source, Path):
        with source.open("rb") as stream:
            data = stream.read(limits.bytes + 1)
    else:
        data = source if isinstance(source, bytes) else source.read(limits.bytes + 1)
    if len(data) > limits.bytes:
        raise TableError("too_large", limit=limits.bytes // 2**20)
    if not data.strip():
        raise TableError("empty_file")
    return data


def _from_cells(
    kind: Literal["csv", "xlsx"],
    cells: Iterator[NumberedCells],
    columns: Sequence[Column],
    unknown: Unknown,
    limits: Limits,
) -> Table:
    header, rest = _find_header(cells, columns, limits)
    check_header(header, unknown)
    return Table(kind, header, read_rows(rest, header, columns, limits))


def _find_header(
    cells: Iterator[NumberedCells], columns: Sequence[Column], limits: Limits
) -> tuple[Header, Iterable[NumberedCells]]:
    """Return the first row that has all required columns, or else the one that has most, and what follows."""
    seen: list[NumberedCells] = []
    best: tuple[int, int, Header] | None = None
    for number, row in cells:
        texts = _header_texts(row, limits)
        if not any(texts):
            continue
        seen.append((number, row))
        header = match_header(texts, columns)
        if best is None or len(header.positions) > best[0]:
            best = (len(header.positions), len(seen), header)
        if (header.positions and not header.missing) or len(seen) == _TITLE_ROWS:
            break
    if best is None:
        raise TableError("empty_file")
    return best[2], chain(seen[best[1] :], cells)


def _header_texts(row: Sequence[object], limits: Limits) -> list[str]:
    texts = [str(value).strip() if value is not None else "" for value in row]
    while texts and not texts[-1]:
        texts.pop()
    if len(texts) > limits.columns:
        raise TableError("too_many_columns", limit=limits.columns)
    return texts


def _csv_cells(data: bytes) -> Iterator[NumberedCells]:
    encoding = detect_encoding(data)
    stream = TextIOWrapper(BytesIO(data), encoding, newline="")
    first = stream.readline(_SAMPLE)
    stream.seek(0)
    delimiter = max(",\t;", key=first.count)
    number = 0
    try:
        for number, row in enumerate(csv.reader(stream, delimiter=delimiter, strict=True), start=1):
            yield number, [plain_cell(cell) for cell in row]
    except csv.Error:
        raise TableError("broken_quotes", row=number + 1) from None


def detect_encoding(data: bytes) -> str:
    """Return the encoding of a text file. Raises `TableError` encoding rather than guess wrongly.

    A byte order mark decides. Else UTF-8, which other encodings never resemble by chance. Else GB18030, if
    the text then has everyday characters: Latin, Big5 or binary content read as GB18030 gives rare ones.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding if _decodes(data, encoding) else _refuse_encoding()
    if _decodes(data, "utf-8"):
        return "utf-8"
    if _decodes(data, "gb18030") and _is_everyday(data[:_SAMPLE].decode("gb18030", "ignore")):
        return "gb18030"
    return _refuse_encoding()


def _refuse_encoding() -> NoReturn:
    raise TableError("encoding")


def _decodes(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), _SAMPLE):
            decoder.decode(data[start : start + _SAMPLE], final=start + _SAMPLE >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _is_everyday(text: str) -> bool:
    """Return whether most characters beyond ASCII are in GB2312, the set of everyday Chinese."""
    beyond = "".join(character for character in text if character > "\x7f")
    return len(beyond.encode("gb2312", "ignore")) / 2 >= _COMMON_SHARE * len(beyond)


def _from_geojson(data: bytes, columns: Sequence[Column], unknown: Unknown, limits: Limits) -> Table:
    features = _features(data)
    if len(features) > limits.rows:
        raise TableError("too_many_rows", limit=limits.rows)
    properties = [_properties(feature) or {} for feature in features]
    written = list(dict.fromkeys(chain.from_iterable(properties)))
    if len(written) > limits.columns:
        raise TableError("too_many_columns", limit=limits.columns)
    header = match_header(written, columns)
    check_header(header, unknown)
    rows = (_feature_row(n, f, written, header, columns, limits) for n, f in enumerate(features, start=1))
    return Table("geojson", header, rows)


def _features(data: bytes) -> list[object]:
    try:
        found = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise TableError("broken_json") from None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or not features:
        raise TableError("no_features")
    return features


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _properties(feature: object) -> Mapping[str, object] | None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties if isinstance(properties, dict) else None


def _feature_row(
    number: int,
    feature: object,
    written: Sequence[str],
    header: Header,
    columns: Sequence[Column],
    limits: Limits,
) -> Row:
    properties = _properties(feature)
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    row = read_row(number, [(properties or {}).get(key) for key in written], header, columns, limits)
    if properties is None or not isinstance(geometry, dict | None):
        return replace(row, errors=(*row.errors, RowError(number, "", "bad_feature")))
    return replace(row, geometry=geometry)
