"""What is written into the record has words: every deed, and every kind of thing it is done to."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import weiwang
from weiwang.cases.rules import Step
from weiwang.web.console.deeds import ACTIONS, ACTORS, GROUPS, OBJECTS, plain
from weiwang.web.console.kinds import KINDS
from weiwang.whistles.rules import Answer

ROOT = Path(weiwang.__file__).parent


@pytest.fixture(scope="module")
def calls() -> list[ast.Call]:
    trees = [ast.parse(path.read_text("utf-8")) for path in ROOT.rglob("*.py")]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def literals(node: ast.expr) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def said_by(calls: list[ast.Call], *names: str) -> set[str]:
    """The words that are the first argument of calls of these names."""
    return {word for call in calls if name_of(call) in names and call.args for word in literals(call.args[0])}


def test_every_deed_has_words(calls: list[ast.Call]) -> None:
    found = said_by(calls, "recorded", "_changing", "forget")
    verbs = {verb for verb in found if "." in verb and not verb.endswith(".")}
    verbs |= {f"case.{step}" for step in Step} | {f"whistle.{answer}" for answer in Answer}
    verbs |= {f"import.{kind}" for kind in KINDS} | {
        "account.close", "account.reopen", "plan.undo", "plan.redo",
    }  # fmt: skip
    assert len(verbs) > 150
    assert sorted(verb for verb in verbs if plain(verb) == verb) == []


def test_every_kind_of_thing_has_words(calls: list[ast.Call]) -> None:
    kinds = {word for word in said_by(calls, "concerns") if word}
    assert len(kinds) > 35
    assert sorted(kinds - set(OBJECTS)) == []


def test_every_deed_is_found_under_a_kind_of_entry() -> None:
    alone = {"demo.load", "department.create", "filter.drop", "filter.save", "line.keep", "map.replace"}
    found = {verb for verb in ACTIONS if any(group and verb.startswith(group) for group in GROUPS)}
    assert set(ACTIONS) - found == alone


def test_who_is_no_person_has_words() -> None:
    assert set(ACTORS) == {"account", "resident", "system"}
