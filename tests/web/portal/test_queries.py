"""As many queries for many rows as for one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.builders import Town
from tests.web.portal.conftest import picture

from weiwang.audit.rules import RESIDENT
from weiwang.cases.links import private_token
from weiwang.cases.rules import Step
from weiwang.kernel.pictures import clean_picture


def _queries(ask: Callable[[], Any]) -> int:
    ask()  # caches of the policies and of the boundaries are filled once
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert ask().status_code == 200
    return len(asked)


@pytest.mark.parametrize("path", ["/grid", "/report/buildings"])
def test_a_search_costs_the_same_for_one_building_and_for_many(
    visitor: Client, town: Town, path: str
) -> None:
    one = _queries(lambda: visitor.get(path, {"find": "梧桐路 4号"}))
    many = _queries(lambda: visitor.get(path, {"find": "梧桐路"}))
    assert one == many <= 6


def test_the_private_page_costs_the_same_early_and_late(visitor: Client, town: Town) -> None:
    photos = [clean_picture(picture()) for _ in range(3)]
    early, late = town.report(by=RESIDENT, photos=photos[:1]), town.report(by=RESIDENT, photos=photos)
    town.walk(late, until=Step.CLOSE)
    costs = [
        _queries(lambda case=case: visitor.get(f"/c/{case.pk}/{private_token(case.pk)}/"))  # type: ignore[misc]
        for case in (early, late)
    ]
    assert costs[0] == costs[1] <= 8


@pytest.mark.parametrize(
    ("path", "most"),
    [("/", 6), ("/report", 6), ("/follow", 6), ("/grid", 6), ("/grid/QH0101-1", 8), ("/privacy", 6)],
)
def test_the_public_pages_cost_few_queries(visitor: Client, town: Town, path: str, most: int) -> None:
    assert _queries(lambda: visitor.get(path)) <= most
