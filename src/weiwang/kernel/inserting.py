"""Inserting a row by a statement that is composed once for its model instead of once for every row.

For the few inserts that every report makes; everything else is saved in the ordinary way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    fields: tuple["Field[Any, Any]", ...]


def insert(row: Model, **expressions: str) -> None:
    """Insert a new row as it stands; a number the database gives itself is not read back.

    `expressions` names columns whose text value goes through SQL with one `%s`, as in
    `insert(case, search="to_tsvector('simple', %s)")`.
    """
    statement = _statement(type(row), tuple(sorted(expressions.items())))
    values = [
        getattr(row, field.attname)
        if field.attname in expressions
        else field.get_db_prep_save(getattr(row, field.attname), connection)
        for field in statement.fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, values)
    row._state.adding = False  # noqa: SLF001 -- Django's own mark


@cache
def _statement(model: type[Model], expressions: tuple[tuple[str, str], ...]) -> _Statement:
    special: Mapping[str, str] = dict(expressions)
    meta = model._meta  # noqa: SLF001 -- the documented way to a model's fields
    fields = tuple(field for field in meta.local_concrete_fields if not field.db_returning)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(special.get(field.attname, "%s") for field in fields)
    sql = f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ({places})'  # noqa: S608 -- names of our own
    return _Statement(sql, fields)
