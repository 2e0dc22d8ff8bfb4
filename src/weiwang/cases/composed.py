"""Statements over the cases somebody may see, composed once and asked many times.

Django composes a statement anew for every page, which takes longer than PostgreSQL takes to answer it. What
is composed for one scope, one narrowing and one tab is kept with its values; only the moment changes.
"""

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from weiwang.cases.models import Case
from weiwang.territory.rules import Holding

NOW = datetime(5000, 1, 1, tzinfo=UTC)
"""Stands for the moment of asking while a statement is composed; so do moments not far from it."""
_NEAR = timedelta(days=36_500)
_PLACE = re.compile("%[%s]")


class Seen(QuerySet[Case]):
    """The cases of one scope. `scope` names it for good; what narrows it is another set and has no name."""

    scope: tuple[Holding, ...] | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with its values, of which those near `NOW` move with the moment of asking."""

    sql: str
    values: tuple[Any, ...]

    def rows(self, at: datetime) -> list[tuple[Any, ...]]:
        """The rows as the driver gives them; none, without asking, where nothing can be found."""
        if not self.sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [_at(value, at) for value in self.values])
            return list(cursor.fetchall())


def _at(value: Any, at: datetime) -> Any:  # noqa: ANN401 -- a value of any column
    return at + (value - NOW) if isinstance(value, datetime) and abs(value - NOW) < _NEAR else value


Compose = Callable[[datetime], "QuerySet[Any, Any]"]


def composed(visible: "QuerySet[Case]", key: Sequence[Hashable], compose: Compose) -> Statement:
    """What `compose(NOW)` asks for; kept under `key` as long as `visible` has the name of a scope.

    `key` must hold everything that `compose` depends on besides the scope and the moment.
    """
    scope = visible.scope if isinstance(visible, Seen) else None
    if scope is None:
        return _compose(compose)
    return _kept((scope, *key), _Unkeyed(compose))


class _Unkeyed:
    """Carries the way to compose past the cache: equal to any other, because the key says it all."""

    __slots__ = ("compose",)

    def __init__(self, compose: Compose) -> None:
        self.compose = compose

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Unkeyed)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=512)
def _kept(_key: tuple[Hashable, ...], way: _Unkeyed) -> Statement:
    statement = _compose(way.compose)
    way.compose = _done
    return statement


def _done(_at: datetime) -> "QuerySet[Any, Any]":
    raise AssertionError("composed twice")


def _compose(compose: Compose) -> Statement:
    try:
        sql, values = compose(NOW).query.sql_with_params()
    except EmptyResultSet:
        return Statement("", ())
    return Statement(*_with_codes(sql, values))


def _with_codes(sql: str, values: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """The same with the codes of ours, such as states, written out.

    PostgreSQL then knows without the values which partial index answers, and plans the statement only once.
    """
    left, kept = iter(values), list[Any]()

    def written(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return found[0]
        value = next(left)
        if isinstance(value, StrEnum) and value.isidentifier():
            return f"'{value}'"
        kept.append(value)
        return found[0]

    return _PLACE.sub(written, sql), tuple(kept)
