"""Texts to begin an answer with, as `policies/replies.yaml` has them. Plain Python: no clock, no database."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from weiwang.cases.rules import Category, Step, StepRefusedError
from weiwang.kernel.policy import PolicyFile, RowError, Trail

LANGUAGES = ("zh", "en")
PARTS = ("understood", "found", "done", "next")
"""Of an answer: what was reported as we understood it, what was found, what was done, what follows."""
VARIABLES = frozenset(
    {"number", "category", "where", "unit", "office", "department", "post", "reported", "promised"}
)
_VARIABLE = re.compile(r"\{(\w*)\}")
_BLANK = re.compile(r"【填：([^】]*)】|\[fill in: ([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Reply:
    """One row: beside the words of which steps it stands, for which categories, and its text by language."""

    code: str
    zh: str
    en: str
    steps: frozenset[Step]
    categories: tuple[str, ...]
    text: Mapping[str, str]

    def name(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh

    def said(self, language: str, values: Mapping[str, str]) -> str:
        """The text with its variables filled; blanks are left for whoever answers."""
        text = self.text["en" if language.startswith("en") else "zh"]
        return _VARIABLE.sub(lambda match: values[match[1]], text)

    def nearness(self, category: Category) -> int:
        """How exactly it is meant for a category: its code, its group, all; 0 for not at all."""
        meant = [("*", 1), (category.major, 2), (category.code, 3)]
        return max((rank for name, rank in meant if name in self.categories), default=0)


Replies = Sequence[Reply]


def read_replies(content: Mapping[str, Any]) -> Replies:
    """Check `policies/replies.yaml`: known steps and variables, both languages, all four parts or one text.

    Raises `RowError` with the way to the row.
    """
    found: dict[str, Reply] = {}
    for number, row in enumerate(content["replies"]):
        at: Trail = ("replies", number)
        try:
            one = _reply(row, at)
        except (KeyError, TypeError, ValueError) as error:
            raise error if isinstance(error, RowError) else RowError(str(error), at) from error
        if one.code in found:
            raise RowError(f"{one.code}: the code appears twice", at)
        found[one.code] = one
    return tuple(found.values())


def _reply(row: Mapping[str, Any], at: Trail) -> Reply:
    if ("parts" in row) == ("text" in row):
        raise ValueError(f"{row['code']}: either `parts` or `text`")
    named = [(*at, "parts", part) for part in PARTS] if "parts" in row else [(*at, "text")]
    given = [row["parts"][part] for part in PARTS] if "parts" in row else [row["text"]]
    for place, texts in zip(named, given, strict=True):
        _refuse_unknown(texts, place)
    return Reply(
        str(row["code"]), row["zh"], row["en"], frozenset(Step(step) for step in row["steps"]),
        tuple(str(name) for name in row["for"]),
        {language: "\n".join(str(texts[language]).strip() for texts in given) for language in LANGUAGES},
    )  # fmt: skip


def _refuse_unknown(texts: Mapping[str, str], at: Trail) -> None:
    for language in LANGUAGES:
        unknown = sorted(set(_VARIABLE.findall(texts[language])) - VARIABLES)
        if unknown:
            raise RowError(f"there is no variable {{{unknown[0]}}}", (*at, language))


def offered(table: Replies, category: Category, step: Step) -> list[Reply]:
    """The texts for a step of a case of this category, the most exact ones first."""
    fitting = [one for one in table if step in one.steps and one.nearness(category)]
    return sorted(fitting, key=lambda one: -one.nearness(category))


def inserted(note: str, text: str) -> str:
    """The words so far with a text put below them; a text that stands there already is not put twice."""
    note = note.strip()
    return note if text in note else f"{note}\n\n{text}".strip()


def blanks(words: str) -> Iterable[str]:
    """What is still to be filled in, in the order in which it stands."""
    return [zh or en for zh, en in _BLANK.findall(words)]


def refuse_blanks(words: str) -> None:
    """Raises `StepRefusedError` for words that somebody began from a text and has not finished."""
    left = list(blanks(words))
    if left:
        raise StepRefusedError("reply.blank", blank="、".join(left[:3]))


REPLIES = PolicyFile("replies", read_replies)
