"""The zero board: one tile per grid, what is open there, a tick when nothing is. Places, never persons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.cases import permissions, queries
from weiwang.cases.queries import Tile
from weiwang.territory.rules import LEAF_LEVELS, Level, NotAllowedError, Officer
from weiwang.web.desk import places
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.places import Ground
from weiwang.web.desk.whereabouts import number

SOON = timedelta(hours=4)
TILE_LEVELS = frozenset({Level.GRID, Level.DEDICATED_GRID})


@dataclass(slots=True)
class Square:
    """One tile: a unit with the numbers of everything below it."""

    ground: Ground
    href: str
    name: str
    inside_href: str = ""
    open: int = 0
    due: int = 0
    late: int = 0

    @property
    def cleared(self) -> bool:
        return self.open == 0

    def add(self, tile: Tile) -> None:
        self.open, self.due, self.late = self.open + tile.open, self.due + tile.due, self.late + tile.late


@dataclass(slots=True)
class Block:
    """The tiles of one community."""

    name: str
    squares: list[Square] = field(default_factory=list)

    @property
    def open(self) -> int:
        return sum(square.open for square in self.squares)

    @property
    def cleared(self) -> int:
        return sum(square.cleared for square in self.squares)


@needs("board.see")
@require_safe
def board(request: DeskRequest) -> HttpResponse:
    at = timezone.now()
    inside = number(request.GET.get("unit", ""))
    blocks = grid_blocks(request.officer, inside, at) if inside else whole_blocks(request.officer, at)
    squares = [square for block in blocks for square in block.squares]
    values = {
        "blocks": blocks,
        "inside": inside is not None,
        "open": sum(square.open for square in squares),
        "due": sum(square.due for square in squares),
        "late": sum(square.late for square in squares),
        "cleared": sum(square.cleared for square in squares),
        "all": len(squares),
        "read_at": timezone.localtime(at),
    }
    return show(request, "desk/board.html", values, here="desk:board", part="tiles")


def whole_blocks(officer: Officer, at: datetime) -> list[Block]:
    """Every grid within reach, by community; for a micro-grid post the micro-grid itself."""
    on = timezone.localdate(at)
    found: list[Block] = []
    upper = {Level.SUBDISTRICT, Level.GENERAL_GRID}
    for place in officer.places:
        units = [*places.grounds(place, on), *places.leaves(place, on)]
        shown = [unit for unit in units if unit.level in TILE_LEVELS and _covered(officer, unit)]
        own = officer.paths("board.see")
        shown += [unit for unit in units if unit.path in own and unit.level == Level.MICRO_GRID]
        shown += [unit for unit in units if unit.level in upper and _covered(officer, unit)]
        found += _blocks(officer, units, shown, at, keep_empty=TILE_LEVELS | LEAF_LEVELS)
    return found


def grid_blocks(officer: Officer, unit_id: int, at: datetime) -> list[Block]:
    """The micro-grids of one grid. Raises `Http404`, `NotAllowedError`."""
    on = timezone.localdate(at)
    grid = places.ground_of(officer, unit_id, on)
    if grid is None:
        raise Http404
    if not officer.may("board.see", grid.path):
        raise NotAllowedError("board.see")
    place = next(place for place in officer.places if f"/{place}/" in grid.path)
    units = [*places.grounds(place, on), *places.leaves(place, on)]
    shown = [unit for unit in units if unit.path.startswith(grid.path) and unit.level in LEAF_LEVELS]
    return _blocks(officer, units, [*shown, grid], at, keep_empty=LEAF_LEVELS, heading=grid.name)


def _covered(officer: Officer, unit: Ground) -> bool:
    return officer.may("board.see", unit.path)


def _blocks(
    officer: Officer,
    units: Sequence[Ground],
    shown: Iterable[Ground],
    at: datetime,
    *,
    keep_empty: Iterable[str],
    heading: str = "",
) -> list[Block]:
    """Put the numbers of every unit on the nearest tile above it.

    Upper units get a tile only if they hold cases themselves.
    """
    squares = {unit.id: _square(unit) for unit in shown}
    paths = {unit.id: unit.path for unit in units}
    numbers = queries.open_by_unit(permissions.visible_to(officer), at=at, soon=at + SOON)
    for unit_id, tile in numbers.items():
        above = [int(part) for part in paths.get(unit_id, "").strip("/").split("/") if part]
        nearest = next((squares[part] for part in reversed(above) if part in squares), None)
        if nearest is not None:
            nearest.add(tile)
    kept = [square for square in squares.values() if square.open or square.ground.level in set(keep_empty)]
    return _grouped(kept, {unit.id: unit for unit in units}, heading)


def _grouped(squares: Iterable[Square], units: Mapping[int, Ground], heading: str) -> list[Block]:
    blocks: dict[str, Block] = {}
    for square in sorted(squares, key=lambda one: one.ground.code):
        name = heading or _community(square.ground, units)
        square.name = (
            square.ground.name.removeprefix(name) or square.ground.name
        )  # the heading says it already
        blocks.setdefault(name, Block(name)).squares.append(square)
    return list(blocks.values())


def _community(ground: Ground, units: Mapping[int, Ground]) -> str:
    above = [units[int(part)] for part in ground.path.strip("/").split("/") if int(part) in units]
    found = next((unit for unit in above if unit.level == Level.GENERAL_GRID), None)
    return found.name if found else _("Not yet placed in a grid")


def _square(unit: Ground) -> Square:
    inside = f"{reverse('desk:board')}?unit={unit.id}" if unit.level == Level.GRID else ""
    return Square(unit, f"{reverse('desk:worklist')}?view=open&unit={unit.id}", unit.name, inside)
