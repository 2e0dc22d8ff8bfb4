"""Case lists that leave the house: masked, with a purpose, counted and marked with who took them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone

from weiwang.audit.actions import recorded
from weiwang.cases.models import Case, Export
from weiwang.cases.rules import CaseError
from weiwang.kernel.masking import mask_text
from weiwang.kernel.text import clean_text
from weiwang.territory.rules import Officer

POWER = "case.export"
A_DAY = 100_000  # rows one person may take out of the house on one day
COLUMNS = ("number", "state", "category", "unit_name", "title", "owner_name", "reported_at", "due_at",
           "closed_at", "returned", "reopened", "cause__code")  # fmt: skip
TITLE = COLUMNS.index("title")
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Exported:
    """The rows in the order of `COLUMNS`, read while they are written out; `mark` goes into every row."""

    count: int
    mark: str
    rows: Iterator[tuple[Any, ...]]


def export_cases(
    *, found: "QuerySet[Case]", by: Officer, at: datetime, purpose: str, submission: str | None = None
) -> Exported:
    """Open a list for export; purpose and number of rows are in the record before the first row is read.

    No contact of a reporter, no address and no text leaves: telephone and identity numbers in titles are
    masked. Raises `CaseError` without a purpose or above the rows of a day, `NotAllowedError`,
    `AlreadyDoneError`.
    """
    words = clean_text(purpose, 200)
    if not words:
        raise CaseError("export.purpose")
    actor = by.by_power(POWER)
    with recorded(
        "case.export", by=actor, at=at, place=by.places[0], submission=submission, reason=words
    ) as draft:
        count = found.count()
        midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
        today = Export.objects.filter(user=by.user_id, at__gte=midnight)
        if count + (today.aggregate(rows=Sum("rows"))["rows"] or 0) > A_DAY:
            raise CaseError("export.too_many", limit=A_DAY)
        made = Export.objects.create(place=by.places[0], user_id=by.user_id, at=at, rows=count)
        draft.concerns("export", made.pk, rows=count)
    rows = found.order_by("reported_at", "id").values_list(*COLUMNS).iterator(chunk_size=CHUNK)
    mark = f"{by.name} {timezone.localtime(at):%Y-%m-%d %H:%M} #{made.pk}"
    return Exported(count, mark, (_masked(row) for row in rows))


def _masked(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*row[:TITLE], mask_text(row[TITLE]), *row[TITLE + 1 :])
