"""Character sequences (grams) of many texts at once, as whole numbers in numpy arrays.

A gram of up to four UTF-16 units is one 64-bit number, so a vocabulary is a sorted array and a look-up a
binary search; no gram of one length equals one of another.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]

LONGEST: Final = 4
MOST_UNITS: Final = 8000  # of one text; what lies behind adds nothing to its subject
_WAITING: Final = 4_000_000  # grams gathered before they are added up
_REST: Final = re.compile(r"[\s\x00-\x1f\u200b-\u200f\ufeff]+")


def normal(text: str) -> str:
    """One form of writing: full-width forms folded, lower case, no white space, no control characters."""
    return _REST.sub("", unicodedata.normalize("NFKC", text[:MOST_UNITS]).lower())[:MOST_UNITS]


@dataclass(frozen=True, slots=True)
class Units:
    """The texts of one batch behind each other, each followed by a zero."""

    units: npt.NDArray[np.uint64]
    rows: Numbers

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Units":
        encoded = [text.encode("utf-16-le", "surrogatepass") for text in texts]
        units = np.frombuffer(b"\0\0".join([*encoded, b""]), dtype="<u2").astype(np.uint64)
        lengths = np.array([len(each) // 2 + 1 for each in encoded], dtype=np.int64)
        return cls(units, np.repeat(np.arange(len(texts)), lengths))

    def grams(self, length: int) -> tuple[Keys, Numbers]:
        """Every gram of `length` with the number of its text; none reaches from one text into the next."""
        count = max(len(self.units) - length + 1, 0)
        keys, whole = np.zeros(count, np.uint64), np.ones(count, bool)
        for place in range(length):
            part = self.units[place : place + count]
            keys |= part << np.uint64(16 * place)
            whole &= part != 0
        return keys[whole], self.rows[:count][whole]


def key_of(gram: str) -> int:
    """The number of one gram of at most four UTF-16 units."""
    return int.from_bytes(gram.encode("utf-16-le", "surrogatepass"), "little")


def gram_of(key: int) -> str:
    raw = int(key).to_bytes(2 * LONGEST, "little").rstrip(b"\0")
    return (raw + b"\0" * (len(raw) % 2)).decode("utf-16-le", "replace")


def frequencies(batches: Iterable[Units], lengths: Sequence[int]) -> tuple[Keys, Numbers]:
    """Every gram, sorted, and in how many texts it stands."""
    found: list[tuple[Keys, Numbers]] = []
    for batch in batches:
        found += (_in_batch(batch, length) for length in lengths)
        if sum(len(keys) for keys, _ in found[1:]) > max(_WAITING, len(found[0][0])):
            found = [_added(found)]
    return _added(found) if found else (np.zeros(0, np.uint64), np.zeros(0, np.int64))


def _added(found: Sequence[tuple[Keys, Numbers]]) -> tuple[Keys, Numbers]:
    keys, place = np.unique(np.concatenate([keys for keys, _ in found]), return_inverse=True)
    counts = np.bincount(place, weights=np.concatenate([counts for _, counts in found]))
    return keys, counts.astype(np.int64)


def _in_batch(batch: Units, length: int) -> tuple[Keys, Numbers]:
    grams, rows = batch.grams(length)
    keys, place = np.unique(grams, return_inverse=True)
    every = int(batch.rows[-1]) + 1 if len(batch.rows) else 1
    once = np.unique(place * every + rows)
    return keys, np.bincount(once // every, minlength=len(keys))
