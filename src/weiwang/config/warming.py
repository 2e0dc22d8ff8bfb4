"""Doing once, before a web worker takes requests, what its first visitors would otherwise wait for.

Only reads: templates, policies, the raster of the boundaries, a connection to the database. Nothing here may
keep a worker from starting: without a database it starts cold and heals by itself.
"""

import io
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.template.loader import get_template

from weiwang.cases import queries as cases
from weiwang.cases.rules import CALENDAR
from weiwang.kernel.fields import sealer
from weiwang.territory import queries as territory

PAGES = ("/", "/report/", "/account/login/", "/api/v1/categories")
TEMPLATES = (
    "desk/worklist.html",
    "desk/case.html",
    "field/today.html",
    "portal/case.html",
    "portal/sent.html",
)
_log = logging.getLogger(__name__)


def warm(application: Callable[..., Iterable[bytes]]) -> None:
    """Look at the pages most people see first. Never raises."""
    try:
        _read_tables()
        for path in PAGES:
            _look_at(application, path)
        for name in TEMPLATES:
            get_template(name)
    except Exception:  # noqa: BLE001 -- a cold start is better than none
        _log.warning("the web worker starts cold", exc_info=True)


def connect() -> None:
    """Open what the first request would otherwise wait for. Never raises."""
    try:
        connection.ensure_connection()
    except Exception:  # noqa: BLE001 -- the database may be on its way
        _log.warning("the web worker starts without the database", exc_info=True)
    finally:
        connection.close()  # back into the pool


def _read_tables() -> None:
    cases.categories()
    CALENDAR.read(settings.POLICIES)
    sealer()
    territory.post_table()
    for key in territory.place_keys():
        territory.place_index(key.id)
        territory.unit_code(key.id)
        territory.posts_above(path=key.path, place=key.id, at=datetime.now(UTC))


def _look_at(application: Callable[..., Iterable[bytes]], path: str) -> None:
    answer = application(_environ(path), lambda *_: None)
    for _part in answer:
        pass
    close = getattr(answer, "close", None)
    if close is not None:
        close()


def _environ(path: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "",
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1", "CONTENT_LENGTH": "0",
        "HTTP_X_FORWARDED_PROTO": "https" if settings.HTTPS else "http",
        "wsgi.version": (1, 0), "wsgi.url_scheme": "https" if settings.HTTPS else "http",
        "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(), "wsgi.multithread": True,
        "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
