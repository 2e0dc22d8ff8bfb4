"""What passes from one holder of a post to the next: every domain above says its part.

A lower domain does not know the higher ones, so these register a mover when they start. All of them run in
the transaction of the handover, and what they return becomes the handover sheet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from weiwang.audit.rules import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One post changes hands at `at`, said at `told_at`. `to_user` is None when nobody follows."""

    place: int
    post_id: int
    unit_id: int
    from_user: int
    to_user: int | None
    by: Actor
    at: datetime
    told_at: datetime
    others_stay: bool = False  # somebody else holds the same post and goes on
    planned: bool = False  # `at` is still to come: until then the work is the present holder's

    @property
    def leaves_vacant(self) -> bool:
        """Nobody holds the post from then on: open work must go to the post above."""
        return self.to_user is None and not self.others_stay


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that passes, in the words of the sheet: a case number, a duty, a household's door."""

    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One heading of the sheet (an English msgid) with what stands under it."""

    heading: str
    lines: tuple[Line, ...]


Mover = Callable[[Handover], Part]
movers: list[Mover] = []


def takes_part(mover: Mover) -> None:
    """Let a domain move its part of the work in every handover; called once, in `AppConfig.ready`."""
    if mover not in movers:
        movers.append(mover)


Stock = Callable[[Sequence[int], datetime], Sequence[Line]]
stocks: list[Stock] = []


def takes_stock(stock: Stock) -> None:
    """Let a domain name the open work at some posts, so that nobody leaves it behind; called as above."""
    if stock not in stocks:
        stocks.append(stock)


def open_work(post_ids: Sequence[int], at: datetime) -> list[Line]:
    """Everything still open at some posts, of every domain."""
    return [line for stock in stocks for line in stock(post_ids, at)] if post_ids else []
