"""All lists together: buildings with places, stairwells, communities, compounds, and ways between them."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields

import numpy as np
import shapely

from weiwang.planning.gather import columns, lines
from weiwang.planning.gather.areas import (
    Area,
    Areas,
    communities_of,
    compounds_of,
    named_communities,
    read_communities,
    read_compounds,
    settle_compounds,
)
from weiwang.planning.gather.cutting import COMMUNITY, cut
from weiwang.planning.gather.files import Source, read
from weiwang.planning.gather.ground import Ground, Laid, drop_far, ground_of, judge_datum
from weiwang.planning.gather.houses import Counting, House, by_address, complete_stairwells, read_houses
from weiwang.planning.gather.judging import judge_communities, judge_footprints
from weiwang.planning.gather.notes import GatherError, Notes
from weiwang.planning.gather.positions import STEP_M, interpolate, lay_out, put_in_the_middle
from weiwang.planning.instance import KINDS, Buildings, Instance, Links
from weiwang.planning.limits import Limits
from weiwang.planning.walking import Land, walking_links


@dataclass(frozen=True, slots=True)
class Sources:
    """What an office has; only the buildings are needed."""

    buildings: Source
    communities: Source | None = None
    compounds: Source | None = None
    roads: Source | None = None
    water: Source | None = None
    railways: Source | None = None
    bridges: Source | None = None
    links: Source | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What only people know.

    `datum` of all coordinates: wgs84, cgcs2000, gcj02, bd09 or metres; `datums` by name of a layer where one
    differs. `columns`: for each layer, our name of a column -> its header. `area`: the column of living area
    that households are computed from, at `per` square metres each.
    """

    datum: str = ""
    datums: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    households: str = ""
    area: str = ""
    per: float = 60.0
    name: str = ""
    limits: Limits = field(default_factory=Limits)
    areas: Mapping[str, Limits] = field(default_factory=dict)
    """Limits by the kind of a community, such as 村; `limits` holds for all others."""
    whole: bool = False
    """Without communities the place stays one instead of being cut."""


@dataclass(slots=True)
class Gathered:
    """A place ready to be planned, in metres, and all that was found on the way.

    `homes` and `compound_of`: for each house the place of its community and compound (-1: none) in the lists.
    """

    name: str
    limits: Limits
    areas: Mapping[str, Limits]
    ground: Ground
    houses: list[House]
    homes: list[int]
    communities: list[Area]
    compound_of: list[int]
    compounds: list[Area]
    compound_homes: list[str]
    links: Links
    lines: lines.Lines
    notes: Notes

    @property
    def households(self) -> int:
        return sum(house.households for house in self.houses)

    def special(self) -> dict[str, Limits]:
        """Limits of the communities of a kind that has its own, by their ids."""
        return {c.id: self.areas[c.kind] for c in self.communities if c.kind in self.areas}

    def instance(self) -> Instance:
        """The place as the engine takes it."""
        houses, high = self.houses, _least_high(self.limits, self.areas)
        buildings = Buildings(
            [house.id for house in houses],
            np.array(self.homes, np.int32),
            np.array(self.compound_of, np.int32),
            np.array([house.x for house in houses], np.float64),
            np.array([house.y for house in houses], np.float64),
            np.array([house.households for house in houses], np.int32),
            {house.id: i for i, house in enumerate(houses)},
        )
        tall = {i: tuple(house.wells) for i, house in enumerate(houses) if house.households > high}
        return Instance(
            self.name, self.limits, [c.id for c in self.communities], [c.id for c in self.compounds],
            buildings, tall, self.links,
            {c.id: c.name for c in self.communities}, {c.id: c.name for c in self.compounds},
            [(b.id, b.kind, shapely.to_wkt(b.line)) for b in self.lines.barriers], [], self.special(),
        )  # fmt: skip


LAYERS: Mapping[str, str] = {
    "buildings": "buildings", "communities": "communities", "compounds": "compounds", "roads": "lines",
    "water": "lines", "railways": "lines", "bridges": "lines", "links": "links",
}  # fmt: skip
"""Layers of a place, and which headers to look for in each."""


def gather(sources: Sources, choices: Choices | None = None) -> Gathered:
    """Read, judge and complete. Raises `GatherError` when the whole is of no use without an answer."""
    return _Gathering(sources, choices or Choices()).all()


