"""Reads of plans for screens, jobs and paper."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

import shapely
from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.geo import LocalMetres
from weiwang.ledger.models import Building
from weiwang.planning.limits import CountAnswer, Language
from weiwang.plans import lists, making, sources
from weiwang.plans.drawing import Wishes, draw
from weiwang.plans.ground import Ground
from weiwang.plans.models import Bond, Edit, Group, Listing, Part, Plan
from weiwang.plans.outlines import plot_of
from weiwang.plans.rules import GroupLevel, PartState, PlanState, Settings
from weiwang.plans.working import Desk, Layout, Piece
from weiwang.territory.models import Appointment, Unit
from weiwang.territory.rules import Level

PlanRow: TypeAlias = Plan  # what faces may name without reaching for models
PartRow: TypeAlias = Part
GroupRow: TypeAlias = Group
DeskOf: TypeAlias = Desk
PieceRow: TypeAlias = Piece
ListingRow: TypeAlias = Listing

FINDINGS: Mapping[str, str] = {
    "no_place": gettext_noop("%(house)s (%(code)s) has no place on the map; it stands by the one before."),
    "one_block": gettext_noop(
        "%(house)s (%(code)s) has %(held)s households, but neither stairwells nor floors; it cannot be cut."
    ),
    "outside": gettext_noop("%(house)s (%(code)s) stands outside %(community)s. Is the datum right?"),
    "guessed": gettext_noop("%(house)s (%(code)s): the list named no place; it was put near its neighbours."),
    "overlap": gettext_noop("%(house)s and %(other)s stand on the same ground."),
}  # fmt: skip


# ---------------------------------------------------------------- plans


def plans(place: int) -> list[Plan]:
    """All plans of a sub-district, newest first."""
    return list(Plan.objects.filter(place=place).order_by("-made_at", "-pk"))


def plan(*, place: int, plan_id: int) -> Plan | None:
    return Plan.objects.filter(place=place, pk=plan_id).first()


def awaits_review(*, plan_id: int, version: int) -> bool:
    """Whether it is still wanted what adopting a plan, as it was at a version, would change."""
    found = Plan.objects.filter(pk=plan_id, state=PlanState.DRAFT, version=version).first()
    return found is not None and found.is_being_reviewed


def due_plans(on: date) -> list[int]:
    """The plans of all sub-districts that are adopted and whose day has come."""
    due = Plan.objects.filter(state=PlanState.AWAITING, starts_on__lte=on).order_by("starts_on", "pk")
    return list(due.values_list("pk", flat=True))


def plan_in_force(place: int) -> Plan | None:
    return Plan.objects.filter(place=place, state=PlanState.IN_FORCE).first()


def settings_of(found: Plan) -> Settings:
    return Settings.from_json(found.settings)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the drawing is, in households."""

    done: int
    total: int
    parts: int
    parts_done: int
    failed: tuple[str, ...]

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


def progress(found: Plan) -> Progress:
    rows = list(found.parts.values_list("state", "households", "unit__name"))
    done = [row for row in rows if row[0] == PartState.DONE]
    failed = tuple(row[2] for row in rows if row[0] == PartState.FAILED)
    return Progress(sum(row[1] for row in done), sum(row[1] for row in rows), len(rows), len(done), failed)


_BULK = ("part__ground", "part__layout", "part__cells", "part__unit__boundary")


def parts(found: Plan) -> list[Part]:
    """The communities of a plan without their bulk."""
    return list(found.parts.defer("ground", "layout", "cells").select_related("unit").defer("unit__boundary")
                .order_by("position"))  # fmt: skip


def part(*, place: int, part_id: int) -> Part | None:
    found = Part.objects.filter(place=place, pk=part_id).select_related("plan", "unit")
    return found.defer("unit__boundary", "cells").first()


def groups(found: Plan, *levels: GroupLevel, part_id: int | None = None) -> list[Group]:
    """The groups of some levels, without their shapes."""
    rows = Group.objects.filter(plan=found, level__in=levels or list(GroupLevel), houses__gt=0)
    if part_id is not None:
        rows = rows.filter(part=part_id)
    rows = rows.select_related("unit", "part__unit").defer("shape", "unit__boundary", *_BULK)
    return list(rows.order_by("part__position", "level", "parent_key", "key"))


