"""Two steps of one case at once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from weiwang.cases.actions.moves import take_step
from weiwang.cases.models import Case
from weiwang.cases.pairs import Pair
from weiwang.cases.rules import Step
from weiwang.territory.rules import Officer


def take_pair(
    *, case_id: UUID, pair: Pair, by: Officer, at: datetime, seen_version: int | None, note: str = "",
    target_post: int | None = None, submission: str | None = None,
) -> Case:  # fmt: skip
    """Take both steps, each with its own entry and its own link of history, or neither.

    Raises what `take_step` raises for the first of them that is refused.
    """

    def take(step: Step, seen: int | None) -> Case:
        return take_step(
            case_id=case_id, step=step, by=by, at=at, seen_version=seen, note=pair.note_of(step, note),
            target_post=target_post, submission=f"{submission}.{step}" if submission else None,
        )  # fmt: skip

    with transaction.atomic():
        return take(pair.then, take(pair.first, seen_version).version)
