"""A small fictional set of files to import: the tiny world, written the way a sub-district would send it."""

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO
from typing import Any

import shapely

from weiwang.demo.dice import Dice
from weiwang.demo.specs import PersonSpec, UnitSpec, World

STARTS_ON = date(2026, 1, 1)

# Classes of the statistical division code: 111 main urban area, 220 village.
_DIVISION_CLASS = {"subdistrict": "", "community": "111", "village": "220"}

# Names of the kinds of post as in policies/posts.yaml; people type names, not codes.
POST_NAMES = {
    "micro_grid_leader": "微网格长",
    "grid_worker": "专职网格员",
    "grid_leader": "网格长",
    "general_grid_leader": "总网格长",
    "liaison_leader": "包村（社区）领导",
    "dispatcher": "街道网格中心调度员",
    "duty_leader": "街道值班领导",
    "department_handler": "部门承办岗",
    "auditor": "审计员",
    "privacy_officer": "个人信息保护负责人",
    "administrator": "系统管理员",
}


def example_files(world: World) -> dict[str, str]:
    """File name to content (UTF-8 text, LF). The same world gives the same text."""
    return {
        "divisions.csv": _divisions(world),
        "units.geojson": _units(world),
        "buildings.csv": _buildings(world),
        "staff.csv": _staff(world),
        "points.csv": _points(world),
    }


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def _divisions(world: World) -> str:
    rows = (
        (unit.official_code, unit.name, _DIVISION_CLASS[unit.kind])
        for unit in world.units
        if unit.official_code is not None
    )
    return _table(("代码", "名称", "类别"), rows)


def _units(world: World) -> str:
    """One feature a line, so that a change shows as one line."""
    features = ",\n".join(
        json.dumps(_feature(unit), ensure_ascii=False, separators=(", ", ": ")) for unit in world.units
    )
    return f'{{"type": "FeatureCollection", "features": [\n{features}\n]}}\n'


def _feature(unit: UnitSpec) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {
            "code": unit.code,
            "name": unit.name,
            "level": unit.level,
            "parent": unit.parent_code,
            "households": unit.households,
            "official_code": unit.official_code,
        },
        "geometry": json.loads(shapely.to_geojson(unit.boundary)),
    }


def _buildings(world: World) -> str:
    head = ("楼栋编号", "地址", "名称", "微网格", "户数", "楼层", "单元数", "经度", "纬度")
    rows = (
        (b.code, b.address, b.name, b.unit_code, b.households, b.floors, b.stairwells, b.lon, b.lat)
        for b in world.buildings
    )
    return _table(head, rows)


def _staff(world: World) -> str:
    head = ("用户名", "姓名", "电话", "岗位", "单元", "部门", "开始日期", "结束日期")
    return _table(head, (row for person in world.people for row in _posts(person)))


def _posts(person: PersonSpec) -> Iterable[Sequence[object]]:
    """One row for each post held: somebody with two posts has two rows."""
    for post in person.posts:
        name, department = POST_NAMES[post.kind], post.department or ""
        yield person.username, person.name, person.phone, name, post.unit_code, department, STARTS_ON, ""


def _points(world: World) -> str:
    """Points to locate: most inside, some on a shared border, some just outside, some far away."""
    dice = Dice(f"{world.seed}/examples/points")
    whole = world.units[0].boundary
    west, south, east, north = whole.bounds
    rows: list[tuple[str, float, float]] = []
    for building in dice.sample(world.buildings, k=24):
        rows.append((f"p{len(rows) + 1:02d}", building.lon, building.lat))
    leaves = [unit for unit in world.units if unit.level == "micro_grid"]
    for unit in leaves[:6]:
        lon, lat = shapely.get_coordinates(unit.boundary)[0]
        rows.append((f"p{len(rows) + 1:02d}", float(lon), float(lat)))
    for share in (0.2, 0.4, 0.6, 0.8):
        edge = whole.exterior if isinstance(whole, shapely.Polygon) else whole.geoms[0].exterior
        spot = edge.interpolate(share, normalized=True)
        rows.append((f"p{len(rows) + 1:02d}", round(spot.x + 0.0001, 7), round(spot.y + 0.0001, 7)))
    for lon, lat in ((west - 0.02, south), (east + 0.05, north), (0.0, 0.0), (30.8, 104.0)):
        rows.append((f"p{len(rows) + 1:02d}", round(lon, 7), round(lat, 7)))
    return _table(("id", "lon", "lat"), rows)
