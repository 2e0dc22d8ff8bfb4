import struct
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from weiwang.kernel.tables import Column, Limits, TableError, read_table, safe_cell, write_csv, write_xlsx

COLUMNS = (Column("code", ("代码",)), Column("value", ("值",), required=False))


def workbook(rows: list[list[object]], **sheets: list[list[object]]) -> bytes:
    target = BytesIO()
    write_xlsx(target, rows[0], rows[1:], **sheets)  # type: ignore[arg-type]
    return target.getvalue()


def values_of(data: Any, **options: Any) -> list[tuple[str, ...]]:
    return [tuple(row.values.values()) for row in read_table(data, COLUMNS, **options)]


def code_of(data: Any, **options: Any) -> str:
    with pytest.raises(TableError) as caught:
        values_of(data, **options)
    return caught.value.code


def repacked(data: bytes, name: str, content: bytes) -> bytes:
    """Return the workbook with one part replaced or added."""
    target = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return target.getvalue()


SMALL = workbook([["代码", "值"], ["QH01", 1]])
SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(rows: str) -> bytes:
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return repacked(SMALL, SHEET, f"<worksheet {space}><sheetData>{rows}</sheetData></worksheet>".encode())


def test_a_workbook_is_read_as_a_person_sees_it(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    rows = [["甲", 3.0], ["乙", 510117008000], ["丙", 0.1 + 0.2], ["丁", True], ["戊", date(2026, 2, 28)]]
    count = write_xlsx(
        file, ["代码", "值"], [*rows, ["己", at], ["庚", None], ["辛", "=1+1"], ["壬", Decimal("2.50")]]
    )
    assert count == 9
    assert [value for _, value in values_of(file)] == [
        "3",
        "510117008000",
        "0.3",
        "TRUE",
        "2026-02-28",
        "2026-01-02 11:04:05",
        "",
        "=1+1",
        "2.5",
    ]


def test_a_table_may_stand_anywhere_on_the_first_visible_sheet() -> None:
    target = BytesIO()
    with Workbook(target) as book:
        book.add_worksheet("说明").hide()
        page = book.add_worksheet("数据")
        page.activate()
        page.write_row(2, 1, ["代码", "值"])
        page.write_row(4, 1, ["QH01", "x"])
    rows = list(read_table(target.getvalue(), COLUMNS))
    assert [(row.number, tuple(row.values.values())) for row in rows] == [(5, ("QH01", "x"))]


def test_a_long_number_that_lost_its_digits_is_reported() -> None:
    target = BytesIO()
    with Workbook(target) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["代码", "值"])
        page.write_row(1, 0, ["QH01", 510117199001011234])
    (row,) = read_table(target.getvalue(), COLUMNS)
    assert [(error.row, error.column, error.code) for error in row.errors] == [(2, "值", "long_number")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"name,value\n1,2\n", "not_xlsx"),
        (b"PK\x03\x04 and then nothing", "not_xlsx"),
        (SMALL[:-200], "not_xlsx"),
        (b"", "empty_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old_excel"),
        (repacked(SMALL, "xl/workbook.xml", b"<workbook/>"), "damaged"),
        (repacked(SMALL, SHEET, b"<worksheet><sheetData><row r='x'/>"), "damaged"),
        (repacked(SMALL, SHEET, b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"), "damaged"),
        (repacked(SMALL, SHEET, b"<worksheet><<"), "damaged"),
    ],
)
def test_what_is_no_workbook_is_refused(data: bytes, code: str) -> None:
    assert code_of(data, name="units.xlsx") == code


