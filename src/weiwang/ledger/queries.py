from weiwang.ledger.models import Building


def buildings_in(*, place: int, under: str = "", words: str = "", limit: int = 50) -> list[Building]:
    """Buildings of a part of the tree, by address; for pick lists."""
    found = Building.objects.filter(place=place)
    if under:
        found = found.filter(unit__path__startswith=under)
    if words:
        found = found.filter(address__contains=words) | found.filter(name__contains=words)
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
