"""Keeping cleaned pictures: file first, row in the transaction, so a row never points to nothing.

What a transaction refused in the end leaves no file behind: the second press of a button brings the same
photos once more.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from django.conf import settings

from weiwang.audit.actions import Draft
from weiwang.cases.models import Case, Photo
from weiwang.cases.rules import CaseError
from weiwang.kernel.ids import new_id
from weiwang.kernel.pictures import CleanPicture

LIMIT = 3  # photos a step


def photo_path(photo: Photo, *, small: bool = False) -> Path:
    """Under the month in UTC, as the database gives it back: a local moment may lie in another month."""
    name = f"{photo.pk}{'-small' if small else ''}.jpg"
    return Path(settings.MEDIA_ROOT) / str(photo.place) / f"{photo.added_at.astimezone(UTC):%Y/%m}" / name


def keep_photos(
    case: Case, pictures: Sequence[CleanPicture], *, stage: str, at: datetime, draft: Draft
) -> list[Photo]:
    """Write the files and return the unsaved rows. Raises `CaseError` above the limit."""
    if len(pictures) > LIMIT:
        raise CaseError("photo.too_many", limit=LIMIT)
    return [_keep(case, picture, stage, at, draft) for picture in pictures]


def _keep(case: Case, picture: CleanPicture, stage: str, at: datetime, draft: Draft) -> Photo:
    photo = Photo(
        id=new_id(), case=case, place=case.place, stage=stage, sha256=picture.sha256, width=picture.width,
        height=picture.height, added_at=at,
    )  # fmt: skip
    try:
        for small, data in ((False, picture.jpeg), (True, picture.thumbnail)):
            path = photo_path(photo, small=small)
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.undo.append(partial(path.unlink, missing_ok=True))
            path.write_bytes(data)
    except OSError as error:  # a full disk
        raise CaseError("photo.not_kept") from error
    return photo
