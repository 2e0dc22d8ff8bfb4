"""The worker that has grown asks itself to end, once, and only then."""

import signal
import threading
from collections.abc import Iterator
from types import FrameType

import pytest

from weiwang.config import diet


@pytest.fixture
def asked() -> Iterator[threading.Event]:
    """Set when this process is asked to end."""
    event = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        event.set()

    before = signal.signal(signal.SIGTERM, note)
    yield event
    signal.signal(signal.SIGTERM, before)


def test_a_grown_worker_is_asked_to_end(asked: threading.Event) -> None:
    sizes = iter([90.0, 100.0, 140.0, 900.0])
    with diet.watched(lambda: next(sizes), seconds=0.001) as grown:
        assert asked.wait(30)
    assert grown()
    assert list(sizes) == [900.0]  # it looks no further


def test_one_that_keeps_its_size_is_left_alone(asked: threading.Event) -> None:
    looks, enough = 0, threading.Event()

    def held() -> float:
        nonlocal looks
        looks += 1
        if looks > 20:
            enough.set()
        return 90.0 + looks % 2 * diet.GROWTH_MB

    with diet.watched(held, seconds=0.001) as grown:
        assert enough.wait(30)
    assert not grown()
    assert not asked.is_set()


def test_what_a_process_holds_is_told_in_megabytes() -> None:
    before = diet.megabytes()
    kept = bytearray(64 * 1024**2)
    kept[::4096] = b"x" * len(kept[::4096])
    assert 60 < diet.megabytes() - before < 80
