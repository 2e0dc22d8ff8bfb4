"""What a building is called."""

import pytest

from weiwang.ledger.models import Building


@pytest.mark.parametrize(
    ("address", "name", "label"),
    [
        ("柳路1号", "", "柳路1号"),
        ("柳路1号", "3栋", "柳路1号 3栋"),
        ("柳路同福家园3栋", "同福家园3栋", "柳路同福家园3栋"),
        ("柳路1号", "柳路1号3栋", "柳路1号3栋"),
    ],
)
def test_a_building_is_not_named_twice(address: str, name: str, label: str) -> None:
    assert Building(address=address, name=name).label == label
