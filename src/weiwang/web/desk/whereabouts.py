"""Saying where with lists: a community first, then its buildings or its grids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from weiwang.cases.actions import Whereabouts, foreseen
from weiwang.cases.rules import CaseError
from weiwang.ledger import queries as ledger
from weiwang.territory.rules import Level
from weiwang.web.desk import places
from weiwang.web.desk.worklist import chosen
from weiwang.web.ui.faults import said

NO_BUILDING = "none"  # chosen by hand: none of those that were found
BUILDINGS = 600  # in one list; a community has some hundreds


@dataclass(frozen=True, slots=True)
class Lists:
    """The options of the lists, with what was chosen before."""

    communities: SafeString
    buildings: SafeString
    units: SafeString
    community: int | None
    said: str = ""  # the place in words, when buildings were looked for by them


def number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def lists(
    place: int, on: date, post: QueryDict, *, community: int | None = None, with_buildings: bool = True
) -> Lists:
    """The lists for one form; `community` is used until somebody has chosen another."""
    wanted = number(post.get("community", "")) or community
    heads = [g for g in places.grounds(place, on) if g.level == Level.GENERAL_GRID]
    head = next((g for g in heads if g.id == wanted), None)
    units = _units(place, on, head) if head else []
    words = post.get("address", "") if with_buildings else ""
    found, picked = _buildings(place, head, words, post) if with_buildings else ([], "")
    return Lists(
        chosen(_options([(str(g.id), g.name) for g in heads]), str(head.id) if head else ""),
        chosen(_options([(str(b.pk), b.label) for b in found]), picked),
        chosen(_options(units), str(number(post.get("unit", "")) or "")),
        head.id if head else None,
        words,
    )


def _buildings(
    place: int, head: places.Ground | None, words: str, post: QueryDict
) -> tuple[Sequence[Any], str]:
    """The buildings to choose from, and the one that is chosen: by hand, or named by the words alone."""
    wanted, under = post.get("building", ""), head.path if head else ""
    found, is_one = (
        ledger.buildings_meant(place=place, said=words, under=under) if words.strip() else ([], False)
    )
    if not found and head:
        found = ledger.buildings_in(place=place, under=under, limit=BUILDINGS)
    known = {str(row.pk) for row in found}
    if wanted in known or wanted == NO_BUILDING:
        return found, wanted if wanted in known else ""
    if is_one:
        return found, str(found[0].pk)
    chosen_before = ledger.building(place=place, building_id=number(wanted) or 0)
    return ([chosen_before, *found], wanted) if chosen_before and not words.strip() else (found, "")


def _units(place: int, on: date, head: places.Ground) -> list[tuple[str, str]]:
    """The community, its grids and their micro-grids, in the order of the tree."""
    found = [*places.grounds(place, on), *places.leaves(place, on)]
    below = sorted((g for g in found if g.path.startswith(head.path)), key=lambda g: g.code)
    names = {g.id: g.name for g in below}
    return [
        (
            str(g.id),
            f"{names[g.parent_id]} {g.name}"
            if g.level == Level.MICRO_GRID and g.parent_id in names
            else g.name,
        )
        for g in below
    ]


def _options(rows: Sequence[tuple[str, str]]) -> SafeString:
    return format_html_join("", '<option value="{}">{}</option>', rows)


def read_where(
    place: int, post: QueryDict, *, lon: float | None, lat: float | None, address: str
) -> Whereabouts:
    """A pin on the map counts before a building, a building before a unit, a unit before words.

    Words that name exactly one building are that building, unless somebody has said that they are not.
    Raises `CaseError` for a building that is not in the list any more.
    """
    if lon is not None and lat is not None:
        return Whereabouts(lon=lon, lat=lat, address=address)
    building_id = number(post.get("building", ""))
    if building_id is not None:
        building = ledger.building(place=place, building_id=building_id)
        if building is None:
            raise CaseError("case.no_place")
        whole = address if building.label in address else f"{building.label} {address}".strip()
        return _at(building, whole)
    unit_id = number(post.get("unit", ""))
    if unit_id is None and address.strip() and post.get("building") != NO_BUILDING:
        found, is_one = ledger.buildings_meant(place=place, said=address)
        if is_one:
            return _at(found[0], address)
    return Whereabouts(unit_id=unit_id, address=address)


def _at(building: Any, address: str) -> Whereabouts:  # noqa: ANN401 -- a building; faces do not import models
    return Whereabouts(lon=building.lon, lat=building.lat, unit_id=building.unit_id, address=address[:160])


def foresight(place: int, where: Whereabouts, at: datetime) -> str:
    """What will become of a report from here, in a sentence; empty while nothing is said."""
    if where.lon is None and where.unit_id is None and not where.address.strip():
        return ""
    try:
        spot, post = foreseen(place=place, where=where, at=at)
    except CaseError as error:
        return said(error)
    if spot.match == "words":
        return _(
            "From these words alone no grid can be found: the report goes to %(post)s, to be passed on from "
            "there. Choose a building, a grid or a point on the map if you can."
        ) % {"post": post}
    return _("The report belongs to %(unit)s and goes to %(post)s first.") % {"unit": spot.name, "post": post}
