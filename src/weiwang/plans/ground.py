"""The ground of one community as a draft keeps it: buildings, what joins them on foot, the engine's view.

Plain values that survive JSON; metres east and north of the middle of the place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import numpy as np

from weiwang.planning.instance import KINDS, Buildings, Instance, Links, Stairwell
from weiwang.planning.limits import Limits

KIND_NAMES = {code: name for name, code in KINDS.items()}


class House(NamedTuple):
    """One building: its id in the ledger, how people call it, where it is, who lives there.

    `work`: cases of the past year. `floors` and `stairwells` as far as they are known (0: not).
    """

    id: int
    label: str
    x: float
    y: float
    households: int
    compound: str = ""
    stairwells: int = 0
    floors: int = 0
    work: int = 0


class Way(NamedTuple):
    """A walking link between two houses, by their places in the list: metres and `open`, `wall` or `road`."""

    a: int
    b: int
    metres: float
    kind: str = "open"


class Barrier(NamedTuple):
    """A main road, river or railway: what it is, what it is called, where it runs (WKT in metres)."""

    kind: str
    name: str
    wkt: str


@dataclass(slots=True)
class Ground:
    """All a plan of one community is made from."""

    code: str
    name: str
    houses: list[House]
    ways: list[Way]
    barriers: list[Barrier] = field(default_factory=list)

    @property
    def households(self) -> int:
        return sum(house.households for house in self.houses)

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code, "name": self.name, "houses": [list(house) for house in self.houses],
            "ways": [list(way) for way in self.ways], "barriers": [list(one) for one in self.barriers],
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(
            stored["code"], stored["name"], [House(*row) for row in stored["houses"]],
            [Way(*row) for row in stored["ways"]], [Barrier(*row) for row in stored["barriers"]],
        )  # fmt: skip


def even(total: int, parts: int) -> list[int]:
    """Whole numbers, as equal as can be, that add up to the total."""
    low, more = divmod(total, max(parts, 1))
    return [low + 1] * more + [low] * (max(parts, 1) - more)


def stairwells_of(house: House, high: int) -> tuple[Stairwell, ...]:
    """The stairwells of a house too large for one micro-grid, its households spread evenly over them."""
    if house.households <= high:
        return ()
    floors = max(house.floors, 1)
    return tuple(
        Stairwell(number, floors, held, tuple(even(held, floors)) if floors > 1 else ())
        for number, held in enumerate(even(house.households, max(house.stairwells, 1)), 1)
    )


def balanced(houses: Sequence[House], share: float, high: int) -> list[int]:
    """What each house weighs when work counts as well: `share` of the weight is work of the past year.

    The weights add up to about the households. A house that is cut weighs its households, and no other weighs
    more than one micro-grid may hold, so that the rules of cutting stay those of households.
    """
    homes, work = sum(h.households for h in houses), sum(h.work for h in houses)
    if not work or not share:
        return [house.households for house in houses]
    each = homes / work
    return [
        house.households
        if house.households > high
        else min(high, round(house.households * (1 - share) + house.work * each * share))
        for house in houses
    ]


def instance_of(ground: Ground, limits: Limits, weights: Sequence[int] | None = None) -> Instance:
    """The engine's view of the ground; `weights` take the place of the households."""
    compounds = list(dict.fromkeys(house.compound for house in ground.houses if house.compound))
    seat = {name: place for place, name in enumerate(compounds)}
    houses, ways = ground.houses, ground.ways
    held = weights if weights is not None else [house.households for house in houses]
    ids = [str(house.id) for house in houses]
    buildings = Buildings(
        ids,
        np.zeros(len(houses), np.int32),
        np.array([seat.get(house.compound, -1) for house in houses], np.int32),
        np.array([house.x for house in houses], np.float64),
        np.array([house.y for house in houses], np.float64),
        np.array(held, np.int32),
        {name: place for place, name in enumerate(ids)},
    )
    links = Links(
        np.array([way.a for way in ways], np.int32),
        np.array([way.b for way in ways], np.int32),
        np.array([way.metres for way in ways], np.float64),
        np.array([KINDS[way.kind] for way in ways], np.uint8),
    )
    high = limits.micro.high
    cut = {place: parts for place, house in enumerate(houses) if (parts := stairwells_of(house, high))}
    return Instance(
        ground.name, limits, [ground.code], compounds, buildings, cut, links, {ground.code: ground.name},
        {name: name for name in compounds}, [(one.name, one.kind, one.wkt) for one in ground.barriers],
    )  # fmt: skip
