"""My day: what comes from several domains, merged into one list ordered by what is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

Kind = Literal["case", "duty", "shift", "visit", "notice"]
SOME_DAY: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayItem:
    """One thing of the day; `content` is what the template of its kind shows."""

    kind: Kind
    content: object
    due_at: datetime | None = None
    urgent: bool = False
    done: bool = False


def merge(*slots: Iterable[DayItem]) -> list[DayItem]:
    """One list: urgent first, then by due date, what has none after that, what is done today last.

    Things due at the same moment keep the order of the slots.
    """
    items = [item for slot in slots for item in slot]
    return sorted(items, key=lambda item: (item.done, not item.urgent, item.due_at or SOME_DAY))
