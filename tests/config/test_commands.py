"""The verbs of the terminal: import, export, locate, staff and verify, on a real database."""

import json
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, ProgrammingError, connection, transaction
from tests.builders import Town, contact

from weiwang.accounts.models import User
from weiwang.audit.models import Entry
from weiwang.cases.models import Event
from weiwang.cases.rules import Step
from weiwang.config.command import VERBS, is_behind, manual
from weiwang.territory import roster
from weiwang.territory.models import Unit

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def run(*arguments: str | Path, **options: Any) -> tuple[str, str, int]:
    """What a command wrote to each of its outputs, and its exit status."""
    out, err = StringIO(), StringIO()
    try:
        call_command(*map(str, arguments), language="en", stdout=out, stderr=err, **options)
    except CommandError as error:
        return out.getvalue(), f"{err.getvalue()}{error}", error.returncode
    return out.getvalue(), err.getvalue(), 0


def test_every_verb_of_this_kind_has_its_command_in_the_manual() -> None:
    assert {"import", "export", "locate", "staff", "verify"} <= set(VERBS)
    assert all(name in manual() for name in VERBS)


def test_a_database_that_was_not_migrated_is_told_from_other_mistakes(db: None) -> None:
    with pytest.raises(ProgrammingError) as missing, transaction.atomic():
        connection.cursor().execute("SELECT 1 FROM no_such_table")
    with pytest.raises(ProgrammingError) as wrong, transaction.atomic():
        connection.cursor().execute("SELEKT 1")
    assert is_behind(missing.value)
    assert not is_behind(wrong.value)


# ---------------------------------------------------------------- import and export


def test_import_shows_a_preview_and_writes_only_with_yes(db: None, tmp_path: Path) -> None:
    file = EXAMPLES / "divisions.csv"
    out, _, status = run("import_data", "divisions", file, code="QH")
    assert (status, Unit.objects.count()) == (0, 0)
    assert "3 new, 0 changed, 0 unchanged" in out
    assert "Add --yes" in out
    out, _, status = run("import_data", "divisions", file, code="QH", yes=True)
    assert (status, Unit.objects.count()) == (0, 3)
    out, _, _ = run("import_data", "divisions", file, code="QH", yes=True)
    assert "0 new, 0 changed, 3 unchanged" in out


def test_import_lists_every_wrong_row_with_its_column_and_ends_with_status_1(
    town: Town, tmp_path: Path
) -> None:
    file = tmp_path / "staff.csv"
    file.write_text("用户名,姓名,岗位,单元\nok,甲,网格长,QH0202\nx1,乙,园长,QH\n,丙,,\n", encoding="gb18030")
    before = Entry.objects.count()
    _, err, status = run("import_data", "staff", file, yes=True)
    assert status == 1
    assert "Row 3, column “岗位”: There is no kind of post named 园长." in err
    assert "Row 4, column “用户名”: A value is needed here." in err
    assert not User.objects.filter(username="ok").exists()
    assert Entry.objects.count() == before


