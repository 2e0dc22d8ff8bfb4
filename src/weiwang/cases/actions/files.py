"""Keeping cleaned pictures and papers: file first, row in the transaction, so a row never points to nothing.

What a transaction refused in the end leaves no file behind: the second press of a button brings the same
files once more. What a killed process left behind is swept by night.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import transaction

from weiwang.audit.actions import Draft
from weiwang.cases.models import Case, Paper, Photo
from weiwang.cases.rules import CaseError
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.ids import new_id
from weiwang.kernel.papers import CleanPaper
from weiwang.kernel.pictures import CleanPicture


class FilesError(CaseError):
    messages: ClassVar[Mapping[str, str]] = {
        "photo.too_many": gettext_noop("At most %(limit)s photos can be added."),
        "photo.not_kept": gettext_noop(
            "The photos cannot be stored at the moment. Send it without photos, or try again later."
        ),
        "paper.too_many": gettext_noop("At most %(limit)s papers can be added."),
        "paper.not_kept": gettext_noop(
            "The papers cannot be stored at the moment. Send it without papers, or try again later."
        ),
    }


LIMIT = 3  # photos a step, and as many papers
LEFT_AFTER = timedelta(days=1)  # a file without a row is nobody's any more


def photo_path(photo: Photo, *, small: bool = False) -> Path:
    return _folder(photo) / f"{photo.pk}{'-small' if small else ''}.jpg"


def paper_path(paper: Paper) -> Path:
    return _folder(paper) / f"{paper.pk}.pdf"


def _folder(kept: Photo | Paper) -> Path:
    """Under the month in UTC, as the database gives it back: a local moment may lie in another month."""
    return Path(settings.MEDIA_ROOT) / str(kept.place) / f"{kept.added_at.astimezone(UTC):%Y/%m}"


def keep_files(
    case: Case, photos: Sequence[CleanPicture], papers: Sequence[CleanPaper] = (), *, stage: str,
    at: datetime, draft: Draft,
) -> list[Photo | Paper]:  # fmt: skip
    """Write the files, count them in the case, return unsaved rows. Raises `FilesError` above the limit."""
    if len(photos) > LIMIT:
        raise FilesError("photo.too_many", limit=LIMIT)
    if len(papers) > LIMIT:
        raise FilesError("paper.too_many", limit=LIMIT)
    case.photo_count += len(photos)
    case.paper_count += len(papers)
    return [
        *(_photo(case, picture, stage, at, draft) for picture in photos),
        *(_paper(case, paper, stage, at, draft) for paper in papers),
    ]


def _photo(case: Case, picture: CleanPicture, stage: str, at: datetime, draft: Draft) -> Photo:
    photo = Photo(
        id=new_id(), case=case, place=case.place, stage=stage, sha256=picture.sha256, width=picture.width,
        height=picture.height, added_at=at,
    )  # fmt: skip
    _write(photo_path(photo), picture.jpeg, draft, "photo.not_kept")
    _write(photo_path(photo, small=True), picture.thumbnail, draft, "photo.not_kept")
    return photo


def _paper(case: Case, given: CleanPaper, stage: str, at: datetime, draft: Draft) -> Paper:
    paper = Paper(
        id=new_id(), case=case, place=case.place, stage=stage, sha256=given.sha256, pages=given.pages,
        size=len(given.pdf), added_at=at,
    )  # fmt: skip
    _write(paper_path(paper), given.pdf, draft, "paper.not_kept")
    return paper


def _write(path: Path, data: bytes, draft: Draft, fault: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.undo.append(partial(path.unlink, missing_ok=True))
        path.write_bytes(data)
    except OSError as error:  # a full disk
        raise FilesError(fault) from error


def save_files(rows: Sequence[Photo | Paper]) -> None:
    """The rows of what `keep_files` wrote, when their case is saved."""
    photos = [row for row in rows if isinstance(row, Photo)]
    papers = [row for row in rows if isinstance(row, Paper)]
    if photos:
        Photo.objects.bulk_create(photos)
    if papers:
        Paper.objects.bulk_create(papers)


# ---------------------------------------------------------------- going


def remove_files_of_cleared() -> int:
    """Delete the photos and papers of cleared cases, file first; returns how many."""
    return sum(_remove(kept) for kept in _of_cleared())


def _of_cleared() -> Iterator[Photo | Paper]:
    yield from Photo.objects.filter(case__cleared_on__isnull=False).iterator(chunk_size=500)
    yield from Paper.objects.filter(case__cleared_on__isnull=False).iterator(chunk_size=500)


def _remove(kept: Photo | Paper) -> int:
    for path in _paths(kept):
        path.unlink(missing_ok=True)
    with transaction.atomic():
        return kept.delete()[0]


def _paths(kept: Photo | Paper) -> list[Path]:
    if isinstance(kept, Paper):
        return [paper_path(kept)]
    return [photo_path(kept), photo_path(kept, small=True)]


def sweep_left_over(*, at: datetime) -> int:
    """Delete the files of this month and the last that have no row a day later; returns how many.

    A process killed between the file and the end of its transaction leaves them. Where most files of a month
    are unknown, the folder belongs to another database: there nothing is touched.
    """
    last = at.astimezone(UTC).replace(day=1) - timedelta(days=1)
    months = {f"{moment.astimezone(UTC):%Y/%m}" for moment in (at, last)}
    places = [path for path in Path(settings.MEDIA_ROOT).glob("*") if path.name.isdecimal()]
    return sum(_sweep(place / month, at) for place in places for month in sorted(months))


def _sweep(folder: Path, at: datetime) -> int:
    files = {path: _id_of(path) for path in folder.glob("*.*")}
    ids = {found for found in files.values() if found is not None}
    known = _known(ids)
    if len(known) * 2 < len(ids):
        return 0
    before = (at - LEFT_AFTER).timestamp()
    left = [path for path, found in files.items() if found is not None and found not in known]
    return sum(_swept(path, before) for path in left)


def _known(ids: set[UUID]) -> set[UUID]:
    photos = Photo.objects.filter(pk__in=ids).values_list("pk", flat=True)
    return {*photos, *Paper.objects.filter(pk__in=ids).values_list("pk", flat=True)}


def _id_of(path: Path) -> UUID | None:
    try:
        return UUID(path.stem.removesuffix("-small"))
    except ValueError:
        return None


def _swept(path: Path, before: float) -> int:
    try:
        if path.stat().st_mtime >= before:
            return 0
        path.unlink()
    except FileNotFoundError:  # another process was quicker
        return 0
    return 1
