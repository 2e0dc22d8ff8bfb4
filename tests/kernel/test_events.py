import logging
from dataclasses import dataclass

import pytest

from weiwang.kernel.events import Bus, DuplicateHandlerError, publish, subscribe


@dataclass(frozen=True)
class Opened:
    number: str


@dataclass(frozen=True)
class OpenedLate(Opened):
    pass


def test_every_handler_hears_the_event_in_the_order_they_came() -> None:
    bus, heard = Bus(), []
    bus.subscribe(Opened, lambda event: heard.append(("first", event.number)))
    bus.subscribe(Opened, lambda event: heard.append(("second", event.number)))
    bus.publish(Opened("A1"))
    assert heard == [("first", "A1"), ("second", "A1")]


def test_an_event_nobody_waits_for_is_fine() -> None:
    Bus().publish(Opened("A1"))


def test_only_the_exact_type_is_heard() -> None:
    bus, heard = Bus(), list[Opened]()
    bus.subscribe(Opened, heard.append)
    bus.publish(OpenedLate("A1"))
    assert heard == []


def test_subscribing_twice_is_refused() -> None:
    bus, heard = Bus(), list[Opened]()
    bus.subscribe(Opened, heard.append)
    with pytest.raises(DuplicateHandlerError, match="already hears Opened"):
        bus.subscribe(Opened, heard.append)


def test_a_failing_handler_is_logged_without_the_event_and_stops_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bus, heard = Bus(), list[Opened]()

    def fails(event: Opened) -> None:
        raise RuntimeError("no")

    bus.subscribe(Opened, fails)
    bus.subscribe(Opened, heard.append)
    with caplog.at_level(logging.ERROR):
        bus.publish(Opened("secret"))
    assert heard == [Opened("secret")]
    assert "fails failed on Opened" in caplog.text
    assert "secret" not in caplog.text


def test_the_house_has_one_bus() -> None:
    @dataclass(frozen=True)
    class Rang:
        bell: str

    heard: list[Rang] = []
    subscribe(Rang, heard.append)
    publish(Rang("door"))
    assert heard == [Rang("door")]
