"""Write examples/ again from the tiny demo world: python tools/make_examples.py."""

from pathlib import Path

from weiwang.demo.examples import example_files
from weiwang.demo.world import build_world

FOLDER = Path(__file__).resolve().parent.parent / "examples"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in example_files(build_world("tiny")).items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{name}: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main()
