"""What the reporter of a case may read about it: steps, posts and answers, no names and no internal notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from weiwang.cases.models import Case, Event, Photo
from weiwang.cases.queries import photos_of
from weiwang.cases.rules import FINAL, LIFECYCLE, State, Step
from weiwang.kernel.faults import gettext_noop

# The notes written to the reporter. Every other note of staff is internal, whatever the step.
ANSWERS = frozenset({Step.SETTLE, Step.REJECT, Step.CLOSE})

# What is still to come on the ordinary way, from each state on.
_WAY = (
    (
        frozenset({State.DRAFT, State.REPORTED, State.VERIFYING}),
        gettext_noop("It is accepted and registered"),
    ),
    (frozenset({State.REGISTERED}), gettext_noop("It is sent to those who handle it")),
    (frozenset({State.DISPATCHED, State.SIGNED, State.HANDLING}), gettext_noop("It is dealt with")),
    (frozenset({State.HANDLED}), gettext_noop("Somebody else checks the result")),
    (frozenset({State.CHECKED}), gettext_noop("You get the answer")),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One step as the reporter reads it. `tells` is a msgid; `who` is a post and never a person."""

    at: datetime
    step: Step
    tells: str
    who: str
    note: str
    by_reporter: bool


def story(case: Case) -> list[Told]:
    """The public steps in their order: one query."""
    events = Event.objects.filter(case=case, public=True, step__in=[step.value for step in LIFECYCLE])
    fields = events.order_by("seq").values_list("at", "step", "actor", "note", "user_id")
    return [_told(at, Step(step), actor, note or "", user_id) for at, step, actor, note, user_id in fields]


def _told(at: datetime, step: Step, actor: str, note: str, user_id: int | None) -> Told:
    by_reporter = user_id is None and step in {Step.REPORT, Step.FOLLOW_UP, Step.REOPEN}
    shown = note if by_reporter or step in ANSWERS else ""
    return Told(at, step, LIFECYCLE[step].tells, "" if by_reporter else actor, shown, by_reporter)


def still_to_come(state: State) -> Sequence[str]:
    """Msgids of what happens next on the ordinary way; nothing once a case is final."""
    if state in FINAL:
        return ()
    start = next(number for number, (states, _) in enumerate(_WAY) if state in states)
    return [sentence for _, sentence in _WAY[start:]]


@dataclass(frozen=True, slots=True)
class Pictures:
    report: Sequence[Photo]
    result: Sequence[Photo]


def pictures(case: Case) -> Pictures:
    """The reporter's own photos, and those of the result once there is an answer."""
    found = photos_of(case)
    done = State(case.state) in FINAL
    return Pictures(
        [photo for photo in found if photo.stage == "report"],
        [photo for photo in found if photo.stage == "result" and done],
    )
