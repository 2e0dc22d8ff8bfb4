"""Visitors without an account, forms as a browser would send them, and pictures."""

import io
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from tests.builders import Town, build_town

Send = Callable[..., Any]


@pytest.fixture(autouse=True)
def _fresh_allowances() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def town(db: None) -> Town:
    """The small town around the present moment, because the pages ask the clock."""
    return build_town(timezone.localtime())


@pytest.fixture
def visitor(town: Town) -> Client:
    """Somebody on the way, reading English."""
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def send(visitor: Client) -> Send:
    """Send the report form: words and a position, with whatever else is given."""

    def press(**fields: Any) -> Any:
        typed = {"text": "The lamp is out.", "lon": "104.0005", "lat": "30.7005", "act": "send", **fields}
        typed.setdefault("submission_key", str(uuid.uuid4()))
        return visitor.post("/report", typed)

    return press


def picture(name: str = "lamp.png", size: tuple[int, int] = (40, 30)) -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", size, "orange").save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), "image/png")
