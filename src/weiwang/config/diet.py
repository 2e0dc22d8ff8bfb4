"""The worker gives back what a large job took: it finishes what it runs and begins anew.

Drawing the grids of a community, a rota or a report takes 100 MB and more, and Python keeps them; the machine
of a small office needs them for other things.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

GROWTH_MB = 40
LOOK_SECONDS = 20.0


def megabytes() -> float:
    """What this process holds of the memory for itself; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0.0
    _size, resident, shared, *_rest = map(int, pages)
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE") / 1024**2


@contextlib.contextmanager
def watched(
    held: Callable[[], float] = megabytes, seconds: float = LOOK_SECONDS, growth: float = GROWTH_MB
) -> Iterator[Callable[[], bool]]:
    """Ask this process to end as Ctrl-C would once it holds so much more than now.

    Gives what tells whether that happened. A worker so asked takes no new job and finishes those it runs.
    """
    first = held()
    over, grown = threading.Event(), threading.Event()

    def look() -> None:
        while not over.wait(seconds):
            if held() - first > growth:
                grown.set()
                os.kill(os.getpid(), signal.SIGTERM)
                return

    watcher = threading.Thread(target=look, name="diet", daemon=True)
    watcher.start()
    try:
        yield grown.is_set
    finally:
        over.set()
        watcher.join()
