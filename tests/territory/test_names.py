"""What posts are called."""

import pytest

from weiwang.territory.rules import joined_name


@pytest.mark.parametrize(
    ("unit", "kind", "name"),
    [
        ("柳河社区第1网格", "网格长", "柳河社区第1网格长"),
        ("1-3栋微网格", "微网格长", "1-3栋微网格长"),
        ("柳河社区第1网格", "专职网格员", "柳河社区第1网格专职网格员"),
        ("柳河社区", "总网格长", "柳河社区总网格长"),
    ],
)
def test_a_post_does_not_say_its_grid_twice(unit: str, kind: str, name: str) -> None:
    assert joined_name(unit, kind) == name
