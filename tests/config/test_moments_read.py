"""Moments are read faster than the driver does, and are the same."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import DataError, connection
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.datetime import TimestamptzLoader

from weiwang.config.postgres.base import Moments

WRITTEN = (
    "2026-11-27 03:38:17.123456+00",
    "2026-11-27 03:38:17.5+00",
    "2026-11-27 03:38:17+00",
    "0001-01-01 00:00:00+00",
    "9999-12-31 23:59:59.999999+00",
    "1901-06-01 07:05:43+08:05:43",
)


@pytest.mark.parametrize("text", WRITTEN)
def test_what_the_server_writes_is_read_as_the_driver_reads_it(text: str) -> None:
    found = Moments(0).load(memoryview(text.encode()))
    assert found == TimestamptzLoader(0).load(text.encode())
    assert found.tzinfo is UTC


@given(st.datetimes(timezones=st.just(UTC)))
def test_any_moment_comes_back(at: datetime) -> None:
    written = at.isoformat(" ").replace("+00:00", "+00")
    assert Moments(0).load(written.encode()) == at


@pytest.mark.django_db
def test_a_moment_goes_to_the_database_and_comes_back() -> None:
    at = datetime(2026, 11, 27, 11, 38, 17, 120_000, timezone(timedelta(hours=8)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz, ARRAY[%s::timestamptz], NULL::timestamptz", [at, at])
        one, many, none = cursor.fetchone()
        loader = connection.connection.adapters.get_loader(1184, 0)
    assert (one, many, none) == (at, [at], None)
    assert one.tzinfo is UTC
    assert loader is Moments


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["infinity", "-infinity", "10001-01-01 00:00:00+00", "0044-03-15 BC"])
def test_what_no_moment_of_python_can_be_is_refused(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        with pytest.raises(DataError):
            cursor.fetchone()
