"""`policies/causes.yaml`: why matters arise, as staff note it. Plain Python, pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from weiwang.cases.rules import CaseError
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.policy import PolicyFile

EVERY = "*"
IN_WORDS = "other"  # says nothing without words


class CauseError(CaseError):
    messages: ClassVar[Mapping[str, str]] = {
        "cause.unknown": gettext_noop("Choose one of the causes of this category."),
        "cause.words": gettext_noop("Say in a few words what the cause was."),
    }


@dataclass(frozen=True, slots=True)
class Cause:
    """One row. `where` holds codes of categories, letters of major groups, or `*`."""

    code: str
    zh: str
    en: str
    where: tuple[str, ...]

    def name(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh

    def nearness(self, category: str) -> int | None:
        """0 for the category itself, 1 for its major group, 2 for every case; None where it does not fit."""
        return next((at for at, one in enumerate((category, category[:1], EVERY)) if one in self.where), None)


def read_causes(content: Mapping[str, Any]) -> Mapping[str, Cause]:
    """By code. Raises `ValueError` for a code that comes twice or is too long, or a row that fits nothing."""
    rows = [Cause(row["code"], row["zh"], row["en"], tuple(row["for"])) for row in content["causes"]]
    found = {row.code: row for row in rows}
    if len(found) != len(rows):
        raise ValueError("a cause stands there twice")
    wrong = next((row.code for row in rows if not row.where or len(row.code) > CODE_LIMIT), None)
    if wrong is not None:
        raise ValueError(
            f"cause {wrong}: at most {CODE_LIMIT} letters, and `for` needs a code, a letter or *"
        )
    return found


CODE_LIMIT = 24
CAUSES = PolicyFile("causes", read_causes)


def causes_of(table: Mapping[str, Cause], category: str) -> Sequence[Cause]:
    """What is offered for a category: the particular before the general, otherwise as they stand."""
    near = [(found, cause) for cause in table.values() if (found := cause.nearness(category)) is not None]
    return [cause for _found, cause in sorted(near, key=lambda pair: pair[0])]


def chosen(table: Mapping[str, Cause], category: str, code: str, words: str) -> Cause:
    """The cause that was chosen. Raises `CauseError`: none of this category, or one that needs words."""
    cause = next((one for one in causes_of(table, category) if one.code == code), None)
    if cause is None:
        raise CauseError("cause.unknown")
    if cause.code == IN_WORDS and not words:
        raise CauseError("cause.words")
    return cause
