"""Photos and papers of a report that could not be sent yet: kept for two hours, so nobody chooses them again.

Only what was made anew is kept. The form carries the ids, signed, so nobody can ask for another's; the folder
is swept by every new file and every hour.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core import signing

from weiwang.kernel.papers import CleanPaper
from weiwang.kernel.pictures import CleanPicture
from weiwang.web.ui.attached import paper_words

SALT = "weiwang.portal.waiting"
KEEP_SECONDS = 2 * 3600
MOST_FILES = 600  # beyond it files are not kept and have to be chosen again


@dataclass(frozen=True, slots=True)
class Waiting:
    """A kept picture or paper and the id its form carries."""

    id: str
    kept: CleanPicture | CleanPaper

    @property
    def data_uri(self) -> str:
        """The thumbnail inside the page, so that no address serves what nobody has sent; none of a paper."""
        if isinstance(self.kept, CleanPaper):
            return ""
        return "data:image/jpeg;base64," + b64encode(self.kept.thumbnail).decode()

    @property
    def words(self) -> str:
        """How much a paper is."""
        return paper_words(self.kept.pages, len(self.kept.pdf)) if isinstance(self.kept, CleanPaper) else ""


def pictures_in(waiting: Sequence[Waiting]) -> list[CleanPicture]:
    return [one.kept for one in waiting if isinstance(one.kept, CleanPicture)]


def papers_in(waiting: Sequence[Waiting]) -> list[CleanPaper]:
    return [one.kept for one in waiting if isinstance(one.kept, CleanPaper)]


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "waiting"


def _files() -> list[Path]:
    return [*folder().glob("*.jpg"), *folder().glob("*.pdf")]


def keep(files: Sequence[CleanPicture | CleanPaper], *, at: datetime) -> list[Waiting]:
    """Write cleaned files aside; fewer come back when there is no room for them."""
    sweep(at=at)
    room = MOST_FILES - len(_files())
    return [_keep(file) for file in files[: max(0, room // 2)]]


def _keep(file: CleanPicture | CleanPaper) -> Waiting:
    name = uuid4().hex
    folder().mkdir(parents=True, exist_ok=True)
    if isinstance(file, CleanPaper):
        (folder() / f"{name}.pdf").write_bytes(file.pdf)
        return Waiting(f"{name}:{file.pages}", file)
    (folder() / f"{name}.jpg").write_bytes(file.jpeg)
    (folder() / f"{name}-small.jpg").write_bytes(file.thumbnail)
    return Waiting(f"{name}:{file.width}:{file.height}", file)


def ticket(waiting: Sequence[Waiting]) -> str:
    """What the form carries: the ids, signed; empty for none."""
    return signing.dumps([one.id for one in waiting], salt=SALT) if waiting else ""


def redeem(text: str, *, dropped: Sequence[str] = ()) -> tuple[list[Waiting], bool]:
    """The files of a ticket without those dropped, and whether any of them is gone."""
    if not text:
        return [], False
    try:
        ids = signing.loads(text, salt=SALT, max_age=KEEP_SECONDS)
    except signing.BadSignature:
        return [], True
    wanted = [_read(one) for one in ids if one not in dropped]
    found = [one for one in wanted if one is not None]
    return found, len(found) < len(wanted)


def _read(one: str) -> Waiting | None:
    name, *numbers = one.split(":")
    try:
        return Waiting(one, _kept(name, [int(number) for number in numbers]))
    except OSError:
        return None


def _kept(name: str, numbers: Sequence[int]) -> CleanPicture | CleanPaper:
    """Two numbers are those of a picture, one counts the pages of a paper. Raises `OSError`."""
    if len(numbers) == 1:
        pdf = (folder() / f"{name}.pdf").read_bytes()
        return CleanPaper(pdf, numbers[0], sha256(pdf).hexdigest())
    jpeg = (folder() / f"{name}.jpg").read_bytes()
    small = (folder() / f"{name}-small.jpg").read_bytes()
    return CleanPicture(jpeg, numbers[0], numbers[1], small, sha256(jpeg).hexdigest())


def sweep(*, at: datetime) -> int:
    """Delete what is older than two hours; returns how many files."""
    gone = 0
    for file in _files():
        try:
            if file.stat().st_mtime < at.timestamp() - KEEP_SECONDS:
                file.unlink()
                gone += 1
        except FileNotFoundError:  # another process swept it
            continue
    return gone
