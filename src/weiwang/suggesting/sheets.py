"""Reading CSV files of messages row by row, as offices save them, and adding columns to them.

UTF-8 with or without byte order mark, UTF-16 with one, GB18030; comma, semicolon or tab; line breaks inside
quoted cells. The file is never held as a whole.
"""

import codecs
import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

LONGEST_CELL: Final = 10_000_000
_PIECE: Final = 1 << 20
_END: Final = "\x00end"  # a line behind the last; a cell that is never closed swallows it
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class SheetError(ValueError):
    """The file cannot be read; the message is one sentence and names no contents."""


@contextmanager
def long_cells() -> Iterator[None]:
    """Allow cells of a whole letter while files are read; the limit is the process's, so it is put back."""
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


@dataclass(frozen=True, slots=True)
class Sheet:
    path: Path
    header: tuple[str, ...]
    encoding: str
    delimiter: str

    @classmethod
    def open(cls, path: str | Path) -> "Sheet":
        """Look at encoding and header. Raises `SheetError`."""
        place = Path(path)
        encoding = _encoding(place)
        with place.open(encoding=encoding, newline="") as lines:
            line = lines.readline(_PIECE)
        delimiter = max(",;\t", key=lambda mark: (line.count(mark), mark == ","))
        sheet = cls(place, (), encoding, delimiter)
        header = next((cells for _, cells in sheet._lines()), [])
        if not any(cell.strip() for cell in header):
            raise SheetError(f"{place.name} has no header line.")
        return cls(place, tuple(cell.strip() for cell in header), encoding, delimiter)

    def columns(self, names: Sequence[str]) -> list[int]:
        """Where the columns of these names are, those that are there."""
        return [self.header.index(name) for name in names if name in self.header]

    def rows(self) -> Iterator[list[str]]:
        """Every row after the header, filled up to its width; empty lines are no rows."""
        lines = self._lines()
        next(lines)
        for number, cells in lines:
            if len(cells) > len(self.header):
                raise SheetError(f"{self.path.name}, line {number}: more cells than the header has columns.")
            yield cells + [""] * (len(self.header) - len(cells))

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        with self.path.open(encoding=self.encoding, newline="") as lines:
            reader = csv.reader(chain(lines, ("\n", _END)), delimiter=self.delimiter)
            cells: list[str] = []
            try:
                for cells in reader:
                    if cells and cells != [_END]:
                        yield reader.line_num, cells
            except (csv.Error, UnicodeDecodeError) as error:
                raise SheetError(
                    f"{self.path.name}, line {reader.line_num + 1}: cannot be read as CSV."
                ) from error
            if cells != [_END]:
                raise SheetError(f"{self.path.name}: a quotation mark is opened and never closed.")


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its place when all went well."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write(path: str | Path, header: Sequence[str], rows: Iterable[Sequence[str]], *, mark: bool) -> int:
    """Write UTF-8, with a byte order mark if `mark`, all or nothing; returns the number of rows."""
    written = 0
    encoding = "utf-8-sig" if mark else "utf-8"
    with _whole(Path(path)) as part, part.open("w", encoding=encoding, newline="") as target:
        writer = csv.writer(target)
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            written += 1
    return written


def _encoding(path: Path) -> str:
    """UTF-8 if every byte of the file is, else GB18030. Raises `SheetError`."""
    try:
        with path.open("rb") as raw:
            start = raw.read(4)
        marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
        if marked:
            return marked
        found = next((name for name in ("utf-8", "gb18030") if _decodes(path, name)), None)
    except OSError as error:
        raise SheetError(f"{path.name} cannot be read ({error.strerror}).") from error
    if found is None:
        raise SheetError(f"{path.name} is neither UTF-8 nor GB18030.")
    return found


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as raw:
        try:
            while piece := raw.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
