"""From raw cells to clean rows."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from weiwang.kernel.faults import CodedError
from weiwang.kernel.tables.columns import Column, Header
from weiwang.kernel.tables.errors import CellError, RowError, TableError

# Control characters except tab and line ends, lone surrogates, marks that turn the direction of text,
# line separators and characters that Unicode promises never to use.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_MOST_DIGITS = 15  # of a number in Excel
NumberedCells = tuple[int, Sequence[object]]


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a table may be."""

    bytes: int = 32 * 2**20
    unpacked: int = 256 * 2**20
    """Bytes of a workbook after unpacking."""
    cells: int = 3_000_000
    """Cells of a workbook, from its first to its last row and column: they are held in memory."""
    rows: int = 200_000
    columns: int = 200
    cell: int = 10_000
    """Characters of one cell."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` counts as the file does, from 1 with the header (in GeoJSON: the feature, from 1).

    `values` has every column asked for, as clean text, empty where there is none or where `errors` tell why.
    """

    number: int
    values: dict[str, str]
    errors: tuple[RowError, ...] = ()
    geometry: Mapping[str, object] | None = None
    """The GeoJSON geometry as it came: only from GeoJSON."""
    written: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def problem(self, column: str, error: CodedError) -> RowError:
        """Return an error of this row found by the caller; an empty `column` means the whole row."""
        return RowError.about(self.number, self.written.get(column, column), error)


def read_rows(
    cells: Iterable[NumberedCells], header: Header, columns: Sequence[Column], limits: Limits
) -> Iterator[Row]:
    """Return the rows that are not blank. Raises `TableError` too_many_rows or no_rows on the way."""
    count = 0
    for number, row in cells:
        if not any(map(_is_something, row)):
            continue
        count += 1
        if count > limits.rows:
            raise TableError("too_many_rows", limit=limits.rows)
        yield read_row(number, row, header, columns, limits)
    if not count:
        raise TableError("no_rows")


def read_row(
    number: int, cells: Sequence[object], header: Header, columns: Sequence[Column], limits: Limits
) -> Row:
    """Return one row with every cell cleaned or refused."""
    values: dict[str, str] = {}
    errors: list[RowError] = []
    for column in columns:
        position = header.positions.get(column.name, len(cells))
        try:
            values[column.name] = _cell(cells, position, limits, filled=column.filled)
        except CellError as error:
            values[column.name] = ""
            errors.append(RowError.about(number, header.written[column.name], error))
    if any(map(_is_something, cells[header.width :])):
        errors.append(RowError(number, "", "long_row"))
    return Row(number, values, tuple(errors), None, header.written)


def as_text(value: object) -> str:
    """Return a cell as a person would read it. Raises `CellError` long_number or nested_value."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, list | dict):
        raise CellError("nested_value")
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def _number_text(value: float) -> str:
    if abs(value) >= 10**_MOST_DIGITS and not isinstance(value, int):
        raise CellError("long_number")
    return str(int(value)) if value == value // 1 else format(value, f".{_MOST_DIGITS}g")


def _cell(cells: Sequence[object], position: int, limits: Limits, *, filled: bool) -> str:
    text = as_text(cells[position]) if position < len(cells) else ""
    if len(text) > limits.cell:
        raise CellError("long_cell", limit=limits.cell)
    text = text.strip().strip("\ufeff")
    if _FORBIDDEN.search(text):
        raise CellError("control_character")
    if filled and not text:
        raise CellError("missing_value")
    return text


def _is_something(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None
