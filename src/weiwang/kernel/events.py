"""Typed events by which a lower domain is heard by a higher one.

The lower domain publishes after its transaction is committed
(`transaction.on_commit(partial(publish, event))`), the higher one subscribes once when it starts.
A handler that fails is logged and stops nobody else: what must not be lost belongs in the transaction or in a
job, not in a handler.
"""

import logging
from collections.abc import Callable
from typing import Any, Final, TypeVar

E = TypeVar("E")
_log: Final = logging.getLogger(__name__)


class DuplicateHandlerError(RuntimeError):
    """The handler is already subscribed to this type; starting twice would do everything twice."""


class Bus:
    def __init__(self) -> None:
        self._handlers: dict[type, list[Callable[[Any], object]]] = {}

    def subscribe(self, event_type: type[E], handler: Callable[[E], object]) -> None:
        """Call `handler` with every published event of exactly this type, in the order of subscription."""
        handlers = self._handlers.setdefault(event_type, [])
        if handler in handlers:
            raise DuplicateHandlerError(f"{_name(handler)} already hears {event_type.__name__}")
        handlers.append(handler)

    def publish(self, event: object) -> None:
        """Tell every handler of this event's type. Never raises because of a handler."""
        for handler in tuple(self._handlers.get(type(event), ())):
            _tell(handler, event)


def _tell(handler: Callable[[Any], object], event: object) -> None:
    try:
        handler(event)
    except Exception:  # noqa: BLE001 - the writer has committed; nobody is left who could undo it
        # The event itself is not logged: it may hold personal data.
        _log.exception("%s failed on %s", _name(handler), type(event).__name__)


def _name(handler: Callable[[Any], object]) -> str:
    return f"{handler.__module__}.{getattr(handler, '__qualname__', type(handler).__name__)}"


_bus: Final = Bus()
subscribe: Final = _bus.subscribe
publish: Final = _bus.publish
