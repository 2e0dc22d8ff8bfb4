"""A planning folder (communities, buildings and barriers as GeoJSON) as three ordinary imports.

Communities become general grids of the sub-district, `C01` -> `AJ01`; a general grid that is there already
keeps its name and gets boundary and households. Buildings go to their community.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from weiwang.ledger.imports import BUILDINGS
from weiwang.territory import queries as territory
from weiwang.territory.imports import FEATURES, UNITS, Kind, Source, Task
from weiwang.territory.rules import Level

Properties = Mapping[str, Any]


def instance_tasks(folder: Path, place: Any, at: datetime) -> list[tuple[Kind, Task]]:  # noqa: ANN401 -- a unit
    """The imports of one folder, in their order; files that are not there are left out."""
    names = {unit.code: unit.name for unit in territory.branch(place.path, timezone.localdate(at))}

    def code(community: object) -> str:
        return f"{place.code}{''.join(re.findall(r'[0-9]+', str(community)))}"

    def community(given: Properties) -> dict[str, object]:
        own = code(given["community_id"])
        return {
            "code": own, "name": names.get(own, given.get("name", own)), "level": Level.GENERAL_GRID.value,
            "households": given.get("households"),
        }  # fmt: skip

    def building(given: Properties) -> dict[str, object]:
        return {
            "code": given["building_id"], "unit": code(given["community_id"]), "kind": given.get("kind"),
            "floors": given.get("floors"), "stairwells": given.get("units"),
            "households": given.get("households"),
        }  # fmt: skip

    def barrier(given: Properties) -> dict[str, object]:
        return {"kind": given.get("kind")}

    files: list[tuple[str, Kind, Callable[[Properties], dict[str, object]]]] = [
        ("communities.geojson", UNITS, community),
        ("buildings.geojson", BUILDINGS, building),
        ("barriers.geojson", FEATURES, barrier),
    ]
    return [
        (kind, Task(_rewritten(folder / name, change), at, place.pk))
        for name, kind, change in files
        if (folder / name).exists()
    ]


def _rewritten(path: Path, change: Callable[[Properties], dict[str, object]]) -> Source:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    for feature in features:
        feature["properties"] = change(feature["properties"])
    whole = {"type": "FeatureCollection", "features": features}
    return Source(json.dumps(whole, ensure_ascii=False).encode(), path.name)
