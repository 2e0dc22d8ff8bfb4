"""Extra questions of a category, and whether answers fit them. Plain Python: no clock, no database.

`policies/categories.yaml` lists them under `attributes`; one that several categories ask is written once
under `questions` and named by them. They are asked by our forms and by other programs (Open311 calls them
attributes); the answers stay with the case.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.kernel.policy import RowError, Trail


class Kind(StrEnum):
    STRING = "string"
    NUMBER = "number"
    DATETIME = "datetime"
    DATE = "date"
    TEXT = "text"
    ONE = "singlevaluelist"
    MANY = "multivaluelist"

    @property
    def in_open311(self) -> str:
        """The datatype of GeoReport v2, which knows no day without its time."""
        return (Kind.DATETIME if self is Kind.DATE else self).value


LENGTHS: Mapping[Kind, int] = {Kind.STRING: 200, Kind.TEXT: 1000}
Answer = str | list[str]


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    zh: str
    en: str

    def name(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Question:
    """One row of `attributes`. `hint` says in both languages what kind of answer is meant."""

    code: str
    kind: Kind
    required: bool
    zh: str
    en: str
    hint_zh: str
    hint_en: str
    options: tuple[Option, ...]

    def words(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh

    def hint(self, language: str) -> str:
        return self.hint_en if language.startswith("en") else self.hint_zh

    def said(self, answer: Answer, language: str) -> str:
        """An answer as people read it: names of options instead of their keys, days as they are written."""
        names = {option.key: option.name(language) for option in self.options}
        given = answer if isinstance(answer, list) else [answer]
        if self.kind in {Kind.DATE, Kind.DATETIME}:
            return _day_said(given[0], language)
        return ("、" if not language.startswith("en") else ", ").join(names.get(one, one) for one in given)


def _day_said(answer: str, language: str) -> str:
    at = datetime.fromisoformat(answer)
    english = language.startswith("en")
    day = f"{at.day} {at:%B %Y}" if english else f"{at.year}年{at.month}月{at.day}日"
    if len(answer) == len("2026-11-16"):
        return day
    return f"{day}, {at:%H:%M}" if english else f"{day}{at:%H:%M}"


Rows = Sequence[Mapping[str, Any]]


def read_shared(content: Mapping[str, Any]) -> Mapping[str, Question]:
    """The `questions` of the table, which several categories name by their codes."""
    return {one.code: one for one in read_questions(content.get("questions") or (), {}, at=("questions",))}


def read_questions(rows: Rows, shared: Mapping[str, Question], *, at: Trail = ()) -> tuple[Question, ...]:
    """Check the `attributes` of a category: unique codes, known kinds, options exactly where they belong.

    `- {use: CODE}` asks a shared question, with its own `required` where it differs. `at` is where the rows
    stand in the file. Raises `RowError`.
    """
    found: dict[str, Question] = {}
    for number, row in enumerate(rows):
        try:
            one = _shared(row, shared) if "use" in row else _question(row)
        except (KeyError, TypeError, ValueError) as error:
            raise RowError(str(error), (*at, number)) from error
        if one.code in found:
            raise RowError(f"{one.code}: an attribute code appears twice", (*at, number))
        found[one.code] = one
    return tuple(found.values())


def _shared(row: Mapping[str, Any], shared: Mapping[str, Question]) -> Question:
    if row["use"] not in shared or set(row) - {"use", "required"}:
        raise ValueError(f"{row['use']}: no such shared question, or more is said than `use` and `required`")
    one = shared[row["use"]]
    return replace(one, required=bool(row.get("required", one.required)))


def _question(row: Mapping[str, Any]) -> Question:
    kind = Kind(row["type"])
    options = tuple(Option(str(one["key"]), one["zh"], one["en"]) for one in row.get("values", ()))
    if bool(options) != (kind in {Kind.ONE, Kind.MANY}):
        raise ValueError(f"{row['code']}: a list needs values, and nothing else may have them")
    hint = row.get("hint", {})
    return Question(
        str(row["code"]), kind, bool(row["required"]), row["zh"], row["en"], hint.get("zh", ""),
        hint.get("en", ""), options,
    )  # fmt: skip


class AnswerError(CodedError):
    """An answer that does not fit; `attribute` in `params` is the code of its question."""

    messages: ClassVar[Mapping[str, str]] = {
        "answer.missing": gettext_noop("%(attribute)s is needed."),
        "answer.unknown": gettext_noop("%(attribute)s is not asked for this category."),
        "answer.too_long": gettext_noop("%(attribute)s is too long: at most %(limit)s characters."),
        "answer.number": gettext_noop("%(attribute)s must be a number."),
        "answer.moment": gettext_noop(
            "%(attribute)s must be a date and time with its zone, such as 2026-11-16T10:00:00+08:00."
        ),
        "answer.date": gettext_noop("%(attribute)s must be a date, such as 2026-11-16."),
        "answer.option": gettext_noop("%(attribute)s must be one of: %(options)s."),
        "answer.several": gettext_noop("%(attribute)s takes one value only."),
    }


def check_answers(
    questions: Sequence[Question], given: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Answer], list[AnswerError]]:
    """The answers that fit and every fault of the others. `given` holds the values of each code.

    Empty values count as not given. A code that is not asked is named `?`: it may hold anything.
    """
    answers: dict[str, Answer] = {}
    faults: list[AnswerError] = []
    for question in questions:
        values = [value.strip() for value in given.get(question.code, ()) if value.strip()]
        try:
            answer = _answer(question, values)
        except AnswerError as error:
            faults.append(error)
            continue
        if answer is not None:
            answers[question.code] = answer
    asked = {question.code for question in questions}
    faults += [AnswerError("answer.unknown", attribute=_plain(code)) for code in given if code not in asked]
    return answers, faults


def _plain(code: str) -> str:
    """A code as it may be repeated: letters, digits, dash and underline, short."""
    return code if len(code) <= 40 and code.replace("-", "").replace("_", "").isalnum() else "?"


def _answer(question: Question, values: list[str]) -> Answer | None:
    if not values:
        if question.required:
            raise AnswerError("answer.missing", attribute=question.code)
        return None
    if question.kind is Kind.MANY:
        return sorted({_option(question, value) for value in values})
    if len(values) > 1:
        raise AnswerError("answer.several", attribute=question.code)
    return _single(question, values[0])


def _single(question: Question, value: str) -> str:
    if question.kind is Kind.ONE:
        return _option(question, value)
    if question.kind is Kind.NUMBER:
        return _number(question, value)
    if question.kind is Kind.DATETIME:
        return _moment(question, value)
    if question.kind is Kind.DATE:
        return _day(question, value)
    if len(value) > LENGTHS[question.kind]:
        raise AnswerError("answer.too_long", attribute=question.code, limit=LENGTHS[question.kind])
    return value


def _option(question: Question, value: str) -> str:
    keys = [option.key for option in question.options]
    if value not in keys:
        raise AnswerError("answer.option", attribute=question.code, options=", ".join(keys))
    return value


def _number(question: Question, value: str) -> str:
    try:
        finite = len(value) <= 30 and math.isfinite(float(value))
    except ValueError:
        finite = False
    if not finite:
        raise AnswerError("answer.number", attribute=question.code)
    return value


def _moment(question: Question, value: str) -> str:
    try:
        aware = datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        aware = False
    if not aware:
        raise AnswerError("answer.moment", attribute=question.code)
    return value


def _day(question: Question, value: str) -> str:
    """The day alone; of a moment with its zone, the day it is there."""
    try:
        if len(value) <= len("2026-11-16"):
            return date.fromisoformat(value).isoformat()
        return datetime.fromisoformat(value).date().isoformat()
    except ValueError as error:
        raise AnswerError("answer.date", attribute=question.code) from error
