from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from weiwang.cases.rules import Category, read_categories
from weiwang.demo.specs import World
from weiwang.demo.story import CaseStory, tell
from weiwang.demo.world import build_world
from weiwang.kernel.worktime import Calendar

POLICIES = Path(__file__).resolve().parents[2] / "policies"
UNTIL = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def policy(name: str) -> Mapping[str, object]:
    content: Mapping[str, object] = yaml.safe_load((POLICIES / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="session")
def tiny() -> World:
    return build_world("tiny")


@pytest.fixture(scope="session")
def street() -> World:
    return build_world("street")


@pytest.fixture(scope="session")
def categories() -> Mapping[str, Category]:
    return read_categories(policy("categories"))


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    return Calendar.from_policy(policy("calendars"))


@pytest.fixture(scope="session")
def stories(street: World, categories: Mapping[str, Category], calendar: Calendar) -> list[CaseStory]:
    return list(tell(street, count=1500, until=UNTIL, categories=categories, calendar=calendar))