class _Gathering:
    def __init__(self, sources: Sources, choices: Choices) -> None:
        self.sources, self.choices, self.notes = sources, choices, Notes()
        self.file = sources.buildings.name
        self.lines = lines.Lines()
        self.chained: set[int] = set()

    def all(self) -> Gathered:
        self.counting = self._counting()
        laid = {f.name: self._read(f.name) for f in fields(self.sources) if getattr(self.sources, f.name)}
        self._ground(laid)
        self._lines(laid)
        houses = read_houses(laid["buildings"], self.counting, self.notes)
        known = self._compounds(laid, houses)
        areas, homes = self._communities(laid, houses, known)
        kept = [i for i, home in enumerate(homes) if home >= 0]
        self.notes.add_rows("no_community", self.file, (houses[i].row for i, h in enumerate(homes) if h < 0))
        if not kept:
            raise GatherError("no_buildings", self.notes, file=self.file)
        return self._place([houses[i] for i in kept], [homes[i] for i in kept], areas, known, laid)

    def _counting(self) -> Counting:
        if self.choices.area:
            return Counting("area", self.choices.per)
        return Counting("households")

    def _read(self, layer: str) -> Laid:
        source: Source = getattr(self.sources, layer)
        chosen = dict(self.choices.columns.get(layer, {}))
        extra: dict[str, str] = {}
        if layer == "buildings":
            chosen |= {"households": self.choices.households} if self.choices.households else {}
            extra |= {"area": self.choices.area} if self.choices.area else {}
        listed = read(source, columns.Wanted(columns.layer(LAYERS[layer]), chosen, extra), self.notes)
        if layer == "buildings":
            self._check_counted(listed.has, listed.headers)
        if listed.unused:
            self.notes.add("unused", source.name, columns="、".join(listed.unused))
        return Laid.of(listed, self.notes)

    def _check_counted(self, has: Callable[[str], bool], headers: str) -> None:
        known = [name for name in ("area", "households", "by_stairwell", "dwellings") if has(name)]
        if not known:
            raise GatherError("which_households", self.notes, file=self.file, columns=headers)
        if known == ["dwellings"]:
            self.counting = Counting("dwellings")
            self.notes.add("from_dwellings", self.file)

    def _ground(self, laid: Mapping[str, Laid]) -> None:
        order = [one for name, one in laid.items() if name != "links"]
        of_list = {
            laid[name].listed.file: datum for name, datum in self.choices.datums.items() if name in laid
        }
        self.ground = ground_of(order, self.choices.datum, of_list, self.notes)
        for one in order:
            self.ground.lay(one)
        drop_far(laid["buildings"], self.notes)

    def _lines(self, laid: Mapping[str, Laid]) -> None:
        if "roads" in laid:
            lines.add_roads(self.lines, laid["roads"], self.notes)
        else:
            self.notes.add("no_roads")
        if "water" in laid:
            lines.add_water(self.lines, laid["water"], "river", self.notes)
        if "railways" in laid:
            lines.add_water(self.lines, laid["railways"], "railway", self.notes)
        if not self.lines.of("river", "railway"):
            self.notes.add("no_water")
        lines.add_crossings(self.lines, _points(laid.get("bridges")), self.notes)

    def _compounds(self, laid: Mapping[str, Laid], houses: Sequence[House]) -> Areas:
        def gates(text: str) -> list[tuple[float, float]]:
            found = re.findall(r"(-?\d+(?:\.\d+)?)[\s,，]+(-?\d+(?:\.\d+)?)", text)
            pairs = np.array(found, float).reshape(-1, 2)
            return [
                (x, y) for x, y in self.ground.to_metres(pairs, laid["compounds"].datum or "wgs84").tolist()
            ]

        if "compounds" not in laid:
            return Areas([])
        known = read_compounds(laid["compounds"], gates, self.notes)
        compounds_of(houses, known, self.file, self.notes)
        return known

    def _communities(
        self, laid: Mapping[str, Laid], houses: Sequence[House], known: Areas
    ) -> tuple[Areas, list[int]]:
        given = [i for i, house in enumerate(houses) if house.placed]
        interpolate(houses, self.file, self.notes)
        middles = {area.id: area.shape for area in known.areas if area.shape is not None}
        put_in_the_middle(houses, middles, [h.compound for h in houses], self.file, self.notes)
        if "communities" in laid:
            areas = read_communities(laid["communities"], self.notes)
            homes = communities_of(houses, areas, self.file, self.notes)
            self._judge_datum(houses, given, areas, laid["buildings"].datum)
            shapes = {area.id: area.shape for area in areas.areas if area.shape is not None}
            named = [areas.areas[home].id if home >= 0 else "" for home in homes]
            put_in_the_middle(houses, shapes, named, self.file, self.notes)
            return areas, homes
        if any(house.community for house in houses):
            return named_communities(houses, self.file, self.notes)
        return self._cut(houses)

    def _judge_datum(self, houses: Sequence[House], given: Sequence[int], areas: Areas, datum: str) -> None:
        drawn = [area.shape for area in areas.areas if area.shape is not None]
        own = [areas.named(houses[i].community) for i in given]
        homes = [areas.areas[place].shape if place >= 0 else None for place in own]
        at = np.array([(houses[i].x, houses[i].y) for i in given], float).reshape(-1, 2)
        if drawn and given:
            judge_datum(self.ground, datum, at, homes, drawn, self.notes)

    def _cut(self, houses: Sequence[House]) -> tuple[Areas, list[int]]:
        """Make communities of a place that has none."""
        total = sum(house.households for house in houses)
        if self.choices.whole or total <= COMMUNITY.high:
            self.notes.add("one_place", households=total)
            return Areas([Area("C01", "全域")]), [0] * len(houses)
        self._order_unplaced(houses, [0] * len(houses))
        none = np.zeros(len(houses), np.int32)
        links = self._links(houses, none, _compound_places(houses), {})
        at = np.array([(house.x, house.y) for house in houses])
        label, lonely = cut(np.array([h.households for h in houses], np.int32), links, at)
        sizes = np.bincount(label, [h.households for h in houses]).astype(int)
        self.notes.add("cut_up", count=len(sizes), low=int(sizes.min()), high=int(sizes.max()))
        if lonely:
            self.notes.add("joined_parts", count=lonely)
        wide = len(str(len(sizes)))
        made = [Area(f"C{i + 1:0{max(2, wide)}d}", f"第{i + 1}片") for i in range(len(sizes))]
        return Areas(made), label.tolist()

    def _place(
        self, houses: list[House], homes: list[int], areas: Areas, known: Areas, laid: Mapping[str, Laid]
    ) -> Gathered:
        self._order_unplaced(houses, homes)
        used = sorted(set(homes))
        seat = {home: i for i, home in enumerate(used)}
        communities = [areas.areas[home] for home in used]
        homes = [seat[home] for home in homes]
        owners = [communities[home].id for home in homes]
        compounds, compound_homes, compound_of = settle_compounds(houses, owners, known, self.notes)
        gates = {i: area.gates for i, area in enumerate(compounds) if area.gates}
        place = np.array(compound_of, np.int32)
        links = self._links(houses, np.array(homes, np.int32), place, gates)
        if "links" in laid:
            links = _with_own(links, laid["links"], houses, homes, self.notes)
        high = _least_high(self.choices.limits, self.choices.areas)
        complete_stairwells(houses, high, self.file, self.notes)
        made = Gathered(
            self.choices.name or self.file.rsplit(".", 1)[0], self.choices.limits, self.choices.areas,
            self.ground, houses, homes, communities, compound_of, compounds, compound_homes, links,
            self.lines, self.notes,
        )  # fmt: skip
        self._judge(made)
        return made

    def _order_unplaced(self, houses: Sequence[House], homes: Sequence[int]) -> None:
        """Draw houses of communities without any place, and remember who they are."""
        by_home = defaultdict(list)
        for house, home in zip(houses, homes, strict=True):
            if not house.placed:
                by_home[home].append(house)
        east = max((h.x for h in houses if h.placed), default=-2000.0) + 2000.0
        for home in sorted(by_home):
            members = by_home[home]
            self.chained |= {id(house) for house in members}
            self.notes.add_rows("by_address", self.file, (h.row for h in members), communities=len(by_home))
            lay_out(members, (east, 0.0))
            east += STEP_M * (math.ceil(len(members) ** 0.5) + 5) + 1000.0

    def _links(
        self,
        houses: Sequence[House],
        homes: np.ndarray,
        compound: np.ndarray,
        gates: Mapping[int, Sequence[tuple[float, float]]],
    ) -> Links:
        """Ways between houses with a place, as the map has them; between the others, by their addresses."""
        free = np.array([i for i, h in enumerate(houses) if id(h) not in self.chained], np.int64)
        x, y = (np.array([getattr(h, axis) for h in houses], float) for axis in ("x", "y"))
        land = Land(
            self.lines.of("main_road"), self.lines.of("river", "railway"), self.lines.crossings, gates
        )
        found = walking_links(x[free], y[free], homes[free], compound[free], land)
        a, b = free[found.a], free[found.b]
        rows = _chains(houses, homes, compound, self.chained)
        return Links(
            np.concatenate([a, rows[:, 0]]).astype(np.int32),
            np.concatenate([b, rows[:, 1]]).astype(np.int32),
            np.concatenate([found.length, rows[:, 2].astype(float)]),
            np.concatenate([found.kind, rows[:, 3]]).astype(np.uint8),
        )

    def _judge(self, made: Gathered) -> None:
        judge_footprints(made.houses, self.file, self.notes)
        judge_communities(made.houses, made.homes, made.communities, made.links, made.lines, self.notes)
        points = [h.row for h in made.houses if h.shape is None and id(h) not in self.chained]
        self.notes.add_rows("points", self.file, points)
        bare = [area for area in made.compounds if area.shape is None]
        if bare:
            self.notes.add("no_walls", count=len(bare))
        gateless = sum(area.shape is not None and not area.gates for area in made.compounds)
        if gateless:
            self.notes.add("no_gates", count=gateless)


