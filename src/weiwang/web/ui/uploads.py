"""Files on their way into the system: kept in the data folder until they are applied, a day at most."""

import json
import os
import re
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

KEEP_SECONDS = 24 * 3600
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One uploaded file and what was said about it; only the person who sent it may go on with it."""

    kind: str
    name: str
    user_id: int
    place: int
    options: Mapping[str, Sequence[str]]


def _folder() -> Path:
    return Path(settings.VAR) / "imports"


def keep(waiting: Waiting, pieces: Iterable[bytes]) -> str:
    """Store a file readable by this account of the machine only; returns the token that names it."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    throw_away_old()
    token = secrets.token_urlsafe(24)
    with open(folder / f"{token}.data", "xb", opener=_private) as file:
        file.writelines(pieces)
    with open(folder / f"{token}.json", "x", opener=_private, encoding="utf-8") as told:
        json.dump(asdict(waiting), told)
    return token


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def find(token: str, *, user_id: int) -> tuple[Waiting, bytes | None] | None:
    """A waiting file, without content once it was applied; None for another person's or an old one."""
    if not _TOKEN.fullmatch(token):
        return None
    told, data = _folder() / f"{token}.json", _folder() / f"{token}.data"
    try:
        if time.time() - told.stat().st_mtime > KEEP_SECONDS:
            return None
        waiting = Waiting(**json.loads(told.read_text(encoding="utf-8")))
    except OSError:
        return None
    if waiting.user_id != user_id:
        return None
    return waiting, data.read_bytes() if data.exists() else None


def applied(token: str) -> None:
    """Throw the content away; that it was applied is remembered for the rest of the day."""
    (_folder() / f"{token}.data").unlink(missing_ok=True)


def throw_away_old() -> int:
    """Delete what has waited longer than a day; returns how many files went."""
    limit = time.time() - KEEP_SECONDS
    old = [path for path in _folder().glob("*") if path.stat().st_mtime < limit]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
