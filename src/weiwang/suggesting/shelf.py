"""The models of a deployment: every version kept, one in use, any earlier one brought back.

A folder holds `VERSION.model` files and `in-use.json`, the list of versions that were in use, newest last.
"""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from weiwang.suggesting import model_file
from weiwang.suggesting.model import Model, Suggestion
from weiwang.suggesting.model_file import ModelFileError

_SHOWN: Final = 12  # letters of a version in file names
_LOG: Final = "in-use.json"


class Suggester(Protocol):
    """What a face asks: a trained model, or the keywords of the catalogue."""

    def suggest(self, text: str | Sequence[str], top: int = 3) -> list[Suggestion]: ...

    def evidence(self, text: str | Sequence[str], label: str, top: int = 5) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Shelf:
    folder: Path

    def add(self, path: Path) -> str:
        """Check a model file, keep a copy and use it. Returns its version; raises `ModelFileError`."""
        version = model_file.version(path)[:_SHOWN]
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f"{version}.{os.getpid()}.part"
        shutil.copyfile(path, part)
        part.replace(self._file(version))
        self.use(version)
        return version

    def use(self, version: str) -> None:
        """Bring a version that is kept into use. Raises `ModelFileError` if it is not kept."""
        if version not in self.versions():
            raise ModelFileError(f"No model of the version {version[:_SHOWN]} is kept here.")
        self._note([*self.used(), version])

    def roll_back(self) -> str:
        """Go back to the version in use before this one; before the first, to none (an empty answer).

        Raises `ModelFileError` if none is in use.
        """
        used = self.used()
        if not used:
            raise ModelFileError("No model is in use.")
        self._note(used[:-1])
        return used[-2] if len(used) > 1 else ""

    def stamp(self) -> str:
        """Changes whenever another model comes into use; empty while there is none."""
        try:
            known = (self.folder / _LOG).stat()
        except OSError:
            return ""
        return f"{known.st_mtime_ns}:{known.st_size}:{known.st_ino}"

    def versions(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("*.model"))

    def each(self) -> Iterator[tuple[str, Model]]:
        """Every version that is kept with its model, by the day it was trained on."""
        kept = [(version, model_file.read(self._file(version))) for version in self.versions()]
        yield from sorted(kept, key=lambda one: (one[1].trained_on, one[0]))

    def used(self) -> list[str]:
        """The versions that were in use, the one in use now last."""
        log = self.folder / _LOG
        return list(map(str, json.loads(log.read_text(encoding="utf-8")))) if log.exists() else []

    def model(self) -> Model | None:
        """The model in use, if there is one. Raises `ModelFileError` if its file is damaged."""
        used = self.used()
        return model_file.read(self._file(used[-1])) if used else None

    def _file(self, version: str) -> Path:
        return self.folder / f"{version}.model"

    def _note(self, used: Sequence[str]) -> None:
        part = self.folder / f"{_LOG}.{os.getpid()}.part"
        part.write_text(json.dumps(list(used)), encoding="utf-8")
        part.replace(self.folder / _LOG)
