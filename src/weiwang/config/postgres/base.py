"""Django's PostgreSQL backend, with a look at the socket where it would ask the server whether it is there.

Every request takes a connection out of the pool. Asking the server first costs each of them a round trip; a
server that went away closes its end of the socket, and that can be seen from here.
"""

import select
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader, get_adapters_template
from psycopg import Connection, OperationalError, _queries
from psycopg.adapt import AdaptersMap, Buffer
from psycopg.pq import ConnStatus
from psycopg_pool import ConnectionPool

# A report is inserted by one statement with some seventy parameters. The driver reads a statement once and
# keeps it, unless it has more parameters than this; reading that one anew took a tenth of the request.
_queries.MAX_CACHED_STATEMENT_PARAMS = 100


class Moments(BaseTzLoader):  # type: ignore[misc]  # the stubs know nothing of it
    """Reads moments by Python's own parser; fifty rows of a list hold hundreds of them."""

    timezone = UTC

    def load(self, data: Buffer) -> datetime:
        text = str(data, "ascii")
        if text.endswith("+00"):
            try:
                return datetime.fromisoformat(text)
            except ValueError:  # before Christ, or after the year 9999
                pass
        found: datetime = super().load(data)
        return found


@cache
def _adapters(use_tz: bool, timezone: tzinfo | None) -> AdaptersMap:  # noqa: FBT001 -- as Django asks
    """Django's way to read and write values, with our reading of moments where they come in UTC."""
    found = AdaptersMap(get_adapters_template(use_tz, timezone))
    if timezone is UTC:
        found.register_loader("timestamptz", Moments)
    return found


class DatabaseWrapper(base.DatabaseWrapper):
    """Never hands out a connection whose server is known to be gone."""

    def get_connection_params(self) -> dict[str, Any]:
        found: dict[str, Any] = super().get_connection_params()
        return found | {"context": _adapters(settings.USE_TZ, self.timezone)}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:  # noqa: ANN401 -- the driver's connection
        """Raises `PoolTimeout` when no living connection comes within the pool's time."""
        connection = super().get_new_connection(conn_params)
        while self.pool is not None and is_gone(connection):
            connection.close()
            self.pool.putconn(connection)  # which opens another one in its place
            connection = super().get_new_connection(conn_params)
        return connection


def is_gone(connection: "Connection[Any]") -> bool:
    """Whether the server has left an idle connection.

    Nothing is to be read from one, unless the server said goodbye or sent something of its own accord: only
    then is it asked.
    """
    if connection.pgconn.status != ConnStatus.OK:
        return True
    waiting = select.poll()
    waiting.register(connection.pgconn.socket, select.POLLIN | select.POLLHUP | select.POLLERR)
    if not waiting.poll(0):
        return False
    try:
        ConnectionPool.check_connection(connection)
    except OperationalError:
        return True
    return False


def part_with_connections() -> None:
    """Close every connection to the database, also those that wait in a pool, with its threads."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()
