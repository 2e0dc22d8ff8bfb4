from collections.abc import Iterable
from datetime import datetime

from weiwang.audit.actions import recorded
from weiwang.audit.rules import Actor
from weiwang.ledger.models import Building


def keep_buildings(*, place: int, rows: Iterable[Building], by: Actor, at: datetime, source: str) -> int:
    """Add buildings or renew those with the same code; returns how many were kept.

    `source` says where the list came from; the same list twice changes nothing.
    """
    with recorded("building.keep", by=by, at=at, place=place) as draft:
        kept = Building.objects.bulk_create(
            list(rows), batch_size=1000, update_conflicts=True, unique_fields=["place", "code"],
            update_fields=[
                "unit", "address", "name", "kind", "floors", "stairwells", "households", "lon", "lat",
                "footprint",
            ],
        )  # fmt: skip
        draft.concerns("building", place, kept=len(kept), source=source)
    return len(kept)
