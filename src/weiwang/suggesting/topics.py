"""Groups of messages about the same matter: what many people wrote about in some weeks.

Plain Python without any matrix, so that a web process may ask. Each message is the set of its pairs of
neighbouring characters, the subject counted twice, rare pairs weighing more (inverse document frequency).
A message with the most close neighbours becomes the head of a topic and gathers those closer than `NEAR`;
topics whose members are close on average are one. Only pairs in fewer than `COMMON` of the messages count.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Final

from weiwang.suggesting.grams import normal

NEAR: Final = 0.22  # cosine of a member and its head
JOINED: Final = 0.14  # average cosine of the members of two topics that are one
COMMON: Final = 0.02  # share of messages; pairs in more of them are forms of words
FEW: Final = 20  # messages; a pair in so few is never a form of words
LEAST: Final = 3  # messages of a topic
_READ: Final = 100  # characters of the body
_NEIGHBOURS: Final = 400  # of one message, at most

Vector = dict[str, float]


@dataclass(frozen=True, slots=True)
class Topic:
    """Places of its messages in the list that was given, closest to the head first, and what they share."""

    members: tuple[int, ...]
    words: tuple[str, ...]

    @property
    def head(self) -> int:
        return self.members[0]


def topics(messages: Sequence[tuple[str, str]], *, least: int = LEAST) -> list[Topic]:
    """The topics of messages (subject, body), largest first. The same messages give the same topics."""
    vectors = _vectors([(normal(subject), normal(body)[:_READ]) for subject, body in messages])
    near = _neighbours(vectors)
    groups = _joined(_gathered(near), near, least)
    found = [
        Topic(tuple(group), shared([messages[place][0] or messages[place][1] for place in group]))
        for group in groups
    ]
    return sorted(found, key=lambda topic: (-len(topic.members), topic.head))


def _vectors(texts: Sequence[tuple[str, str]]) -> list[Vector]:
    counted = [Counter(_pairs(subject) * 2 + _pairs(body)) for subject, body in texts]
    frequency = Counter(pair for counts in counted for pair in counts)
    most = max(FEW, COMMON * len(texts))
    idf = {pair: log(1 + len(texts) / seen) for pair, seen in frequency.items() if 1 < seen <= most}
    return [
        _unit({pair: (1 + log(n)) * idf[pair] for pair, n in counts.items() if pair in idf})
        for counts in counted
    ]


def _pairs(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(len(text) - 1) if text[at : at + 2].isalnum()]


def _unit(vector: Vector) -> Vector:
    length = sqrt(sum(value * value for value in vector.values()))
    return {pair: value / length for pair, value in vector.items()} if length else {}


def _neighbours(vectors: Sequence[Vector]) -> list[dict[int, float]]:
    """For each message the others that share pairs with it, and their cosine, where it is worth keeping."""
    holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
    near: list[dict[int, float]] = [{} for _ in vectors]
    for place, vector in enumerate(vectors):
        cosine: dict[int, float] = defaultdict(float)
        for pair, value in vector.items():
            for other, weight in holders[pair]:
                cosine[other] += value * weight
            holders[pair].append((place, value))
        for other, share in cosine.items():
            if share >= JOINED / 2:
                near[place][other] = near[other][place] = share
    return near


def _gathered(near: Sequence[Mapping[int, float]]) -> list[list[int]]:
    """Every message in one group: those with the most weight around them gather first."""
    weight = [sum(share for share in others.values() if share >= NEAR) for others in near]
    free, groups = set(range(len(near))), []
    for head in sorted(range(len(near)), key=lambda place: (-weight[place], place)):
        if head not in free:
            continue
        close = [(share, other) for other, share in near[head].items() if share >= NEAR and other in free]
        close.sort(key=lambda one: (-one[0], one[1]))
        group = [head, *(other for _, other in close[:_NEIGHBOURS])]
        free.difference_update(group)
        groups.append(group)
    return groups


def _joined(groups: Sequence[list[int]], near: Sequence[Mapping[int, float]], least: int) -> list[list[int]]:
    """Put small groups to the large ones they belong to; what stays smaller than `least` is no topic."""
    kept: list[list[int]] = []
    for group in sorted(groups, key=lambda one: (-len(one), one[0])):
        home = max(kept, key=lambda other: _closeness(group, other, near), default=None)
        if home is not None and _closeness(group, home, near) >= JOINED:
            home.extend(group)
        else:
            kept.append(group)
    return [group for group in kept if len(group) >= least]


def _closeness(one: Sequence[int], other: Sequence[int], near: Sequence[Mapping[int, float]]) -> float:
    met = sum(near[a].get(b, 0.0) for a in one[:20] for b in other[:20])
    return met / (min(20, len(one)) * min(20, len(other)))


# ---------------------------------------------------------------- what a topic is called

_SHARE: Final = 0.4  # of the members that hold a stretch for it to be shared
_LONGEST: Final = 12


def shared(texts: Sequence[str], most: int = 4) -> tuple[str, ...]:
    """The stretches of two characters and more that many of the texts hold, those that cover most first."""
    counts: Counter[str] = Counter()
    for text in texts[:200]:
        plain = normal(text)[:60]
        counts.update(
            {plain[a:b] for a in range(len(plain)) for b in range(a + 2, min(len(plain), a + _LONGEST) + 1)}
        )
    least = max(2, _SHARE * min(len(texts), 200))
    common = [stretch for stretch, seen in counts.items() if seen >= least and stretch.isalnum()]
    common.sort(key=lambda stretch: (-counts[stretch] * (len(stretch) - 1), stretch))
    found: list[str] = []
    for stretch in common:
        if not any(_overlap(stretch, known) for known in found):
            found.append(stretch)
    return tuple(found[:most])


def _overlap(one: str, other: str) -> bool:
    """Whether one stands in the other, or both run over the same four characters."""
    fours = {one[at : at + 4] for at in range(len(one) - 3)}
    return one in other or other in one or any(other[at : at + 4] in fours for at in range(len(other) - 3))
