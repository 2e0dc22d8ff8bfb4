"""What a step would do, before it is taken: to the clock, and to what the reporter reads."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from weiwang.cases.actions.moves import turn_clock
from weiwang.cases.models import Case
from weiwang.cases.progress import ANSWERS
from weiwang.cases.queries import sketch
from weiwang.cases.routing import Candidate
from weiwang.cases.rules import (
    LIFECYCLE,
    Category,
    Clock,
    Detail,
    Step,
)
from weiwang.cases.terms import CHANNELS, TERMS, Channel, last_review, needs_acceptance


@dataclass(frozen=True, slots=True)
class Effect:
    """`clock` is a `rules.Clock`, or `still` for one that stands still and goes on doing so.

    `limit` is the one that begins (`3wd`), `due_at` the moment the case is due afterwards if that changes.

    `tells` is a msgid, empty when the reporter hears nothing; `goes_out` says that they read the words too.
    """

    clock: str
    limit: str
    due_at: datetime | None
    tells: str
    goes_out: bool


def effect(case: Case, category: Category, step: Step, at: datetime) -> Effect:
    """The effect of a step taken now."""
    move, is_whole = LIFECYCLE[step], case.parent_id is None
    tells, goes_out = move.tells if is_whole else "", is_whole and step in ANSWERS  # a part tells nobody
    if move.clock in {Clock.KEEP, Clock.NONE}:
        still = move.clock is Clock.KEEP and case.stands_still(at)
        return Effect("still" if still else move.clock.value, "", None, tells, goes_out)
    after = sketch(case)
    turn_clock(after, move, category, at)
    limit = after.clock_limit if move.clock in category.limits else ""
    if move.clock is Clock.EXTEND:
        limit = case.asked_for
    return Effect(move.clock.value, limit, after.due_at, tells, goes_out)


@dataclass(frozen=True, slots=True)
class Details:
    """What can be chosen beside the words of a step; empty where nothing can."""

    longer: tuple[str, ...] = ()
    review_from: date | None = None
    review_to: date | None = None
    channels: tuple[Channel, ...] = ()


def details(step: Step, at: datetime) -> Details:
    detail = LIFECYCLE[step].detail
    terms, today = TERMS.read(settings.POLICIES).table, timezone.localdate(at)
    if detail is Detail.LONGER:
        return Details(longer=terms.extensions)
    if detail is Detail.REVIEW_ON:
        return Details(review_from=today + timedelta(days=1), review_to=last_review(terms, today))
    if detail is Detail.CHANNEL:
        return Details(channels=tuple(CHANNELS.read(settings.POLICIES).table.values()))
    return Details()


def needs_acceptance_of(case: Case, target: Candidate) -> bool:
    """Whether only a post of the sub-district may dispatch the case to this post."""
    return needs_acceptance(TERMS.read(settings.POLICIES).table, case.category, target, case.place)


def legal_channel(code: str) -> Channel | None:
    return CHANNELS.read(settings.POLICIES).table.get(code)
