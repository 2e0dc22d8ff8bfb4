"""The list of user stories tells the truth: every story once, every named test there, every total counted."""

import ast
import re
from collections import Counter
from functools import cache
from itertools import takewhile

import pytest
from tests.conftest import ROOT

PAGE = (ROOT / "docs/build/user-stories.md").read_text(encoding="utf-8")
STORIES = [f"{part}.{number}" for part, most in ((1, 23), (2, 40), (3, 44)) for number in range(1, most + 1)]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if re.match(r"\| \d+\.\d+ \|", line)
]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def functions(file: str) -> frozenset[str]:
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_story_has_one_row() -> None:
    assert len(STORIES) == 107
    assert [row[0] for row in ROWS] == STORIES
    assert {len(row) for row in ROWS} == {4}
    assert all(all(row) for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_yes_names_a_test_and_anything_else_a_reason(row: list[str]) -> None:
    _number, _story, word, why = row
    named = TEST.findall(why)
    assert word in {"yes", "partly", "no"}
    assert [f"{file}::{name}" for file, name in named if name not in functions(file)] == []
    assert all(name.startswith("test_") for _file, name in named)
    assert bool(named) if word == "yes" else len(TEST.sub("", why).split()) >= 4


def test_what_can_go_wrong_in_casework_names_tests_that_exist() -> None:
    lines = (ROOT / "docs/build/casework-check.md").read_text(encoding="utf-8").splitlines()
    rows = [
        line for line in lines if line.startswith("|") and not line.startswith(("|---", "| what", "| trap"))
    ]
    assert len(rows) >= 20
    assert [row for row in rows if not TEST.search(row)] == []
    named = TEST.findall("".join(rows))
    assert [f"{file}::{name}" for file, name in named if name not in functions(file)] == []


def test_the_totals_are_counted() -> None:
    found = Counter(row[2] for row in ROWS)
    said = re.search(r"\*\*(\d+) yes, (\d+) partly, (\d+) no\*\*, of 107", PAGE)
    assert said is not None
    assert [int(number) for number in said.groups()] == [found["yes"], found["partly"], found["no"]]
    heads = list(takewhile(lambda line: not line.startswith("## "), PAGE.splitlines()))
    assert any(said.group(0) in line for line in heads)  # at the top, before the first table
