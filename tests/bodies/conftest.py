"""Bodies of the town, founded through the real actions."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from tests.builders import Town

from weiwang.bodies.actions import BodyForm, create_body
from weiwang.bodies.models import Body

Found = Callable[..., Body]


def body_form(town: Town, *codes: str, **more: Any) -> BodyForm:
    """A form about an owners' committee of two micro-grids, or of `codes`."""
    values: dict[str, Any] = {
        "kind": "owners_committee",
        "name": "锦棠府业主委员会",
        "unit_ids": [town.units[code].pk for code in codes or ("QH0101-1", "QH0101-2")],
        "term_starts_on": date(2024, 1, 1),
        "term_ends_on": date(2028, 12, 31),
        "compound": "锦棠府",
        "contact_name": "王秀英",
        "phone": "028-60000001",
        **more,
    }
    return BodyForm(**values)


@pytest.fixture
def found(town: Town) -> Found:
    def founded(*codes: str, by: str = "dispatcher", **more: Any) -> Body:
        return create_body(
            place=town.place, form=body_form(town, *codes, **more), by=town.officer(by), at=town.at
        )

    return founded
