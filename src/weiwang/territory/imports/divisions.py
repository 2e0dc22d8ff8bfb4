"""Official divisions: sub-districts and their communities and villages, as the statistics office lists them.

Short codes, since an official code is too long to say on the telephone:

- sub-district: two letters for the last three digits of its nine (008 -> AI, counted A-Z), or what is given;
- community or village: the code of its sub-district and two digits, in the order of the official codes.

For one sub-district only its own rows count; without an official code of its own it is found by its name.
Else every sub-district of the file is set up, or the one given by `only`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from weiwang.audit.rules import Actor
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.tables import Column, Row
from weiwang.kernel.text import clean_text
from weiwang.territory import actions
from weiwang.territory.imports.frame import Findings, ImportFaultError, Kind, Status, Task, open_table
from weiwang.territory.models import Unit
from weiwang.territory.rules import LEVEL_NAMES, Level

COLUMNS = (
    Column("code", ("代码 (code12)", "code12", "区划代码", "官方代码", "统计用区划代码"), filled=True),
    Column("name", ("名称 (name)", "name", "name_short", "名称简称"), filled=True),
    Column("kind", ("类别 (kind)", "kind", "类型"), required=False),
    Column("town", ("上级名称 (town_name)", "town_name", "街道", "所属街道"), required=False),
    Column("area", ("区县代码 (area_code)", "area_code"), required=False),
    Column("area_name", ("区县名称 (area_name)", "area_name"), required=False),
)
LETTERS = 26


@dataclass(frozen=True, slots=True)
class Division:
    """One row: a sub-district (`town` equals its own code) or a unit of village level."""

    row: Row
    code: str
    name: str
    kind: str
    town: str
    town_name: str
    area: str
    area_name: str

    @property
    def is_town(self) -> bool:
        return self.code.endswith("000")


@dataclass(slots=True)
class Town:
    """A sub-district of the file with what stands below it."""

    code: str
    name: str
    row: Row
    area: str
    area_name: str
    villages: list[Division] = field(default_factory=list)


def build(task: Task) -> Findings:
    table, found = open_table(task, COLUMNS)
    rows = [division for row in found.rows(table) if (division := _read(found, row)) is not None]
    towns = _towns(found, rows)
    chosen = _chosen(found, task, towns)
    made: dict[str, Unit] = {
        unit.official_code: unit for unit in Unit.objects.filter(ends_on=None, place=None)
    }
    for town, there in chosen:
        _note_town(found, task, town, there, made)
    return found


def _read(found: Findings, row: Row) -> Division | None:
    code = found.attempt(row, "code", lambda: _official(row.values["code"]))
    name = found.attempt(row, "name", lambda: clean_text(row.values["name"], 80, required=True))
    if code is None or name is None:
        return None
    v = row.values
    return Division(
        row, code, name, v["kind"], f"{code[:9]}000", v["town"][:80], v["area"][:6], v["area_name"][:80]
    )


def _official(text: str) -> str:
    if not (text.isascii() and text.isdecimal() and len(text) in {9, 12}):
        raise ImportFaultError("import.official_code_form")
    return text.ljust(12, "0")


def _towns(found: Findings, rows: Iterable[Division]) -> dict[str, Town]:
    towns: dict[str, Town] = {}
    seen: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: row.code):
        if row.code in seen:
            found.refuse(row.row, "code", ImportFaultError("import.twice", row=seen[row.code]))
            continue
        seen[row.code] = row.row.number
        if row.is_town:
            towns[row.code] = Town(row.code, row.name, row.row, row.area, row.area_name)
            continue
        if row.town not in towns:
            towns[row.town] = Town(row.town, row.town_name, row.row, row.area, row.area_name)
        towns[row.town].villages.append(row)
    return towns


def _chosen(found: Findings, task: Task, towns: Mapping[str, Town]) -> list[tuple[Town, Unit | None]]:
    """The sub-districts this import is about, each with the unit that stands for it already."""
    heads = Unit.objects.filter(level=Level.SUBDISTRICT, ends_on=None).defer("boundary")
    only = task.option("only")
    if task.place is not None:
        head = heads.get(pk=task.place)
        picked = [t for t in towns.values() if t.code == head.official_code or t.name == head.name]
        if not picked:
            raise ImportFaultError("import.no_rows_for", code=head.official_code or head.name)
        pairs: list[tuple[Town, Unit | None]] = [(picked[0], head)]
    else:
        known = {unit.official_code: unit for unit in heads}
        wanted = [t for t in towns.values() if not only or t.code == only.ljust(12, "0")]
        if not wanted:
            raise ImportFaultError("import.no_rows_for", code=only)
        pairs = [(town, known.get(town.code)) for town in wanted]
    kept = {id(town) for town, _ in pairs}
    found.left_out = sum(len(t.villages) + (t.row.values["code"].ljust(12, "0") == t.code)
                         for t in towns.values() if id(t) not in kept)  # fmt: skip
    return pairs


def _note_town(found: Findings, task: Task, town: Town, there: Unit | None, made: dict[str, Unit]) -> None:
    if there is None and not town.name:
        found.refuse(town.row, "town", ImportFaultError("import.no_subdistrict"))
        return
    code = there.code if there else task.option("code") or letters_for(town.code)
    if not there and not (code.isascii() and code.isalpha() and code.isupper() and len(code) <= 4):
        found.refuse(town.row, "code", ImportFaultError("import.place_code"))
        return
    if there is not None:
        made[town.code] = there
        changes = _differences(
            there, town.name if town.row.values["code"][:9] + "000" == town.code else "", town.code
        )
        do = _change(there.pk, changes) if changes else None
    else:
        do, changes = _create_town(town, code, made), {}
    _count(
        found, town.row.number, there, changes, do, rank=1, code=code, name=town.name, level=Level.SUBDISTRICT
    )
    _note_villages(found, town, code, there, made)


def _note_villages(found: Findings, town: Town, code: str, head: Unit | None, made: dict[str, Unit]) -> None:
    below = Unit.objects.filter(parent=head, ends_on=None).defer("boundary") if head else ()
    known = {unit.official_code: unit for unit in below if unit.official_code}
    used = {unit.code for unit in below}
    number = 0
    for village in town.villages:
        there = known.get(village.code)
        if there is not None:
            changes = _differences(there, village.name, village.code)
            do = _change(there.pk, changes) if changes else None
            _count(found, village.row.number, there, changes, do, code=there.code, name=village.name)
            continue
        number = next(n for n in range(number + 1, 10_000) if f"{code}{n:02}" not in used)
        own = f"{code}{number:02}"
        do = _create_village(village, own, town.code, made)
        _count(found, village.row.number, None, {}, do, code=own, name=village.name)


def _count(
    found: Findings, row: int, there: Unit | None, changes: Mapping[str, str],
    do: Callable[[Actor, datetime], object] | None, *, code: str, name: str,
    level: Level = Level.GENERAL_GRID, rank: int = 2,
) -> None:  # fmt: skip
    status = Status.NEW if there is None else Status.CHANGED if changes else Status.UNCHANGED
    found.count(row, status, do, rank=rank, code=code, name=name, level=LEVEL_NAMES[level])


def _differences(there: Unit, name: str, official: str) -> dict[str, str]:
    wanted = {"name": name, "official_code": official}
    return {key: value for key, value in wanted.items() if value and getattr(there, key) != value}


def _change(unit_id: int, changes: Mapping[str, str]) -> Callable[[Actor, datetime], object]:
    return lambda by, at: actions.change_unit(
        unit_id=unit_id, by=by, at=at, name=changes.get("name"), official_code=changes.get("official_code")
    )


def _create_town(town: Town, code: str, made: dict[str, Unit]) -> Callable[[Actor, datetime], object]:
    def do(by: Actor, at: datetime) -> None:
        if town.area and town.area_name and town.area not in made:
            made[town.area] = actions.create_district(
                code=town.area, name=town.area_name, official_code=town.area, by=by, at=at
            )
        made[town.code] = actions.create_place(
            code=code, name=town.name, official_code=town.code, parent=made.get(town.area), by=by, at=at
        )

    return do


def _create_village(
    village: Division, code: str, town: str, made: dict[str, Unit]
) -> Callable[[Actor, datetime], object]:
    return lambda by, at: actions.create_unit(
        parent=made[town], level=Level.GENERAL_GRID, code=code, name=village.name,
        kind=kind_of(village), official_code=village.code, by=by, at=at,
    )  # fmt: skip


def kind_of(village: Division) -> str:
    """`village` for a villagers' committee, else `community`."""
    words = (village.kind, village.name)
    is_village = any("村民" in word or "村委" in word or word.endswith("村") for word in words)
    return "village" if is_village else "community"


def letters_for(official: str) -> str:
    """The letters of a sub-district: the last three of its nine digits, counted in letters (008 -> AI)."""
    number = int(official[6:9])
    first, last = divmod(number, LETTERS)
    more, first = divmod(first, LETTERS)
    return (chr(64 + more) if more else "") + chr(65 + first) + chr(65 + last)


DIVISIONS = Kind(
    "divisions", gettext_noop("Official divisions"), COLUMNS, "import.run", build, needs_place=False
)
