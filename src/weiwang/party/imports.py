"""Party members from CSV or XLSX: name, grid, the day of their consent; building and door if known.

A member is found again by name, grid and door. A file never moves anybody: a move is proposed and decided.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from weiwang.audit.rules import Actor
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.tables import Column, Row
from weiwang.kernel.text import clean_text
from weiwang.ledger.models import Building
from weiwang.party.actions import keep_members
from weiwang.party.models import Member
from weiwang.party.rules import BRANCH_LEVELS, DOOR, NAME, PartyError
from weiwang.territory import queries as territory
from weiwang.territory.imports.frame import (
    Findings,
    ImportFaultError,
    Kind,
    Status,
    Task,
    Write,
    open_table,
    read_day,
)
from weiwang.territory.rules import TerritoryError

COLUMNS = (
    Column("name", ("姓名 (name)", "name", "姓名"), filled=True),
    Column("grid", ("网格 (grid)", "grid", "网格编码", "网格"), filled=True),
    Column("consent", ("同意日期 (consent)", "consent", "同意日期"), filled=True),
    Column("building", ("楼栋编号 (building)", "building", "楼栋编号"), required=False),
    Column("door", ("门牌 (door)", "door", "门牌"), required=False),
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What rows may name: the grids by code, buildings by code with the grid they stand in, the day."""

    grids: Mapping[str, int]
    buildings: Mapping[str, tuple[int, int | None]]
    on: date


def build(task: Task) -> Findings:
    table, found = open_table(task, COLUMNS)
    place = task.place or 0
    ground = _ground(place, timezone.localdate(task.at))
    read = [(row, member) for row in found.rows(table) if (member := _read(found, row, place, ground))]
    _compare(found, read, place, task.source.name)
    return found


def _ground(place: int, on: date) -> Ground:
    grids = territory.units_at(place=place, levels=BRANCH_LEVELS, on=on)
    buildings = Building.objects.filter(place=place).values_list("code", "pk", "unit__path")
    ids = {grid.pk for grid in grids}
    return Ground(
        {grid.code: grid.pk for grid in grids},
        {code: (pk, _grid_on(path, ids)) for code, pk, path in buildings},
        on,
    )


def _grid_on(path: str | None, grids: set[int]) -> int | None:
    """The grid on the way to a building's unit."""
    return next(
        (int(part) for part in (path or "").strip("/").split("/") if part and int(part) in grids), None
    )


def _read(found: Findings, row: Row, place: int, ground: Ground) -> Member | None:
    before, values = len(found.errors), row.values
    name = found.attempt(row, "name", lambda: clean_text(values["name"], NAME, required=True))
    grid = found.attempt(row, "grid", lambda: _grid(values["grid"], ground))
    consent = found.attempt(row, "consent", lambda: _consent(values["consent"], ground.on))
    door = found.attempt(row, "door", lambda: clean_text(values["door"], DOOR))
    building = found.attempt(row, "building", lambda: _building(values["building"], grid, ground))
    if len(found.errors) > before or consent is None:
        return None
    return Member(
        place=place, name=name or "", home_id=grid, building_id=building, door=door or "", consent_on=consent,
        joined_on=ground.on,
    )  # fmt: skip


def _grid(code: str, ground: Ground) -> int:
    if code not in ground.grids:
        raise TerritoryError("unit.unknown", code=code[:30])
    return ground.grids[code]


def _consent(text: str, on: date) -> date:
    day = read_day(text)
    if day is None:
        raise PartyError("member.consent")
    if day > on:
        raise ImportFaultError("import.future")
    return day


def _building(code: str, grid: int | None, ground: Ground) -> int | None:
    if not code:
        return None
    if code not in ground.buildings:
        raise PartyError("member.building")
    building, stands_in = ground.buildings[code]
    if grid is not None and stands_in != grid:
        raise PartyError("member.building_grid")
    return building


def _compare(found: Findings, rows: Sequence[tuple[Row, Member]], place: int, source: str) -> None:
    present = Member.objects.filter(place=place, left_on=None)
    known = {(name, home, door) for name, home, door in present.values_list("name", "home", "door")}
    seen: dict[tuple[str, int | None, str], int] = {}
    kept: list[Member] = []
    for row, member in rows:
        key = (member.name, member.home_id, member.door)
        if key in seen:
            found.refuse(row, "name", ImportFaultError("import.twice", row=seen[key]))
            continue
        seen[key] = row.number
        status = Status.UNCHANGED if key in known else Status.NEW
        if status is Status.NEW:
            kept.append(member)
        found.count(row.number, status, code=row.values["grid"])
    if kept:
        first = kept[0]
        found.writes.append(Write(seen[(first.name, first.home_id, first.door)], _keep(place, kept, source)))


def _keep(place: int, rows: list[Member], source: str) -> Callable[[Actor, datetime], object]:
    def do(by: Actor, at: datetime) -> None:
        keep_members(place=place, rows=rows, by=by, at=at, source=source[:80])

    return do


MEMBERS = Kind("members", gettext_noop("Party members"), COLUMNS, "import.run", build)
