"""Find the groups that break a rule and what is behind each: the map, a pocket, an impossible total."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely

from weiwang.planning.community import Community, Groups
from weiwang.planning.exceptions import Code, GroupException, Neighbour
from weiwang.planning.instance import Bytes, Instance, Ints
from weiwang.planning.limits import Level, Limits, SizeRange

CANDIDATES = 64


@dataclass(slots=True)
class Surroundings:
    """Straight-line neighbours and barriers of the whole place; barriers are parsed when first asked for."""

    instance: Instance
    _lines: list[shapely.Geometry] | None = field(default=None, init=False)

    def nearest(self, pocket: Ints, others: Ints) -> Neighbour | None:
        """The building of `others` nearest to any of `pocket` (places in the building columns)."""
        if not len(others) or not len(pocket):
            return None
        b = self.instance.buildings
        middle_x, middle_y = b.x[pocket].mean(), b.y[pocket].mean()
        away = np.hypot(b.x[others] - middle_x, b.y[others] - middle_y)
        few = min(CANDIDATES, len(others)) - 1
        near = np.sort(others[np.argpartition(away, few)[: few + 1]])
        metres = np.hypot(b.x[near][:, None] - b.x[pocket], b.y[near][:, None] - b.y[pocket])
        at, mine = divmod(int(metres.argmin()), len(pocket))
        one, other = int(pocket[mine]), int(near[at])
        kind, name = self._between(one, other)
        home = self.instance.communities[int(b.community[other])]
        return Neighbour(
            b.ids[other], self.instance.community_names.get(home, home), float(metres[at, mine]), kind, name
        )

    def _between(self, one: int, other: int) -> tuple[str, str]:
        b, barriers = self.instance.buildings, self.instance.barriers
        if self._lines is None:
            self._lines = [shapely.from_wkt(wkt) for _, _, wkt in barriers]
        way = shapely.LineString([(b.x[one], b.y[one]), (b.x[other], b.y[other])])
        crossed = [
            (kind, name)
            for (name, kind, _), line in zip(barriers, self._lines, strict=True)
            if shapely.intersects(line, way)
        ]
        crossed.sort(key=lambda found: ("river", "railway", "main_road").index(found[0]))
        if crossed:
            return crossed[0]
        return ("wall", "") if b.compound[one] != b.compound[other] else ("", "")


@dataclass(slots=True)
class _Level:
    name: Level
    sizes: SizeRange
    label: Ints
    part: Ints
    bit: int


@dataclass(slots=True)
class _Case:
    """One group that breaks a rule: its pieces, households, parts, and the parts that are stuck."""

    level: _Level
    members: Ints
    households: int
    parts: list[Ints]
    stuck_parts: list[Ints]


def _broken_groups(level: _Level, weight: Ints) -> list[int]:
    """Labels of groups out of range or in several parts."""
    groups = int(level.label.max(initial=-1)) + 1
    size = np.bincount(level.label, weight, groups)
    pairs = np.unique(level.label.astype(np.int64) * (len(weight) + 1) + level.part)
    parts = np.bincount(pairs // (len(weight) + 1), minlength=groups)
    out = (size < level.sizes.low) | (size > level.sizes.high) | (parts > 1)
    return [int(g) for g in np.flatnonzero(out & (parts > 0))]


def _case(level: _Level, group: int, weight: Ints, flags: Bytes) -> _Case:
    members = np.flatnonzero(level.label == group).astype(np.int32)
    parts = [members[level.part[members] == p] for p in np.unique(level.part[members])]
    stuck = [p for p in parts if (flags[p] & level.bit).any()]
    return _Case(level, members, int(weight[members].sum()), parts, stuck)


def _is_gap(sizes: SizeRange, total: int) -> bool:
    return total >= sizes.low and not len(sizes.counts_for(total))


@dataclass(slots=True)
class Explainer:
    """Turns the groups of one community into listed exceptions."""

    around: Surroundings
    community: Community
    groups: Groups
    buildings: Ints
    """The building of each piece, as a place in the building columns of the instance."""
    own: Ints = field(init=False)
    part_of_own: Ints = field(init=False)
    abroad: Ints = field(init=False)
    totals: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.own, first = np.unique(self.buildings, return_index=True)
        self.part_of_own = self.groups.map_part[first]
        self.totals = np.bincount(self.groups.map_part, self.community.w, len(self.community.w)).astype(
            np.int32
        )
        home = self.around.instance.buildings.community
        self.abroad = np.flatnonzero(home != home[self.own[0]] if len(self.own) else home >= 0).astype(
            np.int32
        )

    @property
    def limits(self) -> Limits:
        """The sizes that hold in this community."""
        instance = self.around.instance
        return (
            instance.limits_of(int(instance.buildings.community[self.own[0]]))
            if len(self.own)
            else instance.limits
        )

    def exceptions(
        self, micro: Ints, grid: Ints, name: Callable[[Level, int], str]
    ) -> Iterator[GroupException]:
        """All groups that break a rule; `name` gives the id of a group."""
        limits, groups = self.limits, self.groups
        for level in (
            _Level("micro", limits.micro, micro, groups.micro_part, 1),
            _Level("grid", limits.grid, grid, groups.grid_part, 2),
        ):
            for group in _broken_groups(level, self.community.w):
                case = _case(level, group, self.community.w, groups.flags)
                yield self._explain(case, name(level.name, group))

    def _map_total(self, members: Ints) -> int:
        """Households of the walkable parts of the map that these pieces lie in."""
        return int(self.totals[np.unique(self.groups.map_part[members])].sum())

    def _explain(self, case: _Case, group: str) -> GroupException:
        sizes, weight = case.level.sizes, self.community.w
        if len(case.parts) > 1 and case.stuck_parts:
            small = min(case.stuck_parts, key=lambda p: int(weight[p].sum()))
            return self._far(case, group, Code.ATTACHED, small)
        if case.stuck_parts and case.households < sizes.low:
            if self._map_total(case.members) < sizes.low:
                return self._far(case, group, Code.ISOLATED, case.members)
            return self._pocket(case, group)
        totals = [self._map_total(p) for p in case.parts]
        gap = next((t for t in totals if _is_gap(sizes, t)), totals[0])
        return GroupException(case.level.name, group, Code.GAP, case.households, sizes, gap)

    def _pocket(self, case: _Case, group: str) -> GroupException:
        inside = np.zeros(len(self.community.w), bool)
        inside[case.members] = True
        c = self.community
        ways = [c.to[c.start[v] : c.start[v + 1]] for v in case.members]
        around = np.unique(np.concatenate(ways)) if ways else np.empty(0, np.int32)
        around = around[~inside[around]]
        least = int(c.piece[c.building[around]].min(initial=1 << 30))
        over = case.level.sizes.high < case.households + least < 1 << 29
        sizes = case.level.sizes
        return GroupException(
            case.level.name, group, Code.POCKET, case.households, sizes, 0, least if over else 0
        )

    def _far(self, case: _Case, group: str, code: Code, pocket: Ints) -> GroupException:
        part = np.unique(self.groups.map_part[pocket])
        apart = ~np.isin(self.part_of_own, part) if len(part) > 1 else self.part_of_own != part[0]
        mine = np.unique(self.buildings[pocket])
        return GroupException(
            case.level.name,
            group,
            code,
            case.households,
            case.level.sizes,
            int(self.community.w[pocket].sum()),
            near=self.around.nearest(mine, self.own[apart]),
            abroad=self.around.nearest(mine, self.abroad),
        )
