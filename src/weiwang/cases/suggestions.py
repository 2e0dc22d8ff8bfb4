"""Which category a text may belong to: help for whoever chooses, never a choice.

The deployment's own model speaks when there is one and it is sure enough; otherwise the names and keywords of
the catalogue do. What neither is sure of is not said. Texts go nowhere and are not kept.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.db.models import Q

from weiwang.cases.models import Case
from weiwang.cases.queries import categories, category_policy
from weiwang.cases.rules import State
from weiwang.kernel.faults import gettext_noop
from weiwang.suggesting.keywords import Keywords
from weiwang.suggesting.model_file import ModelFileError
from weiwang.suggesting.shelf import Shelf, Suggester

TOP: Final = 3
SHORTEST: Final = 4  # characters; less says too little
_READ: Final = 1000  # characters of a text that are looked at
_ALSO: Final = 0.12  # a second or third guess below this is noise
UNSORTED: Final = "Z99"
SURE: Final = (
    (0.75, gettext_noop("very likely")),
    (0.5, gettext_noop("likely")),
    (0.0, gettext_noop("perhaps")),
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hint:
    """A category that may fit. `sure` is a msgid; `evidence` are words of the text that speak for it."""

    code: str
    confidence: float
    sure: str
    evidence: tuple[str, ...]
    by_model: bool


def hints(text: str) -> list[Hint]:
    """The likeliest categories of the catalogue, best first; nothing where nothing is sure enough."""
    words = text.strip()[:_READ]
    if len(words) < SHORTEST:
        return []
    model = _model(_shelf().stamp())
    found = _told(words, model, by_model=True) if model is not None else []
    return found or _told(words, _keywords(category_policy().digest), by_model=False)


def _told(words: str, suggester: Suggester, *, by_model: bool) -> list[Hint]:
    known = categories()
    found = [one for one in suggester.suggest(words, top=TOP) if one.label in known]
    if not found or found[0].confidence < settings.SUGGEST_ABOVE:
        return []
    return [
        Hint(label, share, sure(share), _apart(suggester.evidence(words, label, 5)), by_model)
        for label, share in found
        if share >= _ALSO
    ]


def _apart(words: Sequence[str]) -> tuple[str, ...]:
    """At most three of them, none of which is part of another."""
    return tuple(word for word in words if not any(word != other and word in other for other in words))[:3]


def sure(confidence: float) -> str:
    """The msgid that says how sure: three words, as no one reads percentages alike."""
    return next(word for least, word in SURE if confidence >= least)


@lru_cache(maxsize=1)
def _keywords(_digest: str) -> Keywords:
    table = {code: (row.zh, *row.keywords) for code, row in categories().items() if code != UNSORTED}
    return Keywords.of(table)


def _shelf() -> Shelf:
    return Shelf(settings.MODELS)


@lru_cache(maxsize=1)
def _model(stamp: str) -> Suggester | None:
    """The model in use, read when it is first asked for and again when another one comes into use."""
    if not stamp:
        return None
    try:
        return _shelf().model()
    except (ModelFileError, OSError):
        _log.warning("the model of categories in use cannot be read; keywords speak instead", exc_info=True)
        return None


# ---------------------------------------------------------------- what there is to learn from


def labelled(*, most: int) -> Iterator[tuple[str, str]]:
    """Text and category of closed cases, and of open ones whose category somebody put right; newest first.

    A case counts with the category it has now, so every correction is learned from.
    """
    closed = Q(state__in=[State.CLOSED, State.FOLLOWED_UP])
    found = Case.objects.filter(closed | Q(route__overruled=True), parent=None).exclude(category=UNSORTED)
    rows = found.order_by("-reported_at", "-id").values_list("text", "category")[:most]
    yield from rows.iterator(chunk_size=2000)


def often_enough(rows: Sequence[tuple[str, str]], least: int) -> list[tuple[str, str]]:
    """The rows of categories with at least `least` texts: of fewer nothing can be learned or measured."""
    counts: dict[str, int] = {}
    for _, label in rows:
        counts[label] = counts.get(label, 0) + 1
    return [row for row in rows if counts[row[1]] >= least]
