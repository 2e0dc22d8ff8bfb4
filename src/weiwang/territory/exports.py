"""The tree as a file that the import takes back without a change."""

from datetime import date
from typing import Any

from weiwang.kernel.geo import feature_collection
from weiwang.territory.models import Unit


def units_as_geojson(*, place: int, on: date) -> dict[str, Any]:
    """Every unit of a sub-district standing on a day: boundary or null, code, level, parent, households.

    Ordered from the sub-district down; coordinates have seven decimals.
    """
    units = Unit.objects.of(place).standing(on).select_related("parent").order_by("path")
    return feature_collection((unit.boundary, _properties(unit, place)) for unit in units)


def _properties(unit: Unit, place: int) -> dict[str, object]:
    above = unit.parent.code if unit.parent is not None and unit.parent.place == place else None
    return {
        "code": unit.code, "level": unit.level, "parent": above, "name": unit.name,
        "households": unit.households, "official_code": unit.official_code, "kind": unit.kind,
    }  # fmt: skip
