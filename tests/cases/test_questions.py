"""Extra questions of a category: written once for several, checked by kind, wrong rows named by line."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import ROOT

from weiwang.cases.queries import categories
from weiwang.cases.questions import Kind, Option, Question, check_answers, read_questions, read_shared
from weiwang.cases.rules import CATEGORIES
from weiwang.demo.asked import answers_in
from weiwang.kernel.policy import PolicyError, PolicyFile, RowError

NONE: tuple[Option, ...] = ()
TWO = (Option("a", "甲", "one"), Option("b", "乙", "two"))


def question(kind: Kind, *, required: bool = False, options: tuple[Option, ...] = NONE) -> Question:
    return Question("q", kind, required, "问", "Asked", "", "", options)


def asked(category: str) -> dict[str, Question]:
    return {one.code: one for one in categories()[category].questions}


def test_a_question_written_once_is_asked_by_several_categories() -> None:
    content = yaml.safe_load((ROOT / "policies/categories.yaml").read_bytes())
    rows = [one for row in content["categories"] for one in row.get("attributes", ())]
    uses = Counter(one["use"] for one in rows if "use" in one)
    assert set(uses) == {row["code"] for row in content["questions"]}
    assert min(uses.values()) >= 2
    assert asked("A05")["hours"] == asked("B06")["hours"]


def test_a_category_may_ask_a_shared_question_less_strictly() -> None:
    assert [asked(code)["danger"].required for code in ("D01", "D03")] == [True, False]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([{"use": "nothing"}], "no such shared question"),
        ([{"use": "s", "zh": "另说"}], "more is said"),
        ([{"use": "s"}, {"use": "s"}], "appears twice"),
        ([{"code": "x", "type": "colour", "required": False, "zh": "色", "en": "c"}], "colour"),
        ([{"code": "x", "type": "string", "zh": "问", "en": "asked"}], "required"),
        ([{"code": "x", "type": "multivaluelist", "required": True, "zh": "问", "en": "c"}], "needs values"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_asked_is_refused(rows: list[dict[str, Any]], why: str) -> None:
    shared = read_shared(
        {"questions": [{"code": "s", "type": "date", "required": False, "zh": "日", "en": "day"}]}
    )
    with pytest.raises(RowError, match=why):
        read_questions(rows, shared)


def test_a_wrong_row_is_named_with_its_line(tmp_path: Path) -> None:
    text = (ROOT / "policies/categories.yaml").read_text(encoding="utf-8")
    broken = text.replace("- {use: danger, required: false}", "- {use: dangers, required: false}")
    (tmp_path / "categories.yaml").write_text(broken, encoding="utf-8")
    line = broken[: broken.index("{use: dangers")].count("\n") + 1
    with pytest.raises(PolicyError, match=rf"categories\.yaml, line {line}: dangers"):
        PolicyFile("categories", CATEGORIES._build).read(tmp_path)


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (Kind.STRING, ["  B-12 "], "B-12"),
        (Kind.NUMBER, ["3.5"], "3.5"),
        (Kind.DATE, ["2026-11-16"], "2026-11-16"),
        (Kind.DATE, ["2026-11-16T23:30:00+08:00"], "2026-11-16"),
        (Kind.DATETIME, ["2026-11-16T10:00:00+08:00"], "2026-11-16T10:00:00+08:00"),
        (Kind.ONE, ["a"], "a"),
        (Kind.MANY, ["b", "a", "b"], ["a", "b"]),
    ],
)
def test_an_answer_that_fits_is_kept(kind: Kind, given: Sequence[str], kept: object) -> None:
    options = TWO if kind in {Kind.ONE, Kind.MANY} else NONE
    assert check_answers([question(kind, options=options)], {"q": given}) == ({"q": kept}, [])


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        (Kind.STRING, [" "], "answer.missing"),
        (Kind.STRING, ["x" * 201], "answer.too_long"),
        (Kind.NUMBER, ["many"], "answer.number"),
        (Kind.NUMBER, ["nan"], "answer.number"),
        (Kind.DATE, ["2026-02-30"], "answer.date"),
        (Kind.DATE, ["yesterday"], "answer.date"),
        (Kind.DATETIME, ["2026-11-16T10:00"], "answer.moment"),
        (Kind.ONE, ["c"], "answer.option"),
        (Kind.ONE, ["a", "b"], "answer.several"),
        (Kind.MANY, [], "answer.missing"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(kind: Kind, given: Sequence[str], code: str) -> None:
    options = TWO if kind in {Kind.ONE, Kind.MANY} else NONE
    answers, faults = check_answers([question(kind, required=True, options=options)], {"q": given})
    assert (answers, [fault.code for fault in faults]) == ({}, [code])


def test_answers_are_read_as_people_write_them() -> None:
    assert question(Kind.DATE).said("2026-11-06", "zh-hans") == "2026年11月6日"
    assert question(Kind.DATETIME).said("2026-11-06T09:05:00+08:00", "en") == "6 November 2026, 09:05"
    assert question(Kind.MANY, options=TWO).said(["a", "b"], "zh-hans") == "甲、乙"


def test_the_demo_answers_what_the_words_of_a_report_say(at: datetime) -> None:
    noise = categories()["B06"].questions
    found = answers_in("一栋楼下广场舞音响过了十点还不停，已经三天了。", noise, at)
    assert found == {"noise": "dancing", "hours": ["night"], "since-day": "2026-11-13"}
    assert (
        check_answers(noise, {code: [one] if isinstance(one, str) else one for code, one in found.items()})[1]
        == []
    )
