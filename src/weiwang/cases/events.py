"""What the casework tells the rest of the house after a commit."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CaseReminded:
    """Some posts have a new message about a case. `rung` 0 was sent by a person, others by the clock."""

    case_id: UUID
    place: int
    rung: int
    posts: tuple[int, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseMoved:
    case_id: UUID
    place: int
    step: str
    state: str
    owner_post: int | None
