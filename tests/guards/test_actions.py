"""Every public function of an actions module writes its entry in the record, or calls one that does."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT
from tests.guards.pages import listed

SOURCE = ROOT / "src" / "weiwang"
RECORDING = frozenset({"recorded", "record"})


def modules() -> Iterator[Path]:
    yield from sorted([*SOURCE.glob("*/actions.py"), *SOURCE.glob("*/actions/*.py")])


def calls(function: ast.FunctionDef) -> set[str]:
    """Names a function calls, without the objects in front of them."""
    called = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    names = {node.id for node in called if isinstance(node, ast.Name)}
    return names | {node.attr for node in called if isinstance(node, ast.Attribute)}


def functions() -> dict[str, ast.FunctionDef]:
    """`domain.function` of all actions modules."""
    found: dict[str, ast.FunctionDef] = {}
    for path in modules():
        domain = path.relative_to(SOURCE).parts[0]
        body = ast.parse(path.read_text(encoding="utf-8")).body
        found |= {f"{domain}.{node.name}": node for node in body if isinstance(node, ast.FunctionDef)}
    return found


def public(known: dict[str, ast.FunctionDef]) -> list[str]:
    """What faces may call: all of an `actions.py`, and of a package what its `__init__` hands out."""
    found = []
    for name in known:
        domain, function = name.split(".")
        package = SOURCE / domain / "actions" / "__init__.py"
        handed_out = package.exists() and f'"{function}"' in package.read_text(encoding="utf-8")
        if not function.startswith("_") and (handed_out or not package.exists()):
            found.append(name)
    return found


def recording(known: dict[str, ast.FunctionDef]) -> set[str]:
    """The functions that reach `recorded` or `record` in any number of steps."""
    reach = set(RECORDING)
    called = {name.split(".")[1]: calls(node) for name, node in known.items()}
    while True:
        more = {name for name, names in called.items() if names & reach} - reach
        if not more:
            return reach
        reach |= more


def test_every_public_action_is_recorded() -> None:
    known = functions()
    reach, helpers = recording(known), listed("helpers_of_actions.txt")
    actions = public(known)
    assert len(actions) > 20
    assert [name for name in actions if name.split(".")[1] not in reach and name not in helpers] == []


def test_the_list_of_helpers_is_not_longer_than_needed() -> None:
    known = functions()
    reach = recording(known)
    assert [n for n in listed("helpers_of_actions.txt") if n not in known or n.split(".")[1] in reach] == []


def test_public_actions_take_their_arguments_by_name() -> None:
    """Two ids in the wrong order must not be possible."""
    known, helpers = functions(), listed("helpers_of_actions.txt")
    actions = [name for name in public(known) if name not in helpers and not name.startswith("audit.")]
    assert [name for name in actions if known[name].args.args] == []
