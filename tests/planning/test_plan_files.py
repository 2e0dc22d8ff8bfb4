import json
from pathlib import Path

import pytest
from tests.planning.places import House, place, town

from weiwang.planning import cli, plan_files
from weiwang.planning.engine import plan
from weiwang.planning.instance import InstanceError, read

BUILDINGS = "building_id,community_id,compound_id,kind,x,y,floors,units,dwellings,households,footprint_wkt\n"
UNITS = "building_id,unit_no,floors,dwellings,households,floor_households,x,y\n"


def folder(path: Path, buildings: str, units: str, links: str = "") -> Path:
    path.mkdir(exist_ok=True)
    sizes = {"micro": [30, 100], "grid": [300, 500], "micro_target": 65, "grid_target": 400}
    (path / "meta.json").write_text(json.dumps({"name": "small", **sizes}), encoding="utf-8")
    (path / "buildings.csv").write_text(BUILDINGS + buildings, encoding="utf-8")
    (path / "units.csv").write_text(UNITS + units, encoding="utf-8")
    (path / "links.csv").write_text("a,b,length_m,kind\n" + links, encoding="utf-8")
    return path


def test_a_plan_written_and_read_again_is_the_same(tmp_path: Path) -> None:
    made = plan(town(5, blocks=1))
    plan_files.write(made, tmp_path)
    assert plan_files.read(tmp_path) == list(made.rows())


def test_the_files_have_the_columns_of_the_format(tmp_path: Path) -> None:
    plan_files.write(plan(place([House("A", 0, 12)], [])), tmp_path)
    lines = (tmp_path / "plan.csv").read_text(encoding="utf-8").splitlines()
    assert lines == ["building_id,unit_no,floor_from,floor_to,micro_id,grid_id", "A,,,,C1-M0001,C1-G001"]
    listed = (tmp_path / "exceptions.csv").read_text(encoding="utf-8").splitlines()
    assert listed[0].startswith("level,group_id,code,note")
    assert listed[1].startswith("micro,C1-M0001,ISOLATED,")


def test_an_instance_is_read_with_what_is_wrong_in_it(tmp_path: Path) -> None:
    buildings = (
        "A,C1,,street,0,0,6,2,24,20,\nA,C1,,street,0,0,6,2,24,20,\nB,C1,,street,x,0,6,2,24,20,\n"
        "D,C1,,tower,50,0,13,1,130,130,\nE,C2,,street,90,0,6,1,9,9,\nF,,,street,0,0,1,1,1,1,\n"
    )
    floors = ";".join(["10"] * 13)
    units = (
        f"A,1,6,12,20,,0,0\nD,1,13,130,130,{floors},50,0\nE,1,6,9,8,,90,0\nZ,1,1,1,1,,0,0\nD,x,1,1,1,,0,0\n"
    )
    links = "A,D,50,open\nA,E,90,open\nA,A,1,open\nA,Q,1,open\nD,A,50,bridge\n"
    instance = read(folder(tmp_path, buildings, units, links))
    assert instance.buildings.ids == ["A", "D", "E"]
    assert instance.buildings.households.tolist() == [20, 130, 8]
    assert instance.stairwells[1][0].by_floor == (10,) * 13
    assert instance.links.kind.tolist() == [0, 2]
    assert [(f.file, f.row) for f in instance.findings] == [
        ("buildings.csv", 3), ("buildings.csv", 4), ("buildings.csv", 7), ("units.csv", 5), ("units.csv", 6),
        ("units.csv", 0), ("links.csv", 3), ("links.csv", 4), ("links.csv", 5), ("links.csv", 6),
    ]  # fmt: skip
    assert str(instance.findings[0]).startswith("buildings.csv:3: building 'A'")


def test_floors_that_do_not_add_up_leave_the_stairwell_whole(tmp_path: Path) -> None:
    instance = read(folder(tmp_path, "D,C1,,tower,50,0,2,1,130,130,\n", "D,1,2,130,130,60;60,50,0\n"))
    assert instance.stairwells[0][0].by_floor == ()
    assert "do not add up" in instance.findings[0].message


def test_stairwells_that_hold_more_than_the_building_are_believed(tmp_path: Path) -> None:
    instance = read(
        folder(tmp_path, "D,C1,,walkup,50,0,6,2,20,20,\n", "D,1,6,60,60,,0,0\nD,2,6,60,60,,0,0\n")
    )
    assert instance.buildings.households.tolist() == [120]
    assert [s.households for s in instance.stairwells[0]] == [60, 60]


@pytest.mark.parametrize("missing", ["meta.json", "buildings.csv", "units.csv", "links.csv"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    (folder(tmp_path, "", "") / missing).unlink()
    with pytest.raises(InstanceError, match=missing):
        read(tmp_path)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (folder(tmp_path, "", "") / "links.csv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(InstanceError, match=r"links\.csv: no column length_m, kind"):
        read(tmp_path)


def test_a_broken_line_of_an_earlier_plan_is_named(tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_text(
        "building_id,unit_no,floor_from,floor_to,micro_id,grid_id\nA,x,,,m,g\n", encoding="utf-8"
    )
    with pytest.raises(InstanceError, match=r"plan\.csv:2"):
        plan_files.read(tmp_path)


def test_the_command_plans_writes_and_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f"A{i},C1,,street,{i * 20},0,6,1,12,40,\n" for i in range(10))
    units = "".join(f"A{i},1,6,12,40,,0,0\n" for i in range(10))
    links = "".join(f"A{i},A{i + 1},20,open\n" for i in range(9))
    source = folder(tmp_path / "in", rows, units, links)
    assert cli.run([str(source), "--out", str(tmp_path / "out"), "--grids", "3", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "400 households" in said
    assert "1 to 1 grids would keep it" in said
    assert (tmp_path / "out" / "plan.csv").exists()
    again = [str(source), "--out", str(tmp_path / "again"), "--previous", str(tmp_path / "out")]
    assert cli.run(again) == 0
    assert (tmp_path / "again" / "plan.csv").read_bytes() == (tmp_path / "out" / "plan.csv").read_bytes()


def test_the_command_refuses_what_it_cannot_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([str(tmp_path / "nowhere"), "--out", str(tmp_path)]) == 2
    assert "meta.json" in capsys.readouterr().err
