"""Models on disk: a ZIP of one JSON sheet and plain numpy arrays, nothing that could run.

`sheet.json` tells format, classes, calibration and the SHA-256 of every array; `version` is the SHA-256 of
all of that but the date, so the same texts and seed have the same version. The same model gives the same
bytes.
"""

import io
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from weiwang.suggesting.features import PLANS, Block, Features
from weiwang.suggesting.model import Band, Calibration, Model

FORMAT: Final = "weiwang-categories-1"
LARGEST: Final = 1 << 30  # bytes of a model once unpacked
_DAY: Final = (1980, 1, 1, 0, 0, 0)
_SHEET: Final = "sheet.json"

Array = npt.NDArray[Any]


class ModelFileError(ValueError):
    """The file is no model, or not whole; the message is one sentence."""


def write(model: Model, path: str | Path) -> str:
    """Write the model and return its version; a file that was there is replaced only by a whole one."""
    arrays = _arrays(model)
    sheet = _sheet(model, {name: _digest(array) for name, array in arrays.items()})
    target = Path(path)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
            _put(packed, _SHEET, json.dumps(sheet, ensure_ascii=False, indent=1, sort_keys=True).encode())
            for name, array in arrays.items():
                _put(packed, f"{name}.npy", _raw(array))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return str(sheet["version"])


def read(path: str | Path) -> Model:
    """Raises `ModelFileError` if the file cannot be read or differs from what was written."""
    sheet, arrays = _unpacked(Path(path))
    try:
        return _model(sheet, arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelFileError(f"{Path(path).name} is no model of this program ({error}).") from error


def version(path: str | Path) -> str:
    return str(_unpacked(Path(path))[0]["version"])


def _unpacked(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    try:
        with zipfile.ZipFile(path) as packed:
            _weigh(path, packed)
            sheet = json.loads(packed.read(_SHEET))
            arrays = {
                name: np.load(io.BytesIO(packed.read(f"{name}.npy")), allow_pickle=False)
                for name in sheet["arrays"]
            }
    except OSError as error:
        raise ModelFileError(f"{path.name} cannot be read ({error.strerror}).") from error
    except ModelFileError:
        raise
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError, zlib.error) as error:
        raise ModelFileError(f"{path.name} is no model of this program.") from error
    _check(path, sheet, arrays)
    return sheet, arrays


def _weigh(path: Path, packed: zipfile.ZipFile) -> None:
    if sum(entry.file_size for entry in packed.infolist()) > LARGEST:
        raise ModelFileError(f"{path.name} is too large for a model.")


def _check(path: Path, sheet: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    if sheet.get("format") != FORMAT:
        raise ModelFileError(f"{path.name} has the format {sheet.get('format')!s:.40}, not {FORMAT}.")
    whole = all(_digest(array) == sheet["arrays"][name] for name, array in arrays.items())
    if not whole or sheet.get("version") != _version(sheet):
        raise ModelFileError(f"{path.name} is damaged: its contents do not match their checksum.")


def _arrays(model: Model) -> dict[str, Array]:
    arrays: dict[str, Array] = {"weights": model.weights, "bias": model.bias}
    for block in model.features.blocks:
        arrays[f"{block.plan.name}-keys"] = block.keys
        arrays[f"{block.plan.name}-idf"] = block.idf
    return arrays


def _sheet(model: Model, digests: Mapping[str, str]) -> dict[str, Any]:
    found = model.calibration
    sheet: dict[str, Any] = {
        "format": FORMAT,
        "classes": list(model.classes),
        "examples": model.examples,
        "silent_below": model.silent_below,
        "calibration": {
            "sharpness": found.sharpness, "texts": found.texts, "accuracy": found.accuracy,
            "macro_f1": found.macro_f1, "error": found.error, "bands": [list(band) for band in found.bands],
        },
        "arrays": dict(digests),
        "trained_on": model.trained_on,
    }  # fmt: skip
    return {**sheet, "version": _version(sheet)}


def _model(sheet: Mapping[str, Any], arrays: Mapping[str, Array]) -> Model:
    blocks = tuple(
        Block(
            plan, arrays[f"{plan.name}-keys"].astype(np.uint64), arrays[f"{plan.name}-idf"].astype(np.float32)
        )
        for plan in PLANS
    )
    features, classes = Features(blocks), tuple(map(str, sheet["classes"]))
    if arrays["weights"].shape != (features.width, len(classes)) or arrays["bias"].shape != (len(classes),):
        raise ValueError("its tables do not fit together")
    found = sheet["calibration"]
    bands = tuple(Band(*band) for band in found["bands"])
    calibration = Calibration(**{**found, "bands": bands})
    return Model(
        classes, features, arrays["weights"], arrays["bias"], calibration, float(sheet["silent_below"]),
        str(sheet["trained_on"]), dict(sheet["examples"]),
    )  # fmt: skip


def _version(sheet: Mapping[str, Any]) -> str:
    timeless = {name: value for name, value in sheet.items() if name not in {"version", "trained_on"}}
    return sha256(json.dumps(timeless, sort_keys=True).encode()).hexdigest()


def _digest(array: Array) -> str:
    return sha256(_raw(array)).hexdigest()


def _raw(array: Array) -> bytes:
    raw = io.BytesIO()
    np.lib.format.write_array(raw, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return raw.getvalue()


def _put(packed: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    packed.writestr(entry, content)
