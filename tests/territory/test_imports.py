"""Importing divisions, units, the base map and staff: what is taken in, what is refused and why."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import shapely
from tests.builders import Town

from weiwang.accounts.models import User
from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM, AlreadyDoneError
from weiwang.territory import queries
from weiwang.territory.imports import (
    DIVISIONS,
    FEATURES,
    STAFF,
    UNITS,
    ImportRefusedError,
    Kind,
    Preview,
    Source,
    Task,
    apply,
    preview,
    sentence,
)
from weiwang.territory.imports.divisions import letters_for
from weiwang.territory.models import Appointment, Department, MapFeature, Unit
from weiwang.territory.rules import Level

MONDAY_TEN = datetime(2026, 11, 16, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
DIVISION_ROWS = """code12,name_short,kind,town_name,area_code,area_name
990101001001,小满社区,居民委员会,栖禾街道,990101,东华区
990101001200,白露村,村民委员会,栖禾街道,990101,东华区
990101002001,清明社区,居民委员会,谷雨街道,990101,东华区
"""


def task(town: Town | None, data: str | bytes, name: str = "file.csv", **options: Sequence[str]) -> Task:
    raw = data.encode() if isinstance(data, str) else data
    at = town.at if town else MONDAY_TEN
    return Task(Source(raw, name), at, town.place if town else None, options)


def geojson(*features: tuple[Mapping[str, Any], shapely.Geometry | None]) -> bytes:
    rows = [
        {"type": "Feature", "properties": dict(p), "geometry": g and json.loads(shapely.to_geojson(g))}
        for p, g in features
    ]
    return json.dumps({"type": "FeatureCollection", "features": rows}).encode()


def codes(kind: Kind, job: Task) -> list[tuple[int, str]]:
    return [(error.row, error.code) for error in preview(kind, job).errors]


def counts(seen: Preview) -> tuple[int, int, int]:
    return seen.new, seen.changed, seen.unchanged


# ---------------------------------------------------------------- divisions


@pytest.mark.django_db
def test_divisions_make_a_district_its_sub_districts_and_their_villages() -> None:
    done = apply(DIVISIONS, task(None, DIVISION_ROWS), by=SYSTEM)
    assert counts(done) == (5, 0, 0)
    found = {unit.code: unit for unit in Unit.objects.all()}
    assert set(found) == {"990101", "AB", "AB01", "AB02", "AC", "AC01"}
    assert found["AB02"].kind == "village"
    assert found["AB02"].official_code == "990101001200"
    assert found["AB"].parent == found["990101"]
    assert Entry.objects.get(action="import.divisions").data["new"] == 5


@pytest.mark.django_db
def test_one_sub_district_can_be_taken_under_its_own_letters_and_twice_changes_nothing() -> None:
    job = task(None, DIVISION_ROWS, only=["990101001"], code=["QH"])
    assert counts(apply(DIVISIONS, job, by=SYSTEM)) == (3, 0, 0)
    again = apply(DIVISIONS, job, by=SYSTEM)
    assert counts(again) == (0, 0, 3)
    assert again.left_out == 1


@pytest.mark.django_db
def test_a_village_that_changed_its_name_is_renamed() -> None:
    apply(DIVISIONS, task(None, DIVISION_ROWS), by=SYSTEM)
    done = apply(DIVISIONS, task(None, DIVISION_ROWS.replace("白露村", "白露社区")), by=SYSTEM)
    assert counts(done) == (0, 1, 4)
    assert Unit.objects.get(official_code="990101001200").name == "白露社区"


@pytest.mark.django_db
def test_divisions_that_cannot_be_read_say_where() -> None:
    rows = "代码,名称\n99010100,甲\n990101001001,乙\n990101001001,丙\n990101002001,\n"
    assert codes(DIVISIONS, task(None, rows)) == [
        (2, "import.official_code_form"),
        (3, "import.no_subdistrict"),
        (4, "import.twice"),
        (5, "missing_value"),
    ]
    assert codes(DIVISIONS, task(None, "name\n甲\n")) == [(0, "missing_columns")]
    assert codes(DIVISIONS, task(None, DIVISION_ROWS, only=["880000000"])) == [(0, "import.no_rows_for")]


def test_letters_count_on_like_columns_of_a_sheet() -> None:
    assert [letters_for(code) for code in ("510117008000", "510117025000", "510117026000")] == [
        "AI",
        "AZ",
        "BA",
    ]
    assert len({letters_for(f"510117{n:03}000") for n in range(1000)}) == 1000


# ---------------------------------------------------------------- units


def unit(code: str, parent: str = "QH0101", level: str = "micro_grid", **more: Any) -> dict[str, Any]:
    return {"code": code, "name": f"名{code}", "level": level, "parent": parent, "households": 60, **more}


def test_the_example_files_can_be_imported_one_after_the_other(db: None, at: Any) -> None:
    divisions = Task(
        Source((EXAMPLES / "divisions.csv").read_bytes(), "divisions.csv"), at, None, {"code": ["QH"]}
    )
    apply(DIVISIONS, divisions, by=SYSTEM)
    place = Unit.objects.get(level=Level.SUBDISTRICT).pk
    for kind, name in ((UNITS, "units.geojson"), (STAFF, "staff.csv")):
        job = Task(Source((EXAMPLES / name).read_bytes(), name), at, place)
        first = apply(kind, job, by=SYSTEM)
        assert first.writes > 10
        again = apply(kind, job, by=SYSTEM)
        assert (again.new, again.changed) == (0, 0), name


def test_a_new_unit_is_found_by_its_points_at_once(town: Town) -> None:
    box = shapely.box(104.0, 30.702, 104.001, 30.703)
    west = shapely.box(104.0, 30.7, 104.001, 30.703)
    data = geojson(
        (unit("QH0101-9"), box), (unit("QH0101", "QH01", "grid", households=400), west),
        (unit("QH01", "QH", "general_grid"), west.union(town.units["QH01"].boundary)),
        (unit("QH", "", "subdistrict"), west.union(town.unit.boundary)),
    )  # fmt: skip
    assert queries.locate(place=town.place, lon=104.0005, lat=30.7028).unit_id is None
    done = apply(UNITS, task(town, data, "u.geojson"), by=SYSTEM)
    assert done.new == 1
    landed = queries.locate(place=town.place, lon=104.0005, lat=30.7028)
    assert landed.unit_id == Unit.objects.get(code="QH0101-9").pk


def test_a_polygon_that_crosses_itself_is_refused_with_the_place(town: Town) -> None:
    bow = {
        "type": "Polygon",
        "coordinates": [[[104, 30.7], [104.001, 30.701], [104.001, 30.7], [104, 30.701], [104, 30.7]]],
    }
    data = geojson((unit("QH0101-9"), None)).replace(
        b'"geometry": null', b'"geometry": ' + json.dumps(bow).encode()
    )
    seen = preview(UNITS, task(town, data, "u.geojson"))
    assert [(error.row, error.code) for error in seen.errors] == [(1, "self_crossing")]
    assert "104.0005" in sentence(seen.errors[0], str)


def test_two_overlapping_micro_grids_are_refused_but_not_by_less_than_a_square_metre(town: Town) -> None:
    overlap = shapely.box(104.0, 30.7, 104.0005, 30.701)
    assert codes(UNITS, task(town, geojson((unit("QH0101-9"), overlap)), "u.geojson")) == [
        (1, "unit.overlap")
    ]
    sliver = shapely.box(104.0, 30.702, 104.001, 30.7029)
    hair = 1e-9
    one = shapely.box(104.001 - hair, 30.702, 104.002, 30.7029)
    data = geojson((unit("QH0102-8", "QH0102"), one), (unit("QH0101-9"), sliver))
    assert "unit.overlap" not in {code for _, code in codes(UNITS, task(town, data, "u.geojson"))}


def test_a_unit_may_not_reach_beyond_its_parent(town: Town) -> None:
    far = shapely.box(104.01, 30.7, 104.011, 30.701)
    assert codes(UNITS, task(town, geojson((unit("QH0101-9"), far)), "u.geojson")) == [
        (1, "import.outside_parent")
    ]


def test_rows_that_do_not_fit_the_tree_are_each_named(town: Town) -> None:
    rows = [
        unit("QH0101-7", "QH0999"), unit("QH0101-8", "QH01"), unit("QH0101-1", "QH0102"), unit("bad code"),
        unit("QH0101-6", level="barrio"), unit("QH0101-5", households=-3),
        unit("QH0101-4", official_code="12"),
        unit("QH0101-3"), unit("QH0101-3"), unit("QH0101-2", ""),
    ]  # fmt: skip
    assert codes(UNITS, task(town, geojson(*((row, None) for row in rows)), "u.geojson")) == [
        (1, "unit.unknown"), (2, "unit.parent_level"), (3, "import.other_unit"), (4, "import.code_form"),
        (5, "import.level"), (6, "import.whole_number"), (7, "import.official_code"), (9, "import.twice"),
        (10, "import.parent_needed"),
    ]  # fmt: skip


def test_unusual_sizes_and_missing_boundaries_only_warn(town: Town) -> None:
    data = geojson((unit("QH0101-7", households=250), None))
    done = apply(UNITS, task(town, data, "u.geojson"), by=SYSTEM)
    assert [error.code for error in done.warnings] == ["import.no_boundary", "import.unusual_size"]


def test_nothing_is_written_when_one_row_is_wrong(town: Town) -> None:
    before = Unit.objects.count(), Entry.objects.count()
    data = geojson((unit("QH0101-7"), None), (unit("QH0101-8", "QH0999"), None))
    with pytest.raises(ImportRefusedError) as refused:
        apply(UNITS, task(town, data, "u.geojson"), by=SYSTEM)
    assert [error.row for error in refused.value.preview.errors] == [2]
    assert (Unit.objects.count(), Entry.objects.count()) == before


def test_the_same_submission_is_carried_out_once(town: Town) -> None:
    job = task(town, geojson((unit("QH0101-7"), None)), "u.geojson")
    apply(UNITS, job, by=SYSTEM, submission="k")
    with pytest.raises(AlreadyDoneError) as done:
        apply(UNITS, job, by=SYSTEM, submission="k")
    assert done.value.object_id == job.source.digest


def test_a_table_gives_boundaries_as_text(town: Town) -> None:
    wkt = shapely.box(104.0, 30.7, 104.001, 30.701).wkt
    rows = f'代码,名称,层级,上级,户数,边界\nQH0101-1,新名,微网格,QH0101,61,"{wkt}"\n'
    assert counts(apply(UNITS, task(town, rows), by=SYSTEM)) == (0, 1, 0)
    changed = Unit.objects.get(code="QH0101-1")
    assert (changed.name, changed.households) == ("新名", 61)


def test_a_file_that_is_no_table_is_refused_as_a_whole(town: Town) -> None:
    assert codes(UNITS, task(town, b"", "u.geojson")) == [(0, "empty_file")]
    assert codes(UNITS, task(town, b"{not json", "u.geojson")) == [(0, "broken_json")]
    assert codes(UNITS, task(town, "代码,名称\nx,y\n")) == [(0, "missing_columns")]


def test_without_a_sub_district_only_divisions_can_be_imported(db: None) -> None:
    assert codes(UNITS, task(None, geojson((unit("A"), None)))) == [(0, "import.no_place")]


# ---------------------------------------------------------------- the base map

ROAD = shapely.LineString([(104, 30.7), (104.004, 30.7)])


def test_features_replace_the_kinds_of_the_file_and_leave_the_others(town: Town) -> None:
    river = shapely.box(104, 30.7005, 104.004, 30.7006)
    apply(FEATURES, task(town, geojson(({"kind": "河流", "name": "清河"}, river)), "r.geojson"), by=SYSTEM)
    job = task(town, geojson(({"kind": "main_road"}, ROAD)), "m.geojson")
    assert counts(apply(FEATURES, job, by=SYSTEM)) == (1, 0, 0)
    assert counts(apply(FEATURES, job, by=SYSTEM)) == (0, 0, 1)
    assert sorted(MapFeature.objects.values_list("kind", flat=True)) == ["main_road", "river"]


def test_features_that_cannot_be_drawn_are_refused(town: Town) -> None:
    data = geojson(
        ({"kind": "castle"}, ROAD), ({"kind": "road"}, shapely.Point(104, 30)), ({"kind": "road"}, None),
        ({"kind": "road"}, shapely.LineString([(30.7, 104), (30.8, 104)])),
    )  # fmt: skip
    assert codes(FEATURES, task(town, data, "f.geojson")) == [
        (1, "import.feature_kind"), (2, "import.feature_shape"), (3, "import.feature_shape"), (4, "swapped"),
    ]  # fmt: skip
    walls = task(town, geojson(({"kind": "tower"}, ROAD)), "w.geojson", **{"as": ["wall"]})
    assert preview(FEATURES, walls).errors == ()


# ---------------------------------------------------------------- staff

STAFF_HEAD = "用户名,姓名,电话,岗位,单元,部门,开始日期,结束日期\n"


def staff(town: Town, *rows: str) -> Task:
    return task(town, STAFF_HEAD + "\n".join(rows) + "\n")


def test_a_person_gets_account_post_and_appointment_and_twice_changes_nothing(town: Town) -> None:
    job = staff(
        town, "wang,王五,10000000001,专职网格员,QH0102,,2026-11-01,2027-10-31",
        "wang,王五,10000000001,部门承办岗,,应急办,,",
    )  # fmt: skip
    assert counts(apply(STAFF, job, by=SYSTEM)) == (2, 0, 0)
    user = User.objects.get(username="wang")
    officer = queries.officer(user_id=user.pk, name=user.name, at=town.at)
    assert sorted(h.kind for h in officer.holdings) == ["department_handler", "grid_worker"]
    assert Department.objects.get(code="emergency").name == "应急办"
    assert not user.has_usable_password()
    assert counts(apply(STAFF, job, by=SYSTEM)) == (0, 0, 2)


def test_corrections_and_new_end_dates_change_what_is_there(town: Town) -> None:
    apply(STAFF, staff(town, "wang,王五,,full-time grid worker,QH0102,,2026-11-01,"), by=SYSTEM)
    kind = queries.post_table().kinds["grid_worker"].zh
    job = staff(town, f"wang,王武,10000000009,{kind},QH0102,,2026-11-01,2026-12-31")
    assert counts(apply(STAFF, job, by=SYSTEM)) == (0, 1, 0)
    user = User.objects.get(username="wang")
    assert (user.name, user.phone) == ("王武", "10000000009")
    ends = Appointment.objects.get(user=user).ends_at
    assert ends is not None
    assert ends.isoformat() == "2026-12-31T16:00:00+00:00"
    assert counts(apply(STAFF, job, by=SYSTEM)) == (0, 0, 1)


def test_rows_about_people_that_cannot_be_are_each_named(town: Town) -> None:
    job = staff(
        town, "王五,王五,,,,,,", "a1,甲,,园长,QH,,,", "a2,甲,,网格长,QH09,,,", "a3,甲,,网格长,QH01,,,",
        "a4,甲,,部门承办岗,,外交部,,", "a5,甲,,专职网格员,QH0102,,2026-11-01,2026-10-01",
        "a6,甲,,网格长,QH0101,,,", "a7,甲,,专职网格员,QH0102,,昨天,", "a8,甲,电话,,,,,", "a9,甲,,,QH,,,",
        "b1,甲,,,,,,", "b1,乙,,,,,,", "b1,甲,,,,,,",
    )  # fmt: skip
    assert codes(STAFF, job) == [
        (2, "account.username"), (3, "post.unknown_kind"), (4, "unit.unknown"), (5, "post.wrong_level"),
        (6, "department.unknown"), (7, "appointment.order"), (8, "post.held"), (9, "import.date"),
        (10, "import.phone"), (11, "import.post_needed"), (13, "import.other_name"), (14, "import.twice"),
    ]  # fmt: skip


def test_two_people_of_one_file_cannot_hold_the_same_single_post(town: Town) -> None:
    grid = "QH0202"
    job = staff(town, f"x1,甲,,网格长,{grid},,,", f"x2,乙,,网格长,{grid},,,")
    assert codes(STAFF, job) == [(3, "post.held")]
    follow = staff(town, f"x1,甲,,网格长,{grid},,2026-11-01,2026-11-30", f"x2,乙,,网格长,{grid},,2026-12-01,")
    assert counts(apply(STAFF, follow, by=SYSTEM)) == (2, 0, 0)


def test_an_account_of_another_sub_district_is_not_taken_over(town: Town) -> None:
    apply(DIVISIONS, task(None, DIVISION_ROWS), by=SYSTEM)
    other = Unit.objects.get(code="AC").pk
    job = Task(Source((STAFF_HEAD + "leader,王五,,,,,,\n").encode(), "s.csv"), town.at, other)
    assert codes(STAFF, job) == [(2, "account.taken")]


@pytest.mark.parametrize(
    ("post", "unit", "department", "kind"),
    [
        ("楼栋长", "QH0101-1", "", "building_head"),
        ("单元长", "QH0101-1", "", "stairwell_head"),
        ("院落长", "QH0101-1", "", "courtyard_head"),
        ("兼职网格员", "QH0102", "", "part_time_grid_worker"),
        ("协管员", "QH0102", "", "auxiliary"),
        ("部门值班岗", "", "城管办", "department_duty"),
        ("包村（社区）领导", "QH02", "", "liaison_leader"),
    ],
)
def test_every_kind_of_post_can_be_imported_by_its_chinese_name(
    town: Town, post: str, unit: str, department: str, kind: str
) -> None:
    apply(STAFF, staff(town, f"new1,王五,,{post},{unit},{department},,"), by=SYSTEM)
    assert Appointment.objects.get(user__username="new1").post.kind == kind


def test_one_person_may_be_imported_on_several_posts(town: Town) -> None:
    rows = ("leader,张leader,,楼栋长,QH0101-1,,,", "leader,张leader,,协管员,QH0101,,,")
    apply(STAFF, staff(town, *rows), by=SYSTEM)
    assert Appointment.objects.filter(user=town.users["leader"]).count() == 3
