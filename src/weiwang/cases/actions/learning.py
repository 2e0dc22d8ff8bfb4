"""Learning categories from the deployment's own cases, and choosing which model speaks.

Imported by commands only: what learns is large, and a web process must not carry it.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.utils import timezone

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT, Actor
from weiwang.cases.suggestions import labelled, often_enough
from weiwang.suggesting import model_file
from weiwang.suggesting.model import Model
from weiwang.suggesting.shelf import Shelf
from weiwang.suggesting.training import MOST_TEXTS, TrainingError, train

LEAST = 10  # texts of a category


@dataclass(frozen=True, slots=True)
class Learnt:
    version: str
    model: Model
    texts: int


def learn_categories(*, by: Actor, at: datetime, silent_below: float | None = None) -> Learnt:
    """Train on the deployment's own cases, keep the model and bring it into use. Raises `TrainingError`."""
    rows = often_enough(list(labelled(most=MOST_TEXTS)), LEAST)
    if len({label for _, label in rows}) < 2:
        raise TrainingError(
            f"There are not enough closed cases yet: at least two categories with {LEAST} each are needed."
        )
    texts, labels = [(text,) for text, _ in rows], [label for _, label in rows]
    day = timezone.localdate(at).isoformat()
    model = train(texts, labels, silent_below=silent_below, trained_on=day)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "new.model"
        model_file.write(model, path)
        version = add_model(path, by=by, at=at, cases=len(rows))
    return Learnt(version, model, len(rows))


def add_model(path: Path, *, by: Actor, at: datetime, cases: int | None = None) -> str:
    """Keep a model file and bring it into use. Raises `ModelFileError`."""
    with recorded("model.add", by=by, at=at, place=DEPLOYMENT) as draft:
        version = Shelf(settings.MODELS).add(path)
        draft.concerns("model", version, cases=cases)
    return version


def use_model(version: str, *, by: Actor, at: datetime) -> None:
    """Bring a version that is kept into use. Raises `ModelFileError`."""
    with recorded("model.use", by=by, at=at, place=DEPLOYMENT) as draft:
        Shelf(settings.MODELS).use(version)
        draft.concerns("model", version)


def roll_back_model(*, by: Actor, at: datetime) -> str:
    """Go back to the version in use before, or to the keywords alone. Raises `ModelFileError`."""
    with recorded("model.roll_back", by=by, at=at, place=DEPLOYMENT) as draft:
        version = Shelf(settings.MODELS).roll_back()
        draft.concerns("model", version or "keywords")
    return version
