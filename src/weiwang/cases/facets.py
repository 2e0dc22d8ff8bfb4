"""What a case is found by besides its words: short codes, kept beside the words in one index.

| code | stands for |
|---|---|
| `cF02` `kF` | its category, and the group of that |
| `shandling` `hportal` | its state, its channel |
| `u12` | each unit it lies in, from the sub-district down |
| `d7` | its department |
| `p9` | each post that has it, handled it or answers for it; a bare `9` helps with it |

PostgreSQL meets the lists of words and codes inside the index, so what is rare together is found in a moment
however common each part is. The codes only narrow: what is asked for is always checked on the rows too.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, TextField
from django.db.models.sql.compiler import SQLCompiler

from weiwang.territory.rules import Holding, Reach


class Facets(Func):
    """The codes of a row, spelt alike in the index and in questions, or the index would not be asked."""

    COLUMNS: ClassVar = ("category", "state", "channel", "department", "owner_post", "handler_post",
                         "answerable_post", "unit_path", "helper_posts")  # fmt: skip
    SQL: ClassVar = (
        "(ARRAY['c' || {0}, 'k' || left({0}, 1), 's' || {1}, 'h' || {2}, 'd' || {3}::text, 'p' || {4}::text,"
        " 'p' || {5}::text, 'p' || {6}::text]"
        " || string_to_array(ltrim(replace(rtrim({7}, '/'), '/', '/u'), '/'), '/') || {8}::text[])"
    )
    output_field = ArrayField(TextField())

    def __init__(self) -> None:
        super().__init__(*self.COLUMNS)

    def as_sql(self, compiler: SQLCompiler, *_: Any, **__: Any) -> tuple[str, tuple[str | int, ...]]:  # noqa: ANN401 -- Django's own
        names = [compiler.compile(column)[0] for column in self.get_source_expressions()]
        return self.SQL.format(*names), ()


def asked_for(*, category: str, state: str, channel: str, under: str, post: int | None) -> list[str]:
    """The codes that every case has that passes these filters, each empty if there is none."""
    codes = {
        "k" if len(category) == 1 else "c": category, "s": state, "h": channel, "u": _last(under),
        "p": str(post or ""),
    }  # fmt: skip
    return [code + value for code, value in codes.items() if value]


def seen_through(holdings: Iterable[Holding]) -> list[str]:
    """Codes of which every case has one that these posts see; none if they see a whole sub-district."""
    found: dict[str, None] = {}
    for one in holdings:
        found[f"p{one.post_id}"] = found[str(one.post_id)] = None
        if "case.see" not in one.allows:
            continue
        if one.reach is Reach.UNIT:
            if one.unit_id == one.place:
                return []
            found[f"u{_last(one.unit_path)}"] = None
        elif one.department_id is not None:
            found[f"d{one.department_id}"] = None
    return list(found)


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]
