"""Shared by every test: a database folder of its own, a small town, a fixed moment."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as drawing
from playwright.sync_api import Browser
from tests.builders import Town, build_town

ROOT = Path(__file__).resolve().parents[1]

# A draw that takes long says that the machine is busy, nothing about the rule.
drawing.register_profile("weiwang", deadline=None, suppress_health_check=[HealthCheck.too_slow])
drawing.load_profile("weiwang")

# A Monday at ten, inside duty hours and far from holidays.
MONDAY_TEN = datetime(2026, 11, 16, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="session", autouse=True)
def _compiled_translations() -> None:
    from weiwang.config.translations import compile_all

    compile_all()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Pytest-django's own, and before the database is dropped every session left in it is ended.

    A browser or a server thread may hold one open beyond the last test.
    """
    yield
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium every browser test shares."""
    from tests.browsers import running_browser

    with running_browser() as found:
        yield found


@pytest.fixture(autouse=True)
def _quiet_settings(settings: object, tmp_path: Path) -> None:
    """Photos go to the test's own folder; static files are served without a manifest."""
    settings.PASSWORD_HASHERS = ["tests.hashers.QuickArgon2"]  # type: ignore[attr-defined]
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    settings.STORAGES = {  # type: ignore[attr-defined]
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def at() -> datetime:
    return MONDAY_TEN


@pytest.fixture
def town(db: None) -> Town:
    """One sub-district with two communities, four grids, eight micro-grids and people on every post."""
    return build_town(MONDAY_TEN)
