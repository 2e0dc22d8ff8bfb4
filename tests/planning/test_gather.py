"""From lists as offices have them to places that can be planned."""

import importlib
import json
import math
import re
from collections import defaultdict
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import shapely
from tests.planning.places import broken_rules

from weiwang.kernel.geo import wgs84_to_bd09, wgs84_to_gcj02
from weiwang.kernel.tables import write_xlsx
from weiwang.planning import instance
from weiwang.planning.engine import plan
from weiwang.planning.gather import (
    Choices,
    Gathered,
    GatherError,
    Notes,
    Source,
    Sources,
    gather,
    report,
    write,
)
from weiwang.planning.gather.cli import run
from weiwang.planning.gather.notes import texts
from weiwang.planning.limits import Limits, SizeRange

LON, LAT = 104.0, 30.7
"""Corner of the drawn places; a step of 0.0005 degrees is about 50 m."""
WGS84 = Choices(datum="wgs84")


def csv(*rows: str, name: str = "楼栋.csv") -> Source:
    return Source(name, "\n".join(rows).encode())


def geojson(name: str, *features: tuple[shapely.Geometry, dict[str, object]]) -> Source:
    drawn = [
        {"type": "Feature", "geometry": json.loads(shapely.to_geojson(shape)), "properties": given}
        for shape, given in features
    ]
    return Source(name, json.dumps({"type": "FeatureCollection", "features": drawn}).encode())


def at(east: float, north: float) -> tuple[float, float]:
    """Longitude and latitude of a point so many metres from the corner."""
    return LON + east / 95_800, LAT + north / 110_900


def box(east: float, north: float, wide: float, high: float) -> shapely.Polygon:
    return shapely.box(*at(east, north), *at(east + wide, north + high))


def rows_on_map(count: int, households: int = 40, community: str = "") -> list[str]:
    """Buildings 50 m apart, ten in a row."""
    return [
        f"B{i},{community},{households},{at(i % 10 * 50 + 25, i // 10 * 50 + 25)[0]:.7f},"
        f"{at(0, i // 10 * 50 + 25)[1]:.7f}"
        for i in range(count)
    ]


HEAD = "楼栋编号,社区,户数,经度,纬度"


def rows_of(made: Gathered, code: str) -> list[int]:
    return [row for note in made.notes.of(code) for row in note.rows]


def said(made: Gathered) -> str:
    return report(made, "zh") + report(made, "en")


def test_an_excel_list_of_addresses_becomes_a_plan() -> None:
    rows = [
        {"地址": f"锦川路8号竹影苑{n}栋", "单元数": "2", "楼层": "6", "户数": "24", "社区": "小满社区"}
        for n in range(1, 31)
    ]
    target = BytesIO()
    write_xlsx(target, list(rows[0]), [list(r.values()) for r in rows])
    made = gather(Sources(Source("楼栋.xlsx", target.getvalue())))
    assert [c.name for c in made.communities] == ["小满社区"]
    assert [c.name for c in made.compounds] == ["竹影苑"]
    assert made.households == 720
    by_number = {h.label: i for i, h in enumerate(made.houses)}
    linked = set(zip(made.links.a.tolist(), made.links.b.tolist(), strict=True))
    second, tenth = by_number["锦川路8号竹影苑2栋"], by_number["锦川路8号竹影苑10栋"]
    assert (second, second + 1) in linked
    assert (second, tenth) not in linked
    assert {"by_address", "own_ids", "named_compounds"} <= made.notes.codes()
    planned = plan(made.instance())
    assert broken_rules(planned) == []
    assert not planned.exceptions


