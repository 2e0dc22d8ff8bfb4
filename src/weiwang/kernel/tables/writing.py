"""Writing tables that open well in Excel and cannot run anything there."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from weiwang.kernel.tables.errors import TableError

_BEIJING = ZoneInfo("Asia/Shanghai")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PIECE = 2**16
_LONGEST_TEXT = 32_767
_FIRST_BYTES = "\ufeff"  # Excel needs the mark to know UTF-8
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def safe_cell(value: object, zone: tzinfo = _BEIJING) -> str:
    """Return the text of a CSV cell; what could be taken for a formula gets an apostrophe before it.

    Moments with a time zone are written as wall-clock time in `zone`.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return _wall_clock(value, zone).isoformat(" ", "seconds")
    text = str(value)
    harmless = isinstance(value, int | float | Decimal) or not text.startswith(_DANGEROUS)
    return text if harmless else f"'{text}"


def plain_cell(text: str) -> str:
    """Return what `safe_cell` was given as text."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_DANGEROUS) else text


def write_csv(
    header: Sequence[object], rows: Iterable[Sequence[object]], *, zone: tzinfo = _BEIJING
) -> Iterator[bytes]:
    """Return a CSV file (UTF-8 with mark) in pieces of some 64 KB, never holding more than one."""
    buffer = StringIO(newline="")
    buffer.write(_FIRST_BYTES)
    writer = csv.writer(buffer)
    writer.writerow([safe_cell(title, zone) for title in header])
    for row in rows:
        writer.writerow([safe_cell(value, zone) for value in row])
        if buffer.tell() > _PIECE:
            yield _emptied(buffer)
    yield _emptied(buffer)


def write_xlsx(
    target: BinaryIO | Path,
    header: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    sheet: str = "",
    zone: tzinfo = _BEIJING,
) -> int:
    """Write a workbook of one sheet in constant memory and return the number of rows.

    Text stays text whatever it looks like. Raises `TableError` rather than write less than it was given.
    """
    count = 0
    with Workbook(str(target) if isinstance(target, Path) else target, _OPTIONS) as workbook:
        page = workbook.add_worksheet(sheet or None)
        formats = _Formats(workbook)
        page.freeze_panes(1, 0)
        page.set_column(0, max(len(header) - 1, 0), 16)
        for column, title in enumerate(header):
            _done(page.write_string(0, column, str(title), formats.title))
        for count, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write_value(page, count, column, value, formats, zone)
    return count


class _Formats:
    def __init__(self, workbook: Workbook) -> None:
        self.title: Format = workbook.add_format({"bold": True, "bottom": 1})
        self.moment: Format = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.day: Format = workbook.add_format({"num_format": "yyyy-mm-dd"})


def _write_value(
    page: Worksheet, row: int, column: int, value: object, formats: _Formats, zone: tzinfo
) -> None:
    result: Any = 0
    if isinstance(value, bool):
        result = page.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal) and abs(float(value)) < 10**15:
        result = page.write_number(row, column, float(value))
    elif isinstance(value, datetime):
        result = page.write_datetime(row, column, _wall_clock(value, zone), formats.moment)
    elif isinstance(value, date):
        result = page.write_datetime(row, column, datetime.combine(value, time()), formats.day)
    elif value is not None:
        result = page.write_string(row, column, _fitting(str(value)))
    _done(result)


def _fitting(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise TableError("text_too_long_for_sheet")
    return text


def _done(result: int) -> None:
    """Refuse to lose anything: the writer only returns a number when a cell did not fit."""
    if result:
        raise TableError("sheet_full")


def _wall_clock(moment: datetime, zone: tzinfo) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(zone).replace(tzinfo=None)


def _emptied(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
