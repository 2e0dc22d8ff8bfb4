"""What the casework tells the rest of the house after a commit."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CaseMoved:
    case_id: UUID
    place: int
    step: str
    state: str
    owner_post: int | None
