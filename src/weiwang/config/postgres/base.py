"""Django's PostgreSQL backend, with a look at the socket where it would ask the server whether it is there.

Every request takes a connection out of the pool. Asking the server first costs each of them a round trip; a
server that went away closes its end of the socket, and that can be seen from here.
"""

import select
from typing import Any

from django.db import connections
from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError, _queries
from psycopg.pq import ConnStatus
from psycopg_pool import ConnectionPool

# A report is inserted by one statement with some seventy parameters. The driver reads a statement once and
# keeps it, unless it has more parameters than this; reading that one anew took a tenth of the request.
_queries.MAX_CACHED_STATEMENT_PARAMS = 100


class DatabaseWrapper(base.DatabaseWrapper):
    """Never hands out a connection whose server is known to be gone."""

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
