"""The public telephones of the demo: numbers that no exchange gives out."""

from collections.abc import Mapping
from itertools import count

from weiwang.ledger.models import PublicLine
from weiwang.territory.models import Unit

HOURS = "周一至周日 8:30–20:00"


def open_lines(*, place: int, units: Mapping[str, Unit]) -> None:
    """A duty and a supervision telephone of the sub-district, a duty telephone of every community."""
    numbers = count(103)
    head = next(unit for unit in units.values() if unit.pk == place)
    rows = [
        PublicLine(
            place=place, unit=head, duty_phone="028-0000 0101", supervision_phone="028-0000 0102",
            hours=HOURS, office=f"{head.name}便民服务中心（虚构）",
        )
    ]  # fmt: skip
    rows += [
        PublicLine(
            place=place, unit=unit, duty_phone=f"028-0000 0{next(numbers)}", hours=HOURS,
            office=f"{unit.name}便民服务站（虚构）",
        )
        for unit in units.values()
        if unit.level == "general_grid"
    ]  # fmt: skip
    PublicLine.objects.bulk_create(rows)
