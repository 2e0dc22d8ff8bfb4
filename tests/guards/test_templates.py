"""What no template may hold, and what every form must."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.guards.pages import listed

SOURCE = ROOT / "src" / "weiwang"
TEMPLATES = sorted(path for path in SOURCE.rglob("templates/**/*") if path.suffix in {".html", ".txt", ".js"})
COMMENT = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}|<!--.*?-->", re.DOTALL)
FORM = re.compile(r"<form\b[^>]*?method=\"post\"(?:[^>%]|%(?!}))*.*?</form>", re.DOTALL | re.IGNORECASE)
INLINE = {
    "a style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script without a file": re.compile(
        r"<script\b(?![^>]*\b(?:src=|type=\"application/json\"))", re.IGNORECASE
    ),
    "a javascript: address": re.compile(r"[\"'\s]javascript:", re.IGNORECASE),
    "an address outside": re.compile(r"(?:src|href|action)=\"(?:https?:)?//", re.IGNORECASE),
    "something marked as safe": re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off"),
}


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix().partition("templates/")[2]


def text(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("what", INLINE)
def test_no_template_holds(what: str) -> None:
    assert [name(path) for path in TEMPLATES if INLINE[what].search(text(path))] == []


def forms() -> Iterator[tuple[str, str]]:
    for path in TEMPLATES:
        yield from ((name(path), form) for form in FORM.findall(text(path)))


def test_the_guard_sees_the_forms() -> None:
    posting = sum(text(path).lower().count('method="post"') for path in TEMPLATES)
    assert len(list(forms())) == posting > 10


def test_every_form_that_posts_is_protected_against_forgery() -> None:
    assert [file for file, form in forms() if "{% csrf_token %}" not in form] == []


def test_every_form_that_changes_something_can_be_sent_twice() -> None:
    once = listed("forms_without_submission_key.txt")
    faults = [f for f, form in forms() if "{% submission_key" not in form and f not in once]
    assert sorted(set(faults)) == []


def test_the_list_of_forms_without_a_key_is_not_longer_than_needed() -> None:
    bare = {file for file, form in forms() if "{% submission_key" not in form}
    assert sorted(set(listed("forms_without_submission_key.txt")) - bare) == []
