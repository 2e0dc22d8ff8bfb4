"""A list of buildings on its way into the ledger: read, looked at, kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import shapely
from django.utils import timezone

from weiwang.audit.actions import recorded
from weiwang.audit.rules import Actor
from weiwang.ledger.actions import keep_buildings
from weiwang.ledger.models import Building
from weiwang.plans import lists, queries
from weiwang.plans.models import Listing
from weiwang.plans.rules import PlanError
from weiwang.territory.actions import bump_boundaries

NEAR_DEGREES: Final = 0.0003
"""Thirty metres: an outline so near is that of the place."""


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

    Where the list is silent (place, outline, kind, floors) what the ledger knows stays.

    Raises `PlanError` when that was done already.
    """
    listing = Listing.objects.get(pk=listing_id)
    with recorded("plan.keep_list", by=by, at=at, place=listing.place, submission=submission) as draft:
        listing = Listing.objects.select_for_update().get(pk=listing_id)
        if listing.kept_at is not None:
            raise PlanError("list.kept")
        rows = _merged(listing)
        keep_buildings(place=listing.place, rows=rows, by=by, at=at, source=listing.name)
        bump_boundaries(listing.place)
        listing.kept_at = at
        listing.save(update_fields=["kept_at"])
        draft.concerns("listing", listing.pk, buildings=len(rows))
    return listing


def _merged(listing: Listing) -> list[Building]:
    """The rows as buildings, over what the ledger has of them."""
    ledger = queries.known_buildings(listing.place)
    found = lists.matches(listing.rows, ledger)
    codes = [one.code for one in found if one is not None]
    old = {row.code: row for row in Building.objects.filter(place=listing.place, code__in=codes)}
    used = {one.code for one in ledger}
    rows = []
    for row, one in zip(listing.rows, found, strict=True):
        before = old.get(one.code) if one is not None else None
        if before is None:
            rows.append(_new(listing.place, row, used))
        else:
            _renew(before, row)
            rows.append(before)
    return rows


def _new(place: int, row: Mapping[str, Any], used: set[str]) -> Building:
    code, turn = row["code"], 1
    while code in used:  # two long ids that begin alike
        turn += 1
        code = f"{row['code'][:36]}~{turn}"
    used.add(code)
    return Building(
        place=place, code=code, unit_id=row["unit"], address=row["address"], name=row["name"],
        kind=row["kind"], floors=row["floors"], stairwells=row["stairwells"], households=row["households"],
        lon=row["lon"], lat=row["lat"], footprint=shapely.from_wkt(row["shape"]) if row["shape"] else None,
    )  # fmt: skip


def _renew(building: Building, row: Mapping[str, Any]) -> None:
    building.households = row["households"]
    floors, stairwells = row.get("own") or (row["floors"], row["stairwells"])
    building.kind = row["kind"] or building.kind
    building.floors = floors or building.floors or row["floors"]
    building.stairwells = stairwells or building.stairwells or row["stairwells"]
    if building.unit_id is None:
        building.unit_id = row["unit"]
    if not row.get("placed", True) and building.lon is not None:
        return
    building.lon, building.lat = row["lon"], row["lat"]
    if row["shape"] or not _holds(building):
        building.footprint = shapely.from_wkt(row["shape"]) if row["shape"] else None


def _holds(building: Building) -> bool:
    """Whether the outline is that of the place the list gives; a house that was moved leaves it behind."""
    spot = shapely.Point(building.lon or 0.0, building.lat or 0.0)
    return building.footprint is not None and bool(building.footprint.distance(spot) < NEAR_DEGREES)
