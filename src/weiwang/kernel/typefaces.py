"""Which characters a font file can draw, read from its `cmap` table (OpenType 1.9, formats 4 and 12)."""

import struct
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=8)
def characters(path: Path, index: int = 0) -> frozenset[int]:
    """The code points of one face of an OpenType file or collection. Raises `ValueError` for other files."""
    data = path.read_bytes()
    try:
        start = _face(data, index)
        return frozenset(_mapped(data, _table(data, start, b"cmap")))
    except (struct.error, IndexError) as error:
        raise ValueError(f"{path.name}: no OpenType font") from error


def _face(data: bytes, index: int) -> int:
    """Where the table directory of a face begins."""
    if data[:4] != b"ttcf":
        return 0
    return int(struct.unpack_from(">I", data, 12 + 4 * index)[0])


def _table(data: bytes, start: int, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", data, start + 4)
    for number in range(count):
        name, _sum, offset, _length = struct.unpack_from(">4sIII", data, start + 12 + 16 * number)
        if name == tag:
            return int(offset)
    raise IndexError(tag)


def _mapped(data: bytes, cmap: int) -> set[int]:
    """The union of all Unicode subtables in a form that is read here."""
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    found: set[int] = set()
    for number in range(count):
        _platform, _encoding, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * number)
        (form,) = struct.unpack_from(">H", data, cmap + offset)
        if form in _READERS:
            found |= _READERS[form](data, cmap + offset)
    return found


def _segments(data: bytes, at: int) -> set[int]:
    """Format 4; a segment may name characters without a glyph, which the shipped fonts never do."""
    (double,) = struct.unpack_from(">H", data, at + 6)
    ends = struct.unpack_from(f">{double // 2}H", data, at + 14)
    starts = struct.unpack_from(f">{double // 2}H", data, at + 16 + double)
    return {code for first, last in zip(starts, ends, strict=True) for code in range(first, last + 1)} - {
        0xFFFF
    }


def _groups(data: bytes, at: int) -> set[int]:
    """Format 12."""
    (count,) = struct.unpack_from(">I", data, at + 12)
    rows = struct.iter_unpack(">III", data[at + 16 : at + 16 + 12 * count])
    return {code for first, last, _glyph in rows for code in range(first, last + 1)}


_READERS = {4: _segments, 12: _groups}
