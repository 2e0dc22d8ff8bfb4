from django.db.models import Q

from weiwang.ledger.models import Building

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


def buildings_of(unit_id: int) -> list[Building]:
    return list(Building.objects.filter(unit=unit_id).defer("footprint").order_by("address", "code"))


def building(*, place: int, building_id: int) -> Building | None:
    return Building.objects.filter(place=place, pk=building_id).first()


def footprints(*, place: int, under: str = "") -> list[Building]:
    """Buildings with a shape or a point, for the map."""
    found = Building.objects.filter(place=place)
    if under:
        found = found.filter(unit__path__startswith=under)
    return list(found.order_by("code"))


def building_count(place: int) -> int:
    return Building.objects.filter(place=place).count()