def shapes(found: Plan, *levels: GroupLevel, part_id: int | None = None) -> list[Group]:
    """The groups of some levels that have a shape."""
    rows = Group.objects.filter(plan=found, level__in=levels, shape__isnull=False)
    if part_id is not None:
        rows = rows.filter(part=part_id)
    return list(rows.order_by("part__position", "key"))


def in_pieces(found: Plan, part_id: int | None = None) -> list[tuple[Group, int]]:
    """Micro-grids joined on foot whose land lies in several pieces, and how many."""
    counted = [
        (row, int(shapely.get_num_geometries(row.shape)))
        for row in shapes(found, GroupLevel.MICRO, part_id=part_id)
        if not any(code == "apart" for code, _params in row.faults)
    ]
    return [(row, count) for row, count in counted if count > 1]


@dataclass(frozen=True, slots=True)
class Spread:
    """Smallest, mean and largest of households and of work over the groups of a level."""

    level: GroupLevel
    households: tuple[int, int, int]
    work: tuple[int, int, int]


def spreads(rows: Iterable[Group]) -> list[Spread]:
    """How evenly households and the work of the past year are spread; nothing where there was no work."""
    listed = list(rows)
    found = []
    for level in (GroupLevel.MICRO, GroupLevel.GRID):
        mine = [row for row in listed if row.level == level]
        if sum(row.work for row in mine):
            homes, work = [row.households for row in mine], [row.work for row in mine]
            found.append(Spread(level, _three(homes), _three(work)))
    return found


