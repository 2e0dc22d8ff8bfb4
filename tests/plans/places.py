"""A sub-district small enough to plan in a test: the town, with twelve buildings to each micro-grid."""

from datetime import datetime

import shapely
from tests.builders import Town

from weiwang.audit.rules import SYSTEM
from weiwang.ledger.actions import keep_buildings
from weiwang.ledger.models import Building
from weiwang.plans import jobs
from weiwang.plans.actions import ask_plan
from weiwang.plans.models import Part, Plan
from weiwang.plans.rules import PartState, Settings
from weiwang.territory.models import Unit
from weiwang.territory.rules import Level

SMALL = Settings(micro_low=30, micro_high=100, grid_low=100, grid_high=300)


def settle(town: Town, households: int = 10) -> None:
    """Fill every micro-grid with nine more buildings on a lattice, each with some households."""
    # The town's own buildings are as large as their micro-grid; here each is one among ten.
    Building.objects.filter(place=town.place).update(footprint=None)
    rows = []
    for unit in Unit.objects.filter(place=town.place, level=Level.MICRO_GRID).order_by("code"):
        assert unit.boundary is not None
        west, south, _, _ = unit.boundary.bounds
        for number in range(9):
            lon, lat = west + 0.0002 + 0.0003 * (number % 3), south + 0.0002 + 0.0003 * (number // 3)
            if number == 4:  # beside the building the town has in the middle, not on top of it
                lon, lat = lon + 0.00015, lat + 0.00015
            rows.append(
                Building(
                    place=town.place, unit=unit, code=f"{unit.code}-P{number}",
                    address=f"{unit.code}路{number + 1}号", name=f"{unit.code}苑{number + 1}栋",
                    households=households, lon=round(lon, 6), lat=round(lat, 6), floors=6, stairwells=2,
                    footprint=shapely.box(lon - 6e-5, lat - 4e-5, lon + 6e-5, lat + 4e-5),
                )
            )  # fmt: skip
    keep_buildings(place=town.place, rows=rows, by=SYSTEM, at=town.at, source="test")


def run_jobs(plan: Plan) -> Plan:
    """What the workers would do."""
    plan.refresh_from_db()
    for part in Part.objects.filter(plan=plan).exclude(state=PartState.DONE).order_by("position"):
        jobs.draw_part.func(part_id=part.pk, turn=plan.round)
    plan.refresh_from_db()
    return plan


def drawn_plan(town: Town, settings: Settings = SMALL, at: datetime | None = None) -> Plan:
    """A finished draft of the town."""
    if not Building.objects.filter(place=town.place, code__endswith="-P0").exists():
        settle(town)
    plan = ask_plan(
        place=town.place, name="草案一", settings=settings, by=town.officer("admin"), at=at or town.at
    )
    return run_jobs(plan)
