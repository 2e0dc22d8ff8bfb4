"""What stands on the notice board of a unit: the same facts on the residents' page and on paper.

Names are those of posts whose holders are public by `policies/posts.yaml`; telephones are those of the
office, never of a person.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from weiwang.kernel.policy import PolicyError
from weiwang.ledger import queries as ledger
from weiwang.ledger.rules import SERVICES, Line, Service
from weiwang.territory import queries as territory
from weiwang.territory.models import Unit
from weiwang.territory.queries import PostPeople
from weiwang.territory.rules import LEAF_LEVELS, Level

BOARD_LEVELS = frozenset({Level.GENERAL_GRID, Level.GRID, Level.MICRO_GRID, Level.DEDICATED_GRID})
OVER = frozenset({Level.DISTRICT, Level.SUBDISTRICT})


@dataclass(frozen=True, slots=True)
class Seat:
    """A post and the public names of those who hold it; none when it is vacant."""

    name: str
    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """One unit on the way up to the community, with its public posts."""

    unit: Unit
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One unit below: what belongs to it and who leads it."""

    unit: Unit
    addresses: tuple[str, ...]
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on one board."""

    head: Unit  # the sub-district
    unit: Unit
    rungs: tuple[Rung, ...]  # the unit first, the community last
    parts: tuple[Part, ...]
    addresses: tuple[str, ...]  # of a unit without parts
    line: Line
    services: tuple[Service, ...]


def sheet(unit: Unit, *, at: datetime) -> Sheet:
    """The board of a community, grid, micro-grid or dedicated grid as it would be printed now."""
    place = unit.place or unit.pk
    above = territory.ancestors(unit.path)
    way = [row for row in above if row.level not in OVER]
    is_leaf = Level(unit.level) in LEAF_LEVELS
    below = [] if is_leaf else sorted(territory.children(unit, timezone.localdate(at)), key=_order)
    seats = _seats(territory.people_of(place=place, unit_ids=[row.pk for row in (*way, *below)], at=at))
    known = ledger.addresses_of([unit.pk, *(row.pk for row in below)])
    return Sheet(
        next(row for row in above if row.pk == place),
        unit,
        tuple(Rung(row, seats.get(row.pk, ())) for row in reversed(way)),
        tuple(Part(row, tuple(known.get(row.pk, ())), seats.get(row.pk, ())) for row in below),
        tuple(known.get(unit.pk, ())),
        ledger.public_line(path=unit.path),
        services(settings.POLICIES),
    )


def _order(unit: Unit) -> tuple[bool, str]:
    """By code, dedicated grids last."""
    return unit.level == Level.DEDICATED_GRID, unit.code


def leaders(seats: Iterable[Seat]) -> list[Seat]:
    """The posts that one person holds, which lead a unit; all of them where there are only others."""
    kinds = territory.post_table().kinds
    return [seat for seat in seats if kinds[seat.kind].single] or list(seats)


def _seats(people: Iterable[PostPeople]) -> dict[int, tuple[Seat, ...]]:
    kinds = territory.post_table().kinds
    found: dict[int, tuple[Seat, ...]] = {}
    for post in people:
        if kinds[post.kind].on_board:
            found[post.unit_id] = (*found.get(post.unit_id, ()), Seat(post.name, post.kind, post.names))
    return found


def services(folder: Path) -> tuple[Service, ...]:
    """The services by `services.yaml`; none where an office keeps no such table or it cannot be read."""
    try:
        return tuple(SERVICES.read(folder).table)
    except PolicyError:
        return ()


NUMBERED = re.compile(r"^(.*?)(\d+)(\D*)$")


def gathered(addresses: Iterable[str]) -> list[str]:
    """Addresses in fewer words: 竹影苑4栋, 竹影苑5栋, 竹影苑6栋 become 竹影苑4–6栋; the order stays."""
    numbers: dict[tuple[str, str], set[int]] = {}
    for address in dict.fromkeys(addresses):
        found = NUMBERED.match(address)
        head, tail = (found[1], found[3]) if found else (address, "")
        numbers.setdefault((head, tail), set()).update([int(found[2])] if found else [])
    return [f"{head}{_runs(sorted(held))}{tail}" for (head, tail), held in numbers.items()]


def _runs(numbers: Sequence[int]) -> str:
    """1, 2, 3, 7 as `1–3、7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "、".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