def test_import_speaks_chinese_when_asked(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    file.write_text("用户名,姓名,岗位,单元\nx1,乙,园长,QH\n", encoding="utf-8")
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("import_data", "staff", str(file), language="zh", stdout=StringIO(), stderr=err)
    assert err.getvalue().startswith("第 2 行")


def test_an_export_can_be_imported_again_and_changes_nothing(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "units.geojson"
    assert run("export_data", "units", file)[2] == 0
    rows = json.loads(file.read_text(encoding="utf-8"))["features"]
    assert len(rows) == 15
    assert rows[1]["properties"] | {"official_code": "", "kind": ""} == {
        "code": "QH01", "level": "general_grid", "parent": "QH", "name": "梧桐社区", "households": None,
        "official_code": "", "kind": "",
    }  # fmt: skip
    out, _, status = run("import_data", "units", file, yes=True)
    assert status == 0
    assert "0 new, 0 changed, 15 unchanged" in out


def test_a_planning_folder_fills_boundaries_buildings_and_base_map(town: Town, tmp_path: Path) -> None:
    def features(*rows: tuple[dict[str, Any], dict[str, Any]]) -> str:
        made = [{"type": "Feature", "properties": p, "geometry": g} for p, g in rows]
        return json.dumps({"type": "FeatureCollection", "features": made})

    box = {
        "type": "Polygon",
        "coordinates": [[[104, 30.7], [104.002, 30.7], [104.002, 30.702], [104, 30.702], [104, 30.7]]],
    }
    small = {
        "type": "Polygon",
        "coordinates": [[[104, 30.7], [104.0002, 30.7], [104.0002, 30.7002], [104, 30.7]]],
    }
    line = {"type": "LineString", "coordinates": [[104, 30.7], [104.002, 30.702]]}
    building = {"building_id": "C01-B1", "community_id": "C01", "kind": "tower", "units": 2, "households": 90}
    (tmp_path / "communities.geojson").write_text(
        features(({"community_id": "C01", "households": 1038}, box))
    )
    (tmp_path / "buildings.geojson").write_text(features((building, small)))
    (tmp_path / "barriers.geojson").write_text(features(({"kind": "river"}, line)))
    out, err, status = run("import_data", "instance", tmp_path)
    assert (status, err) == (0, "")
    assert Unit.objects.get(code="QH01").households is None
    out, _, _ = run("import_data", "instance", tmp_path, yes=True)
    assert "buildings: 1 new" in out
    changed = Unit.objects.get(code="QH01")
    assert (changed.name, changed.households) == ("梧桐社区", 1038)


def test_which_sub_district_must_be_said_when_there_are_several(town: Town, tmp_path: Path) -> None:
    run("import_data", "divisions", EXAMPLES / "divisions.csv", code="XY", yes=True)
    _, err, status = run("export_data", "units", tmp_path / "u.geojson")
    assert (status, "--place CODE" in err) == (1, True)
    assert run("export_data", "units", tmp_path / "u.geojson", place="QH")[2] == 0
    assert run("export_data", "units", tmp_path / "u.geojson", place="ZZ")[2] == 1


# ---------------------------------------------------------------- locate

POINTS = "id,lon,lat\na,104.0005,30.7005\nb,x,1\nc,104.00150,30.69995\nd,105,31\n\ne,104.0005\n"


def test_points_are_answered_in_order_and_bad_rows_named(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text(POINTS, encoding="utf-8-sig")
    out, err, status = run("locate", file)
    assert out.splitlines() == [
        "id,unit_code,match", "a,QH0101-1,exact", "c,QH0102-1,approximate", "d,,outside",
    ]  # fmt: skip
    assert "Row 3, column “lon, lat”" in err
    assert "Row 7" in err
    assert status == 1


def test_points_may_come_from_standard_input_with_chinese_headers(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = "编号,纬度,经度\na,30.7005,104.0005\n".encode("gb18030")
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(data)))
    assert run("locate", "-") == ("id,unit_code,match\na,QH0101-1,exact\n", "", 0)


def test_a_table_without_the_columns_is_refused(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text("id,x,y\na,1,2\n")
    out, err, status = run("locate", file)
    assert (out, status) == ("", 1)
    assert "lon, lat" in err


# ---------------------------------------------------------------- staff


def test_the_first_administrator_is_made_in_the_terminal(town: Town) -> None:
    out, _, status = run("staff", "add", "wang", name="王红", post="系统管理员", unit="QH")
    assert status == 0
    user = User.objects.get(username="wang")
    password = out.split("shown once: ")[1].strip()
    assert user.check_password(password)
    assert user.must_change_password
    assert [h.kind for h in roster.appointments_of(user.pk, at=user.created_at)] == ["administrator"]
    out, _, _ = run("staff", "list", unit="QH")
    assert "wang" in out
    assert "王红" not in out
    before = user.password
    run("staff", "reset", "wang")
    user.refresh_from_db()
    assert user.password != before
    run("staff", "end", "wang")
    user.refresh_from_db()
    assert not user.is_active
    assert "wang" not in run("staff", "list", unit="QH")[0]


def test_staff_refusals_say_why_and_write_nothing(town: Town) -> None:
    before = Entry.objects.count()
    for arguments, options, words in (
        (("add", "x1"), {"post": "园长"}, "no kind of post"),
        (("add", "x1"), {"post": "grid_leader", "unit": "QH99"}, "no unit with the code QH99"),
        (("add", "x1"), {"post": "grid_leader", "unit": "QH0101"}, "already held"),
        (("add", "X 1"), {}, "user name"),
        (("reset", "nobody"), {}, "no account"),
    ):
        _, err, status = run("staff", *arguments, **options)
        assert (status, words in err) == (1, True), (arguments, err)
    assert Entry.objects.count() == before


# ---------------------------------------------------------------- verify


def without_trigger(table: str, statement: str) -> None:
    """Change the database as somebody with its password could."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def settle(town: Town) -> None:
    """Let deferred checks run now: a table with checks to come cannot be altered."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_untouched_record_verifies_and_its_heads_are_kept(town: Town, tmp_path: Path) -> None:
    town.walk(town.report(contact=contact()), until=Step.CLOSE)
    heads = tmp_path / "heads.json"
    out, _, status = run("verify", write_heads=str(heads))
    assert status == 0
    assert "Everything holds." in out
    assert "histories of 1 cases hold, 8 entries" in out
    assert run("verify", heads=str(heads))[2] == 0


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE audit_entry SET action = 'nothing' WHERE place = %s AND seq = 3",
            "broken at entry 3: the entry was",
        ),
        ("DELETE FROM audit_entry WHERE place = %s AND seq = 4", "broken at entry 4: an entry is missing"),
        (
            "UPDATE audit_entry SET at = at + interval '1 day' WHERE place = %s AND seq = 2",
            "broken at entry 2: the",
        ),
    ],
)
def test_a_changed_or_deleted_entry_is_named(town: Town, statement: str, told: str) -> None:
    settle(town)
    without_trigger("audit_entry", statement % town.place)
    _, err, status = run("verify")
    assert (status, told in err) == (1, True), err


