"""What a drawn community is kept as: its groups with names, figures, reasons and shapes. Writes nothing."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import shapely
from shapely.geometry.base import BaseGeometry

from weiwang.kernel.geo import LocalMetres
from weiwang.planning.exceptions import GroupException
from weiwang.plans.drawing import Drawn
from weiwang.plans.ground import Ground
from weiwang.plans.models import Group, Part, Plan
from weiwang.plans.naming import distinct, grid_names, micro_name, reading_order
from weiwang.plans.outlines import Plot, cells, outlines, shares
from weiwang.plans.rules import GroupLevel, Settings
from weiwang.plans.working import Desk, Figures, Layout
from weiwang.territory.models import Unit

Key = tuple[GroupLevel, int]


@dataclass(frozen=True, slots=True)
class Made:
    """A community ready to be kept."""

    ground: Ground
    layout: Layout
    cells: BaseGeometry
    groups: Sequence[Group]
    cost: float
    findings: Sequence[tuple[str, Mapping[str, object]]] = field(default_factory=list)


def frame(plan: Plan) -> LocalMetres:
    return LocalMetres.at(plan.lon, plan.lat)


def cut_ground(
    ground: Ground, layout: Layout, houses: Mapping[int, BaseGeometry], within: BaseGeometry
) -> BaseGeometry:
    """One cell for each piece, in metres, in their order; empty where a piece has no ground of its own."""
    plots = plots_of(layout, houses)
    found = (
        cells(within, [Plot(place, shape) for place, shape in plots.items()]) if not within.is_empty else {}
    )
    empty = shapely.Polygon()
    return shapely.GeometryCollection([found.get(place, empty) for place in range(len(layout.pieces))])


def plots_of(layout: Layout, houses: Mapping[int, BaseGeometry]) -> dict[int, BaseGeometry]:
    """The ground each piece stands on: a house, or strips of it for its stairwells and floors."""
    by_house: dict[int, list[int]] = {}
    for place, piece in enumerate(layout.pieces):
        by_house.setdefault(piece.house, []).append(place)
    found: dict[int, BaseGeometry] = {}
    for house, places in by_house.items():
        weights = [max(1, layout.pieces[place].households) for place in places]
        found |= dict(zip(places, shares(houses[house], weights), strict=True))
    return found


def shapes_of(layout: Layout, cut: BaseGeometry) -> dict[Key, BaseGeometry]:
    """The polygon of every group, in the units of the cells."""
    found = {place: cell for place, cell in enumerate(shapely.get_parts(cut)) if not cell.is_empty}
    if not found:
        return {}
    micro = outlines(found, dict(enumerate(layout.micro)))
    shapes: dict[Key, BaseGeometry] = {}
    grids: dict[int, list[BaseGeometry]] = {}
    for key, shape in micro.items():
        grid = layout.grid_of[key]
        shapes[GroupLevel.MICRO if grid >= 0 else GroupLevel.DEDICATED, key] = shape
        if grid >= 0:
            grids.setdefault(grid, []).append(shape)
    return shapes | {
        (GroupLevel.GRID, key): shapely.coverage_union_all(parts) for key, parts in grids.items()
    }


def names_of(
    ground: Ground, layout: Layout, settings: Settings, kept: Mapping[Key, str], unchanged: frozenset[int]
) -> dict[Key, str]:
    """Names of all groups. Grids that continue keep theirs, micro-grids while the same houses lie in them."""
    desk = Desk(ground, settings.limits, layout)
    middles = {key: _middle(ground, layout, places) for key, places in desk.members(GroupLevel.GRID).items()}
    order = reading_order(middles, settings.scheme)
    old = {key: name for (level, key), name in kept.items() if level is GroupLevel.GRID and key in middles}
    names: dict[Key, str] = {
        (GroupLevel.GRID, key): name for key, name in distinct(grid_names(ground.name, order, old)).items()
    }
    micros = {}
    for turn, (key, places) in enumerate(sorted(desk.members(GroupLevel.MICRO).items()), 1):
        before = kept.get((GroupLevel.MICRO, key), "") if key in unchanged else ""
        labels = [(ground.houses[layout.pieces[p].house].label, layout.pieces[p].households) for p in places]
        micros[key] = before or micro_name(labels) or f"第{turn}微网格"
    names |= {(GroupLevel.MICRO, key): name for key, name in distinct(micros).items()}
    for key in desk.members(GroupLevel.DEDICATED):
        names[GroupLevel.DEDICATED, key] = kept.get((GroupLevel.DEDICATED, key), f"{ground.name}专属网格")
    return names


def _middle(ground: Ground, layout: Layout, places: Sequence[int]) -> tuple[float, float]:
    houses = [ground.houses[layout.pieces[place].house] for place in places]
    return sum(h.x for h in houses) / len(houses), sum(h.y for h in houses) / len(houses)


def unchanged_micros(layout: Layout, homes: Mapping[int, int]) -> frozenset[int]:
    """Micro-grids (numbered by their units) that hold exactly the houses they hold today."""
    now: dict[int, set[int]] = {}
    for house, unit in homes.items():
        now.setdefault(unit, set()).add(house)
    then: dict[int, set[int]] = {}
    for piece, micro in zip(layout.pieces, layout.micro, strict=True):
        then.setdefault(micro, set()).add(piece.house)
    return frozenset(key for key, houses in then.items() if now.get(key) == houses)


def groups_of(
    part: Part, desk: Desk, names: Mapping[Key, str], shapes: Mapping[Key, BaseGeometry],
    units: frozenset[int], exceptions: Mapping[Key, GroupException],
) -> list[Group]:  # fmt: skip
    """Rows of all groups, not yet saved; a group numbered by a unit that stands continues it."""
    rows = []
    for level in GroupLevel:
        for key, figures in desk.figures(level).items():
            row = Group(
                plan_id=part.plan_id, place=part.place, part=part, level=level, key=key,
                parent_key=desk.layout.grid_of[key] if level is GroupLevel.MICRO else None,
                name=names[level, key][:80], kind=level if level is not GroupLevel.MICRO else "micro_grid",
                unit_id=key if key in units else None, shape=shapes.get((level, key)),
                reasons=_reasons(exceptions.get((level, key)), names[level, key]),
                drawn=fingerprint(figures.pieces), now=fingerprint(figures.pieces),
            )  # fmt: skip
            measured(row, figures)
            rows.append(row)
    return rows


def measured(row: Group, figures: Figures) -> None:
    """Put the figures of a group into its row."""
    row.households, row.work, row.houses = figures.households, figures.work, figures.houses
    row.faults = [[fault.code, dict(fault.params)] for fault in figures.faults]


def fingerprint(pieces: Sequence[int]) -> str:
    """Eight letters that tell whether a group still holds the same pieces."""
    return f"{zlib.crc32(' '.join(map(str, sorted(pieces))).encode()):08x}"


def _reasons(exception: GroupException | None, name: str) -> list[str]:
    if exception is None:
        return []
    said = replace(exception, group=f"“{name.removesuffix('网格').removesuffix('微')}”")
    return [said.sentence("zh"), said.sentence("en")]


def make(
    part: Part, ground: Ground, drawn: Drawn, cut: BaseGeometry, settings: Settings, metres: LocalMetres,
    kept: Mapping[Key, str], units: Sequence[Unit], homes: Mapping[int, int],
    findings: Sequence[tuple[str, Mapping[str, object]]],
) -> Made:  # fmt: skip
    """Everything about a drawn community; `cut` in metres, `kept` the names of groups that continue."""
    layout = drawn.layout
    names = names_of(ground, layout, settings, kept, unchanged_micros(layout, homes))
    desk = Desk(ground, settings.limits, layout, names)
    shapes = {key: metres.to_degrees(shape) for key, shape in shapes_of(layout, cut).items()}
    known = frozenset(unit.pk for unit in units)
    rows = groups_of(part, desk, names, shapes, known, drawn.exceptions)
    return Made(ground, layout, metres.to_degrees(cut), rows, round(desk.cost(), 2), findings)
