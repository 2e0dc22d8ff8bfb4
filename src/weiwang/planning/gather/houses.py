"""From rows of a list to buildings with their stairwells: every count looked at, every guess noted."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from shapely.geometry.base import BaseGeometry

from weiwang.planning.gather import addresses
from weiwang.planning.gather.files import Record
from weiwang.planning.gather.ground import Laid
from weiwang.planning.gather.notes import Notes
from weiwang.planning.instance import Stairwell

_FEW_FLATS, _MANY_FLATS, _TALL = 2, 4, 8
_LIST = re.compile(r"[;；,，、/|+\s]+")
_COUNT = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(slots=True)
class House:
    """One building as the list has it; `x` is NaN where nobody knows, counts are 0 where it is silent.

    `given`: the place is the list's own, not a guess; `own` are floors and stairwells as the list has them.
    """

    id: str
    row: int
    label: str
    address: str = ""
    compound: str = ""
    community: str = ""
    kind: str = ""
    x: float = math.nan
    y: float = math.nan
    shape: BaseGeometry | None = None
    floors: int = 0
    dwellings: int = 0
    households: int = 0
    stairwells: int = 0
    wells: list[Stairwell] = field(default_factory=list)
    given: bool = False
    own: tuple[int, int] = (0, 0)

    @property
    def placed(self) -> bool:
        return not math.isnan(self.x)


@dataclass(frozen=True, slots=True)
class Counting:
    """Where the households of a row come from: its own column, or square metres at `per` each."""

    column: str
    per: float = 0.0


def even(total: int, parts: int) -> list[int]:
    """Whole numbers, as equal as can be, that add up to the total."""
    low, more = divmod(total, max(parts, 1))
    return [low + 1] * more + [low] * (max(parts, 1) - more)


class _Rows:
    """Reads the rows of one list into houses, one after the other."""

    def __init__(self, laid: Laid, counting: Counting, notes: Notes) -> None:
        self.laid, self.listed, self.counting, self.notes = laid, laid.listed, counting, notes
        self.houses: dict[str, House] = {}
        self.seen: set[tuple[str, int]] = set()
        self.made_ids = not self.listed.has("id")
        self.sums = {"all": 0, "since": 0}

    def note(self, code: str, row: int, detail: str = "", **params: object) -> None:
        self.notes.add(code, self.listed.file, row, detail, **params)

    def whole(self, record: Record, name: str) -> int:
        """A count in a cell, 0 where it is blank or no number (then noted)."""
        return max(0, round(self.figure(record, name) or 0))

    def figure(self, record: Record, name: str) -> float | None:
        text = addresses.clean(record.get(name))
        found = _COUNT.match(text)
        if found:
            return float(found[0])
        value = addresses.number(text) if text else None
        if text and value is None:
            self.note("not_number", record.row, column=self.listed.written.get(name, name))
        return value

    def households(self, record: Record) -> int:
        found = self.figure(record, self.counting.column)
        if found is None:
            return 0
        if found < 0:
            self.note("negative", record.row)
            return 0
        if self.counting.per:
            found = max(1.0, found / self.counting.per) if found else 0.0
        return math.floor(found + 0.5)

    def read(self) -> list[House]:
        for place, record in enumerate(self.listed.records):
            self.row(place, record)
        if self.made_ids and self.houses:
            self.notes.add("own_ids", self.listed.file)
        return list(self.houses.values())

    def row(self, place: int, record: Record) -> None:
        said = addresses.parse(record.get("address") or record.get("building"))
        well = addresses.number(addresses.clean(record.get("stairwell"))) or said.stairwell
        name = record.get("id") or _key(record, said) or self._by_place(place)
        if not name:
            self.note("sum" if self._is_sum(record) else "nothing", record.row)
            return
        if (name, well) in self.seen or (name in self.houses and not (well and self.houses[name].wells)):
            self.note("duplicate", record.row, f"= {self.houses[name].row}")
            return
        self.seen.add((name, well))
        house = self.houses.get(name)
        if house is None:
            house = self.houses[name] = self._house(name, record, place, said)
        self._count(house, record, well)

    def _is_sum(self, record: Record) -> bool:
        """Whether a row without a building adds up the rows above it, all or those since the last sum."""
        held = round(self.figure(record, self.counting.column) or 0)
        found = held > 0 and held in self.sums.values()
        self.sums["since"] = 0
        return found

    def _by_place(self, place: int) -> str:
        """A name for a building of which only the place is known."""
        known = self.laid.shapes[place] is not None or not math.isnan(self.laid.points[place][0])
        return f"B{self.listed.records[place].row}" if known else ""

    def _house(self, name: str, record: Record, place: int, said: addresses.Address) -> House:
        shape = self.laid.shapes[place]
        x, y = self.laid.points[place].tolist()
        if math.isnan(x) and shape is not None:
            spot = shape.representative_point()
            x, y = spot.x, spot.y
        area = shape if shape is not None and shape.geom_type in {"Polygon", "MultiPolygon"} else None
        label = record.get("building") or record.get("address") or name
        return House(
            name, record.row, label, record.get("address"),
            record.get("compound") or ("" if self.listed.has("compound") else said.compound),
            record.get("community"), record.get("kind"), x, y, area,
            floors=self.whole(record, "floors"), dwellings=self.whole(record, "dwellings"),
            stairwells=self.whole(record, "stairwells"), given=not math.isnan(x),
        )  # fmt: skip

    def _count(self, house: House, record: Record, well: int) -> None:
        """Add the households of a row: one stairwell of the house, or all of it."""
        held = self.households(record)
        self.sums = {name: total + held for name, total in self.sums.items()}
        if well:
            floors = self.whole(record, "floors") or house.floors
            house.wells.append(self._well(well, floors, held, record.get("by_floor"), record.row))
            house.floors = max(house.floors, floors)
            house.households += held
            return
        parts = self._numbers(record.get("by_stairwell"))
        if parts:
            house.wells = [Stairwell(n, house.floors, h) for n, h in enumerate(parts, 1)]
            if self.listed.has(self.counting.column) and sum(parts) != held:
                self.note("stairwells_sum", record.row, f"{held} ≠ {sum(parts)}")
            if house.stairwells and house.stairwells != len(parts):
                self.note("stairwells_count", record.row, f"{house.stairwells} ≠ {len(parts)}")
            house.stairwells, held = len(parts), sum(parts)
        elif record.get("by_floor") and house.stairwells <= 1:
            house.wells = [self._well(1, house.floors, held, record.get("by_floor"), record.row)]
        house.households = held

    def _well(self, number: int, floors: int, held: int, text: str, row: int) -> Stairwell:
        counts = tuple(self._numbers(text))
        if counts and (sum(counts) != held or (floors and len(counts) != floors)):
            self.note("floors_sum", row)
            counts = ()
        return Stairwell(number, len(counts) or floors, held, counts)

    @staticmethod
    def _numbers(text: str) -> list[int]:
        parts = [p for p in _LIST.split(text.strip()) if p]
        return [int(p) for p in parts] if all(p.isdigit() for p in parts) else []


def _key(record: Record, said: addresses.Address) -> str:
    """A name for a building without an id: where it is and which it is, without its stairwell."""
    area = record.get("compound") or said.compound
    block = addresses.parse(record.get("building")).building or addresses.clean(record.get("building"))
    head = said.street + (area if area != said.street else "")
    tail = block or said.building
    if not tail:
        return addresses.clean(record.get("address"))
    return "-".join(addresses.clean(part) for part in (record.get("community"), head, tail) if part)


def read_houses(laid: Laid, counting: Counting, notes: Notes) -> list[House]:
    """The buildings of a list, each once, in the order of the file."""
    listed = laid.listed
    houses = _Rows(laid, counting, notes).read()
    notes.add_rows("zero", listed.file, (h.row for h in houses if not h.households))
    if not listed.has("compound"):
        named = {h.compound for h in houses if h.compound}
        if named:
            notes.add("named_compounds", listed.file, count=len(named))
    if counting.per:
        total = sum(h.households for h in houses)
        column = listed.written.get(counting.column, counting.column)
        notes.add("from_area", listed.file, column=column, per=f"{counting.per:g}", households=total)
    return houses


def complete_stairwells(houses: Sequence[House], high: int, file: str, notes: Notes) -> None:
    """Give every house its stairwells; over `high` households what is missing is guessed and noted."""
    for house in houses:
        house.own = (house.floors, house.stairwells or len(house.wells))
        note = _noter(house, high, file, notes)
        if not house.wells:
            house.wells = [
                Stairwell(n, house.floors, h)
                for n, h in enumerate(even(house.households, _wells(house, note)), 1)
            ]
        if house.stairwells > len(house.wells):
            note("stairwells_count")
        house.stairwells = len(house.wells)
        house.wells = [_with_floors(well, high, note) for well in sorted(house.wells, key=lambda w: w.number)]
        house.floors = max(house.floors, *(w.floors for w in house.wells))


Noter = Callable[[str], None]
_OF_STAIRWELLS: Final = ("stairwells_count",)


def _noter(house: House, high: int, file: str, notes: Notes) -> Noter:
    def note(code: str) -> None:
        if code in _OF_STAIRWELLS:
            notes.add(code, file, house.row, f"{house.stairwells} ≠ {len(house.wells)}")
        elif house.households > high:
            notes.add(code, file, house.row, high=high)

    return note


def _wells(house: House, note: Noter) -> int:
    """How many stairwells, as said or guessed from floors."""
    if house.stairwells:
        if house.stairwells > 1:
            note("stairwells_even")
        return house.stairwells
    note("stairwells_guessed")
    each = _MANY_FLATS if house.floors >= _TALL else _FEW_FLATS
    floors = house.floors or 6
    return max(1, math.ceil(house.households / (floors * each)))


def _with_floors(well: Stairwell, high: int, note: Noter) -> Stairwell:
    floors = well.floors
    if not floors:
        if well.households > high:
            note("floors_guessed")
        floors = max(1, math.ceil(well.households / _MANY_FLATS)) if well.households > high else 1
    counts = well.by_floor
    if well.households > high and not counts:
        note("floors_even")
        counts = tuple(even(well.households, floors))
    return Stairwell(well.number, floors, well.households, counts)


def by_address(houses: Sequence[House]) -> Iterator[House]:
    """The houses as somebody would walk them: compound by compound or street by street, number by number."""

    def key(house: House) -> tuple[object, ...]:
        said = addresses.parse(house.address or house.label)
        return (
            house.compound or said.street,
            addresses.natural(said.building or house.label),
            addresses.natural(house.id),
        )

    yield from sorted(houses, key=key)
