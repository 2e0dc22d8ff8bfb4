"""Units with their boundaries, from GeoJSON, or from a table with the boundary as WKT.

A unit is found again by its code. Empty cells and missing boundaries leave what is there. Units that are not
in the file stay as they are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from weiwang.audit.rules import Actor
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.geo import Boundary, area_m2, overlaps, read_polygon
from weiwang.kernel.geo.geojson import DECIMALS
from weiwang.kernel.tables import Column, Row
from weiwang.kernel.text import clean_text
from weiwang.territory import actions
from weiwang.territory.imports.frame import (
    Findings,
    ImportFaultError,
    Kind,
    Status,
    Task,
    open_table,
    read_code,
    read_count,
    read_official_code,
)
from weiwang.territory.models import Unit
from weiwang.territory.rules import (
    LEAF_LEVELS,
    LEVEL_NAMES,
    USUAL_SIZE,
    Level,
    TerritoryError,
    size_is_unusual,
)

TOLERANCE_M2 = 1.0
SHARE_BEYOND = 0.001  # of a unit's own area may lie beyond its parent: seven decimals are a centimetre wide

COLUMNS = (
    Column("code", ("代码 (code)", "code", "编码", "网格编码", "单元代码"), filled=True),
    Column("name", ("名称 (name)", "name", "网格名称", "单元名称"), filled=True),
    Column("level", ("层级 (level)", "level", "级别"), filled=True),
    Column("parent", ("上级 (parent)", "parent", "上级代码"), required=False),
    Column("households", ("户数 (households)", "households"), required=False),
    Column("official_code", ("官方代码 (official_code)", "official_code", "区划代码"), required=False),
    Column("kind", ("类别 (kind)", "kind", "类型"), required=False),
    Column("boundary", ("边界 (boundary)", "boundary", "wkt"), required=False),
)

LEVEL_WORDS: Mapping[str, Level] = {
    **{level.value: level for level in Level},
    **{name: level for level, name in LEVEL_NAMES.items()},
    "街道": Level.SUBDISTRICT, "乡镇": Level.SUBDISTRICT, "镇": Level.SUBDISTRICT, "乡": Level.SUBDISTRICT,
    "总网格": Level.GENERAL_GRID, "村": Level.GENERAL_GRID, "社区": Level.GENERAL_GRID,
    "村（社区）": Level.GENERAL_GRID, "网格": Level.GRID, "微网格": Level.MICRO_GRID,
    "专属网格": Level.DEDICATED_GRID, "专属": Level.DEDICATED_GRID,
}  # fmt: skip
DEPTH = {level: depth for depth, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit as the file gives it."""

    row: Row
    code: str
    name: str
    level: Level
    parent: str
    households: int | None
    official_code: str
    kind: str
    boundary: Boundary | None


def build(task: Task) -> Findings:
    table, found = open_table(task, COLUMNS)
    standing = {unit.code: unit for unit in Unit.objects.of(task.place or 0).filter(ends_on=None)}
    head = next(unit for unit in standing.values() if unit.level == Level.SUBDISTRICT)
    rows = list(_read_all(found, found.rows(table), head))
    compare(found, rows, standing)
    return found


def compare(found: Findings, rows: Sequence[UnitRow], standing: dict[str, Unit]) -> None:
    """Note what every row would do to the tree, and everything that stands against it."""
    levels = {code: (Level(unit.level), unit.parent_id) for code, unit in standing.items()}
    in_file = {row.code: row for row in rows}
    fitting = [row for row in rows if _fits(found, row, in_file, standing, levels)]
    _check_shapes(found, fitting, standing)
    for row in fitting:
        _note(found, row, standing)


def _read_all(found: Findings, rows: Iterator[Row], head: Unit) -> Iterator[UnitRow]:
    seen: dict[str, int] = {}
    for row in rows:
        unit = _read(found, row, head)
        if unit is None:
            continue
        if unit.code in seen:
            found.refuse(row, "code", ImportFaultError("import.twice", row=seen[unit.code]))
            continue
        seen[unit.code] = row.number
        yield unit


