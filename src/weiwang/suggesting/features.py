"""What a model looks at in a text: character sequences of the whole, words, and the head.

| block | grams | of |
|---|---|---|
| body | 1 to 3 characters | the whole text |
| words | 2 to 4 characters that were seen as words of their own | the whole text |
| head | 1 to 3 characters | the subject (the first of several columns), else the first 20 characters |

Each block is weighed by TF-IDF with the logarithm of the count and brought to length one (the body to 0.7),
then the whole is.
Texts that were cut into words by spaces teach the words; in other texts they are recognised by their letters,
so both kinds may be mixed in training and in use.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from weiwang.suggesting.grams import LONGEST, Keys, Numbers, Units, frequencies, key_of, normal

if TYPE_CHECKING:
    import scipy.sparse as sp

HEAD: Final = 20
BATCH: Final = 500
_FEW_WORDS, _LONG_WORD = 5, 4.0  # a text is cut by spaces if it has so many words, so short on average
_FEW_TEXTS: Final = 200  # below, every gram is looked at


@dataclass(frozen=True, slots=True)
class Plan:
    name: str
    lengths: tuple[int, ...]
    rare: int  # grams in fewer texts are left out
    common: float  # and those in a larger share of the texts
    weight: float  # of the block beside the others


BODY: Final = Plan("body", (1, 2, 3), 3, 0.6, 0.7)
WORDS: Final = Plan("words", (2, 3, 4), 1, 1.0, 1.0)
HEADS: Final = Plan("head", (1, 2, 3), 2, 1.0, 1.0)
PLANS: Final = (BODY, WORDS, HEADS)


@dataclass(frozen=True, slots=True)
class Text:
    """One message: everything that was written, and the part that names the subject."""

    body: str
    head: str

    @classmethod
    def of(cls, parts: Sequence[str]) -> "Text":
        """Build from the text columns in order; the first of several filled ones is the subject."""
        filled = [each for each in map(normal, parts) if each]
        body = "。".join(filled)
        return cls(body, filled[0] if len(filled) > 1 else body[:HEAD])


@dataclass(frozen=True, slots=True)
class Block:
    plan: Plan
    keys: Keys
    idf: npt.NDArray[np.float32]

    @classmethod
    def fit(cls, plan: Plan, texts: Sequence[str], words: Keys) -> "Block":
        keys, counts = frequencies(batches(texts), plan.lengths)
        rare = plan.rare if len(texts) >= _FEW_TEXTS else 1
        kept = (counts >= rare) & (counts <= max(plan.common * len(texts), rare))
        if plan is WORDS:
            kept &= np.isin(keys, words)
        idf = np.log((1 + len(texts)) / (1 + counts[kept])) + 1
        return cls(plan, keys[kept], idf.astype(np.float32))

    def weigh(self, batch: Units, rows: int) -> "sp.csr_matrix":
        """The weights of these texts, one row of length one (or zero) for each."""
        import scipy.sparse as sp  # noqa: PLC0415 -- see `weigh_one`

        width = len(self.keys)
        if not width:
            return sp.csr_matrix((rows, 0), dtype=np.float32)
        rows_of, columns_of = zip(*(self._found(batch, length) for length in self.plan.lengths), strict=True)
        places = np.concatenate(rows_of), np.concatenate(columns_of)
        counts = sp.csr_matrix((np.ones(len(places[0]), np.float32), places), (rows, width))
        counts.data = (1 + np.log(counts.data)) * self.idf[counts.indices]
        return unit(counts)

    def weigh_one(self, text: str) -> tuple[Numbers, npt.NDArray[np.float32]]:
        """The same for one text: the places of its grams and their weights."""
        if not len(self.keys) or not text:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        units = Units.of([text])
        found = np.concatenate([self._found(units, length)[1] for length in self.plan.lengths])
        places, counts = np.unique(found, return_counts=True)
        weights = (1 + np.log(counts.astype(np.float32))) * self.idf[places]
        return places, one_long(weights)

    def _found(self, batch: Units, length: int) -> tuple[Numbers, Numbers]:
        grams, rows = batch.grams(length)
        places = np.minimum(np.searchsorted(self.keys, grams), len(self.keys) - 1)
        known = self.keys[places] == grams
        return rows[known], places[known]


@dataclass(frozen=True, slots=True)
class Features:
    blocks: tuple[Block, ...]

    @classmethod
    def fit(cls, texts: Sequence[Text], words: Keys) -> "Features":
        return cls(tuple(Block.fit(plan, _part(plan, texts), words) for plan in PLANS))

    @property
    def width(self) -> int:
        return sum(len(block.keys) for block in self.blocks)

    def weigh_one(self, text: Text) -> tuple[Numbers, npt.NDArray[np.float32]]:
        """The row of one text: its columns and their weights.

        Needs nothing but numpy: a web process, which answers one text at a time, is 20 MB smaller without
        the matrices that many texts take.
        """
        columns, weights, first = [], [], 0
        for block in self.blocks:
            places, found = block.weigh_one(text.head if block.plan.name == HEADS.name else text.body)
            columns.append(places + first)
            weights.append(found * np.float32(block.plan.weight))
            first += len(block.keys)
        return np.concatenate(columns), one_long(np.concatenate(weights))

    def weigh(self, texts: Sequence[Text]) -> "sp.csr_matrix":
        """One row for each text, one column for each gram of each block."""
        import scipy.sparse as sp  # noqa: PLC0415 -- see `weigh_one`

        parts = [self._weigh(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
        return sp.vstack(parts, "csr") if parts else sp.csr_matrix((0, self.width), dtype=np.float32)

    def _weigh(self, texts: Sequence[Text]) -> "sp.csr_matrix":
        import scipy.sparse as sp  # noqa: PLC0415 -- see `weigh_one`

        whole, heads = Units.of([text.body for text in texts]), Units.of([text.head for text in texts])
        parts = [
            block.weigh(heads if block.plan is HEADS else whole, len(texts)) * np.float32(block.plan.weight)
            for block in self.blocks
        ]
        return unit(sp.hstack(parts, "csr"))


def words_of(raw: Sequence[str]) -> Keys:
    """The words of texts that come cut by spaces: two to four characters, seen at least twice."""
    counts = Counter(word for text in raw for word in _cut(text))
    keys = [key_of(word) for word, count in counts.items() if count > 1 and _is_word(word)]
    return np.array(sorted(keys), np.uint64)


def one_long(weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Brought to length one; nothing stays nothing."""
    length = float(np.sqrt(np.dot(weights, weights)))
    return weights / np.float32(length) if length else weights


def unit(matrix: "sp.csr_matrix") -> "sp.csr_matrix":
    """Bring every row to length one; empty rows stay empty."""
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    length[length == 0] = 1
    matrix.data /= np.repeat(length, np.diff(matrix.indptr)).astype(np.float32)
    return matrix


def batches(texts: Sequence[str]) -> Iterator[Units]:
    for at in range(0, len(texts), BATCH):
        yield Units.of(texts[at : at + BATCH])


def _part(plan: Plan, texts: Sequence[Text]) -> list[str]:
    return [text.head if plan is HEADS else text.body for text in texts]


def _cut(text: str) -> list[str]:
    words = text.split()
    short = len(words) >= _FEW_WORDS and sum(map(len, words)) / len(words) <= _LONG_WORD
    return [normal(word) for word in words] if short else []


def _is_word(word: str) -> bool:
    return 2 <= len(word.encode("utf-16-le", "surrogatepass")) // 2 <= LONGEST
