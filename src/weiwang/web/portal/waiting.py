"""Photos of a report that could not be sent yet: kept for two hours, so nobody has to choose them again.

Only cleaned pictures are kept. The form carries their ids, signed, so nobody can ask for another's; the
folder is swept by every new picture and every hour.
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

from weiwang.kernel.pictures import CleanPicture

SALT = "weiwang.portal.waiting"
KEEP_SECONDS = 2 * 3600
MOST_FILES = 600  # beyond it pictures are not kept and have to be chosen again


@dataclass(frozen=True, slots=True)
class Waiting:
    """A kept picture and the id its form carries."""

    id: str
    picture: CleanPicture

    @property
    def data_uri(self) -> str:
        """The thumbnail inside the page, so that no address serves pictures nobody has sent."""
        return "data:image/jpeg;base64," + b64encode(self.picture.thumbnail).decode()


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "waiting"


def keep(pictures: Sequence[CleanPicture], *, at: datetime) -> list[Waiting]:
    """Write cleaned pictures aside; fewer come back when there is no room for them."""
    sweep(at=at)
    room = MOST_FILES - len(list(folder().glob("*.jpg")))
    return [_keep(picture) for picture in pictures[: max(0, room // 2)]]


def _keep(picture: CleanPicture) -> Waiting:
    name = uuid4().hex
    folder().mkdir(parents=True, exist_ok=True)
    (folder() / f"{name}.jpg").write_bytes(picture.jpeg)
    (folder() / f"{name}-small.jpg").write_bytes(picture.thumbnail)
    return Waiting(f"{name}:{picture.width}:{picture.height}", picture)


def ticket(waiting: Sequence[Waiting]) -> str:
    """What the form carries: the ids, signed; empty for none."""
    return signing.dumps([one.id for one in waiting], salt=SALT) if waiting else ""


def redeem(text: str, *, dropped: Sequence[str] = ()) -> tuple[list[Waiting], bool]:
    """The pictures of a ticket without those dropped, and whether any of them is gone."""
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
    name, width, height = one.split(":")
    try:
        jpeg = (folder() / f"{name}.jpg").read_bytes()
        small = (folder() / f"{name}-small.jpg").read_bytes()
    except OSError:
        return None
    return Waiting(one, CleanPicture(jpeg, int(width), int(height), small, sha256(jpeg).hexdigest()))


def sweep(*, at: datetime) -> int:
    """Delete what is older than two hours; returns how many files."""
    gone = 0
    for file in folder().glob("*.jpg"):
        try:
            if file.stat().st_mtime < at.timestamp() - KEEP_SECONDS:
                file.unlink()
                gone += 1
        except FileNotFoundError:  # another process swept it
            continue
    return gone
