"""Which column of a list means what, in Chinese and English, and what to ask when it cannot be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from weiwang.kernel.tables import Column
from weiwang.kernel.tables.columns import plain

Layer = Mapping[str, tuple[str, ...]]


@cache
def layer(name: str) -> Layer:
    """Columns of `buildings`, `communities`, `compounds`, `lines` or `links`: our name -> headers."""
    text = (Path(__file__).parent / "data" / "columns.yaml").read_text(encoding="utf-8")
    return {column: tuple(map(str, headers)) for column, headers in yaml.safe_load(text)[name].items()}


NAMES: Final[Mapping[str, str]] = {
    "id": "编号", "address": "地址", "compound": "小区", "building": "楼栋", "stairwell": "单元",
    "stairwells": "单元数", "floors": "层数", "dwellings": "套数", "households": "户数", "community": "社区",
}  # fmt: skip
MARK: Final = "§"
"""Before our names of columns, so that none is a header by chance."""
ASKED_FIRST = ("households",)
"""Columns where two candidates are a question, not a choice of ours."""


@dataclass(slots=True)
class Wanted:
    """Columns to look for in one file: those of its layer, some by the header that the user named."""

    layer: Layer
    chosen: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)
    """More columns, by the header the user gave, such as the area that households are computed from."""

    def columns(self, settled: Mapping[str, str]) -> list[Column]:
        """`settled`: headers already preferred among several that mean the same.

        Those the user chose come last, for the last to claim a header gets it.
        """
        own = {**settled, **self.chosen}
        usual = [
            Column(MARK + n, aliases, required=False) for n, aliases in self.layer.items() if n not in own
        ]
        exact = {n: header for n, header in own.items() if n in self.layer} | dict(self.extra)
        return usual + [Column(MARK + n, (header,), required=False) for n, header in exact.items()]

    def means(self, header: str) -> str | None:
        """The column a header is an alias of."""
        bare = plain(header)
        return next((n for n, aliases in self.layer.items() if bare in map(plain, (n, *aliases))), None)

    def preferred(self, name: str, headers: Sequence[str]) -> str:
        """Of headers that mean the same, the one that stands first in our list."""
        order = [plain(alias) for alias in self.layer[name]]
        return min(headers, key=lambda h: order.index(plain(h)) if plain(h) in order else len(order))