def test_what_is_written_is_what_the_engine_reads(tmp_path: Path) -> None:
    made = gather(Sources(csv(HEAD, *rows_on_map(30), "T1,,260,104.001,30.7005")), WGS84)
    write(made, tmp_path)
    read = instance.read(tmp_path)
    given = made.instance()
    assert read.findings == []
    assert read.buildings.ids == given.buildings.ids
    assert read.buildings.households.tolist() == given.buildings.households.tolist()
    assert read.links.kind.tolist() == given.links.kind.tolist()
    assert read.stairwells == given.stairwells
    assert [r.building for r in plan(read).rows()] == [r.building for r in plan(given).rows()]
    assert (tmp_path / "report.md").read_text().startswith("# 楼栋")
    assert (
        json.loads((tmp_path / "buildings.geojson").read_text())["features"][0]["geometry"]["type"] == "Point"
    )


def test_rows_may_be_stairwells() -> None:
    made = gather(
        Sources(
            csv(
                "小区,楼栋,单元,层数,户数",
                "竹影苑,1栋,1单元,18,60",
                "竹影苑,1栋,二单元,18,70",
                "竹影苑,2栋,1,6,20",
            )
        )
    )
    assert [(h.households, len(h.wells)) for h in made.houses] == [(130, 2), (20, 1)]
    assert [w.households for w in made.instance().stairwells[0]] == [60, 70]


def test_households_from_living_area() -> None:
    made = gather(Sources(csv("bid,living_area", "1,600", "2,20", "3,0")), Choices(area="living_area"))
    assert [h.households for h in made.houses] == [10, 1, 0]
    assert "from_area" in made.notes.codes()


def test_it_asks_which_column_holds_the_households() -> None:
    with pytest.raises(GatherError) as refused:
        gather(Sources(csv("楼栋编号,户籍数,备注", "A,3,")))
    assert "户籍数" in refused.value.sentence("zh")
    assert "--households" in refused.value.sentence("en")
    made = gather(Sources(csv("楼栋编号,户籍数,备注", "A,3,")), Choices(households="户籍数"))
    assert made.households == 3


def test_two_columns_of_households_are_a_question_and_two_ids_are_not() -> None:
    with pytest.raises(GatherError) as refused:
        gather(Sources(csv("楼栋编号,户数,常住户数", "A,3,4")))
    assert refused.value.code == "two_columns"
    assert (
        gather(Sources(csv("楼栋编号,户数,常住户数", "A,3,4")), Choices(households="常住户数")).households
        == 4
    )
    made = gather(Sources(csv("编号,楼栋编号,户数", "1,A,3")))
    assert made.houses[0].id == "A"
    assert "second_column" in made.notes.codes()


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(GatherError) as refused:
        gather(Sources(csv("楼栋编号,户数", "A,3")), Choices(households="常住户数"))
    assert refused.value.sentence("zh") == "“楼栋.csv”里没有“常住户数”这一列。现有的列：楼栋编号、户数。"


# ---------------------------------------------------------------- bad rows


def test_duplicates_are_left_out_with_their_rows() -> None:
    made = gather(Sources(csv("楼栋编号,户数", "A,3", "B,4", "A,5")))
    assert made.households == 7
    assert rows_of(made, "duplicate") == [4]
    assert "第4（= 2）行" in said(made)


def test_negative_blank_and_unreadable_households_count_as_none() -> None:
    made = gather(Sources(csv("楼栋编号,户数", "A,-3", "B,0", "C,", "D,很多", "E,十二户", "F,5户")))
    assert [h.households for h in made.houses] == [0, 0, 0, 0, 12, 5]
    assert rows_of(made, "negative") == [2]
    assert rows_of(made, "not_number") == [5]
    assert rows_of(made, "zero") == [2, 3, 4, 5]


def test_stairwells_that_do_not_add_up_win_over_the_total() -> None:
    made = gather(Sources(csv("楼栋编号,单元数,户数,各单元户数", "A,3,130,60;50", "B,2,110,60;50")))
    assert [h.households for h in made.houses] == [110, 110]
    assert rows_of(made, "stairwells_sum") == [2]
    assert rows_of(made, "stairwells_count") == [2]


