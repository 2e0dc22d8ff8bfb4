"""Buildings and public telephones when the grids are divided anew."""

from collections.abc import Mapping

from weiwang.ledger.models import Building, PublicLine
from weiwang.territory.handover import Line
from weiwang.territory.replanning import Change


def follow_plan(change: Change, homes: Mapping[int, int]) -> list[Line]:
    """Put every building into the unit of its key (`homes`: building to key). Part of a recorded action."""
    moved = []
    for building in Building.objects.filter(pk__in=list(homes)).only("pk", "unit_id", "address", "name"):
        unit = change.units[homes[building.pk]]
        if building.unit_id != unit.pk:
            building.unit = unit
            moved.append(building)
    Building.objects.bulk_update(moved, ["unit"], batch_size=500)
    for old, heir in change.heirs.items():
        left = Building.objects.filter(unit=old)
        left.update(unit=heir)
        if not PublicLine.objects.filter(unit=heir).exists():
            PublicLine.objects.filter(unit=old).update(unit=heir)
    return [Line(building.label, "") for building in moved]
