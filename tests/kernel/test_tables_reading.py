import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weiwang.kernel.geo import GeometryError
from weiwang.kernel.tables import MESSAGES, Column, Limits, Row, RowError, TableError, Unknown, read_table

UNITS = (
    Column("code", ("代码", "unit code")),
    Column("name", ("名称", "name"), filled=True),
    Column("households", ("户数", "households"), required=False),
)
HEADER = "代码,名称,户数\n"


def refusal(call: Callable[[], object]) -> tuple[str, dict[str, object]]:
    with pytest.raises(TableError) as caught:
        call()
    assert str(caught.value) == MESSAGES[caught.value.code] % caught.value.params
    return caught.value.code, caught.value.params


def rows_of(source: Any, **options: Any) -> list[Row]:
    return list(read_table(source, UNITS, **options))


def code_of(source: Any, **options: Any) -> str:
    return refusal(lambda: rows_of(source, **options))[0]


def csv_rows(text: str, **options: Any) -> list[Row]:
    return rows_of(text.encode(), **options)


def values_of(rows: list[Row]) -> list[tuple[str, ...]]:
    return [tuple(row.values.values()) for row in rows]


def errors_of(rows: list[Row]) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.code) for row in rows for error in row.errors]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_csv_is_read_in_every_spelling(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    text = f"{HEADER}QH01,清河湾社区,320\nQH02,𬇙河村,\n".replace(",", delimiter).replace("\n", end)
    file = tmp_path / "units.csv"
    file.write_bytes(text.encode(encoding))
    table = read_table(file, UNITS)
    assert table.kind == "csv"
    assert values_of(list(table)) == [("QH01", "清河湾社区", "320"), ("QH02", "𬇙河村", "")]


def test_files_and_streams_and_bytes_are_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(HEADER + "1,a,2\n")
    with file.open("rb") as stream:
        assert rows_of(stream) == rows_of(file) == rows_of(file.read_bytes())


@pytest.mark.parametrize("header", ["代码，", "*名称（必填） ", "Ｎａｍｅ", "UNIT_CODE", "Unit Code"])
def test_headers_are_recognised_in_any_dress(header: str) -> None:
    other = "名称" if "代码" in header or "code" in header.lower() else "代码"
    found = read_table(f"{header.rstrip('，')},{other}\na,b\n".encode(), UNITS)
    assert set(found.header.positions) == {"code", "name"}


def test_a_title_above_the_header_is_skipped_and_rows_keep_their_numbers() -> None:
    rows = csv_rows("某某街道网格台账,,\n\n填报日期：,,\n代码,名称,户数\nQH01,甲,1\n\n,,\nQH02,乙,2\n")
    assert [(row.number, row.values["code"]) for row in rows] == [(5, "QH01"), (8, "QH02")]


def test_missing_columns_are_all_named() -> None:
    assert refusal(lambda: csv_rows("户数,备注\n1,x\n")) == ("missing_columns", {"columns": "代码, 名称"})


def test_unknown_columns_are_refused_or_ignored_as_the_caller_likes() -> None:
    text = "代码,名称,备注,\n1,a,x,\n"
    assert refusal(lambda: csv_rows(text)) == ("unknown_columns", {"columns": "备注"})
    table = read_table(text.encode(), UNITS, unknown=Unknown.IGNORE)
    assert (table.header.ignored, values_of(list(table))) == (("备注",), [("1", "a", "")])


def test_two_columns_of_one_meaning_are_refused() -> None:
    got = refusal(lambda: csv_rows("代码,名称,Name\n"))
    assert got == ("duplicate_column", {"first": "名称", "second": "Name"})


def test_forty_columns_of_junk_are_refused_with_what_is_missing() -> None:
    junk = "\n".join(",".join(f"x{column}y{row}" for column in range(40)) for row in range(30))
    assert refusal(lambda: csv_rows(junk)) == ("missing_columns", {"columns": "代码, 名称"})


def test_junk_headers_in_messages_are_short_and_printable() -> None:
    junk = "代码,名称," + ",".join(f"\x07{'长' * 500}{number}" for number in range(40))
    code, params = refusal(lambda: csv_rows(junk))
    assert (code, len(str(params["columns"])) < 300, "\x07" in str(params)) == (
        "unknown_columns",
        True,
        False,
    )


@pytest.mark.parametrize("data", [b"", b"  \n\r\n ", b",,,\n,,\n", b"\xef\xbb\xbf\n"])
def test_an_empty_file_is_called_empty(data: bytes) -> None:
    assert code_of(data) == "empty_file"


def test_a_header_without_rows_is_refused() -> None:
    assert code_of(HEADER.encode()) == "no_rows"


@pytest.mark.parametrize(
    "data",
    [
        "代码,名称\n1,naïve café\n".encode("latin-1", "ignore") + b"\xef\x76\xe9\x74",
        "代碼,名稱,戶數\n壹,貳,參與\n說明,讓這個,個體戶\n".encode("big5"),
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x04\x00\xff\xff\xfe",
        b"\xef\xbb\xbf\xff\xfe\xfd",
        b"\xff\xfea",
        bytes(range(128, 256)) * 20,
    ],
    ids=["latin", "big5", "png", "false mark", "half utf-16", "high bytes"],
)
def test_text_in_another_encoding_is_refused_and_not_guessed(data: bytes) -> None:
    assert code_of(data) == "encoding"


def test_a_control_character_spoils_its_cell_only() -> None:
    rows = csv_rows(HEADER + "1,a\x00b,3\n2,b\u202ec,3\n3,line\tone,4\n\x1b[31m,d,\n")
    assert errors_of(rows) == [
        (2, "名称", "control_character"),
        (3, "名称", "control_character"),
        (5, "代码", "control_character"),
    ]
    assert values_of(rows)[2] == ("3", "line\tone", "4")


def test_a_cell_of_a_hundred_thousand_characters_spoils_its_cell_only() -> None:
    rows = csv_rows(HEADER + f"1,{'长' * 100_000},3\n2,b,3\n")
    assert errors_of(rows) == [(2, "名称", "long_cell")]
    assert rows[0].errors[0].text() == "Row 2, column “名称”: The text is longer than 10000 characters."
    assert values_of(rows) == [("1", "", "3"), ("2", "b", "3")]


def test_quotes_that_never_end_are_refused_with_the_row() -> None:
    assert refusal(lambda: csv_rows(HEADER + '1,a,1\n2,"b,2\n3,c,3\n')) == ("broken_quotes", {"row": 3})
    assert refusal(lambda: csv_rows(HEADER + f'1,"{"x" * 200_000}",1\n')) == ("broken_quotes", {"row": 2})


def test_quoted_cells_may_hold_commas_quotes_and_lines() -> None:
    assert values_of(csv_rows(HEADER + '1,"a,""b""\nc",3\n')) == [("1", 'a,"b"\nc', "3")]


def test_short_rows_are_filled_and_long_rows_reported() -> None:
    rows = csv_rows(HEADER + "1,a\n2,b,3,\n3,c,3,surplus\n")
    assert errors_of(rows) == [(4, "", "long_row")]
    assert rows[2].errors[0].text() == "Row 4: The row has more cells than the header."
    assert values_of(rows)[0] == ("1", "a", "")


def test_a_column_that_must_be_filled_is_checked_in_each_row() -> None:
    assert errors_of(csv_rows(HEADER + "1, ,3\n,b,\n")) == [(2, "名称", "missing_value")]


def test_text_that_looks_like_a_formula_stays_text() -> None:
    rows = csv_rows(HEADER + '=1+1,"=HYPERLINK(""x"")",-5\n\'=2,@b,\'quoted\n')
    assert values_of(rows) == [("=1+1", '=HYPERLINK("x")', "-5"), ("=2", "@b", "'quoted")]


def test_limits_are_kept() -> None:
    data = (HEADER + "1,a,1\n" * 3).encode()
    assert refusal(lambda: rows_of(data, limits=Limits(rows=2))) == ("too_many_rows", {"limit": 2})
    assert len(rows_of(data, limits=Limits(rows=3))) == 3
    assert code_of(data, limits=Limits(columns=2)) == "too_many_columns"
    assert refusal(lambda: rows_of(b"x" * (2**20 + 1), limits=Limits(bytes=2**20))) == (
        "too_large",
        {"limit": 1},
    )


def test_a_caller_adds_errors_in_the_same_form() -> None:
    row = csv_rows("Unit code,名称\n1,a\n")[0]
    error = row.problem("code", GeometryError("empty"))
    assert error == RowError(2, "Unit code", "empty")
    assert error.text() == "Row 2, column “Unit code”: The boundary is empty."
    assert row.problem("", GeometryError("empty")).text(str) == "Row 2: The boundary is empty."


def feature(properties: Any, geometry: Any = None) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def geojson(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_geojson_features_are_rows_with_a_geometry() -> None:
    point = {"type": "Point", "coordinates": [104, 30]}
    table = read_table(
        b"\xef\xbb\xbf"
        + geojson(feature({"code": 1, "name": "甲"}, point), feature({"name": "乙", "户数": 3.5})),
        UNITS,
    )
    rows = list(table)
    assert table.kind == "geojson"
    assert values_of(rows) == [("1", "甲", ""), ("", "乙", "3.5")]
    assert [(row.number, row.geometry) for row in rows] == [(1, point), (2, None)]


def test_odd_values_and_features_are_row_errors() -> None:
    rows = rows_of(
        geojson(
            feature({"code": [1], "name": True, "households": 10**20}),
            feature({"code": None, "name": "a\x00", "households": 1e300}),
            feature({"code": "c", "name": "c"}, "geometry"),
            "feature",
            feature({"code": "\ud800", "name": "d"}),
        )
    )
    assert errors_of(rows) == [
        (1, "code", "nested_value"),
        (2, "name", "control_character"),
        (2, "households", "long_number"),
        (3, "", "bad_feature"),
        (4, "name", "missing_value"),
        (4, "", "bad_feature"),
        (5, "code", "control_character"),
    ]
    assert values_of(rows)[0] == ("", "TRUE", str(10**20))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{", "broken_json"),
        (b"{" * 100_000, "broken_json"),
        (b'{"features": [NaN]}', "broken_json"),
        (b'{"features": "\xff"}', "broken_json"),
        (b'{"type": "FeatureCollection", "features": []}', "no_features"),
        (b'{"a": 1}', "no_features"),
        (geojson(feature({"x": 1})), "missing_columns"),
        (geojson(feature({"code": 1, "name": "a", "更多": 1})), "unknown_columns"),
        (geojson(feature({"code": 1, "代码": "a"})), "duplicate_column"),
        (geojson(feature(dict.fromkeys(map(str, range(300)), 1))), "too_many_columns"),
    ],
)
def test_wrong_geojson_is_refused(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_too_many_features_are_refused_and_the_name_helps() -> None:
    assert (
        code_of(geojson(*[feature({"code": 1, "name": "a"})] * 3), limits=Limits(rows=2)) == "too_many_rows"
    )
    assert code_of(b"[1, 2]", name="units.GeoJSON") == "no_features"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_sentence(junk: bytes) -> None:
    for data in (junk, HEADER.encode() + junk, b"PK\x03\x04" + junk, b'{"features": [' + junk):
        try:
            rows_of(data)
        except TableError as error:
            str(error)
