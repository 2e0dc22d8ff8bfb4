"""What a second process makes arrives in order, with its errors; the second process never stays behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from weiwang.demo.aside import made_aside


def test_all_items_come_in_their_order_from_another_process() -> None:
    made = list(made_aside((number, os.getpid()) for number in range(7)))
    assert [number for number, _ in made] == list(range(7))
    assert os.getpid() not in {process for _, process in made}


def test_nothing_is_an_item_too() -> None:
    assert list(made_aside([None, 0, ""])) == [None, 0, ""]


def test_what_goes_wrong_there_is_raised_here() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise LookupError("nobody registers here")

    made = made_aside(items())
    assert next(made) == 1
    with pytest.raises(LookupError, match="nobody registers here"):
        next(made)


_KILLED = """
import os, signal
from weiwang.demo.aside import made_aside
def forever():
    while True:
        yield os.getpid()
print(next(made_aside(forever())), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_second_process_ends_with_a_killed_first_one() -> None:
    done = subprocess.run([sys.executable, "-c", _KILLED], stdout=subprocess.PIPE, check=False, text=True)
    assert done.returncode == -signal.SIGKILL
    other, deadline = int(done.stdout), time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(ProcessLookupError):
            os.kill(other, 0)
            time.sleep(0.05)
            continue
        return
    pytest.fail("the second process is still there")


_PRINTED = """
from weiwang.demo import papers
from weiwang.demo.aside import made_aside
papers.typeset(papers.TEMPLATE, {"title": "", "to": "", "body": [], "from": "", "foot": ""})
papers.make_notices()
print(*made_aside(len(papers.notice(name).pdf) > 0 for name in ("lift-works", "road-mended")))
"""


def test_a_process_that_has_printed_before_makes_the_notices_itself() -> None:
    """Typesetting runs in threads, and a copy of a process has none of them: it would wait for ever."""
    done = subprocess.run(
        [sys.executable, "-c", _PRINTED], stdout=subprocess.PIPE, check=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["True", "True"]