def _three(values: list[int]) -> tuple[int, int, int]:
    return min(values), round(sum(values) / len(values)), max(values)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a plan comes to. `cost`: metres a household, the figure drafts are compared by."""

    grids: int
    micros: int
    dedicated: int
    households: int
    cost: float
    broken: int
    explained: int


def summary(found: Plan) -> Summary:
    rows = groups(found)
    count = {level: sum(row.level == level for row in rows) for level in GroupLevel}
    held = sum(row.households for row in rows if row.level == GroupLevel.MICRO)
    broken = [row for row in rows if row.faults]
    costs = found.parts.values_list("cost", "households")
    whole = sum(homes for _, homes in costs)
    cost = sum(cost * homes for cost, homes in costs) / whole if whole else 0.0
    return Summary(
        count[GroupLevel.GRID], count[GroupLevel.MICRO], count[GroupLevel.DEDICATED], held, round(cost, 1),
        len(broken), sum(bool(row.forced) for row in broken),
    )  # fmt: skip


def answers(found: Plan) -> list[CountAnswer]:
    """Whether the numbers wished for, or those that stand today, can keep the rule of sizes."""
    homes = found.parts.aggregate(held=Sum("households"))["held"] or 0
    standing = Unit.objects.of(found.place).filter(ends_on=None, level__in=[Level.GRID, Level.MICRO_GRID])
    counts = dict(standing.values_list("level").annotate(number=Count("pk")))
    return settings_of(found).answers(homes, counts.get(Level.GRID, 0), counts.get(Level.MICRO_GRID, 0))


def answer_words(found: Plan, language: Language) -> list[str]:
    """The same as sentences; numbers that nobody wished for are those of today."""
    wished = {"grid": settings_of(found).wished_grids, "micro": settings_of(found).wished_micros}
    return [
        words if wished[answer.level] else _("Today: %(words)s") % {"words": words}
        for answer in answers(found)
        for words in [answer.sentence(language)]
    ]


# ---------------------------------------------------------------- who and what changes


@dataclass(frozen=True, slots=True)
class Shift:
    """Households of one community that come under another leader, and units that begin or end."""

    part_id: int
    community: str
    households: int
    moved_micro: int
    moved_grid: int
    new_micros: int
    new_grids: int
    ended: int


def shifts(found: Plan) -> list[Shift]:
    """For each community: households that change micro-grid and grid, units that begin and end."""
    rows = []
    standing = _standing(found.place)
    for one in found.parts.select_related("unit").defer("cells", "unit__boundary").order_by("position"):
        if one.state != PartState.DONE or not one.layout:  # a former division is known by its shapes alone
            continue
        layout, ground = Layout.from_json(one.layout), Ground.from_json(one.ground)
        homes = dict(
            Building.objects.filter(pk__in=[h.id for h in ground.houses]).values_list("pk", "unit_id")
        )
        micro = grid = held = 0
        for piece, label in zip(layout.pieces, layout.micro, strict=True):
            old = homes.get(ground.houses[piece.house].id)
            if old not in standing:
                continue
            held += piece.households
            micro += piece.households * (old != label)
            grid += piece.households * (standing[old] != layout.grid_of[label])
        inside = {
            unit for unit, (_level, path) in _paths(found.place).items() if path.startswith(one.unit.path)
        }
        kept = {*layout.grid_of, *layout.grid_of.values()}
        fresh = Counter(
            Group.objects.filter(part=one, unit=None, houses__gt=0).values_list("level", flat=True)
        )
        rows.append(
            Shift(
                one.pk, one.unit.name, held, micro, grid, fresh[GroupLevel.MICRO],
                fresh[GroupLevel.GRID], len(inside - kept),
            )
        )  # fmt: skip
    return rows


def _standing(place: int) -> dict[int | None, int | None]:
    """The grid of every micro-grid that stands."""
    rows = Unit.objects.of(place).filter(level=Level.MICRO_GRID, ends_on=None)
    return dict(rows.values_list("pk", "parent_id"))


def _paths(place: int) -> dict[int, tuple[str, str]]:
    rows = Unit.objects.of(place).filter(level__in=[Level.MICRO_GRID, Level.GRID], ends_on=None)
    return {pk: (level, path) for pk, level, path in rows.values_list("pk", "level", "path")}


# ---------------------------------------------------------------- one community


def desk_of(one: Part) -> Desk:
    """A community on the desk, with the names of its groups."""
    names = {
        (GroupLevel(level), key): name
        for level, key, name in Group.objects.filter(part=one).values_list("level", "key", "name")
    }
    ground, layout = Ground.from_json(one.ground), Layout.from_json(one.layout)
    return Desk(ground, settings_of(one.plan).limits, layout, names)


def pieces_within(one: Part, desk: Desk, area: BaseGeometry) -> list[int]:
    """The pieces of all buildings whose place lies inside an area (degrees)."""
    houses = desk.ground.houses
    within = making.frame(one.plan).to_metres(area)
    found = shapely.contains_xy(within, [house.x for house in houses], [house.y for house in houses])
    return desk.layout.pieces_of(place for place, inside in enumerate(found.tolist()) if inside)


def footprints(one: Part) -> list[Building]:
    """The buildings of a community with their outlines."""
    ids = [house[0] for house in one.ground.get("houses", [])]
    return list(Building.objects.filter(pk__in=ids).only("pk", "footprint", "lon", "lat", "name", "address"))


def edit_state(found: Plan) -> tuple[bool, bool]:
    """Whether a change can be taken back, and whether one can be done again."""
    rows = Edit.objects.filter(plan=found)
    return rows.filter(undone=False).exists(), rows.filter(undone=True).exists()


def bonds(one: Part) -> list[Bond]:
    return list(Bond.objects.filter(part=one).select_related("unit").defer("unit__boundary").order_by("pk"))


# ---------------------------------------------------------------- for the jobs


def drawn_part(*, part_id: int, at: datetime) -> making.Made:
    """Draw a community: afresh from the ledger, or around what is locked when it was drawn before."""
    one = Part.objects.select_related("plan", "unit").get(pk=part_id)
    found, metres = one.plan, making.frame(one.plan)
    settings = settings_of(found)
    if one.layout:
        return _redrawn(one, settings, metres)
    land = sources.base_map(one.place, metres)
    high = settings.micro_high
    source = sources.read(community=one.unit, frame=metres, land=land, high=high, at=at)
    old = sources.standing_layout(source, one.unit)
    drawn = draw(source.ground, settings, Wishes(old=old, keep=settings.keep))
    cut = making.cut_ground(source.ground, drawn.layout, source.outlines, source.within)
    return making.make(
        one, source.ground, drawn, cut, settings, metres, _kept_names(one.unit), _units(one.unit),
        source.homes, source.findings,
    )  # fmt: skip


def _redrawn(one: Part, settings: Settings, metres: LocalMetres) -> making.Made:
    ground, old = Ground.from_json(one.ground), Layout.from_json(one.layout)
    drawn = draw(ground, settings, wishes_of(one, ground, old, settings.keep))
    seat = {house.id: place for place, house in enumerate(ground.houses)}
    cut = making.cut_ground(
        ground, drawn.layout, _outlines(one, ground, metres), sources.ground_within(one.unit, metres)
    )
    kept = _kept_names(one.unit) | {
        (GroupLevel(level), key): name
        for level, key, name in Group.objects.filter(part=one).values_list("level", "key", "name")
    }
    rows = Building.objects.filter(pk__in=list(seat), unit__isnull=False)
    homes = {seat[pk]: unit for pk, unit in rows.values_list("pk", "unit_id") if unit}
    findings = [(code, params) for code, params in one.findings]
    return making.make(one, ground, drawn, cut, settings, metres, kept, _units(one.unit), homes, findings)


def _outlines(one: Part, ground: Ground, metres: LocalMetres) -> dict[int, BaseGeometry]:
    """The outline of every house in metres, by its place in the ground."""
    shapes = {row.pk: row.footprint for row in footprints(one) if row.footprint is not None}
    return {
        place: plot_of(house.x, house.y, metres.to_metres(shapes[house.id]) if house.id in shapes else None)
        for place, house in enumerate(ground.houses)
    }


def wishes_of(one: Part, ground: Ground, old: Layout, keep: float) -> Wishes:
    """What is locked, fenced in, bound together and tied to a leader's unit in a community."""
    rows = Group.objects.filter(part=one)
    seat = {house.id: place for place, house in enumerate(ground.houses)}
    ties: list[tuple[int, ...]] = []
    anchors: dict[int, int] = {}
    for bond in Bond.objects.filter(part=one).order_by("pk"):
        houses = tuple(seat[pk] for pk in bond.houses if pk in seat)
        if bond.unit_id is not None and houses:
            anchors[houses[0]] = bond.unit_id
        elif len(houses) > 1:
            ties.append(houses)

    def keys(level: GroupLevel, **more: bool) -> frozenset[int]:
        return frozenset(rows.filter(level=level, **more).values_list("key", flat=True))

    return Wishes(
        old=old, locked=keys(GroupLevel.MICRO, locked=True), locked_grids=keys(GroupLevel.GRID, locked=True),
        fenced=keys(GroupLevel.GRID, fenced=True), bonds=tuple(ties), anchors=anchors, keep=keep,
    )  # fmt: skip


