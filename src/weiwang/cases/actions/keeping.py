"""What those who report were promised, kept beside every step: the first contact, and how it ended."""

from datetime import datetime

from django.conf import settings

from weiwang.cases.calendars import calendar_for
from weiwang.cases.models import Case, Event, Feedback
from weiwang.cases.promises import PROMISES, Outcome, Promises
from weiwang.cases.rules import Step
from weiwang.kernel.worktime import due

SPEAKS_TO_REPORTER = frozenset({"ask_reporter", "close", "settle", "reject", "hand_over", "void"})
OUTCOMES = {
    Step.FOLLOW_UP: Outcome.SATISFIED, Step.REOPEN: Outcome.DISSATISFIED, Step.LAPSE: Outcome.NO_ANSWER,
}  # fmt: skip


def promises() -> Promises:
    return PROMISES.read(settings.POLICIES).table


def contact_due(case: Case, *, can_be_reached: bool, at: datetime) -> datetime | None:
    """By when whoever reported is to be contacted first; None if nobody could be."""
    table = promises()
    if not can_be_reached or case.channel not in table.contact_channels:
        return None
    return due(at, table.contact_within, calendar_for(case))


def keep_promises(case: Case, event: Event) -> None:
    """Note what a step means for whoever reported, in its transaction."""
    _count_as_contact(case, event)
    _keep_outcome(case, event)


def _count_as_contact(case: Case, event: Event) -> None:
    """A question or an answer is a contact too: the first of them ends the time for it."""
    waits = case.contact_due_at is not None and case.contacted_at is None
    if waits and event.user_id is not None and event.step in SPEAKS_TO_REPORTER:
        case.contacted_at = event.at
        case.save(update_fields=["contacted_at"])


def _keep_outcome(case: Case, event: Event) -> None:
    """One row each time it was closed: who was filed without an answer and objects later, objects."""
    outcome = next((found for step, found in OUTCOMES.items() if step == event.step), None)
    if outcome is None or case.channel not in promises().feedback_channels:
        return
    Feedback.objects.update_or_create(
        case=case, round=case.reopened - (outcome is Outcome.DISSATISFIED),
        defaults={
            "place": case.place, "at": event.at, "outcome": outcome, "unit_path": case.unit_path,
            "category": case.category,
        },
    )  # fmt: skip
