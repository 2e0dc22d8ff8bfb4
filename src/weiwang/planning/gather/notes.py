"""What was found, put right, assumed or refused, each with its rows and a sentence in both languages."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from weiwang.planning.limits import Language

SHOWN = 12


class Weight(StrEnum):
    """How much a note matters; the report begins with the heaviest."""

    LEFT_OUT = "left_out"
    CHECK = "check"
    PUT_RIGHT = "put_right"
    ASSUMED = "assumed"


HEADINGS: Final[Mapping[Weight, tuple[str, str]]] = {
    Weight.LEFT_OUT: ("没有纳入", "Left out"),
    Weight.CHECK: ("请核对", "Please check"),
    Weight.PUT_RIGHT: ("已经更正", "Put right"),
    Weight.ASSUMED: ("推定的内容", "Assumed"),
}

_DATA: Final = Path(__file__).parent / "data"


@cache
def texts(name: str) -> Mapping[str, Mapping[str, str]]:
    """The sentences of `notes` or `refusals`: code -> zh, en (and weight)."""
    found: dict[str, dict[str, str]] = yaml.safe_load((_DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


class GatherError(ValueError):
    """The whole was refused; `notes` holds what had been found until then."""

    def __init__(self, code: str, notes: "Notes | None" = None, /, **params: object) -> None:
        self.code, self.params = code, params
        self.notes = notes
        super().__init__(code, params)

    def sentence(self, language: Language) -> str:
        return texts("refusals")[self.code][language] % self.params

    def __str__(self) -> str:
        return self.sentence("en")


@dataclass(slots=True)
class Note:
    """One kind of finding in one file: its rows, and a detail of each where the number says too little."""

    code: str
    file: str
    params: Mapping[str, object]
    rows: list[int] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    @property
    def weight(self) -> Weight:
        return Weight(texts("notes")[self.code]["weight"])

    def sentence(self, language: Language) -> str:
        """The finding with its first rows."""
        text = texts("notes")[self.code][language] % {"n": len(self.rows), **self.params}
        if not self.file:
            return text
        return text + (self._where(language) if self.rows else f" [{self.file}]")

    def _where(self, language: Language) -> str:
        more = len(self.rows) > SHOWN
        shown = [
            f"{r}（{d}）" if d else str(r) for r, d in zip(self.rows[:SHOWN], self.details, strict=False)
        ]
        if language == "zh":
            return f"［{self.file} 第{'、'.join(shown)}{'……' if more else ''}行］"
        listed = ", ".join(s.replace("（", " (").replace("）", ")") for s in shown)
        return f" [{self.file}, rows {listed}{' …' if more else ''}]"


@dataclass(slots=True)
class Notes:
    """All findings so far, one `Note` for each kind, file and set of parameters."""

    found: dict[tuple[object, ...], Note] = field(default_factory=dict)

    def add(self, code: str, file: str = "", row: int = 0, detail: str = "", **params: object) -> None:
        """Note something; `row` counts as the file does, 0 for none."""
        key = (code, file, *sorted(params.items()))
        note = self.found.setdefault(key, Note(code, file, params))
        if row:
            note.rows.append(row)
            note.details.append(detail)

    def add_rows(self, code: str, file: str, rows: Iterable[int], **params: object) -> None:
        for row in rows:
            self.add(code, file, row, "", **params)

    def __iter__(self) -> Iterator[Note]:
        order = list(Weight)
        return iter(sorted(self.found.values(), key=lambda note: order.index(note.weight)))

    def codes(self) -> set[str]:
        return {note.code for note in self.found.values()}

    def of(self, code: str) -> list[Note]:
        return [note for note in self.found.values() if note.code == code]
