"""What is vendored is what the manifest says, and pages use nothing else."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
UI = ROOT / "src/weiwang/web/ui"
SHIPPED = UI / "static/vendor"
FOR_TESTS = ROOT / "tests/web/vendor"
FIRST_LOAD_LIMIT = 160_000  # bytes, compressed; the map and charts come later and only when opened


def manifest(folder: Path) -> list[dict[str, object]]:
    libraries: list[dict[str, object]] = json.loads((folder / "MANIFEST.json").read_text())["libraries"]
    return libraries


def listed_files(folder: Path) -> dict[str, str]:
    return {name: digest for library in manifest(folder) for name, digest in dict(library["files"]).items()}  # type: ignore[call-overload]


@pytest.mark.parametrize("folder", [SHIPPED, FOR_TESTS], ids=["shipped", "tests"])
def test_every_vendored_file_has_the_hash_of_the_manifest(folder: Path) -> None:
    found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in listed_files(folder)}
    assert found == listed_files(folder)


@pytest.mark.parametrize("folder", [SHIPPED, FOR_TESTS], ids=["shipped", "tests"])
def test_no_vendored_file_is_missing_from_the_manifest(folder: Path) -> None:
    licences = {str(library["licence_file"]) for library in manifest(folder)}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert there == {*listed_files(folder), *licences, "MANIFEST.json"}


def test_versions_are_those_pinned_in_the_package_list() -> None:
    pinned = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    vendored = {library["name"]: library["version"] for f in (SHIPPED, FOR_TESTS) for library in manifest(f)}
    assert vendored == pinned


def test_vendored_files_name_no_source_maps() -> None:
    named = [name for name in listed_files(SHIPPED) if b"sourceMappingURL=" in (SHIPPED / name).read_bytes()]
    assert named == []


def test_every_icon_used_by_any_page_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (SHIPPED / "icons.svg").read_text()))
    used = set()
    for template in (ROOT / "src/weiwang").rglob("templates/**/*.html"):
        text = template.read_text()
        used |= set(re.findall(r"{% icon [\"']([\w-]+)[\"']", text))
        used |= set(re.findall(r"icon_name=[\"']([\w-]+)[\"']", text))
        used |= set(re.findall(r"{% block error_icon %}([\w-]+){% endblock", text))
    assert used - sprite == set()


def test_no_template_or_script_of_ours_calls_an_outside_address() -> None:
    ours = [*UI.rglob("templates/**/*.html"), *(UI / "static/ui").iterdir()]
    outside = re.compile(r"https?://(?!www\.w3\.org/)")
    assert [path.name for path in ours if outside.search(path.read_text())] == []


def test_no_template_has_inline_style_or_script() -> None:
    inline = re.compile(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)|hx-on|javascript:")
    templates = (ROOT / "src/weiwang").rglob("templates/**/*.html")
    assert [path.name for path in templates if inline.search(path.read_text())] == []


def test_the_first_load_stays_small() -> None:
    base = (UI / "templates/ui/base.html").read_text()
    names = {*re.findall(r"{% static '([^']+)' %}", base), "vendor/icons.svg"}
    weight = sum(len(gzip.compress((UI / "static" / name).read_bytes(), 9)) for name in names)
    assert weight < FIRST_LOAD_LIMIT
