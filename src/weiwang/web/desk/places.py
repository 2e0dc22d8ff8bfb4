"""Communities and grids as choices: for filters, for saying where, for the line of names of a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from time import monotonic

from weiwang.territory import queries as territory
from weiwang.territory.rules import Level, Officer

KEPT_SECONDS = 30
UPPER = frozenset({Level.SUBDISTRICT, Level.GENERAL_GRID, Level.GRID, Level.DEDICATED_GRID})
LEAVES = frozenset({Level.MICRO_GRID})


@dataclass(frozen=True, slots=True)
class Ground:
    """One unit as a choice."""

    id: int
    path: str
    level: str
    code: str
    name: str

    @property
    def parent_id(self) -> int:
        parts = self.path.strip("/").split("/")
        return int(parts[-2]) if len(parts) > 1 else 0


def grounds(place: int, on: date) -> tuple[Ground, ...]:
    """Sub-district, communities, grids and dedicated grids in the order of their codes."""
    return _kept(place, UPPER, on)


def leaves(place: int, on: date) -> tuple[Ground, ...]:
    """Every micro-grid in the order of their codes."""
    return _kept(place, LEAVES, on)


def half_minute() -> int:
    """Counts up every half minute. What is kept under it is read again then: names, never authority."""
    return int(monotonic() // KEPT_SECONDS)


_known: dict[tuple[int, frozenset[Level]], tuple[date, int, tuple[Ground, ...]]] = {}


def _kept(place: int, levels: frozenset[Level], on: date) -> tuple[Ground, ...]:
    """Read once, kept for half a minute."""
    known, now = _known.get((place, levels)), half_minute()
    if known is None or known[:2] != (on, now):
        known = _known[place, levels] = (on, now, _grounds(place, levels, on))
    return known[2]


def _grounds(place: int, levels: frozenset[Level], on: date) -> tuple[Ground, ...]:
    units = territory.units_at(place=place, levels=levels, on=on)
    return tuple(Ground(unit.pk, unit.path, unit.level, unit.code, unit.name) for unit in units)


@dataclass(frozen=True, slots=True)
class Group:
    """A community with what lies under it, as one group of a pick list."""

    id: int
    path: str
    name: str
    units: Sequence[Ground]


def groups(all_grounds: Sequence[Ground], paths: Sequence[str] = ("",)) -> list[Group]:
    """Communities with their grids, cut to the parts of the tree an officer covers."""
    kept = [
        g for g in all_grounds if any(g.path.startswith(path) or path.startswith(g.path) for path in paths)
    ]
    under: dict[int, list[Ground]] = {}
    for ground in kept:
        if ground.level in {Level.GRID, Level.DEDICATED_GRID}:
            under.setdefault(ground.parent_id, []).append(ground)
    return [Group(g.id, g.path, g.name, under.get(g.id, [])) for g in kept if g.level == Level.GENERAL_GRID]


def ground_of(officer: Officer, unit_id: int, on: date) -> Ground | None:
    """A unit of the officer's sub-districts; micro-grids are asked for one by one."""
    for place in officer.places:
        for ground in grounds(place, on):
            if ground.id == unit_id:
                return ground
        unit = territory.unit_in(place=place, unit_id=unit_id)
        if unit is not None:
            return Ground(unit.pk, unit.path, unit.level, unit.code, unit.name)
    return None


def named_path(all_grounds: Sequence[Ground], path: str) -> list[str]:
    """The names of the known units on the way down to `path`, without the sub-district."""
    names: Mapping[str, str] = {str(g.id): g.name for g in all_grounds if g.level != Level.SUBDISTRICT}
    return [names[part] for part in path.strip("/").split("/") if part in names]