def test_another_zip_is_refused(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.zip", "w") as other:
        other.writestr("readme.txt", "hello")
    assert code_of(tmp_path / "a.zip") == "not_xlsx"


def test_a_zip_bomb_is_refused_by_its_unpacked_size() -> None:
    bomb = repacked(SMALL, "xl/media/image1.png", b"\0" * 20_000_000)
    assert len(bomb) < 100_000
    assert code_of(bomb, limits=Limits(unpacked=10_000_000)) == "unpacks_too_large"
    text = repacked(SMALL, "xl/sharedStrings.xml", b"<sst>" + b" " * 20_000_000 + b"</sst>")
    assert code_of(text, limits=Limits(unpacked=10_000_000)) == "unpacks_too_large"


def test_a_bomb_that_lies_about_its_size_is_refused_too() -> None:
    content = b"<sst>" + b" " * 20_000_000 + b"</sst>"
    honest = repacked(SMALL, "xl/sharedStrings.xml", content)
    lying = honest.replace(struct.pack("<L", len(content)), struct.pack("<L", 5))
    assert ZipFile(BytesIO(lying)).getinfo("xl/sharedStrings.xml").file_size == 5
    assert code_of(lying, limits=Limits(unpacked=10_000_000)) == "unpacks_too_large"


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="90000"><c r="XFD90000"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row><c r="XFD90000"><is><t>x</t></is></c></row>',
        '<row r="1">' + "<c><v>1</v></c>" * 500 + '</row><row r="90000"><c><v>1</v></c></row>',
    ],
)
def test_a_stray_cell_in_a_far_corner_is_refused_before_memory_is_set_aside(rows: str) -> None:
    assert code_of(with_sheet(rows)) == "too_many_cells"


def test_a_stray_cell_far_below_is_refused() -> None:
    row = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    assert code_of(with_sheet(row)) == "too_many_rows"


def test_colour_without_content_in_a_far_corner_does_no_harm() -> None:
    target = BytesIO()
    with Workbook(target) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["代码", "值"])
        page.write_row(1, 0, ["QH01", "x"])
        page.write_blank(199_000, 16_000, None, book.add_format({"bold": True}))
    assert values_of(target.getvalue()) == [("QH01", "x")]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_workbook_with_changed_bytes_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    data = bytearray(SMALL)
    for place, value in changes:
        data[place] = value
    try:
        values_of(bytes(data), name="a.xlsx")
    except TableError as error:
        str(error)


DANGEROUS = ["=1+1", "+86", "-5", "@x", "\tx", "\rx", "＝1", '=HYPERLINK("http://a")', "='a'!b"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_formulas_are_defused_in_csv_and_come_back_as_they_were(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    data = b"".join(write_csv(["代码", "值"], [[text, text]]))
    assert values_of(data) == [(text.strip(), text.strip())]


def test_numbers_moments_and_nothing_are_written_plainly() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    row = [-5, Decimal("-1.50"), None, at, at.replace(tzinfo=None), date(2026, 1, 2), "普通"]
    assert [safe_cell(value) for value in row] == [
        "-5",
        "-1.50",
        "",
        "2026-01-02 11:04:05",
        "2026-01-02 03:04:05",
        "2026-01-02",
        "普通",
    ]


def test_csv_opens_in_excel_and_is_written_piece_by_piece() -> None:
    made: list[int] = []

    def rows() -> Any:
        for number in range(5_000):
            made.append(number)
            yield [number, "清河湾" * 20]

    pieces = write_csv(["代码", "值"], rows())
    first = next(pieces)
    assert first.startswith(b"\xef\xbb\xbf")
    assert len(made) < 2_000
    assert len(values_of(first + b"".join(pieces))) == 5_000


@given(st.lists(st.tuples(*[st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]))] * 2)))
def test_csv_and_xlsx_give_back_what_was_written(rows: list[tuple[str, str]]) -> None:
    rows = [("甲", "x"), *((f"甲{code}", value) for code, value in rows)]
    target = BytesIO()
    write_xlsx(target, ["代码", "值"], rows)
    assert values_of(target.getvalue()) == rows
    assert values_of(b"".join(write_csv(["代码", "值"], rows))) == rows


def test_nothing_is_lost_silently_in_a_workbook() -> None:
    for row, code in ((["x" * 32_768], "text_too_long_for_sheet"), (["x"] * 16_385, "sheet_full")):
        with pytest.raises(TableError) as caught:
            write_xlsx(BytesIO(), ["代码"], [row])
        assert caught.value.code == code


def test_values_excel_has_no_number_for_become_text() -> None:
    target = BytesIO()
    write_xlsx(target, ["代码", "值"], [["a", float("nan")], ["b", 10**17 + 1], ["c", float("inf")]])
    assert values_of(target.getvalue()) == [("a", "nan"), ("b", "100000000000000001"), ("c", "inf")]
