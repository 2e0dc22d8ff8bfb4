"""Keeping cleaned pictures: file first, row in the transaction, so a row never points to nothing."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings

from weiwang.cases.models import Case, Photo
from weiwang.cases.rules import CaseError
from weiwang.kernel.ids import new_id
from weiwang.kernel.pictures import CleanPicture

LIMIT = 3  # photos a step


def photo_path(photo: Photo, *, small: bool = False) -> Path:
    name = f"{photo.pk}{'-small' if small else ''}.jpg"
    return Path(settings.MEDIA_ROOT) / str(photo.place) / f"{photo.added_at:%Y/%m}" / name


def keep_photos(case: Case, pictures: Sequence[CleanPicture], *, stage: str, at: datetime) -> list[Photo]:
    """Write the files and return the unsaved rows. Raises `CaseError` above the limit."""
    if len(pictures) > LIMIT:
        raise CaseError("photo.too_many", limit=LIMIT)
    return [_keep(case, picture, stage, at) for picture in pictures]


def _keep(case: Case, picture: CleanPicture, stage: str, at: datetime) -> Photo:
    photo = Photo(
        id=new_id(), case=case, place=case.place, stage=stage, sha256=picture.sha256, width=picture.width,
        height=picture.height, added_at=at,
    )  # fmt: skip
    written: list[Path] = []
    try:
        for small, data in ((False, picture.jpeg), (True, picture.thumbnail)):
            path = photo_path(photo, small=small)
            path.parent.mkdir(parents=True, exist_ok=True)
            written.append(path)
            path.write_bytes(data)
    except OSError as error:  # a full disk: nothing half-written stays
        for path in written:
            path.unlink(missing_ok=True)
        raise CaseError("photo.not_kept") from error
    return photo
