"""Draw one community: the engine does the work, around what is locked, fenced in or bound together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from weiwang.planning import engine
from weiwang.planning.exceptions import GroupException
from weiwang.planning.previous import PlanRow
from weiwang.plans.ground import Ground, House, Way, balanced, instance_of
from weiwang.plans.rules import GroupLevel, Settings
from weiwang.plans.working import NO_GRID, Layout, Piece


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a plan has to leave as it is. Houses by their places in the ground, groups by their keys.

    `old` is the division to start from; `locked` micro-grids and `locked_grids` stay exactly, no group
    crosses the border of a grid in `fenced`; `bonds` hold houses together; `anchors` say which unit a house
    stays with.
    """

    old: Layout | None = None
    locked: frozenset[int] = frozenset()
    locked_grids: frozenset[int] = frozenset()
    fenced: frozenset[int] = frozenset()
    bonds: tuple[tuple[int, ...], ...] = ()
    anchors: Mapping[int, int] = field(default_factory=dict)
    keep: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A division, and what the map forces in it: exceptions by level and key."""

    layout: Layout
    exceptions: Mapping[tuple[GroupLevel, int], GroupException]


def draw(ground: Ground, settings: Settings, wishes: Wishes, *, seed: int = 0) -> Drawn:
    """Divide a community; the same ground, settings and wishes give the same division."""
    fixed = _fixed_pieces(wishes)
    free = _merged(ground, wishes, {piece.house for piece, _ in fixed})
    if not free.houses:
        return Drawn(_joined(ground, fixed, [], {}, wishes), {})
    weights = balanced(free.houses, settings.work, settings.micro_high) if settings.work else None
    instance = instance_of(
        Ground(ground.code, ground.name, free.houses, free.ways, ground.barriers), settings.limits, weights
    )
    before = _previous(wishes.old, free) if wishes.old else []
    made = engine.plan(instance, previous=before, keep=wishes.keep, seed=seed)
    keys = _Keys(wishes.old)
    rows = []
    grid_of: dict[int, int] = {}
    micro_keys = [keys.of(GroupLevel.MICRO, name) for name in made.micro_ids]
    grid_keys = [keys.of(GroupLevel.GRID, name) for name in made.grid_ids]
    columns = (made.pieces.building, made.pieces.stairwell, made.pieces.floor_from, made.pieces.floor_to)
    for place, (house, stairwell, low, high) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        micro, grid = micro_keys[int(made.micro[place])], grid_keys[int(made.grid[place])]
        grid_of[micro] = grid
        held = int(made.pieces.households[place])
        rows += [(piece, micro) for piece in free.expand(ground, house, Piece(0, stairwell, low, high, held))]
    found = {}
    for exception in made.exceptions:
        level = GroupLevel.MICRO if exception.level == "micro" else GroupLevel.GRID
        names, numbered = (
            (made.micro_ids, micro_keys) if exception.level == "micro" else (made.grid_ids, grid_keys)
        )
        found[level, numbered[names.index(exception.group)]] = _in_words(exception, ground)
    layout = _joined(ground, fixed, rows, grid_of, wishes)
    return _anchored(Drawn(layout, found), wishes.anchors)


def _in_words(exception: GroupException, ground: Ground) -> GroupException:
    """The exception with the names of buildings as people call them."""
    labels = {str(house.id): house.label for house in ground.houses}
    near = exception.near
    return replace(
        exception, near=replace(near, building=labels.get(near.building, near.building)) if near else None
    )


class _Keys:
    """Numbers of groups: those that continue keep theirs, new ones get the next."""

    def __init__(self, old: Layout | None) -> None:
        self.next = old.free_key() if old else 1
        self.known: dict[tuple[GroupLevel, str], int] = {}

    def of(self, level: GroupLevel, name: str) -> int:
        if name.isdigit():
            return int(name)
        if (level, name) not in self.known:
            self.known[level, name] = self.next
            self.next += 1
        return self.known[level, name]


def _fixed_pieces(wishes: Wishes) -> list[tuple[Piece, int]]:
    """Pieces that stay: those of locked groups and dedicated grids, and the rest of a building they share."""
    old = wishes.old
    if old is None:
        return []
    kept = {
        micro
        for micro, grid in old.grid_of.items()
        if micro in wishes.locked or grid in wishes.locked_grids or grid == NO_GRID
    }
    houses = {piece.house for piece, micro in zip(old.pieces, old.micro, strict=True) if micro in kept}
    return [(p, m) for p, m in zip(old.pieces, old.micro, strict=True) if p.house in houses]


@dataclass(slots=True)
class _Free:
    """The houses still to be divided, those bound together as one; `members` of each in the ground."""

    houses: list[House]
    ways: list[Way]
    members: list[tuple[int, ...]]

    def expand(self, ground: Ground, house: int, piece: Piece) -> Iterable[Piece]:
        """The pieces of the ground that one piece of merged houses stands for, with their own households."""
        whole = len(self.members[house]) > 1 or not piece.stairwell
        for member in self.members[house]:
            yield piece._replace(
                house=member, households=ground.houses[member].households if whole else piece.households
            )


def _merged(ground: Ground, wishes: Wishes, fixed: set[int]) -> _Free:
    bonds = [tuple(h for h in bond if h not in fixed) for bond in wishes.bonds]
    bound = {house: bond for bond in bonds for house in bond if len(bond) > 1}
    members: list[tuple[int, ...]] = []
    seat: dict[int, int] = {}
    for place in range(len(ground.houses)):
        if place in fixed or place in seat:
            continue
        group = bound.get(place, (place,))
        seat |= dict.fromkeys(group, len(members))
        members.append(group)
    houses = [_as_one([ground.houses[h] for h in group]) for group in members]
    fences = _fences(wishes)
    ways: dict[tuple[int, int], Way] = {}
    for way in ground.ways:
        one, other = seat.get(way.a), seat.get(way.b)
        if one is None or other is None or one == other or fences.get(way.a) != fences.get(way.b):
            continue
        pair = (min(one, other), max(one, other))
        if pair not in ways or way.metres < ways[pair].metres:
            ways[pair] = Way(*pair, way.metres, way.kind)
    return _Free(houses, list(ways.values()), members)


def _as_one(houses: Sequence[House]) -> House:
    if len(houses) == 1:
        return houses[0]
    held = sum(h.households for h in houses)
    weight = [h.households or 1 for h in houses]
    x = sum(h.x * w for h, w in zip(houses, weight, strict=True)) / sum(weight)
    y = sum(h.y * w for h, w in zip(houses, weight, strict=True)) / sum(weight)
    return houses[0]._replace(x=x, y=y, households=held, work=sum(h.work for h in houses))


def _fences(wishes: Wishes) -> dict[int, int]:
    """The fenced grid each house lies in; houses of no fenced grid are left out."""
    old = wishes.old
    if old is None or not wishes.fenced:
        return {}
    pairs = zip(old.pieces, old.micro, strict=True)
    return {p.house: old.grid_of[m] for p, m in pairs if old.grid_of[m] in wishes.fenced}


def _previous(old: Layout, free: _Free) -> list[PlanRow]:
    """The lines of the earlier division for the houses still to be divided."""
    name = {
        member: str(house.id)
        for house, group in zip(free.houses, free.members, strict=True)
        for member in group[:1]
    }
    return [
        PlanRow(name[p.house], p.stairwell, p.floor_from, p.floor_to, str(m), str(old.grid_of[m]))
        for p, m in zip(old.pieces, old.micro, strict=True)
        if p.house in name and old.grid_of[m] != NO_GRID
    ]


def _joined(
    ground: Ground, fixed: Sequence[tuple[Piece, int]], rows: Sequence[tuple[Piece, int]],
    grid_of: Mapping[int, int], wishes: Wishes,
) -> Layout:  # fmt: skip
    """One layout out of what stayed and what was drawn; a locked micro-grid joins the grid beside it."""
    both = sorted([*fixed, *rows], key=lambda row: row[0][:3])
    layout = Layout([piece for piece, _ in both], [micro for _, micro in both], dict(grid_of))
    old = wishes.old
    homeless = sorted({micro for _, micro in fixed} - grid_of.keys())
    for micro in homeless:
        there = old.grid_of[micro] if old else NO_GRID
        layout.grid_of[micro] = there
    for micro in homeless:
        there = layout.grid_of[micro]
        if there != NO_GRID and there not in wishes.locked_grids:
            layout.grid_of[micro] = _grid_beside(ground, layout, micro, set(homeless)) or there
    return layout


def _grid_beside(ground: Ground, layout: Layout, micro: int, homeless: set[int]) -> int | None:
    """The grid with the most links to a micro-grid, among those that were drawn."""
    at: dict[int, set[int]] = {}
    for piece, label in zip(layout.pieces, layout.micro, strict=True):
        at.setdefault(piece.house, set()).add(label)
    count: dict[int, int] = {}
    for way in ground.ways:
        for mine, there in ((way.a, way.b), (way.b, way.a)):
            if micro in at.get(mine, ()):
                for label in at.get(there, set()) - homeless:
                    grid = layout.grid_of[label]
                    if grid != NO_GRID:
                        count[grid] = count.get(grid, 0) + 1
    return max(count, key=lambda grid: (count[grid], -grid), default=None)


def _anchored(drawn: Drawn, anchors: Mapping[int, int]) -> Drawn:
    """Give the micro-grid of a leader's house the number of the leader's unit, in exchange."""
    layout = drawn.layout
    swap: dict[int, int] = {}
    for house, unit in anchors.items():
        here = next((m for p, m in zip(layout.pieces, layout.micro, strict=True) if p.house == house), None)
        if here is None or here == unit or here in swap or unit in swap:
            continue
        swap |= {here: unit, unit: here}
    if not swap:
        return drawn
    micro = [swap.get(key, key) for key in layout.micro]
    grid_of = {swap.get(key, key): grid for key, grid in layout.grid_of.items()}
    found = {
        (level, swap.get(key, key) if level is GroupLevel.MICRO else key): exception
        for (level, key), exception in drawn.exceptions.items()
    }
    return Drawn(Layout(layout.pieces, micro, grid_of), found)
