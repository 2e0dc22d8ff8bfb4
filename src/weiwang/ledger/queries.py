from collections.abc import Iterable

from django.db.models import F, Q, Value
from django.db.models.functions import Left, StrIndex

from weiwang.ledger.models import Building, PublicLine
from weiwang.ledger.rules import HOUSE, Line, inherited, nearness

WORDS = 5  # of a search for an address; more of them only cost time


def buildings_in(*, place: int, under: str = "", words: str = "", limit: int = 50) -> list[Building]:
    """Buildings of a part of the tree, by address; for pick lists.

    Every word must stand in the address or the name.
    """
    found = Building.objects.filter(place=place)
    if under:
        found = found.filter(unit__path__startswith=under)
    for word in words.split()[:WORDS]:
        found = found.filter(Q(address__icontains=word) | Q(name__icontains=word))
    return list(found.defer("footprint").order_by("address", "code")[:limit])


def buildings_meant(
    *, place: int, said: str, under: str = "", limit: int = 12
) -> tuple[list[Building], bool]:
    """Buildings that somebody may mean who says where in words, and whether the words name exactly one.

    `丰泽小区二栋 3单元` is understood as that house; without its number, or with one that is not there, the
    houses of the compound are returned, to be chosen from.
    """
    words = "".join(said.split())
    rows = Building.objects.filter(place=place, **({"unit__path__startswith": under} if under else {}))
    rows = rows.alias(
        by_name=StrIndex(Value(words), Left(F("name"), 2)),
        by_address=StrIndex(Value(words), Left(F("address"), 2)),
    ).filter(Q(by_name__gt=0) & ~Q(name="") | Q(by_address__gt=0))
    kept: Iterable[Building] = rows.defer("footprint").order_by("address", "code")
    ranked = [(nearness(words, name=row.name, address=row.address), row) for row in kept]
    best = max((rank for rank, _row in ranked), default=0)
    found = [row for rank, row in ranked if rank == best] if best else []
    return found[:limit], best > HOUSE and len(found) == 1


def buildings_of(unit_id: int) -> list[Building]:
    return list(Building.objects.filter(unit=unit_id).defer("footprint").order_by("address", "code"))


def building(*, place: int, building_id: int) -> Building | None:
    return Building.objects.filter(place=place, pk=building_id).first()


def building_coded(*, place: int, code: str) -> Building | None:
    return Building.objects.filter(place=place, code=code).first()


def footprints(*, place: int, under: str = "") -> list[Building]:
    """Buildings with a shape or a point, for the map."""
    found = Building.objects.filter(place=place)
    if under:
        found = found.filter(unit__path__startswith=under)
    return list(found.order_by("code"))


def building_count(place: int) -> int:
    return Building.objects.filter(place=place).count()


def public_lines(*, place: int) -> dict[int, Line]:
    """The public telephones of a sub-district by unit, as they were entered."""
    rows = PublicLine.objects.filter(place=place)
    return {row[0]: Line(*row[1:]) for row in rows.values_list("unit_id", *LINE)}


def public_line(*, path: str) -> Line:
    """What stands on the board of the unit at `path`: its own telephones, or those of the units above."""
    ids = [int(part) for part in path.strip("/").split("/")]
    rows = PublicLine.objects.filter(unit_id__in=ids).values_list("unit_id", *LINE)
    found = sorted(rows, key=lambda row: -ids.index(row[0]))
    return inherited([Line(*row[1:]) for row in found])


LINE = ("duty_phone", "supervision_phone", "hours", "office")


def addresses_of(unit_ids: Iterable[int]) -> dict[int, list[str]]:
    """What the buildings of some units are called, by unit: one query."""
    rows = Building.objects.filter(unit_id__in=list(unit_ids)).defer("footprint")
    found: dict[int, list[str]] = {}
    for row in rows.order_by("address", "code"):
        if row.unit_id is not None:
            found.setdefault(row.unit_id, []).append(row.name or row.address)
    return found


def shapes_within(*, under: str, west: float, south: float, east: float, north: float) -> list[Building]:
    """The buildings below `under` whose middle lies in a frame, with their outlines, for a printed map."""
    found = Building.objects.filter(unit__path__startswith=under, footprint__isnull=False)
    found = found.filter(lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)
    return list(found.only("footprint", "households").order_by("code"))
