"""A trained model: features, weights, and what its confidence was worth on texts it had not seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from weiwang.suggesting.features import Features, Text
from weiwang.suggesting.grams import gram_of

Scores = npt.NDArray[np.float64]


class Suggestion(NamedTuple):
    """A label and how likely it is to be right, 0 to 1."""

    label: str
    confidence: float


class Band(NamedTuple):
    """Answers whose confidence lay between two bounds: how many, how sure on average, how many right."""

    since: float
    until: float
    texts: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Found by cross-validation in which copies of one text always stay on one side.

    `sharpness` turns margins into probabilities; `error` is the expected calibration error; without enough
    texts nothing is measured and `texts` is 0.
    """

    sharpness: float = 1.0
    texts: int = 0
    accuracy: float = 0.0
    macro_f1: float = 0.0
    error: float = 0.0
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    classes: tuple[str, ...]
    features: Features
    weights: npt.NDArray[np.float32]  # grams x classes
    bias: npt.NDArray[np.float32]
    calibration: Calibration
    silent_below: float
    trained_on: str = ""  # ISO date
    examples: dict[str, int] = field(default_factory=dict)

    def confidences(self, texts: Sequence[Text]) -> Scores:
        """For each text how likely each class is; each row adds up to one."""
        margins = np.asarray(self.features.weigh(texts) @ self.weights) + self.bias
        return softmax(self.calibration.sharpness * margins.astype(np.float64))

    def best(self, texts: Sequence[Text]) -> list[Suggestion]:
        """The likeliest label of each text, however unsure."""
        shares = self.confidences(texts)
        return [
            Suggestion(self.classes[place], float(row[place]))
            for row, place in zip(shares, shares.argmax(axis=1), strict=True)
        ]

    def suggest(self, text: str | Sequence[str], top: int = 3) -> list[Suggestion]:
        """The likeliest labels, best first; nothing if the best is less sure than `silent_below`.

        `text` may be several parts of which the first is the subject.
        """
        message = Text.of([text] if isinstance(text, str) else text)
        columns, weights = self.features.weigh_one(message)
        margins = weights @ self.weights[columns] + self.bias
        row = softmax(self.calibration.sharpness * margins.astype(np.float64)[None, :])[0]
        order = np.argsort(-row, kind="stable")[:top]
        if not message.body or not len(order) or row[order[0]] < self.silent_below:
            return []
        return [Suggestion(self.classes[place], float(row[place])) for place in order]

    def evidence(self, text: str | Sequence[str], label: str, top: int = 5) -> list[str]:
        """The words or characters of the text that speak most for `label`, strongest first."""
        message = Text.of([text] if isinstance(text, str) else text)
        columns, weights = self.features.weigh_one(message)
        column = self.classes.index(label)
        keys = np.concatenate([block.keys for block in self.features.blocks])
        weight: dict[str, float] = {}
        for place, value in zip(columns, weights, strict=True):
            gram = gram_of(keys[place])
            weight[gram] = weight.get(gram, 0.0) + float(value * self.weights[place, column])
        found: list[str] = []
        for gram in sorted(weight, key=lambda gram: (-weight[gram], gram)):
            if weight[gram] > 0 and len(gram) > 1 and not any(gram in one or one in gram for one in found):
                found.append(gram)
        return found[:top]


def softmax(margins: Scores) -> Scores:
    powers = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
