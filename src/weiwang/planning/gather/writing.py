"""A gathered place as the folder that `weiwang plan` reads, with a report for people in both languages."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from weiwang.kernel.geo import feature_collection
from weiwang.planning.gather.assemble import Gathered
from weiwang.planning.gather.lines import Barrier
from weiwang.planning.gather.notes import HEADINGS, Note
from weiwang.planning.instance import KINDS
from weiwang.planning.limits import Language, Limits, SizeRange
from weiwang.planning.walking import INSIDE_M, OUTSIDE_M

_KINDS = {code: name for name, code in KINDS.items()}
_DECIMALS = 1


def write(made: Gathered, out: Path) -> None:
    """Write all files into the folder, which is made if need be; the same place gives the same bytes."""
    out.mkdir(parents=True, exist_ok=True)
    for name, head, rows in _tables(made):
        with (out / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(head)
            writer.writerows(rows)
    meta = json.dumps(_meta(made), ensure_ascii=False, indent=1)
    (out / "meta.json").write_text(f"{meta}\n", encoding="utf-8")
    (out / "report.md").write_text(report(made, "zh"), encoding="utf-8")
    (out / "report.en.md").write_text(report(made, "en"), encoding="utf-8")
    if made.ground.picture is not None:
        for name, features in _maps(made):
            text = json.dumps(feature_collection(features), ensure_ascii=False)
            (out / name).write_text(text, encoding="utf-8")


def _meta(made: Gathered) -> dict[str, Any]:
    micro, grid = made.limits.micro, made.limits.grid
    totals = {
        "communities": len(made.communities), "compounds": len(made.compounds), "buildings": len(made.houses),
        "units": sum(len(house.wells) for house in made.houses), "households": made.households,
        "links": len(made.links.a),
    }  # fmt: skip
    return {
        "name": made.name, "format": "grid-instance/1", "crs": made.ground.crs, "datum": made.ground.datum,
        "unit": "metre", "micro": [micro.low, micro.high], "grid": [grid.low, grid.high],
        "micro_target": micro.target, "grid_target": grid.target, "totals": totals,
        **({"areas": {kind: _sizes(one) for kind, one in made.areas.items()}} if made.areas else {}),
    }  # fmt: skip


def _sizes(limits: Limits) -> dict[str, object]:
    return {"micro": [limits.micro.low, limits.micro.high], "grid": [limits.grid.low, limits.grid.high]}


Table = tuple[str, Sequence[str], Iterable[Sequence[object]]]


def _tables(made: Gathered) -> Iterator[Table]:
    ids = [house.id for house in made.houses]
    by_home, by_compound, in_compound = Counter[int](), Counter[int](), Counter[int]()
    for house, home, compound in zip(made.houses, made.homes, made.compound_of, strict=True):
        by_home[home] += house.households
        by_compound[compound] += house.households
        in_compound[compound] += 1
    yield (
        "communities.csv", ("community_id", "name", "households", "kind", "boundary_wkt"),
        [(c.id, c.name, by_home[i], c.kind, _wkt(c.shape)) for i, c in enumerate(made.communities)],
    )  # fmt: skip
    yield (
        "compounds.csv",
        ("compound_id", "community_id", "kind", "name", "buildings", "households", "gates", "wall_wkt"),
        [
            (c.id, home, c.kind, c.name, in_compound[i], by_compound[i], _gates(c.gates), _wkt(c.shape))
            for i, (c, home) in enumerate(zip(made.compounds, made.compound_homes, strict=True))
        ],
    )
    yield (
        "barriers.csv", ("barrier_id", "kind", "width_m", "wkt"),
        [(b.id, b.kind, f"{b.width:g}", _wkt(b.line)) for b in made.lines.barriers],
    )  # fmt: skip
    yield "bridges.csv", ("x", "y"), [(f"{x:.1f}", f"{y:.1f}") for x, y in made.lines.crossings]
    yield "buildings.csv", _BUILDING_HEAD, _buildings(made)
    yield "units.csv", _UNIT_HEAD, _units(made)
    links = made.links
    ends = zip(links.a.tolist(), links.b.tolist(), links.length.tolist(), links.kind.tolist(), strict=True)
    yield (
        "links.csv", ("a", "b", "length_m", "kind"),
        ((ids[a], ids[b], f"{metres:.1f}", _KINDS[kind]) for a, b, metres, kind in ends),
    )  # fmt: skip
    yield "findings.csv", ("weight", "code", "file", "row", "detail", "zh", "en"), _findings(made.notes)


_BUILDING_HEAD = (
    "building_id", "community_id", "compound_id", "kind", "x", "y", "floors", "units", "dwellings",
    "households", "footprint_wkt", "address",
)  # fmt: skip
_UNIT_HEAD = ("building_id", "unit_no", "floors", "dwellings", "households", "floor_households", "x", "y")


def _buildings(made: Gathered) -> Iterator[Sequence[object]]:
    for house, home, compound in zip(made.houses, made.homes, made.compound_of, strict=True):
        yield (
            house.id, made.communities[home].id, made.compounds[compound].id if compound >= 0 else "",
            house.kind, f"{house.x:.1f}", f"{house.y:.1f}", house.floors, len(house.wells), house.dwellings,
            house.households, _wkt(house.shape), house.address or house.label,
        )  # fmt: skip


def _units(made: Gathered) -> Iterator[Sequence[object]]:
    high = min(one.micro.high for one in (made.limits, *made.areas.values()))
    for house in made.houses:
        for well in house.wells:
            floors = ";".join(map(str, well.by_floor)) if well.households > high else ""
            at = (f"{house.x:.1f}", f"{house.y:.1f}")
            yield (house.id, well.number, well.floors, "", well.households, floors, *at)


def _findings(notes: Iterable[Note]) -> Iterator[Sequence[object]]:
    for note in notes:
        said = (note.sentence("zh"), note.sentence("en"))
        for row, detail in zip(note.rows or [0], note.details or [""], strict=True):
            yield (note.weight, note.code, note.file, row or "", detail, *said)


def _wkt(shape: BaseGeometry | None) -> str:
    return "" if shape is None else shapely.to_wkt(shape, rounding_precision=_DECIMALS, trim=True)


def _gates(gates: Sequence[tuple[float, float]]) -> str:
    return ";".join(f"{x:.1f} {y:.1f}" for x, y in gates)


Features = list[tuple[BaseGeometry | None, dict[str, object]]]


def _maps(made: Gathered) -> Iterator[tuple[str, Features]]:
    """The same shapes in WGS84 degrees, for the map and for `weiwang import instance`."""
    flat = made.ground.picture

    def degrees(shape: BaseGeometry) -> BaseGeometry:
        return flat.to_degrees(shape) if flat is not None else shape

    drawn: Features = [
        (c.shape, {"community_id": c.id, "name": c.name}) for c in made.communities if c.shape is not None
    ]
    if drawn:
        yield "communities.geojson", [(degrees(shape), given) for shape, given in drawn if shape is not None]
    walls: Features = [
        (c.shape, {"compound_id": c.id, "name": c.name}) for c in made.compounds if c.shape is not None
    ]
    if walls:
        yield "compounds.geojson", [(degrees(shape), given) for shape, given in walls if shape is not None]
    barriers: list[Barrier] = made.lines.barriers
    if barriers:
        yield "barriers.geojson", [(degrees(b.line), {"barrier_id": b.id, "kind": b.kind}) for b in barriers]
    yield (
        "buildings.geojson",
        [
            (
                degrees(shapely.Point(house.x, house.y) if house.shape is None else house.shape),
                {
                    "building_id": house.id, "community_id": made.communities[home].id, "kind": house.kind,
                    "floors": house.floors, "units": len(house.wells), "households": house.households,
                },
            )
            for house, home in zip(made.houses, made.homes, strict=True)
        ],
    )  # fmt: skip


# ---------------------------------------------------------------- the report

_HEADS = {
    "zh": "# {name}：数据整理报告\n\n共{communities}个社区、{compounds}个小区、{buildings}栋楼、"
    "{units}个单元、{households}户，{links}条步行连接。\n",
    "en": "# {name}: what was made of the lists\n\n{communities} communities, {compounds} compounds, "
    "{buildings} buildings, {units} stairwells, {households} households, {links} walking links.\n",
}
_WALKS = {
    "zh": f"步行连接：小区内{INSIDE_M:.0f}米、其他{OUTSIDE_M:.0f}米以内的相邻楼栋；"
    "过主干道、进出围墙单独标明；不经桥梁不跨河道和铁路。\n",
    "en": f"Walking links join neighbours within {INSIDE_M:.0f} m in a compound and {OUTSIDE_M:.0f} m "
    "elsewhere; main roads and walls are marked, water and railways are crossed only at bridges.\n",
}
_COUNTS = {
    "zh": "按{name}{low}至{high}户，可划{least}至{most}个。\n",
    "en": "With {low} to {high} households each, {least} to {most} {name} keep the rule.\n",
}
_NONE = {"zh": "没有发现问题。\n", "en": "Nothing was found.\n"}


def report(made: Gathered, language: Language) -> str:
    """All that was found, put right and assumed, as a page of Markdown."""
    counts = _meta(made)["totals"]
    lines = [_HEADS[language].format(name=made.name, **counts)]
    names = {"zh": ("网格", "微网格"), "en": ("grids", "micro-grids")}[language]
    lines += [_possible(made, sizes, name, language) for sizes, name in zip(
        (made.limits.grid, made.limits.micro), names, strict=True)]  # fmt: skip
    lines.append(_WALKS[language])
    found = list(made.notes)
    for weight, heading in HEADINGS.items():
        mine = [note for note in found if note.weight is weight]
        if mine:
            lines.append(f"## {heading[language == 'en']}\n")
            lines += [f"- {note.sentence(language)}" for note in mine]
            lines.append("")
    if not found:
        lines.append(_NONE[language])
    return "\n".join([*lines, *_by_community(made, language)]) + "\n"


def _possible(made: Gathered, sizes: SizeRange, name: str, language: Language) -> str:
    possible = sizes.counts_for(made.households)
    if not possible:
        return ""
    given = {"name": name, "low": sizes.low, "high": sizes.high, "least": possible[0], "most": possible[-1]}
    return _COUNTS[language].format(**given)


def _by_community(made: Gathered, language: Language) -> Iterator[str]:
    held = np.bincount(made.homes, [h.households for h in made.houses], len(made.communities)).astype(int)
    count = np.bincount(made.homes, minlength=len(made.communities))
    heading, *head = {
        "zh": ("各社区", "社区", "楼栋", "户数"),
        "en": ("Communities", "community", "buildings", "households"),
    }[language]  # fmt: skip
    yield f"## {heading}\n"
    yield f"| {' | '.join(head)} |"
    yield "|---|---:|---:|"
    for area, buildings, households in zip(made.communities, count.tolist(), held.tolist(), strict=True):
        yield f"| {area.name} | {buildings} | {households} |"
