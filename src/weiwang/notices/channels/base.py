"""What every channel has in common: a parcel goes in; it was taken, or one of three errors says why."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message ready to leave. Address and texts never show in a representation."""

    id: str
    address: str = field(repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Handed:
    """The other side took it. `arrived` when it also says that it is there."""

    outer_id: str = ""
    arrived: bool = False


class SettingError(Exception):
    """The settings cannot be used; says what of them, never a value."""


class UnreachableError(Exception):
    """The other side is away or does not let us in: the whole channel rests."""

    def __init__(self, code: str = "notice.unreachable") -> None:
        super().__init__(code)
        self.code = code


class TryLaterError(Exception):
    """One message alone is to be tried again later."""

    code = "notice.busy"


class RefusedError(Exception):
    """The message will never be taken: a wrong number, an address that does not exist."""

    code = "notice.refused"


class Adapter(Protocol):
    """One way out. `per_minute` is how many may leave in a minute, over all workers."""

    @property
    def per_minute(self) -> int: ...

    def send(self, parcel: Parcel) -> Handed:
        """Hand one message over. Raises `UnreachableError`, `TryLaterError`, `RefusedError`."""
