"""Moments written out: a page says the same few again and again, so the last thousands are kept."""

from datetime import datetime
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language


def dated(local: datetime, pattern: str) -> str:
    """A local moment by a format of Django's, which must show nothing finer than minutes."""
    return _written(local.replace(second=0, microsecond=0), pattern, get_language())


@lru_cache(maxsize=4096)
def _written(minute: datetime, pattern: str, language: str | None) -> str:
    return date_format(minute, pattern, use_l10n=False)