def _least_high(limits: Limits, areas: Mapping[str, Limits]) -> int:
    """Households above which a building may have to be cut somewhere."""
    return min(one.micro.high for one in (limits, *areas.values()))


def _points(laid: Laid | None) -> list[tuple[float, float]]:
    if laid is None:
        return []
    drawn = [shape for shape in laid.shapes if shape is not None]
    middles = shapely.get_coordinates(shapely.centroid(drawn)) if drawn else np.empty((0, 2))
    known = laid.points[~np.isnan(laid.points[:, 0])]
    return [(x, y) for x, y in np.vstack([known, middles]).tolist()]


def _compound_places(houses: Sequence[House]) -> np.ndarray:
    names: dict[str, int] = {}
    return np.array(
        [names.setdefault(h.compound, len(names)) if h.compound else -1 for h in houses], np.int32
    )


def _chains(
    houses: Sequence[House],
    homes: np.ndarray,
    compound: np.ndarray,
    chained: set[int],
) -> np.ndarray:
    """Ways between houses whose place nobody knows: each to the next two by address."""
    at = {id(house): i for i, house in enumerate(houses)}
    rows = defaultdict(list)
    for house in by_address([h for h in houses if id(h) in chained]):
        i = at[id(house)]
        rows[int(homes[i])].append(i)
    found = []
    for row in rows.values():
        for step in (1, 2):
            for one, other in zip(row, row[step:], strict=False):
                same = compound[one] == compound[other]
                if same or step == 1:
                    kind = KINDS["open" if same else "wall"]
                    found.append((min(one, other), max(one, other), round(STEP_M * step), kind))
    return np.array(found, np.int64).reshape(-1, 4)


