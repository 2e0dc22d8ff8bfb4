"""Buildings with their households, from CSV, XLSX or GeoJSON.

A building is found again by its code. Its unit is named in the file or found from its position.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from weiwang.audit.rules import Actor
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.geo import Boundary, Match, PlaceIndex, read_point, read_polygon
from weiwang.kernel.tables import Column, Row
from weiwang.kernel.text import clean_text
from weiwang.ledger.actions import keep_buildings
from weiwang.ledger.models import Building
from weiwang.territory import queries as territory
from weiwang.territory.actions import bump_boundaries
from weiwang.territory.imports.frame import (
    Findings,
    ImportFaultError,
    Kind,
    Status,
    Task,
    Write,
    open_table,
    read_count,
)
from weiwang.territory.imports.units import same_shape
from weiwang.territory.rules import LEAF_LEVELS, Level, TerritoryError

COLUMNS = (
    Column("code", ("楼栋编号 (code)", "code", "编号", "building_id"), filled=True),
    Column("address", ("地址 (address)", "address"), required=False),
    Column("name", ("名称 (name)", "name", "楼栋名称"), required=False),
    Column("unit", ("微网格 (unit)", "unit", "网格", "unit_code"), required=False),
    Column("kind", ("类别 (kind)", "kind", "类型"), required=False),
    Column("households", ("户数 (households)", "households"), required=False),
    Column("floors", ("楼层 (floors)", "floors", "层数"), required=False),
    Column("stairwells", ("单元数 (stairwells)", "stairwells", "units"), required=False),
    Column("lon", ("经度 (lon)", "lon", "lng", "longitude"), required=False),
    Column("lat", ("纬度 (lat)", "lat", "latitude"), required=False),
)
FIELDS = ("unit_id", "address", "name", "kind", "floors", "stairwells", "households", "lon", "lat")
DIGITS = 7


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a building can belong: units by code, and boundaries to find them from a position."""

    units: Mapping[str, int]
    layers: Sequence[PlaceIndex]

    def unit_at(self, lon: float, lat: float) -> int | None:
        """The smallest unit at a point, None when no unit has a boundary. Raises `ImportFaultError`."""
        for layer in self.layers:
            located = layer.locate(lon, lat)
            if located.match is not Match.OUTSIDE and located.key is not None:
                return self.units[located.key]
        if self.layers:
            raise ImportFaultError("import.building_outside")
        return None


def build(task: Task) -> Findings:
    table, found = open_table(task, COLUMNS)
    place = task.place or 0
    ground = _ground(place, task.at)
    rows = [
        (row, read) for row in found.rows(table) if (read := _read(found, row, place, ground)) is not None
    ]
    _compare(found, rows, place, task.source.name)
    return found


def _ground(place: int, at: datetime) -> Ground:
    head = territory.place_head(place)
    units = {unit.code: unit.pk for unit in territory.branch(head.path, timezone.localdate(at))}
    layers = [
        PlaceIndex([(unit.code, shape) for unit, shape in shapes], near_m=territory.NEAR_M)
        for levels in (LEAF_LEVELS, {Level.GRID}, {Level.GENERAL_GRID})
        if (shapes := territory.boundaries(place=place, levels=levels, on=timezone.localdate(at)))
    ]
    return Ground(units, layers)


def _read(found: Findings, row: Row, place: int, ground: Ground) -> Building | None:
    before = len(found.errors)
    values = row.values
    texts = {
        name: found.attempt(row, name, lambda name=name, limit=limit: clean_text(values[name], limit))  # type: ignore[misc]
        for name, limit in (("code", 40), ("address", 120), ("name", 80), ("kind", 20))
    }
    numbers = {
        name: found.attempt(row, name, lambda name=name, limit=limit: read_count(values[name], limit))  # type: ignore[misc]
        for name, limit in (("households", 5000), ("floors", 200), ("stairwells", 200))
    }
    footprint = found.attempt(row, "", lambda: _footprint(row))
    spot = found.attempt(row, "lon", lambda: _spot(row, footprint))
    unit = None
    if len(found.errors) == before:
        unit = found.attempt(row, "unit", lambda: _unit(values["unit"], spot, ground))
    if len(found.errors) > before:
        return None
    lon, lat = spot or (None, None)
    code = texts["code"] or ""
    return Building(
        place=place, code=code, unit_id=unit or None, address=texts["address"] or texts["name"] or code,
        name=texts["name"] or "", kind=texts["kind"] or "", households=numbers["households"] or 0,
        floors=numbers["floors"], stairwells=numbers["stairwells"], lon=lon, lat=lat, footprint=footprint,
    )  # fmt: skip


def _footprint(row: Row) -> Boundary | None:
    if row.geometry is None or row.geometry.get("type") == "Point":
        return None
    return read_polygon(row.geometry)


def _spot(row: Row, footprint: BaseGeometry | None) -> tuple[float, float] | None:
    values = row.values
    if values["lon"] or values["lat"]:
        point = read_point(values["lon"], values["lat"])
    elif row.geometry is not None and row.geometry.get("type") == "Point":
        pair = row.geometry.get("coordinates")
        point = read_point(*pair[:2]) if isinstance(pair, list) and len(pair) >= 2 else read_point("", "")
    elif footprint is not None:
        inside = footprint.representative_point()
        point = read_point(inside.x, inside.y)
    else:
        return None
    return round(point.lon, DIGITS), round(point.lat, DIGITS)


def _unit(code: str, spot: tuple[float, float] | None, ground: Ground) -> int | None:
    """The named unit, else the one at the position."""
    if code:
        if code not in ground.units:
            raise TerritoryError("unit.unknown", code=code[:30])
        return ground.units[code]
    if spot is None:
        raise ImportFaultError("import.building_where")
    return ground.unit_at(*spot)


def _compare(found: Findings, rows: Sequence[tuple[Row, Building]], place: int, source: str) -> None:
    known = {building.code: building for building in Building.objects.filter(place=place)}
    seen: dict[str, int] = {}
    kept: list[Building] = []
    for row, building in rows:
        if building.code in seen:
            found.refuse(row, "code", ImportFaultError("import.twice", row=seen[building.code]))
            continue
        seen[building.code] = row.number
        status = _status(known.get(building.code), building)
        if status is not Status.UNCHANGED:
            kept.append(building)
        found.count(
            row.number, status, code=building.code, address=building.address, households=building.households
        )
    if kept:
        found.writes.append(Write(seen[kept[0].code], _keep(place, kept, source)))


def _status(there: Building | None, building: Building) -> Status:
    if there is None:
        return Status.NEW
    if building.footprint is None:
        building.footprint = there.footprint  # a table without outlines leaves those that are known
    same = all(getattr(there, name) == getattr(building, name) for name in FIELDS)
    return Status.UNCHANGED if same and same_shape(there.footprint, building.footprint) else Status.CHANGED


def _keep(place: int, rows: list[Building], source: str) -> Callable[[Actor, datetime], object]:
    def do(by: Actor, at: datetime) -> None:
        keep_buildings(place=place, rows=rows, by=by, at=at, source=source[:80])
        bump_boundaries(place)  # the map shows the outlines under this version

    return do


BUILDINGS = Kind("buildings", gettext_noop("Buildings with households"), COLUMNS, "import.run", build)
