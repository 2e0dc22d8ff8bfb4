"""A connection that breaks in a photo, an empty file, a wrong one, ten: words stay, nothing is half kept."""

import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image
from tests.builders import Town

from weiwang.cases.models import Case, Photo

WORDS = "楼道口堆着旧家具，挡住了路。"
FACES = [("", "/report"), ("leader", "/field/report"), ("dispatcher", "/desk/cases/new/")]


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((200, 200), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def photo(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


@pytest.fixture
def person(client: Client, town: Town) -> Any:
    def enter(username: str) -> Client:
        if username:
            client.force_login(town.users[username], backend="weiwang.web.account.store.AccountBackend")
        return client

    return enter


def filled(town: Town, photos: list[SimpleUploadedFile]) -> dict[str, object]:
    """What every face reads of a report; each leaves aside what it does not know."""
    unit = town.units["QH0101-1"].pk
    words = {"text": WORDS, "unit": unit, "community": unit, "address": "菜市场北门", "near_seen": "1"}
    return {"submission_key": str(uuid4()), **words, "photos": photos}


def refused(answer: Any, tmp_path: Path) -> None:
    """The page again with the words on it."""
    assert (answer.status_code, WORDS in answer.content.decode()) == (422, True)
    nothing_kept(tmp_path)


def nothing_kept(tmp_path: Path) -> None:
    """No case, no row, no file but what waits for the form to be sent again."""
    assert not Case.objects.exists()
    assert not Photo.objects.exists()
    kept = [path for path in (tmp_path / "media").rglob("*.jpg") if path.parent.name != "waiting"]
    assert kept == []


@pytest.mark.parametrize(("who", "url"), FACES)
@pytest.mark.parametrize("what", ["cut", "empty", "no picture", "ten"])
def test_photos_that_cannot_be_kept_are_refused_and_the_words_stay(
    person: Any, town: Town, tmp_path: Path, who: str, url: str, what: str
) -> None:
    whole = jpeg()
    photos = {
        "cut": [photo(whole[: len(whole) // 2])],
        "empty": [photo(b"")],
        "no picture": [photo(b"%PDF-1.7 something", "photo.jpg")],
        "ten": [photo(whole) for _ in range(10)],
    }[what]
    refused(person(who).post(url, filled(town, photos)), tmp_path)


@pytest.mark.parametrize(("who", "url"), FACES)
def test_a_body_that_ends_in_the_middle_of_a_photo_is_no_report(
    person: Any, town: Town, tmp_path: Path, who: str, url: str
) -> None:
    body = encode_multipart(BOUNDARY, filled(town, [photo(jpeg())]))
    answer = person(who).generic("POST", url, body[: len(body) - 4000], content_type=MULTIPART_CONTENT)
    assert answer.status_code == 400
    nothing_kept(tmp_path)
