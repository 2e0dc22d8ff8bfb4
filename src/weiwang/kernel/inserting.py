"""Inserting rows by a statement that is composed once for their models instead of once for every row.

For the few inserts that every report makes; everything else is saved in the ordinary way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models import Field, Model

# Their values go to the driver as they are, so that not every one of seventy has to be asked.
_PLAIN = frozenset(
    {
        models.CharField, models.TextField, models.DateTimeField, models.DateField, models.UUIDField,
        models.BigIntegerField, models.IntegerField, models.PositiveIntegerField, models.FloatField,
        models.PositiveSmallIntegerField, models.SmallIntegerField, models.BooleanField,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row that is not in the database yet.

    `expressions` names columns whose text value goes through SQL with one `%s`, as in
    `NewRow(case, {"search": "to_tsvector('simple', %s)"})`.
    """

    row: Model
    expressions: Mapping[str, str] = field(default_factory=dict)

    @property
    def shape(self) -> "_Shape":
        return type(self.row), tuple(sorted(self.expressions.items()))


_Shape = tuple[type[Model], tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    columns: tuple[tuple[str, "Field[Any, Any] | None"], ...]  # None: the value goes as it is


def insert(*rows: NewRow) -> None:
    """Insert rows as they stand, all by one statement; numbers the database gives itself are not read back.

    What they refer to is looked for at the commit, as everywhere. The last row is also written last, so that
    a lock its trigger takes is held no longer than it must be.
    """
    news = [
        *reversed(rows[1:]),
        *rows[:1],
    ]  # PostgreSQL does the statement itself first, then its parts backwards
    values = [
        getattr(new.row, name) if kind is None else kind.get_db_prep_save(getattr(new.row, name), connection)
        for new in news
        for name, kind in _statement(new.shape).columns
    ]
    with connection.cursor() as cursor:
        cursor.execute(_together(tuple(new.shape for new in news)), values)
    for new in rows:
        new.row._state.adding = False  # noqa: SLF001 -- Django's own mark


@cache
def _together(shapes: tuple[_Shape, ...]) -> str:
    *parts, last = [_statement(shape).sql for shape in shapes]
    named = ", ".join(f"new_{number} AS ({sql})" for number, sql in enumerate(parts))
    return f"WITH {named} {last}" if named else last


@cache
def _statement(shape: _Shape) -> _Statement:
    model, expressions = shape
    special: Mapping[str, str] = dict(expressions)
    meta = model._meta  # noqa: SLF001 -- the documented way to a model's fields
    fields = [field for field in meta.local_concrete_fields if not field.db_returning]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(special.get(field.attname, "%s") for field in fields)
    sql = f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ({places})'  # noqa: S608 -- names of our own
    plain = [field.attname in special or type(field) in _PLAIN for field in fields]
    return _Statement(
        sql, tuple((f.attname, None if is_plain else f) for f, is_plain in zip(fields, plain, strict=True))
    )