def _with_own(links: Links, laid: Laid, houses: Sequence[House], homes: Sequence[int], notes: Notes) -> Links:
    """Add the ways that people know of."""
    seat = {house.id: i for i, house in enumerate(houses)}
    found = []
    for record in laid.listed.records:
        a, b = seat.get(record.get("a"), -1), seat.get(record.get("b"), -1)
        if a < 0 or b < 0 or a == b or homes[a] != homes[b]:
            notes.add("lost_link", laid.listed.file, record.row)
            continue
        straight = math.hypot(houses[a].x - houses[b].x, houses[a].y - houses[b].y)
        kind = KINDS.get(record.get("kind"), KINDS["open"])
        found.append((min(a, b), max(a, b), max(straight, 1.0), kind))
    if not found:
        return links
    own = np.array(found)
    mine = set(zip(own[:, 0].astype(int).tolist(), own[:, 1].astype(int).tolist(), strict=True))
    kept = [
        i for i, pair in enumerate(zip(links.a.tolist(), links.b.tolist(), strict=True)) if pair not in mine
    ]
    return Links(
        np.concatenate([links.a[kept], own[:, 0]]).astype(np.int32),
        np.concatenate([links.b[kept], own[:, 1]]).astype(np.int32),
        np.concatenate([links.length[kept], own[:, 2]]),
        np.concatenate([links.kind[kept], own[:, 3]]).astype(np.uint8),
    )
