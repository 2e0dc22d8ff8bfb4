"""A second process that makes what this one saves, so that both cores work."""

import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final, TypeVar, cast

from weiwang.kernel.copies import can_copy

Item = TypeVar("Item")
AHEAD: Final = 2  # items made before they are asked for
_making: Iterator[object] = iter(())  # in the second process


def made_aside(items: Iterable[Item]) -> Iterator[Item]:
    """What `items` yields, each made by a copy of this process a little before it is asked for.

    The copy knows what this process knew at the first of them and must not ask the database. What it
    raises is raised here. Where processes cannot be copied, everything is made right here.
    """
    if not can_copy():
        yield from items
        return
    with ProcessPoolExecutor(
        1, mp_context=get_context("fork"), initializer=_begin, initargs=(iter(items), os.getpid())
    ) as other:
        waiting = deque(other.submit(_next) for _ in range(AHEAD))
        while (made := waiting.popleft().result()) is not None:
            waiting.append(other.submit(_next))
            yield cast("Item", made[0])


def _begin(items: Iterator[object], parent: int) -> None:
    global _making  # noqa: PLW0603 -- the second process makes nothing else
    _making = items
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _next() -> tuple[object] | None:
    for item in _making:
        return (item,)
    return None


def _leave_with(parent: int) -> None:
    """End when the process is gone that wanted the items: it may have been killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
