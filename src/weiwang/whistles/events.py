"""What whistles tell the rest of the house after a commit."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DepartmentsCalled:
    whistle_id: UUID
    place: int
    departments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WarningWaits:
    """A warning waits with a post: it was raised, or it climbed."""

    warning_id: UUID
    place: int
    owner_post: int
