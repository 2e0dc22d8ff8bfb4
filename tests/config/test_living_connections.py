"""A connection whose server is gone is never handed out, and nobody pays a round trip to know."""

import threading
from typing import Any

import pytest
from django.db import connection, connections
from psycopg import _queries
from psycopg.adapt import Transformer

from weiwang.config.postgres.base import is_gone, part_with_connections


@pytest.mark.django_db(transaction=True)
def test_a_connection_the_server_has_ended_is_replaced_before_anybody_uses_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ended = cursor.fetchone()[0]
    connection.close()  # back into the pool
    with connections.create_connection("default").temporary_connection() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000) WHERE pg_backend_pid() <> %s", [ended, ended])

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_a_living_connection_is_known_without_asking_the_server(django_assert_num_queries: Any) -> None:
    connection.ensure_connection()
    with django_assert_num_queries(0):
        assert is_gone(connection.connection) is False


@pytest.mark.django_db(transaction=True)
def test_nothing_of_the_connections_is_left_before_copies_are_made_and_they_open_again() -> None:
    connection.ensure_connection()
    part_with_connections()
    assert connection.connection is None
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("pool-")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_one_that_was_closed_here_counts_as_gone() -> None:
    with connections.create_connection("default").temporary_connection():
        pass
    fresh = connections.create_connection("default")
    fresh.ensure_connection()
    driver = fresh.connection
    driver.close()
    assert is_gone(driver) is True
    fresh.close()


def test_the_driver_keeps_the_long_statement_of_a_report() -> None:
    """It is the driver's own constant: should it be gone one day, every report is read anew."""
    assert hasattr(_queries, "MAX_CACHED_STATEMENT_LENGTH")
    assert _queries.MAX_CACHED_STATEMENT_PARAMS == 100
    many = ", ".join(["%s"] * 70)
    for _ in range(2):
        _queries.PostgresQuery(Transformer()).convert(f"SELECT {many} /* kept */", [None] * 70)
    assert _queries._query2pg.cache_info().hits >= 1
