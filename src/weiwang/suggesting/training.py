"""Learning a model from labelled texts: one linear support vector machine, then what its confidence is worth.

The same texts, seed and date give the same model, bit by bit.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import minimize_scalar
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import LinearSVC

from weiwang.suggesting.features import Features, Text, words_of
from weiwang.suggesting.likeness import twins
from weiwang.suggesting.model import Band, Calibration, Model, Scores, softmax

MOST_TEXTS: Final = 40_000  # learned from at once; of more, every so-many-th of each class is taken
FOLDS: Final = 5
_C: Final = 2.0
_BANDS: Final = 10
_EVEN: Final = 0.5  # below, an answer is more often wrong than right

Classes = npt.NDArray[np.int64]


class TrainingError(ValueError):
    """These texts cannot be learned from; the message is one sentence."""


def train(
    texts: Sequence[Sequence[str]],
    labels: Sequence[str],
    *,
    seed: int = 0,
    silent_below: float | None = None,
    trained_on: str = "",
    measure: bool = True,
) -> Model:
    """Learn from the text columns of each message and its label. Raises `TrainingError`.

    Without `silent_below` the model keeps silent where, by its calibration, it would be wrong more often
    than right. Without `measure` nothing is cross-validated and confidences mean little.
    """
    kept = _kept(texts, labels)
    classes = tuple(sorted({labels[place] for place in kept}))
    if len(classes) < 2:
        raise TrainingError("There must be texts with at least two different labels.")
    messages = [Text.of(texts[place]) for place in kept]
    target = np.array([classes.index(labels[place]) for place in kept], dtype=np.int64)
    features = Features.fit(messages, words_of([part for place in kept for part in texts[place]]))
    matrix = features.weigh(messages)
    calibration = Calibration()
    if measure:
        calibration = _calibrate(matrix, target, twins(messages), seed, len(classes))
    weights, bias = _fit(matrix, target, seed, len(classes))
    return Model(
        classes,
        features,
        weights.astype(np.float32),
        bias.astype(np.float32),
        calibration,
        _silence(calibration) if silent_below is None else silent_below,
        trained_on,
        dict(sorted(Counter(labels[place] for place in kept).items())),
    )


def _kept(texts: Sequence[Sequence[str]], labels: Sequence[str]) -> list[int]:
    """The rows that have text and label, thinned out evenly within each class if there are too many."""
    rows = [
        place for place, label in enumerate(labels) if label and any(part.strip() for part in texts[place])
    ]
    if len(rows) <= MOST_TEXTS:
        return rows
    step, seen, kept = len(rows) / MOST_TEXTS, Counter[str](), []
    for place in rows:
        number = seen[labels[place]]
        seen[labels[place]] += 1
        if int(number / step) != int((number - 1) / step) or number == 0:
            kept.append(place)
    return kept


def _fit(matrix: sp.csr_matrix, target: Classes, seed: int, classes: int) -> tuple[Scores, Scores]:
    """Weights (grams x classes) and bias; a class without an example keeps a margin of minus one."""
    machine = LinearSVC(C=_C, class_weight="balanced", random_state=seed, max_iter=3000).fit(matrix, target)
    weights, bias = np.zeros((matrix.shape[1], classes)), np.full(classes, -1.0)
    learned, offset = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:
        learned, offset = np.vstack([-learned, learned]), np.concatenate([-offset, offset])
    weights[:, machine.classes_] = learned.T
    bias[machine.classes_] = offset
    return weights, bias


def _calibrate(
    matrix: sp.csr_matrix, target: Classes, groups: Classes, seed: int, classes: int
) -> Calibration:
    margins = unseen_margins(matrix, target, groups, seed, classes)
    if margins is None:
        return Calibration()

    def loss(power: float) -> float:
        # A few texts that were all right prove no certainty: two of them are doubted.
        return _surprise(margins, target, float(np.exp(power))) + 2 * (power - 1) ** 2 / len(target)

    found = minimize_scalar(loss, bounds=(-2.0, 2.0), method="bounded")
    return measured(margins, target, float(np.exp(found.x)))


def unseen_margins(
    matrix: sp.csr_matrix, target: Classes, groups: Classes, seed: int, classes: int
) -> Scores | None:
    """The margins of every text by a model that has seen neither it nor its copies; none if too few."""
    rarest = min(len(set(groups[target == each].tolist())) for each in np.unique(target))
    folds = min(FOLDS, rarest)
    if folds < 2:
        return None
    margins = np.zeros((len(target), classes))
    cut = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for learn, judge in cut.split(matrix, target, groups):
        if len(np.unique(target[learn])) < 2:
            return None
        weights, bias = _fit(matrix[learn], target[learn], seed, classes)
        margins[judge] = matrix[judge] @ weights + bias
    return margins


def measured(margins: Scores, target: Classes, sharpness: float) -> Calibration:
    """What confidence of this sharpness was worth."""
    shares = softmax(sharpness * margins)
    answer, sure = shares.argmax(axis=1), shares.max(axis=1)
    right = answer == target
    place = np.minimum((sure * _BANDS).astype(int), _BANDS - 1)
    bands = tuple(
        Band(
            number / _BANDS,
            (number + 1) / _BANDS,
            int((place == number).sum()),
            float(sure[place == number].mean()),
            float(right[place == number].mean()),
        )
        for number in sorted(set(place.tolist()))
    )
    error = sum(band.texts * abs(band.confidence - band.right) for band in bands) / len(target)
    macro = float(f1_score(target, answer, average="macro", zero_division=0))
    return Calibration(sharpness, len(target), float(right.mean()), macro, error, bands)


def _surprise(margins: Scores, target: Classes, sharpness: float) -> float:
    shares = softmax(sharpness * margins)
    return float(-np.log(np.maximum(shares[np.arange(len(target)), target], 1e-12)).mean())


def _silence(calibration: Calibration) -> float:
    """The top of the last band whose answers were wrong more often than right."""
    return max((band.until for band in calibration.bands if band.right < _EVEN), default=0.0)
