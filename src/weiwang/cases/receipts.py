"""What a reporter is told right after sending, the same however often it was sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from weiwang.cases.models import Case
from weiwang.kernel.text import clean_text


@dataclass(frozen=True, slots=True)
class Receipt:
    """The case as it was taken in. `route` is how its place and owner were found."""

    case_id: UUID
    number: str
    text: str
    category: str
    unit_id: int
    unit_name: str
    promised_at: datetime
    route: Mapping[str, Any]

    def says(self, words: str) -> bool:
        """Whether it was made of these words: a key that is sent again with others means another thing."""
        return self.text == clean_text(words, 3 * len(words))  # composing may lengthen a text


_FIELDS = ("pk", "number", "text", "category", "unit_id", "unit_name", "promised_at", "route")


def receipt(case: Case) -> Receipt:
    return Receipt(*(getattr(case, name) for name in _FIELDS))


def receipt_of(case_id: UUID) -> Receipt | None:
    """For a submission that was carried out before."""
    row = Case.objects.filter(pk=case_id).values_list(*_FIELDS).first()
    return Receipt(*row) if row is not None else None
