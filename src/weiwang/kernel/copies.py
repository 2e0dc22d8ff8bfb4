"""Processes that begin as copies of another one."""

import sys


def can_copy() -> bool:
    """Whether a process can go on as a copy of this one (`fork`).

    Nowhere but on Linux: Windows has no such thing, and on macOS libraries of the system do not survive it.
    """
    return sys.platform == "linux"
