from pathlib import Path

from tests.demo.conftest import policy

from weiwang.demo.examples import POST_NAMES, example_files
from weiwang.demo.specs import World

FOLDER = Path(__file__).resolve().parents[2] / "examples"


def test_the_example_files_are_up_to_date(tiny: World) -> None:
    """If this fails, run tools/make_examples.py."""
    for name, text in example_files(tiny).items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, name


def test_names_of_posts_are_those_of_the_policy() -> None:
    kinds = policy("posts")["kinds"]
    assert isinstance(kinds, dict)
    assert {code: kinds[code]["zh"] for code in POST_NAMES} == POST_NAMES
