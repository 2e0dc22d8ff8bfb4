"""Promises about the whole house: words it refuses, what it documents, what stays out of its files."""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from tests.conftest import ROOT
from tests.guards.pages import HERE, listed

from weiwang.config import translations
from weiwang.config.command import VERBS
from weiwang.config.environment import VARIABLES

SOURCE = ROOT / "src" / "weiwang"

# Residents and staff are not scored, ranked or clocked in; people are not watched.
REFUSED = re.compile(
    r"打卡|签到|积分排名|信用分|积分榜|排行榜|重点人员|人脸|轨迹"
    r"|\b(?:leaderboard|check[-_ ]?in|clock[-_ ]?in|credit_score|person_score|social[-_ ]?score|ranking"
    r"|watch[-_ ]?list|face_recognition|geofence)\b",
    re.IGNORECASE,
)
CLOCKS = frozenset({"now", "today", "utcnow"})
# Written in pieces so that this file does not hold them.
OUTSIDE = [
    "/" + "work/", "/" + "root/", "/" + "home/", "registry" + ".npmjs", "pypi" + ".org/simple",
    "files." + "pythonhosted", "arti" + "factory", "--index" + "-url", "--extra-index" + "-url",
]  # fmt: skip


def committed() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in names.stdout.split("\0") if name and (ROOT / name).is_file()]


def readable(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def docs() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md"))


def test_no_model_and_no_page_speaks_of_what_the_product_refuses() -> None:
    allowed = listed("refused_words.txt")
    faults = []
    for path in sorted(
        [*SOURCE.rglob("models.py"), *SOURCE.rglob("templates/**/*.html"), *SOURCE.rglob("*.po")]
    ):
        file = path.relative_to(SOURCE).as_posix()
        found = {match.group(0) for match in REFUSED.finditer(path.read_text(encoding="utf-8"))}
        faults += [f"{file}: {word}" for word in sorted(found) if f"{file}:{word}" not in allowed]
    assert faults == []


def test_no_committed_file_tells_of_the_machine_it_was_made_on() -> None:
    faults = []
    for path in committed():
        if "vendor" in path.parts or path.suffix in {".mbtiles", ".pbf"}:
            continue
        content = readable(path)
        faults += [f"{path.relative_to(ROOT)}: {word}" for word in OUTSIDE if word in content]
    assert faults == []


def test_every_setting_is_explained() -> None:
    said = docs()
    assert [variable.name for variable in VARIABLES if f"`{variable.name}`" not in said] == []


def test_every_verb_is_explained() -> None:
    said = docs()
    assert [verb for verb in sorted(VERBS) if f"weiwang {verb}" not in said] == []


def test_every_message_is_translated_and_none_is_left_over() -> None:
    assert translations.missing() == []


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    said = io.StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=said)
    except SystemExit:
        pytest.fail(said.getvalue())


def comments(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        yield from (
            token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT
        )


def test_every_ignored_finding_says_which_and_why() -> None:
    """`# noqa` and `# type: ignore` name their code; the ruff ones a reason as well."""
    faults = []
    for path in SOURCE.rglob("*.py"):
        bare = (c for c in comments(path) if re.search(r"#\s*noqa(?!:)|type:\s*ignore(?!\[)", c))
        faults += [f"{path.relative_to(ROOT)}: {comment}" for comment in bare]
    assert faults == []


def test_pure_rules_never_ask_the_clock() -> None:
    faults = []
    for path in sorted(
        [*SOURCE.glob("*/rules.py"), *SOURCE.glob("planning/*.py"), *SOURCE.glob("kernel/**/*.py")]
    ):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        asking = (node for node in nodes if isinstance(node, ast.Attribute) and node.attr in CLOCKS)
        faults += [f"{path.relative_to(ROOT)}:{node.lineno}" for node in asking]
    assert faults == []


def test_the_lists_beside_the_guards_give_reasons() -> None:
    for path in HERE.glob("*.txt"):
        assert all(len(reason.split()) >= 2 for reason in listed(path.name).values()), path.name