def test_a_cut_off_end_is_found_with_the_heads_kept_elsewhere(town: Town, tmp_path: Path) -> None:
    heads = tmp_path / "heads.json"
    run("verify", write_heads=str(heads))
    settle(town)
    last = Entry.objects.filter(place=town.place).latest("seq").seq
    without_trigger("audit_entry", f"DELETE FROM audit_entry WHERE place = {town.place} AND seq = {last}")
    assert run("verify")[2] == 0
    _, err, status = run("verify", heads=str(heads))
    assert (status, f"broken at entry {last}: the end is missing" in err) == (1, True)
    without_trigger("audit_entry", f"DELETE FROM audit_entry WHERE place = {town.place}")
    assert run("verify", heads=str(heads))[2] == 1


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE cases_event SET actor = '别人' WHERE seq = 2", 2),
        ("DELETE FROM cases_event WHERE seq = 3", 3),
        ("DELETE FROM cases_event WHERE seq > 4", 5),
        ("UPDATE cases_event SET note = '什么也没做' WHERE seq = 6", 6),
        (
            "UPDATE cases_case SET history_length = 3, history_digest = digest FROM cases_event WHERE seq=3",
            4,
        ),
    ],
)
def test_a_tampered_case_history_is_named_by_its_number(town: Town, statement: str, seq: int) -> None:
    case = town.walk(town.report(), until=Step.HANDLE)
    settle(town)
    without_trigger("cases_event", statement)
    _, err, status = run("verify")
    assert status == 1
    assert f"case {case.number}: broken at entry {seq}" in err


def test_the_database_refuses_to_change_a_history_and_lets_its_words_be_erased(town: Town) -> None:
    case = town.walk(town.report(), until=Step.HANDLE)
    for statement in ("UPDATE cases_event SET actor = '别人'", "UPDATE cases_event SET note = '别的'",
                      "UPDATE cases_event SET note = NULL, note_salt = NULL, actor = ''",
                      "DELETE FROM cases_event"):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Event.objects.filter(case=case).update(note=None, note_salt=None) == 6
    assert run("verify")[2] == 0


def test_heads_that_cannot_be_read_are_refused(db: None, tmp_path: Path) -> None:
    (tmp_path / "heads.json").write_text("[]")
    assert run("verify", heads=str(tmp_path / "heads.json"))[2] == 1
