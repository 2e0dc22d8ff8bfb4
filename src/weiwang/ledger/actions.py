from collections.abc import Iterable
from datetime import datetime

from weiwang.audit.actions import recorded
from weiwang.audit.rules import Actor
from weiwang.ledger.models import Building, PublicLine
from weiwang.ledger.rules import Line, PublicLineError, checked_phone
from weiwang.territory.models import Unit


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


def keep_public_line(
    *, unit: Unit, line: Line, by: Actor, at: datetime, submission: str | None = None
) -> PublicLine:
    """Set the telephones that stand on the boards of a unit and below it.

    Raises `PublicLineError` for what is no telephone number, and when both are empty.
    """
    place = unit.place or unit.pk
    with recorded("line.keep", by=by, at=at, place=place, submission=submission) as draft:
        facts = {
            "duty_phone": checked_phone(line.duty_phone),
            "supervision_phone": checked_phone(line.supervision_phone),
            "hours": line.hours.strip(), "office": line.office.strip(),
        }  # fmt: skip
        if not facts["duty_phone"] and not facts["supervision_phone"]:
            raise PublicLineError("line.empty")
        kept, _new = PublicLine.objects.update_or_create(unit=unit, defaults={"place": place, **facts})
        draft.concerns("unit", unit.pk, **facts)
    return kept
