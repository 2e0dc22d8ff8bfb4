"""Reading the tables that officials sign: `policies/*.yaml`.

A policy is read once and read again when its file changes, so every process works by the table on disk.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, TypeVar

import yaml

Table = TypeVar("Table")
FRESH_SECONDS = 1.0
Trail = tuple[str | int, ...]
"""Where something stands in a policy file: keys and numbers of rows, from the top down."""


class PolicyError(ValueError):
    """A policy table cannot be used; the message names the file, the row and what is wrong."""


class RowError(ValueError):
    """What is wrong with one row; `at` leads to it, so that the sentence can name its line."""

    def __init__(self, why: str, at: Trail) -> None:
        super().__init__(why)
        self.at = at


@dataclass(frozen=True, slots=True)
class Policy(Generic[Table]):
    """A checked table with its origin. `digest` is the SHA-256 of the file, to tell versions apart."""

    name: str
    version: int
    source: str
    signed_by: str
    valid_from: str
    digest: str
    table: Table


class PolicyFile(Generic[Table]):
    """One policy file and the function that turns its mapping into a checked table."""

    def __init__(self, name: str, build: Callable[[Mapping[str, Any]], Table]) -> None:
        self.name = name
        self._build = build
        self._read: dict[Path, tuple[int, Policy[Table]]] = {}
        self._fresh: tuple[Path, float, Policy[Table]] | None = None

    def read(self, folder: Path) -> Policy[Table]:
        """The policy as it stands in `folder`, looked at once a second at most. Raises `PolicyError`."""
        if self._fresh is not None and self._fresh[0] == folder and time.monotonic() < self._fresh[1]:
            return self._fresh[2]
        policy = self._look(folder)
        self._fresh = (folder, time.monotonic() + FRESH_SECONDS, policy)
        return policy

    def _look(self, folder: Path) -> Policy[Table]:
        path = folder / f"{self.name}.yaml"
        try:
            changed = path.stat().st_mtime_ns
        except OSError as error:
            raise PolicyError(f"{path.name}: cannot be read ({error.strerror})") from error
        known = self._read.get(path)
        if known is None or known[0] != changed:
            known = self._read[path] = (changed, self._parse(path))
        return known[1]

    def _parse(self, path: Path) -> Policy[Table]:
        raw = path.read_bytes()
        try:
            content = yaml.load(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 -- both are safe loaders
            return Policy(
                self.name, int(content["version"]), str(content["source"]),
                str(content.get("signed_by") or ""),
                str(content["valid_from"]), sha256(raw).hexdigest(), self._build(content),
            )  # fmt: skip
        except RowError as error:
            raise PolicyError(f"{path.name}, line {line_of(raw, error.at)}: {error}") from error
        except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise PolicyError(f"{path.name}: {error}") from error


def line_of(raw: bytes, at: Trail) -> int:
    """The line, from 1, on which the deepest part of the path that exists begins."""
    node = yaml.compose(raw, Loader=yaml.SafeLoader)
    for step in at:
        inside = _inside(node, step)
        if inside is None:
            break
        node = inside
    return int(node.start_mark.line) + 1 if node is not None else 1


def _inside(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]  # type: ignore[no-any-return]
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return None
