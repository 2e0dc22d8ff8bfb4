"""When two reports may be about the same matter. Plain Python: no clock, no database.

Nearness in place, category, words and time, each said as evidence; the rows of `ALIKE` say what is shown.
A person decides whether it really is the same.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from math import cos, hypot, radians, sqrt
from typing import Final

from weiwang.kernel.text import bigrams

METRES_A_DEGREE: Final = 111_320.0
NEAR_METRES: Final = 150.0  # farther away nothing is compared
NEAR_DAYS: Final = 60
_COMPARED: Final = 400  # characters of each text


@dataclass(frozen=True, slots=True)
class Matter:
    """What is compared of a report. Without a point its unit is its place."""

    text: str
    category: str
    unit_id: int | None
    lon: float | None
    lat: float | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """`metres` is None where one of them has no point and both stand in one unit; `words` is 0 to 1.

    `words` are those about the matter: that both name the same house is said by the metres already.
    `elsewhere`: both name a house, and not the same one.
    """

    metres: float | None
    same_kind: bool
    words: float
    shared: tuple[str, ...]
    apart: timedelta
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Alike when no farther than `metres` (None: the same unit), of one kind if asked, with so many words.

    Not more than `days` may lie between them; with `same_house` a row does not hold for different houses.
    """

    metres: float | None
    same_kind: bool
    words: float
    days: int = NEAR_DAYS
    same_house: bool = False


# Who describes one thing uses few words of the other; a stock phrase is shared by many that are not the same.
# So close by and of one kind hardly any word is needed, and far away many, of the same house, of these days.
ALIKE: Final = (
    Row(30, same_kind=True, words=0, days=7),
    Row(40, same_kind=True, words=0.05),
    Row(NEAR_METRES, same_kind=True, words=0.35, days=21, same_house=True),
    Row(NEAR_METRES, same_kind=False, words=0.5, days=21, same_house=True),
    Row(None, same_kind=True, words=0.35, days=21, same_house=True),
    Row(None, same_kind=False, words=0.5, days=21, same_house=True),
)


def compared(new: Matter, old: Matter) -> Evidence | None:
    """What speaks for one matter; None when place or time lie too far apart to ask."""
    apart = abs(new.at - old.at)
    metres = metres_between(new, old)
    if apart > timedelta(days=NEAR_DAYS):
        return None
    if metres is None and (new.unit_id is None or new.unit_id != old.unit_id):
        return None
    if metres is not None and metres > NEAR_METRES:
        return None
    one, other = new.text[:_COMPARED], old.text[:_COMPARED]
    same_kind = bool(new.category) and new.category == old.category
    words = overlap(without_place(one), without_place(other))
    return Evidence(metres, same_kind, words, (), apart, elsewhere=_elsewhere(one, other))


def is_alike(found: Evidence) -> bool:
    return any(_fits(row, found) for row in ALIKE)


def _fits(row: Row, found: Evidence) -> bool:
    if (row.metres is None) != (found.metres is None):
        return False
    if row.metres is not None and found.metres is not None and found.metres > row.metres:
        return False
    if found.apart > timedelta(days=row.days) or (row.same_house and found.elsewhere):
        return False
    return found.words >= row.words and (found.same_kind or not row.same_kind)


_HOUSE: Final = re.compile(r"\d+(?=[号栋幢座组])")
_PLACE: Final = re.compile(
    r"[\u4e00-\u9fff]{0,4}\d[\d-]*(?:[号栋幢座组期层室]楼?|单元)+(?:\d+(?:[号栋幢座组期层室]|单元))*"
    r"(?:[东南西北]侧|旁边?|门[口前]|楼下|后巷|前面|后面|附近|对面|的|空地|人行道|村道)*"
)


def without_place(text: str) -> str:
    """The words about the matter: without house numbers, the names before them, and where they say it is."""
    return _PLACE.sub(" ", text)


def _elsewhere(one: str, other: str) -> bool:
    here, there = set(_HOUSE.findall(one)), set(_HOUSE.findall(other))
    return bool(here and there) and not here & there


def closeness(found: Evidence) -> float:
    """For the order of several: words and kind first, then place and time."""
    place = 0.5 if found.metres is None else 1 - found.metres / NEAR_METRES
    time = 1 - found.apart / timedelta(days=NEAR_DAYS)
    return found.words + 0.5 * found.same_kind + 0.3 * place + 0.1 * time


def overlap(one: str, other: str) -> float:
    """How far two texts share their pairs of characters: 0 nothing, 1 the same (cosine of the counts)."""
    a, b = Counter(bigrams(one).split()), Counter(bigrams(other).split())
    if not a or not b:
        return 0.0
    dot = sum(count * b[pair] for pair, count in a.items())
    return dot / sqrt(sum(n * n for n in a.values()) * sum(n * n for n in b.values()))


def shared_words(one: str, other: str, most: int = 3) -> tuple[str, ...]:
    """The longest stretches of two characters and more that stand in both texts, longest first.

    Nothing is told of one text that is not in the other.
    """
    a, b = one[:_COMPARED], other[:_COMPARED]
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    pieces = {piece for block in blocks for piece in _pieces(a[block.a : block.a + block.size])}
    return tuple(sorted(pieces, key=lambda piece: (-len(piece), piece))[:most])


def _pieces(stretch: str) -> Iterable[str]:
    words = "".join(c if c.isalnum() else " " for c in stretch).split()
    return (word for word in words if len(word) >= 2)


def metres_between(one: Matter, other: Matter) -> float | None:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    east = (one.lon - other.lon) * cos(radians(one.lat))
    return hypot(east, one.lat - other.lat) * METRES_A_DEGREE


def box_around(lon: float, lat: float, metres: float) -> tuple[float, float, float, float]:
    """West, south, east and north of a box that holds everything within `metres`."""
    tall = metres / METRES_A_DEGREE
    wide = tall / max(0.01, cos(radians(lat)))
    return lon - wide, lat - tall, lon + wide, lat + tall


# ---------------------------------------------------------------- the same again

AGAIN_DAYS: Final = 30
AGAIN_METRES: Final = 60.0
AGAIN_LEAST: Final = 2  # cases in all, from which on the cause is worth a look


def again(matters: Sequence[Matter]) -> list[list[int]]:
    """Which of these cases of one category and unit come again: places in `matters`, oldest first, in groups.

    Two belong together within `AGAIN_METRES` and `AGAIN_DAYS` of each other; a case without a point belongs
    to the whole unit. Groups of fewer than `AGAIN_LEAST` are left out.
    """
    order = sorted(range(len(matters)), key=lambda place: matters[place].at)
    groups: list[list[int]] = []
    for place in order:
        group = next((known for known in groups if _comes_again(matters[place], matters, known)), None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return [group for group in groups if len(group) >= AGAIN_LEAST]


def _comes_again(new: Matter, matters: Sequence[Matter], known: Sequence[int]) -> bool:
    return any(is_again(new, matters[place]) for place in reversed(known))


def is_again(new: Matter, old: Matter) -> bool:
    if new.category != old.category or abs(new.at - old.at) > timedelta(days=AGAIN_DAYS):
        return False
    metres = metres_between(new, old)
    return new.unit_id == old.unit_id if metres is None else metres <= AGAIN_METRES