def _units(community: Unit) -> list[Unit]:
    rows = Unit.objects.filter(path__startswith=community.path, ends_on=None).exclude(pk=community.pk)
    return list(rows.defer("boundary"))


def _kept_names(community: Unit) -> dict[tuple[GroupLevel, int], str]:
    levels = {
        Level.GRID: GroupLevel.GRID, Level.MICRO_GRID: GroupLevel.MICRO,
        Level.DEDICATED_GRID: GroupLevel.DEDICATED,
    }  # fmt: skip
    return {
        (levels[Level(unit.level)], unit.pk): unit.name
        for unit in _units(community)
        if Level(unit.level) in levels
    }


@dataclass(frozen=True, slots=True)
class Finding:
    """What was doubtful in the input of one community; `house` the id of the building, 0 for none."""

    part_id: int
    community: str
    code: str
    params: Mapping[str, object]

    @property
    def house(self) -> int:
        return int(str(self.params.get("id", 0)))

    @property
    def is_guess(self) -> bool:
        """Whether nobody said where the building stands."""
        return self.code in {"guessed", "no_place"}


def findings(found: Plan) -> list[Finding]:
    """All that was doubtful in the input."""
    rows: Iterable[tuple[int, str, list[tuple[str, Mapping[str, object]]]]] = found.parts.values_list(
        "pk", "unit__name", "findings"
    ).order_by("position")
    return [Finding(pk, name, code, params) for pk, name, listed in rows for code, params in listed]


@dataclass(frozen=True, slots=True)
class GroundSummary:
    """What a draft could be drawn from."""

    communities: int
    buildings: int
    households: int


def ground_summary(place: int) -> GroundSummary:
    rows = Building.objects.filter(place=place).aggregate(number=Count("pk"), held=Sum("households"))
    communities = Unit.objects.of(place).filter(level=Level.GENERAL_GRID, ends_on=None).count()
    return GroundSummary(communities, rows["number"], rows["held"] or 0)


def bounds(one: Part) -> list[float] | None:
    """West, south, east, north of a community, None without a boundary."""
    shape = Unit.objects.filter(pk=one.unit_id).values_list("boundary", flat=True).first()
    return [round(float(value), 6) for value in shape.bounds] if shape is not None else None


def piece_shapes(one: Part, desk: Desk) -> list[BaseGeometry]:
    """What each piece stands on, in degrees: the outline of its building, or its strip of it."""
    metres = making.frame(one.plan)
    stands = making.plots_of(desk.layout, _outlines(one, desk.ground, metres))
    return [metres.to_degrees(stands[place]) for place in range(len(desk.layout.pieces))]


