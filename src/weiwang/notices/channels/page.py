"""Messages on the page: there as soon as they are written."""

from weiwang.notices.channels.base import Handed, Parcel


class Page:
    per_minute = 100_000

    def send(self, parcel: Parcel) -> Handed:  # noqa: ARG002 -- the interface of every channel
        return Handed(arrived=True)
