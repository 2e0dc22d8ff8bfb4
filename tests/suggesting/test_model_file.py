import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.suggesting.places import messages
from tests.suggesting.test_training import TEXT, trained

from weiwang.suggesting import model_file
from weiwang.suggesting.features import Text
from weiwang.suggesting.model_file import ModelFileError
from weiwang.suggesting.shelf import Shelf
from weiwang.suggesting.training import train


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a.model"
    version = model_file.write(trained(), path)
    back = model_file.read(path)
    assert back.best([Text.of([TEXT])]) == trained().best([Text.of([TEXT])])
    assert (back.calibration, back.classes, back.trained_on) == (
        trained().calibration,
        trained().classes,
        "2026-11-23",
    )
    assert model_file.version(path) == version
    assert [each.name for each in tmp_path.iterdir()] == ["a.model"]


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        model_file.write(trained(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x04\x95pickle", b"{}"])
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.model"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match="no model"):
        model_file.read(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="cannot be read"):
        model_file.read(tmp_path / "none")


def rewritten(path: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(path) as packed:
        parts = {each: packed.read(each) for each in packed.namelist()}
    with zipfile.ZipFile(path, "w") as packed:
        for each, raw in {**parts, name: content}.items():
            packed.writestr(each, raw)


def test_a_changed_weight_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.model"
    model_file.write(trained(), path)
    np.save(tmp_path / "bias.npy", np.zeros(3, np.float32))
    rewritten(path, "bias.npy", (tmp_path / "bias.npy").read_bytes())
    with pytest.raises(ModelFileError, match="damaged"):
        model_file.read(path)


def test_a_changed_sheet_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.model"
    model_file.write(trained(), path)
    with zipfile.ZipFile(path) as packed:
        sheet = json.loads(packed.read("sheet.json"))
    rewritten(path, "sheet.json", json.dumps({**sheet, "silent_below": 0.9}).encode())
    with pytest.raises(ModelFileError, match="damaged"):
        model_file.read(path)
    rewritten(path, "sheet.json", json.dumps({**sheet, "format": "other"}).encode())
    with pytest.raises(ModelFileError, match="format"):
        model_file.read(path)


def test_objects_that_could_run_are_never_loaded(tmp_path: Path) -> None:
    path = tmp_path / "a.model"
    model_file.write(trained(), path)
    np.save(tmp_path / "bias.npy", np.array([print], dtype=object), allow_pickle=True)
    rewritten(path, "bias.npy", (tmp_path / "bias.npy").read_bytes())
    with pytest.raises(ModelFileError, match="no model"):
        model_file.read(path)


def test_the_shelf_keeps_every_version_and_goes_back(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    assert shelf.model() is None
    rows = messages(30)
    other = train([row[:2] for row in rows], [row[2] for row in rows])
    model_file.write(trained(), tmp_path / "a")
    model_file.write(other, tmp_path / "b")
    first, second = shelf.add(tmp_path / "a"), shelf.add(tmp_path / "b")
    assert shelf.versions() == sorted([first, second])
    assert shelf.used()[-1] == second
    assert shelf.roll_back() == first
    model = shelf.model()
    assert model is not None
    assert model.suggest(TEXT)
    assert [version for version, _ in shelf.each()] == sorted([first, second], key=lambda v: v == first)
    assert (shelf.roll_back(), shelf.stamp() != "", shelf.model()) == ("", True, None)
    with pytest.raises(ModelFileError, match="in use"):
        shelf.roll_back()
    with pytest.raises(ModelFileError, match="kept here"):
        shelf.use("nothing")
