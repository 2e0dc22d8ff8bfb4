"""An office's own table of categories is what counts, with its names, limits and routes."""

from pathlib import Path
from typing import Any

import yaml
from tests.builders import Town

from weiwang.cases.queries import categories
from weiwang.cases.rules import Clock


def test_a_category_of_ones_own_is_named_timed_and_routed(settings: Any, tmp_path: Path, town: Town) -> None:
    content = yaml.safe_load((settings.POLICIES / "categories.yaml").read_bytes())
    row = next(row for row in content["categories"] if row["code"] == "D02")
    own = row | {
        "code": "X01", "slug": "well-covers", "zh": "井盖", "en": "Manhole covers", "routes_to": "housing",
        "limits": row["limits"] | {"handle": "7wh"},
    }  # fmt: skip
    for table in settings.POLICIES.glob("*.yaml"):
        (tmp_path / table.name).write_bytes(table.read_bytes())
    content["categories"].append(own)
    (tmp_path / "categories.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    settings.POLICIES = tmp_path

    found = categories()["X01"]
    case = town.report(category="X01")

    assert (found.name("zh-hans"), found.name("en")) == ("井盖", "Manhole covers")
    assert found.limits[Clock.HANDLE] == "7wh"
    assert case.category == "X01"
    assert case.suggested_post_id == town.posts["housing"].pk
