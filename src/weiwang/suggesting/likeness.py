"""Which texts are copies of each other, so that none is judged by a model that has seen its twin."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from weiwang.suggesting.features import Text, batches
from weiwang.suggesting.grams import Units

_SKETCH: Final = 32  # smallest numbers kept of each text
_SHARED: Final = 5
_COMMON: Final = 30  # a number shared by more texts is a form of words
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


def twins(texts: Sequence[Text]) -> npt.NDArray[np.int64]:
    """A group number for each text; texts whose sketches share `_SHARED` numbers stand in one group.

    The sketch holds the smallest hashes of all sequences of four characters (min-wise hashing), so that a
    text is also recognised where white space, punctuation or small words were taken out.
    """
    owners: list[npt.NDArray[np.int64]] = []
    marks: list[npt.NDArray[np.uint64]] = []
    first = 0
    for batch in batches([text.body for text in texts]):
        rows, sketch = _sketches(batch)
        owners.append(rows + first)
        marks.append(sketch)
        first += int(batch.rows[-1]) + 1
    return _groups(len(texts), np.concatenate(owners), np.concatenate(marks))


def _sketches(batch: Units) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
    grams, rows = batch.grams(4)
    hashed = _mixed(grams)
    order = np.lexsort((hashed, rows))
    rows, hashed = rows[order], hashed[order]
    fresh = np.ones(len(rows), dtype=bool)
    fresh[1:] = (rows[1:] != rows[:-1]) | (hashed[1:] != hashed[:-1])
    rows, hashed = rows[fresh], hashed[fresh]
    kept = np.arange(len(rows)) - np.searchsorted(rows, rows) < _SKETCH
    return rows[kept], hashed[kept]


def _mixed(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    mixed = numbers * _MIX
    return np.asarray((mixed ^ (mixed >> np.uint64(29))) * _MIX, dtype=np.uint64)


def _groups(
    count: int, owners: npt.NDArray[np.int64], marks: npt.NDArray[np.uint64]
) -> npt.NDArray[np.int64]:
    _, place, sizes = np.unique(marks, return_inverse=True, return_counts=True)
    shared = (sizes[place] > 1) & (sizes[place] <= _COMMON)
    ones = np.ones(int(shared.sum()), dtype=np.int32)
    held = sp.csr_matrix((ones, (owners[shared], place[shared])), (count, len(sizes)))
    alike = (held @ held.T) >= _SHARED
    return np.asarray(connected_components(alike, directed=False)[1], dtype=np.int64)
