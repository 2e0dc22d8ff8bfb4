"""Which written header means which column."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from weiwang.kernel.tables.errors import TableError

_NOISE = re.compile(r"[\s*_\-:\ufeff]+")
_REMARK = re.compile(r"\([^()]*\)$")
_SHOWN = 8


class Unknown(StrEnum):
    """What to do with columns nobody asked for."""

    REFUSE = "refuse"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Column:
    """A column we look for, under any alias, in any case and width, with or without a remark in brackets."""

    name: str
    aliases: tuple[str, ...]
    required: bool = True
    """The column must be there."""
    filled: bool = False
    """Every row must have a value in it."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns stand: `positions` count cells from 0, `written` is the header as the file has it."""

    positions: Mapping[str, int]
    written: Mapping[str, str]
    ignored: tuple[str, ...]
    missing: tuple[str, ...]
    width: int


def plain(header: str) -> str:
    """Return a header without case, width, spaces, marks of necessity and a remark in brackets at its end."""
    bare = _NOISE.sub("", unicodedata.normalize("NFKC", header).casefold())
    return _REMARK.sub("", bare) or bare


def match_header(cells: Sequence[str], columns: Iterable[Column]) -> Header:
    """Return where each column stands. Raises `TableError` duplicate_column."""
    columns = tuple(columns)
    names = {plain(alias): column.name for column in columns for alias in (column.name, *column.aliases)}
    positions: dict[str, int] = {}
    ignored: list[str] = []
    for position, cell in enumerate(cells):
        name = names.get(plain(cell))
        if name is None:
            ignored += [_shown(cell)] if cell.strip() else []
        elif name in positions:
            raise TableError("duplicate_column", first=_shown(cells[positions[name]]), second=_shown(cell))
        else:
            positions[name] = position
    written = {column.name: column.aliases[0] for column in columns}
    written |= {name: _shown(cells[position]) for name, position in positions.items()}
    missing = tuple(c.aliases[0] for c in columns if c.required and c.name not in positions)
    return Header(positions, written, tuple(ignored), missing, len(cells))


def check_header(header: Header, unknown: Unknown) -> None:
    """Raise `TableError` missing_columns or, if they are to be refused, unknown_columns."""
    if header.missing:
        raise TableError("missing_columns", columns=_listed(header.missing))
    if header.ignored and unknown is Unknown.REFUSE:
        raise TableError("unknown_columns", columns=_listed(header.ignored))


def _shown(header: str) -> str:
    visible = "".join(c if c.isprintable() else " " for c in header).strip()
    return visible if len(visible) <= 30 else f"{visible[:30]}…"


def _listed(headers: Sequence[str]) -> str:
    return ", ".join(headers[:_SHOWN]) + (" …" if len(headers) > _SHOWN else "")
