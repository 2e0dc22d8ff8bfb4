"""Small numbers of a sub-district that many requests need, answered together by one statement.

A domain registers a number when it starts: the version of its tables, how many listeners there are. Whoever
reads the sub-districts anyway gets all of them with that statement and keeps them at hand for the request;
whoever needs one asks `number` first and the database only when nobody has. Never keep one longer: a number
is as old as the statement it came with.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_registered: dict[str, str] = {}
_at_hand: ContextVar[Mapping[int, Mapping[str, int]] | None] = ContextVar("numbers at hand", default=None)


def register(name: str, sql: str) -> None:
    """Name a number: a scalar subquery in which `{place}` stands for the id of the sub-district."""
    _registered[name] = sql


@dataclass(frozen=True, slots=True)
class Columns:
    """Every number as one array for a select list, and how to read it."""

    sql: str
    names: tuple[str, ...]

    def named(self, values: Sequence[int]) -> Mapping[str, int]:
        return dict(zip(self.names, values, strict=True))


def columns(place: str) -> Columns:
    """`place` is the column that holds the id of the sub-district."""
    asked = tuple(_registered.items())
    numbers = ", ".join(f"coalesce(({sql.format(place=place)}), 0)" for _, sql in asked)
    return Columns(f"ARRAY[{numbers}]::bigint[]", tuple(name for name, _ in asked))


@contextmanager
def at_hand(numbers: Mapping[int, Mapping[str, int]]) -> Iterator[None]:
    """Keep what was just read, by sub-district, for what is done inside."""
    token = _at_hand.set(numbers)
    try:
        yield
    finally:
        _at_hand.reset(token)


def number(name: str, place: int) -> int | None:
    """The number as it was just read; None when nobody has read it."""
    known = _at_hand.get()
    return known[place].get(name) if known is not None and place in known else None