def leaders(one: Part) -> list[tuple[int, str]]:
    """Micro-grids that stand in a community and have a leader: id and name with the holder's."""
    found = Appointment.objects.filter(
        post__unit__path__startswith=one.unit.path, post__unit__level=Level.MICRO_GRID,
        post__unit__ends_on=None, post__kind="micro_grid_leader", ends_at=None,
    )  # fmt: skip
    rows = found.values_list("post__unit_id", "post__unit__name", "user__name").order_by("post__unit__code")
    return [(unit, f"{name} · {person}") for unit, name, person in rows]


@dataclass(frozen=True, slots=True)
class Between:
    """Households that lie elsewhere in one plan than in another."""

    micro: int
    grid: int
    total: int


def between(one: Plan, other: Plan) -> Between:
    """How far two plans differ, whatever their groups are called: households that part from the most."""
    first, second = _where(one), _where(other)
    held = dict(Building.objects.filter(pk__in=first.keys() & second.keys()).values_list("pk", "households"))
    micro, grid = (
        _apart([(first[pk][level], second[pk][level], homes) for pk, homes in held.items()])
        for level in (0, 1)
    )
    return Between(micro, grid, sum(held.values()))


def _where(found: Plan) -> dict[int, tuple[tuple[int, int], tuple[int, int]]]:
    """The micro-grid and grid of every building, told apart by community."""
    where: dict[int, tuple[tuple[int, int], tuple[int, int]]] = {}
    for unit, ground, layout in found.parts.values_list("unit_id", "ground", "layout"):
        if not layout:
            continue
        placed = Layout.from_json(layout)
        for piece, micro in zip(placed.pieces, placed.micro, strict=True):
            where.setdefault(ground["houses"][piece.house][0], ((unit, micro), (unit, placed.grid_of[micro])))
    if where:
        return where
    return _where_drawn(found)


def _where_drawn(found: Plan) -> dict[int, tuple[tuple[int, int], tuple[int, int]]]:
    """The same of a former division, which is known by its shapes alone."""
    rows = shapes(found, GroupLevel.MICRO)
    homes = dict(found.parts.values_list("pk", "unit_id"))
    tree = shapely.STRtree([row.shape for row in rows])
    buildings = list(
        Building.objects.filter(place=found.place, lon__isnull=False, lat__isnull=False)
        .order_by("pk").values_list("pk", "lon", "lat")
    )  # fmt: skip
    spots = shapely.points([(lon or 0.0, lat or 0.0) for _pk, lon, lat in buildings])
    seats, places = tree.query(spots, predicate="intersects")
    where: dict[int, tuple[tuple[int, int], tuple[int, int]]] = {}
    for seat, place in zip(seats.tolist(), places.tolist(), strict=True):
        row = rows[place]
        home = homes[row.part_id]
        where.setdefault(buildings[seat][0], ((home, row.key), (home, row.parent_key or 0)))
    return where


def _apart(rows: Iterable[tuple[tuple[int, int], tuple[int, int], int]]) -> int:
    """Households outside the group they mostly share, groups paired one to one by what they share."""
    shared: Counter[tuple[tuple[int, int], tuple[int, int]]] = Counter()
    for a, b, homes in rows:
        shared[a, b] += homes
    left, right, kept = set[tuple[int, int]](), set[tuple[int, int]](), 0
    for (a, b), homes in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if a not in left and b not in right:
            left.add(a)
            right.add(b)
            kept += homes
    return sum(shared.values()) - kept


def listing(*, place: int, listing_id: int) -> Listing | None:
    return Listing.objects.filter(place=place, pk=listing_id).first()


def known_buildings(place: int) -> list[lists.Known]:
    """The buildings of the ledger with the community each lies in."""
    rows = Building.objects.filter(place=place).values_list(
        "code", "unit__path", "address", "name", "households"
    )
    return [
        lists.Known(code, _community(path or ""), address, name, households)
        for code, path, address, name, households in rows
    ]


def _community(path: str) -> int:
    steps = path.strip("/").split("/")
    return int(steps[1]) if len(steps) > 1 else 0


def listing_effect(found: Listing) -> lists.Effect:
    """What keeping a list would do to the ledger as it is now."""
    return lists.effect(found.rows, known_buildings(found.place))
