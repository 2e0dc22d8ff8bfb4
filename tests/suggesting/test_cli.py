import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.suggesting.places import messages

from weiwang.suggesting.cli import run_predict, run_train

COLUMNS = ["编号", "主题", "详情", "标签"]


def write(
    path: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = COLUMNS, encoding: str = "utf-8"
) -> Path:
    with path.open("w", encoding=encoding, newline="") as target:
        writer = csv.writer(target)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def read(path: Path, encoding: str = "utf-8") -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as source:
        return list(csv.reader(source))


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    rows = [(str(number), *row) for number, row in enumerate(messages(120))]
    return write(tmp_path / "labelled.csv", rows, encoding="utf-8-sig")


@pytest.fixture
def model(labelled: Path, tmp_path: Path) -> Path:
    path = tmp_path / "a.model"
    assert learn(labelled, path) == 0
    return path


def learn(file: Path, out: Path, *more: str) -> int:
    columns = ["--text", "主题", "详情", "--label", "标签", "--date", "2026-11-23"]
    return run_train(["categories", "--csv", str(file), *columns, "--out", str(out), *more])


def answer(model: Path, file: Path, out: Path, *text: str) -> int:
    wanted = text or ("主题", "详情")
    return run_predict(
        ["categories", "--model", str(model), "--csv", str(file), "--text", *wanted, "--out", str(out)]
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_answers_stand_beside_every_cell_in_the_same_order(
    model: Path, tmp_path: Path, encoding: str
) -> None:
    rows = [
        (str(number), subject, f'{detail}\n第二行，"引号"', "")
        for number, (subject, detail, _) in enumerate(messages(2500, seed=5))
    ]
    file = write(tmp_path / "in.csv", rows, encoding=encoding)
    assert answer(model, file, tmp_path / "out.csv") == 0
    out = read(tmp_path / "out.csv", "utf-8-sig")
    assert out[0] == [*COLUMNS, "label", "confidence"]
    assert [tuple(row[:4]) for row in out[1:]] == rows
    assert {row[4] for row in out[1:]} == {"道路", "学校", "垃圾"}
    assert all(0 < float(row[5]) <= 1 for row in out[1:])


def test_a_mark_is_written_only_where_there_was_one(model: Path, tmp_path: Path) -> None:
    for encoding, marked in (("utf-8", False), ("utf-8-sig", True)):
        file = write(tmp_path / "in.csv", [("1", "路面", "坑洼", "")], encoding=encoding)
        answer(model, file, tmp_path / "out.csv")
        assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf") is marked


def test_the_same_texts_give_the_same_file(labelled: Path, tmp_path: Path) -> None:
    for name in "ab":
        learn(labelled, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_report_tells_quality_and_calibration(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learn(labelled, tmp_path / "m", "--silent-below", "0.4")
    out = capsys.readouterr().out
    assert "120 of 120 texts, 3 classes" in out
    assert "macro-F1" in out
    assert "silent below 0.40" in out
    assert "路面" not in out


def test_files_with_other_columns_are_learned_together(labelled: Path, tmp_path: Path) -> None:
    rows = [(f"{subject} {detail}", label) for subject, detail, label in messages(60, seed=2, spaced=True)]
    spaced = write(tmp_path / "spaced.csv", rows, ["tokens", "标签"])
    status = run_train(
        ["categories", "--csv", str(labelled), str(spaced), "--text", "主题", "详情", "tokens",
         "--label", "标签", "--out", str(tmp_path / "m")]
    )  # fmt: skip
    assert status == 0
    assert answer(tmp_path / "m", spaced, tmp_path / "out.csv", "tokens") == 0


def test_short_rows_are_filled_and_empty_texts_answered(model: Path, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text("主题,详情,编号\n路面\n\n,,3\n", encoding="utf-8")
    assert answer(model, file, tmp_path / "out.csv") == 0
    out = read(tmp_path / "out.csv")
    assert [row[:3] for row in out[1:]] == [["路面", "", ""], ["", "", "3"]]
    assert all(row[3] for row in out[1:])


def test_an_older_answer_is_kept_and_the_new_one_stands_last(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "in.csv", [("路面", "old")], ["主题", "label"])
    assert answer(model, file, tmp_path / "out.csv", "主题") == 0
    assert read(tmp_path / "out.csv")[0] == ["主题", "label", "label", "confidence"]
    assert "already is a column" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "text", "said"),
    [
        ("主题,详情\n路面,坑洼\n", "正文", "has no column “正文”"),
        ("", "主题", "no header"),
        ("主题\n路面,坑洼,三\n", "主题", "line 2: more cells"),
        (b"\xff\xff\xff\xff", "主题", "neither UTF-8 nor GB18030"),
        ('主题\n"路面,坑洼\n学校', "主题", "opened and never closed"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_and_nothing_is_written(
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: str | bytes,
    text: str,
    said: str,
) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = sorted(tmp_path.iterdir())
    assert answer(model, file, tmp_path / "out.csv", text) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


def test_missing_files_and_bad_models_are_said(
    labelled: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert learn(tmp_path / "none.csv", tmp_path / "m") == 2
    assert learn(labelled, tmp_path / "no" / "where") == 2
    assert answer(labelled, labelled, tmp_path / "out.csv") == 2
    assert answer(model, labelled, labelled) == 2
    assert capsys.readouterr().err.count("\n") == 4


def test_labels_of_one_kind_cannot_be_learned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "in.csv", [("1", "路面", "坑洼", "道路")] * 3)
    assert learn(file, tmp_path / "m") == 2
    assert "two different labels" in capsys.readouterr().err
    assert not (tmp_path / "m").exists()


def test_a_label_seen_once_is_learned_and_rows_without_text_or_label_are_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        ("1", "路面", "坑洼", "道路"),
        ("2", "学校", "收费", "学校"),
        ("3", "", "", "道路"),
        ("4", "路", "坑", ""),
    ]
    file = tmp_path / "in.csv"
    file.write_bytes("\r\n".join(["编号,主题,详情,标签", *map(",".join, rows)]).encode("gb18030"))
    assert learn(file, tmp_path / "m") == 0
    assert "2 of 4 texts, 2 classes" in capsys.readouterr().out
    assert answer(tmp_path / "m", file, tmp_path / "out.csv") == 0
    assert [row[4] for row in read(tmp_path / "out.csv")[1:3]] == ["道路", "学校"]


def test_a_file_of_a_header_alone_is_answered_with_a_header_alone(model: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "in.csv", [])
    assert answer(model, file, tmp_path / "out.csv") == 0
    assert read(tmp_path / "out.csv") == [[*COLUMNS, "label", "confidence"]]


def test_a_missing_label_column_and_a_day_that_is_none_are_said(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run_train(
        [
            "categories",
            "--csv",
            str(labelled),
            "--text",
            "主题",
            "--label",
            "类别",
            "--out",
            str(tmp_path / "m"),
        ]
    )
    assert status == 2
    assert "has no column “类别”; its columns are: 编号, 主题, 详情, 标签." in capsys.readouterr().err
    with pytest.raises(SystemExit):
        learn(labelled, tmp_path / "m", "--date", "heute")
    assert "write a day as YYYY-MM-DD" in capsys.readouterr().err
