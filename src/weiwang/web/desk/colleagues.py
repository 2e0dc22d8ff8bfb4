"""The worklist of one post: a colleague's, found by the name of the post or of its holder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from weiwang.territory import queries as territory
from weiwang.territory import roster
from weiwang.territory.roster import PostLine
from weiwang.territory.rules import Officer

WORDS_LIMIT = 40
AT_MOST = 20  # posts offered; more words narrow them


@dataclass(frozen=True, slots=True)
class Colleague:
    """A post with those who hold it now. Empty `holders`: it is vacant."""

    id: int
    name: str
    holders: str

    def __str__(self) -> str:
        return f"{self.name} · {self.holders or _('vacant')}"


def by_id(officer: Officer, text: str, at: datetime) -> Colleague | None:
    """A standing post of the officer's sub-districts; None for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    line = roster.post_in(paths=_paths(officer), post_id=int(text), at=at)
    return _colleague(line, at) if line else None


def by_words(officer: Officer, words: str, at: datetime) -> Sequence[Colleague]:
    """Posts with these words in their name or that of their unit, or whose holder's name begins so."""
    lines = roster.posts_in(paths=_paths(officer), at=at, words=words, limit=AT_MOST)
    return [_colleague(line, at) for line in lines]


def clean_words(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:WORDS_LIMIT]


def _paths(officer: Officer) -> list[str]:
    """Names of posts and holders are no secret inside a sub-district; its cases are, and are asked apart."""
    return [territory.place_head(place).path for place in officer.places]


def _colleague(line: PostLine, at: datetime) -> Colleague:
    return Colleague(line.id, line.name, _(", ").join(h.name for h in line.holders if h.starts_at <= at))