def test_stairwells_and_floors_are_guessed_where_it_matters() -> None:
    made = gather(Sources(csv("楼栋编号,层数,单元数,户数", "A,33,1,264", "B,30,,240", "C,6,,90", "D,,,300")))
    assert [len(h.wells) for h in made.houses] == [1, 2, 8, 25]
    assert made.houses[0].wells[0].by_floor == (8,) * 33
    assert rows_of(made, "stairwells_guessed") == [3, 5]
    assert sum(w.households for w in made.houses[3].wells) == 300


def test_a_building_in_no_community_is_left_out_and_the_rest_is_used() -> None:
    communities = geojson("社区.geojson", (box(0, 0, 500, 500), {"社区": "小满社区"}))
    far = "X,,40,{:.6f},{:.6f}".format(*at(3000, 0))
    near = "Y,,40,{:.6f},{:.6f}".format(*at(560, 20))
    made = gather(Sources(csv(HEAD, *rows_on_map(20), far, near), communities), WGS84)
    assert rows_of(made, "no_community") == [22]
    assert rows_of(made, "near_boundary") == [23]
    assert made.households == 21 * 40


def test_nothing_usable_says_why() -> None:
    communities = geojson("社区.geojson", (box(0, 0, 500, 500), {"社区": "小满社区"}))
    with pytest.raises(GatherError) as refused:
        gather(Sources(csv(HEAD, "X,,40,110.0,30.0"), communities), WGS84)
    assert refused.value.code == "no_buildings"
    assert refused.value.notes is not None
    assert "no_community" in refused.value.notes.codes()


def test_overlapping_footprints_are_named() -> None:
    footprints = geojson(
        "楼.geojson",
        (box(0, 0, 20, 10), {"id": "A", "户数": 5}),
        (box(5, 0, 20, 10), {"id": "B", "户数": 5}),
        (box(100, 0, 20, 10), {"id": "C", "户数": 5}),
    )
    made = gather(Sources(footprints), WGS84)
    assert rows_of(made, "overlap") == [2]
    assert "points" not in made.notes.codes()


def test_a_community_split_by_a_river_is_said_and_planned() -> None:
    communities = geojson("社区.geojson", (box(0, 0, 500, 500), {"社区": "小满社区"}))
    river = geojson("河.geojson", (shapely.LineString([at(-50, 250), at(600, 250)]), {"waterway": "river"}))
    sources = Sources(csv(HEAD, *rows_on_map(100, 10)), communities, water=river)
    made = gather(sources, WGS84)
    assert "分成2片（500、500户），中间有河道" in said(made)
    assert "no_water_crossing" in made.notes.codes()
    planned = plan(made.instance())
    assert not planned.exceptions
    road = geojson("路.geojson", (shapely.LineString([at(225, 0), at(225, 500)]), {"highway": "residential"}))
    bridged = gather(Sources(sources.buildings, communities, water=river, roads=road), WGS84)
    assert "split" not in bridged.notes.codes()
    assert "bridges_found" in bridged.notes.codes()


def test_links_to_nowhere_are_left_out() -> None:
    links = csv("a,b", "B0,B1", "B0,nobody", "B1,B1", name="步行.csv")
    made = gather(Sources(csv(HEAD, *rows_on_map(5)), links=links), WGS84)
    assert rows_of(made, "lost_link") == [3, 4]


# ---------------------------------------------------------------- places and datums


def test_coordinates_without_a_datum_are_refused() -> None:
    with pytest.raises(GatherError) as refused:
        gather(Sources(csv(HEAD, *rows_on_map(3))))
    assert "--datum" in refused.value.sentence("zh")
    assert "gcj02" in refused.value.sentence("en")


def test_metres_and_degrees_are_told_apart() -> None:
    metres = csv("楼栋编号,户数,x,y", "A,5,402100.5,3399000", "B,5,402150,3399010")
    with pytest.raises(GatherError) as refused:
        gather(Sources(metres), WGS84)
    assert refused.value.code == "metres"
    made = gather(Sources(metres), Choices(datum="metres"))
    assert [h.x for h in made.houses] == [402100.5, 402150]
    with pytest.raises(GatherError) as refused:
        gather(Sources(csv(HEAD, *rows_on_map(3))), Choices(datum="metres"))
    assert refused.value.code == "degrees"


