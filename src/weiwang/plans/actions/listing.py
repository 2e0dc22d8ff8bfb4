"""A list of buildings on its way into the ledger: read, looked at, kept."""

from datetime import datetime

import shapely
from django.utils import timezone

from weiwang.audit.actions import recorded
from weiwang.audit.rules import Actor
from weiwang.ledger.actions import keep_buildings
from weiwang.ledger.models import Building
from weiwang.plans import lists
from weiwang.plans.models import Listing
from weiwang.plans.rules import PlanError
from weiwang.territory.actions import bump_boundaries


def read_list(
    *, place: int, name: str, data: bytes, asked: lists.Asked, by: Actor, at: datetime,
    submission: str | None = None,
) -> Listing:  # fmt: skip
    """Read a list and keep what was understood for looking at; the ledger is not touched.

    Raises `lists.ListError` with what to answer, `PlanError`.
    """
    found = lists.read(place=place, name=name, data=data, asked=asked, on=timezone.localdate(at))
    with recorded("plan.list", by=by, at=at, place=place, submission=submission) as draft:
        listing = Listing.objects.create(
            place=place,
            name=name[:80],
            rows=found.rows,
            notes=found.notes,
            totals=found.by_community,
            made_at=at,
        )
        draft.concerns("listing", listing.pk, buildings=len(found.rows), notes=len(found.notes))
    return listing


def keep_list(*, listing_id: int, by: Actor, at: datetime, submission: str | None = None) -> Listing:
    """Put the buildings of a list into the ledger; one that is there is renewed and keeps its unit.

    Raises `PlanError` when that was done already.
    """
    listing = Listing.objects.get(pk=listing_id)
    with recorded("plan.keep_list", by=by, at=at, place=listing.place, submission=submission) as draft:
        listing = Listing.objects.select_for_update().get(pk=listing_id)
        if listing.kept_at is not None:
            raise PlanError("list.kept")
        codes = [row["code"] for row in listing.rows]
        known = dict(
            Building.objects.filter(place=listing.place, code__in=codes).values_list("code", "unit_id")
        )
        rows = [
            Building(
                place=listing.place, code=row["code"], unit_id=known.get(row["code"]) or row["unit"],
                address=row["address"], name=row["name"], kind=row["kind"], floors=row["floors"],
                stairwells=row["stairwells"], households=row["households"], lon=row["lon"], lat=row["lat"],
                footprint=shapely.from_wkt(row["shape"]) if row["shape"] else None,
            )
            for row in listing.rows
        ]  # fmt: skip
        keep_buildings(place=listing.place, rows=rows, by=by, at=at, source=listing.name)
        bump_boundaries(listing.place)
        listing.kept_at = at
        listing.save(update_fields=["kept_at"])
        draft.concerns("listing", listing.pk, buildings=len(rows))
    return listing
