"""Opening XLSX from strangers.

A workbook is a zip of XML. A few kilobytes of it can unpack to gigabytes, and a single cell in a far corner
makes the reader set aside memory for all cells between: both would end the process. So everything is unpacked
once in small pieces, counted, and searched for the farthest cell, before the reader sees it.
"""

import re
from collections.abc import Iterator
from copy import copy
from io import BytesIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from weiwang.kernel.tables.errors import TableError
from weiwang.kernel.tables.rows import Limits, NumberedCells

_PIECE = 2**16
_MOST_PARTS = 2_000
_ENCRYPTED = 1
_REFERENCE = re.compile(r"([A-Za-z]{1,4})(\d{1,8})")
_BROKEN = (BadZipFile, ZlibError, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def workbook_cells(data: bytes, limits: Limits) -> Iterator[NumberedCells]:
    """Return the rows of the first visible sheet, numbered as Excel does. Raises `TableError`."""
    _check_parts(data, limits)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(data))
        sheet = workbook.get_sheet_by_name(_first_visible(workbook))
    except CalamineError:
        raise TableError("damaged") from None
    return enumerate(sheet.iter_rows(), start=1)


def _first_visible(workbook: CalamineWorkbook) -> str:
    for sheet in workbook.sheets_metadata:
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
            return str(sheet.name)
    raise TableError("damaged")


def _check_parts(data: bytes, limits: Limits) -> None:
    try:
        with ZipFile(BytesIO(data)) as parts:
            _check_list(parts)
            _check_contents(parts, limits)
    except BadZipFile:
        raise TableError("not_xlsx") from None


def _check_list(parts: ZipFile) -> None:
    names = {part.filename.lower() for part in parts.infolist()}
    if "xl/workbook.xml" not in names:
        raise TableError("not_xlsx")
    usual = all(p.compress_type in {ZIP_STORED, ZIP_DEFLATED} for p in parts.infolist())
    if len(parts.infolist()) > _MOST_PARTS or not usual:
        raise TableError("damaged")
    if any(part.flag_bits & _ENCRYPTED for part in parts.infolist()):
        raise TableError("old_excel")


def _check_contents(parts: ZipFile, limits: Limits) -> None:
    left = limits.unpacked
    for part in parts.infolist():
        try:
            left -= _check_part(parts, part, left, limits)
        except TableError:
            raise
        except _BROKEN:
            raise TableError("damaged") from None


def _check_part(parts: ZipFile, part: ZipInfo, budget: int, limits: Limits) -> int:
    """Unpack one part piece by piece; return its true size."""
    size, extent = 0, None
    for piece in _pieces(parts, part, budget):
        if not size and piece.lstrip()[:1] in {b"<", b"\xef", b"\xff", b"\xfe"}:
            extent = _Extent()
        size += len(piece)
        if size > budget:
            raise TableError("unpacks_too_large")
        if extent is not None and not part.filename.endswith(".vml"):
            extent.feed(piece)
    if extent is not None:
        extent.check(limits)
    return size


def _pieces(parts: ZipFile, part: ZipInfo, budget: int) -> Iterator[bytes]:
    honest = copy(part)
    honest.file_size = budget + 4 * _PIECE  # the size the file claims would hide the true one
    with parts.open(honest) as stream:
        while piece := stream.read(_PIECE):
            yield piece


class _Extent:
    """Follows the cells of a sheet in XML, without keeping any of it."""

    def __init__(self) -> None:
        self.row = self.column = self.last_row = self.last_column = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._element
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, piece: bytes) -> None:
        try:
            self._parser.Parse(piece, False)  # noqa: FBT003
        except expat.ExpatError:
            raise TableError("damaged") from None

    def check(self, limits: Limits) -> None:
        if self.last_row > max(limits.rows * 2, limits.rows + 100):
            raise TableError("too_many_rows", limit=limits.rows)
        if self.last_row * self.last_column > limits.cells:
            raise TableError("too_many_cells")

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self.row, self.column = int(attributes.get("r", self.row + 1)), 0
            case "c" if self.row:
                self._move(attributes.get("r", ""))
            case "v" | "is" | "f":
                self.last_row = max(self.last_row, self.row)
                self.last_column = max(self.last_column, self.column)

    def _move(self, reference: str) -> None:
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            self.column += 1
            return
        self.row, self.column = int(found[2]), 0
        for letter in found[1].upper():
            self.column = self.column * 26 + ord(letter) - 64

    def _doctype(self, *_: object) -> None:
        raise TableError("damaged")