def wrong_datum(sources: Sources) -> str:
    """What is said about the datum when the buildings are taken as WGS84, however few are left."""
    try:
        notes = gather(sources, WGS84).notes
    except GatherError as refused:
        notes = refused.notes or Notes()
    return "".join(note.sentence("zh") for note in notes.of("datum"))


@pytest.mark.parametrize(("datum", "shift"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
def test_a_datum_is_undone_and_a_wrong_one_is_noticed(datum: str, shift: object) -> None:
    assert callable(shift)
    communities = geojson("社区.geojson", (box(0, 0, 500, 1000), {"社区": "小满社区"}))
    rows = [row.split(",") for row in rows_on_map(200, 10)]
    moved = [",".join([*r[:3], *(f"{v:.7f}" for v in shift(float(r[3]), float(r[4])))]) for r in rows]
    sources = Sources(csv(HEAD, *moved), communities)
    right = gather(sources, Choices(datum=datum, datums={"communities": "wgs84"}))
    straight = gather(Sources(csv(HEAD, *map(",".join, rows)), communities), WGS84)
    apart = [
        math.dist(
            ((a.x - right.houses[0].x), (a.y - right.houses[0].y)),
            (b.x - straight.houses[0].x, b.y - straight.houses[0].y),
        )
        for a, b in zip(right.houses, straight.houses, strict=True)
    ]
    assert max(apart) < 0.2
    assert "datum" not in right.notes.codes()
    assert f"--datum {datum}" in wrong_datum(sources)


def test_exchanged_columns_and_nought_are_noticed() -> None:
    rows = [r.split(",") for r in rows_on_map(3)]
    made = gather(Sources(csv(HEAD, *(",".join([*r[:3], r[4], r[3]]) for r in rows), "Z,,5,0,0")), WGS84)
    assert "swapped" in made.notes.codes()
    assert rows_of(made, "far") == [5]


def test_a_building_without_coordinates_stands_between_its_neighbours() -> None:
    rows = [f"竹影苑,{n}栋,20,{at(n * 60, 0)[0]:.6f},{LAT}" for n in (1, 3)]
    made = gather(Sources(csv("小区,楼栋,户数,经度,纬度", *rows, "竹影苑,2栋,20,,")), WGS84)
    one, three, two = made.houses
    assert rows_of(made, "interpolated") == [4]
    assert one.x < two.x < three.x


# ---------------------------------------------------------------- compounds, gates, no communities


def test_walls_and_gates_make_the_way_longer() -> None:
    walls = geojson(
        "小区.geojson",
        (box(0, 0, 500, 100), {"小区": "竹影苑"}),
        (shapely.Point(at(0, 50)), {"小区": "竹影苑", "类型": "大门"}),
        (shapely.Point(at(5000, 50)), {"类型": "大门"}),
    )
    made = gather(Sources(csv(HEAD, *rows_on_map(30)), compounds=walls), WGS84)
    links = made.links
    wall = [i for i, kind in enumerate(links.kind.tolist()) if kind == 1]
    assert wall
    assert max(links.length[wall]) > 400
    assert rows_of(made, "lost_gate") == [3]


def test_a_place_without_communities_is_cut_at_main_roads() -> None:
    road = geojson("路.geojson", (shapely.LineString([at(250, -50), at(250, 2000)]), {"highway": "primary"}))
    made = gather(Sources(csv(HEAD, *rows_on_map(200, 20)), roads=road), WGS84)
    assert len(made.communities) == 2
    sides = {
        (home, house.x > made.houses[4].x + 10) for house, home in zip(made.houses, made.homes, strict=True)
    }
    assert len(sides) == 2
    assert "第1片" in said(made)
    whole = gather(Sources(csv(HEAD, *rows_on_map(200, 20)), roads=road), Choices(datum="wgs84", whole=True))
    assert len(whole.communities) == 1


def test_parts_of_a_city_keep_to_their_size() -> None:
    made = gather(Sources(csv(HEAD, *rows_on_map(1000, 17))), WGS84)
    sizes = [0] * len(made.communities)
    for house, home in zip(made.houses, made.homes, strict=True):
        sizes[home] += house.households
    assert 1000 <= min(sizes) <= max(sizes) <= 3000


def test_a_shapefile_is_read(tmp_path: Path) -> None:
    shapefile: Any = importlib.import_module("shapefile")
    writer = shapefile.Writer(str(tmp_path / "楼"), encoding="gb18030")
    writer.field("楼栋编号", "C")
    writer.field("户数", "N")
    writer.poly([[*box(0, 0, 20, 10).exterior.coords]])
    writer.record("A", 12)
    writer.close()
    made = gather(Sources(Source.of(tmp_path / "楼.shp")), WGS84)
    assert [(h.id, h.households) for h in made.houses] == [("A", 12)]
    assert made.houses[0].shape is not None


def test_a_file_that_is_not_there_or_no_table() -> None:
    with pytest.raises(GatherError) as refused:
        Source.of(Path("/nowhere/楼栋.xlsx"))
    assert refused.value.code == "file"
    with pytest.raises(GatherError):
        gather(Sources(Source("楼栋.xlsx", b"PK\x03\x04 broken")))


def test_the_example_of_the_guide(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "examples" / "building_list.csv"
    assert run(["--buildings", str(example), "--out", str(tmp_path)]) == 0
    made = instance.read(tmp_path)
    assert (len(made.buildings.ids), len(made.communities), made.findings) == (78, 3, [])
    assert [e.code for e in plan(made).exceptions] == ["ISOLATED"]
    assert "第78行" in (tmp_path / "report.md").read_text()


def test_the_command_asks_and_leaves_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "楼栋.csv"
    path.write_text("楼栋编号,户籍数\nA,3\n")
    assert run(["--buildings", str(path), "--out", str(tmp_path / "out"), "--lang", "en"]) == 2
    assert "Which column holds the households?" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    given = ["--column", "户数=户籍数", "--micro", "20-60", "--grid", "100-200", "--lang", "en"]
    assert run(["--buildings", str(path), "--out", str(tmp_path / "out"), *given]) == 0
    assert "Report:" in capsys.readouterr().out
    meta = json.loads((tmp_path / "out" / "meta.json").read_text())
    assert (meta["micro"], meta["grid"]) == ([20, 60], [100, 200])


def test_sizes_by_kind_of_community_reach_the_plan(tmp_path: Path) -> None:
    communities = geojson(
        "社区.geojson",
        (box(0, 0, 500, 500), {"社区": "小满社区"}),
        (box(0, 500, 500, 500), {"社区": "白露村", "区域类型": "村"}),
    )
    village = Limits(SizeRange(20, 60, 40), SizeRange(150, 300, 225))
    choices = Choices(datum="wgs84", areas={"村": village})
    made = gather(Sources(csv(HEAD, *rows_on_map(200, 20)), communities), choices)
    write(made, tmp_path)
    read = instance.read(tmp_path)
    assert read.special == made.instance().special == {"白露村": village}
    assert not plan(read).exceptions


def test_every_sentence_can_be_said_in_both_languages() -> None:
    given: dict[str, object] = defaultdict(lambda: 7, {"n": 1})
    for name in ("notes", "refusals"):
        for entry in texts(name).values():
            places = [set(re.findall(r"%\((\w+)\)s", entry[language])) for language in ("zh", "en")]
            assert places[0] == places[1] or places[0] ^ places[1] <= {"option"}
            assert "%(" not in entry["zh"] % given + entry["en"] % given
