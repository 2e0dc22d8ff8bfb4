"""The web server: the program is read once, and every worker begins as a copy of the process that read it.

A copy shares the memory of what never changes, so a second worker costs a third of what it would cost alone,
and one that was killed is back in milliseconds. What must not be shared between processes, the connections to
the database, is closed before the first copy is made and opened by each in `config.web_worker`.
"""

import multiprocessing
import sys

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

import weiwang.config.wsgi  # noqa: F401 -- the program, read before the copies are made
from weiwang.config import environment
from weiwang.config.postgres.base import part_with_connections
from weiwang.kernel.copies import can_copy


def serve(port: int) -> None:
    """Answer requests until a signal ends this process."""
    part_with_connections()
    if can_copy():
        multiprocessing.set_start_method("fork")
    Server(
        "weiwang.config.web_worker:application",
        address=environment.read("WEIWANG_BIND"),
        port=port,
        interface=Interfaces.WSGI,
        workers=int(environment.read("WEIWANG_WORKERS")),
        blocking_threads=2,
        backlog=2048,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