def _read(found: Findings, row: Row, head: Unit) -> UnitRow | None:
    before = len(found.errors)
    values = row.values
    code = found.attempt(row, "code", lambda: read_code(values["code"]))
    level = found.attempt(row, "level", lambda: read_level(values["level"]))
    name = found.attempt(row, "name", lambda: clean_text(values["name"], 80, required=True))
    households = found.attempt(row, "households", lambda: read_count(values["households"]))
    official = found.attempt(row, "official_code", lambda: read_official_code(values["official_code"]))
    kind = found.attempt(row, "kind", lambda: clean_text(values["kind"], 30))
    boundary = found.attempt(row, "", lambda: _boundary(row))
    if len(found.errors) > before or code is None or level is None:
        return None
    parent = values["parent"] or (head.code if level is Level.GENERAL_GRID else "")
    return UnitRow(row, code, name or "", level, parent, households, official or "", kind or "", boundary)


def read_level(text: str) -> Level:
    found = LEVEL_WORDS.get(text.lower())
    if found is None or found is Level.DISTRICT:
        raise ImportFaultError("import.level")
    return found


def _boundary(row: Row) -> Boundary | None:
    if row.geometry is not None:
        return read_polygon(row.geometry)
    return read_polygon(row.values["boundary"]) if row.values["boundary"] else None


def _fits(
    found: Findings,
    row: UnitRow,
    in_file: Mapping[str, UnitRow],
    standing: Mapping[str, Unit],
    levels: Mapping[str, tuple[Level, int | None]],
) -> bool:
    known = levels.get(row.code)
    if row.level is Level.SUBDISTRICT:
        if known is None or known[0] is not Level.SUBDISTRICT:
            return _no(found, row, "code", ImportFaultError("import.other_unit", code=row.code))
        return True
    if not row.parent:
        return _no(
            found, row, "parent", ImportFaultError("import.parent_needed", level=LEVEL_NAMES[row.level])
        )
    above, there = in_file.get(row.parent), standing.get(row.parent)
    if above is None and there is None:
        return _no(found, row, "parent", TerritoryError("unit.unknown", code=row.parent[:30]))
    level = above.level if above else Level(there.level if there else row.level)
    try:
        actions.refuse_wrong_parent(row.level, level)
    except TerritoryError as error:
        return _no(found, row, "parent", error)
    moved = known is not None and (known[0] is not row.level or there is None or known[1] != there.pk)
    return not moved or _no(found, row, "code", ImportFaultError("import.other_unit", code=row.code))


def _no(found: Findings, row: UnitRow, column: str, error: ImportFaultError | TerritoryError) -> bool:
    found.refuse(row.row, column, error)
    return False


# ---------------------------------------------------------------- do the boundaries fit


def _check_shapes(found: Findings, rows: Sequence[UnitRow], standing: Mapping[str, Unit]) -> None:
    given = {row.code: row for row in rows if row.boundary is not None}
    shapes: dict[str, tuple[Level, Boundary]] = {
        code: (Level(unit.level), unit.boundary)
        for code, unit in standing.items()
        if unit.boundary is not None
    }
    shapes |= {code: (row.level, row.boundary) for code, row in given.items() if row.boundary is not None}
    _check_overlaps(found, given, shapes)
    for row in rows:
        _check_inside(found, row, given, shapes)
        if row.boundary is None and row.code not in shapes and row.level in LEAF_LEVELS:
            found.warn(row.row, "", ImportFaultError("import.no_boundary"))


def _check_overlaps(
    found: Findings, given: Mapping[str, UnitRow], shapes: Mapping[str, tuple[Level, Boundary]]
) -> None:
    """Micro-grids and dedicated grids may not overlap; of larger units it is only said."""
    groups: dict[object, list[tuple[str, Boundary]]] = defaultdict(list)
    for code, (level, shape) in shapes.items():
        groups["leaf" if level in LEAF_LEVELS else level].append((code, shape))
    for group, places in groups.items():
        for overlap in overlaps(places, TOLERANCE_M2):
            row = given.get(overlap.key_b) or given.get(overlap.key_a)
            if row is None:
                continue
            other = overlap.key_a if row.code == overlap.key_b else overlap.key_b
            error = TerritoryError("unit.overlap", code=row.code, other=other, area=round(overlap.area_m2, 1))
            (found.refuse if group == "leaf" else found.warn)(row.row, "", error)


def _check_inside(
    found: Findings,
    row: UnitRow,
    given: Mapping[str, UnitRow],
    shapes: Mapping[str, tuple[Level, Boundary]],
) -> None:
    above, own = shapes.get(row.parent), shapes.get(row.code)
    if above is None or own is None or (row.code not in given and row.parent not in given):
        return
    beyond = shapely.difference(own[1], above[1])
    area = 0.0 if beyond.is_empty else area_m2(beyond)
    if area > max(TOLERANCE_M2, SHARE_BEYOND * area_m2(own[1])):
        found.refuse(
            row.row,
            "",
            ImportFaultError("import.outside_parent", code=row.code, area=round(area), parent=row.parent),
        )


# ---------------------------------------------------------------- what would be written


def _note(found: Findings, row: UnitRow, standing: dict[str, Unit]) -> None:
    if size_is_unusual(row.level, row.households):
        low, high = USUAL_SIZE[row.level]
        found.warn(
            row.row, "households", ImportFaultError(
                "import.unusual_size", households=row.households, level=LEVEL_NAMES[row.level], low=low,
                high=high,
            ),
        )  # fmt: skip
    there = standing.get(row.code)
    shown = {
        "code": row.code,
        "name": row.name,
        "level": LEVEL_NAMES[row.level],
        "households": row.households,
    }
    if there is None:
        do = _create(row, standing)
        found.count(row.row.number, Status.NEW, do, rank=DEPTH[row.level], **shown)
        return
    changes = differences(there, row)
    if not changes:
        found.count(row.row.number, Status.UNCHANGED)
        return
    do = _change(there.pk, changes)
    found.count(row.row.number, Status.CHANGED, do, rank=DEPTH[row.level], **shown)


def _create(row: UnitRow, standing: dict[str, Unit]) -> Callable[[Actor, datetime], object]:
    def do(by: Actor, at: datetime) -> None:
        standing[row.code] = actions.create_unit(
            parent=standing[row.parent], level=row.level, code=row.code, name=row.name, kind=row.kind,
            official_code=row.official_code, households=row.households, boundary=row.boundary, by=by, at=at,
        )  # fmt: skip

    return do


def _change(unit_id: int, changes: Mapping[str, object]) -> Callable[[Actor, datetime], object]:
    def do(by: Actor, at: datetime) -> None:
        actions.change_unit(unit_id=unit_id, by=by, at=at, **changes)  # type: ignore[arg-type]

    return do


def differences(there: Unit, row: UnitRow) -> dict[str, object]:
    """What the file says that the unit does not say yet."""
    wanted = {"name": row.name, "households": row.households, "official_code": row.official_code}
    changes: dict[str, object] = {
        key: value
        for key, value in wanted.items()
        if value not in {None, ""} and getattr(there, key) != value
    }
    if row.boundary is not None and not same_shape(there.boundary, row.boundary):
        changes["boundary"] = row.boundary
    return changes


def same_shape(one: BaseGeometry | None, other: BaseGeometry | None) -> bool:
    """Whether two shapes are the same in a file with seven decimals."""
    if one is None or other is None:
        return one is other
    left, right = (shapely.normalize(shapely.transform(s, _rounded)) for s in (one, other))
    return bool(shapely.equals_exact(left, right, 1e-9))


def _rounded(pairs: np.ndarray) -> np.ndarray:
    return np.asarray(np.round(pairs, DECIMALS))


UNITS = Kind("units", gettext_noop("Units with boundaries"), COLUMNS, "unit.edit", build)
