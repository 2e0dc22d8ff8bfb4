"""Who answers a whistle how, and when a warning climbs: tables and plain decisions.

After 北京市接诉即办工作条例 (2021) art. 33: a grid calls, departments report in, both sides judge the matter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.kernel.policy import PolicyFile
from weiwang.kernel.worktime import Limit, Unit


class CallState(StrEnum):
    CALLED = "called"
    ON_WAY = "on_way"
    ON_SITE = "on_site"
    DECLINED = "declined"
    RELEASED = "released"


CALL_NAMES: Mapping[CallState, str] = {
    CallState.CALLED: gettext_noop("called"),
    CallState.ON_WAY: gettext_noop("on the way"),
    CallState.ON_SITE: gettext_noop("on site"),
    CallState.DECLINED: gettext_noop("declined, decided one level up"),
    CallState.RELEASED: gettext_noop("need not come"),
}


class Answer(StrEnum):
    """What is done with one department's call."""

    ON_WAY = "on_way"
    ARRIVE = "arrive"
    DECLINE = "decline"
    INSIST = "insist"
    RELEASE = "release"


ANSWER_NAMES: Mapping[Answer, str] = {
    Answer.ON_WAY: gettext_noop("We are on the way"),
    Answer.ARRIVE: gettext_noop("We are on site"),
    Answer.DECLINE: gettext_noop("Decline, with the reason"),
    Answer.INSIST: gettext_noop("They must come"),
    Answer.RELEASE: gettext_noop("They need not come"),
}


class Side(StrEnum):
    GRID = "grid"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class AnswerMove:
    """One row of the table: whose answer it is (`power`), from which states, and whether it needs words."""

    origins: frozenset[CallState]
    to: CallState
    power: str
    needs_words: bool = False


# A department answers its own call; what it declines is decided by the leader on duty, one level up.
ANSWERS: Mapping[Answer, AnswerMove] = {
    Answer.ON_WAY: AnswerMove(frozenset({CallState.CALLED}), CallState.ON_WAY, "whistle.answer"),
    Answer.ARRIVE: AnswerMove(
        frozenset({CallState.CALLED, CallState.ON_WAY}), CallState.ON_SITE, "whistle.answer"
    ),
    Answer.DECLINE: AnswerMove(
        frozenset({CallState.CALLED}), CallState.DECLINED, "whistle.answer", needs_words=True
    ),
    Answer.INSIST: AnswerMove(
        frozenset({CallState.DECLINED}), CallState.CALLED, "whistle.rule", needs_words=True
    ),
    Answer.RELEASE: AnswerMove(
        frozenset({CallState.DECLINED, CallState.CALLED}),
        CallState.RELEASED,
        "whistle.rule",
        needs_words=True,
    ),
}
# Reporting in is over for these; the others are late once their limit has passed.
REPORTED_IN = frozenset({CallState.ON_WAY, CallState.ON_SITE, CallState.RELEASED})

WORDS = 500
PLACE_WORDS = 120
REASON = 200
MOST_DEPARTMENTS = 12


class WhistleError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "whistle.unknown": gettext_noop("There is no such whistle, or it is not yours to see."),
        "whistle.kind": gettext_noop("Choose what the whistle is for."),
        "whistle.limit": gettext_noop("Choose one of the limits for reporting in."),
        "whistle.nobody": gettext_noop("Call at least one department."),
        "whistle.too_many": gettext_noop("At most %(most)s departments can be called at once."),
        "whistle.department": gettext_noop("One of the departments is not here any more. Choose again."),
        "whistle.no_words": gettext_noop("Say in a few words what is needed on the spot."),
        "whistle.no_place": gettext_noop("Say where to meet."),
        "whistle.open": gettext_noop("There is an open whistle on this case already."),
        "whistle.closed_case": gettext_noop("This case is closed. A whistle needs an open case or a place."),
        "whistle.ended": gettext_noop("This whistle has ended already."),
        "whistle.not_ended": gettext_noop("Judgements are written when the whistle has ended."),
        "whistle.no_outcome": gettext_noop("Write down what came of it."),
        "call.moved": gettext_noop("Somebody has answered this call meanwhile. It now shows what stands."),
        "call.reason": gettext_noop("Please write down the reason."),
        "judgement.given": gettext_noop("Your side has written its judgement already."),
        "judgement.result": gettext_noop("Choose how far the matter is settled."),
        "judgement.no_words": gettext_noop("Write one sentence about this matter."),
        "warning.no_words": gettext_noop("Say in a few words what you see."),
        "warning.nobody": gettext_noop("Nobody above can take a warning yet. Please call instead."),
        "warning.unknown": gettext_noop("There is no such warning, or it is not yours to answer."),
        "warning.taken": gettext_noop("Somebody has taken this warning already."),
    }


# ---------------------------------------------------------------- the table


@dataclass(frozen=True, slots=True)
class Word:
    zh: str
    en: str

    def name(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Kind(Word):
    icon: str
    limit: str


@dataclass(frozen=True, slots=True)
class WhistleTable:
    """`policies/whistles.yaml`, checked. Limits are texts such as `30m`, `2h`."""

    kinds: Mapping[str, Kind]
    limits: Sequence[str]
    results: Mapping[str, Word]
    warning_limit: timedelta


def read_whistles(content: Mapping[str, Any]) -> WhistleTable:
    limits = [str(text) for text in content["limits"]]
    kinds = {code: Kind(**row) for code, row in content["kinds"].items()}
    for text in [*limits, *(kind.limit for kind in kinds.values())]:
        minutes_of(text)
    unknown = {kind.limit for kind in kinds.values()} - set(limits)
    if unknown:
        raise ValueError(f"limits of kinds that cannot be chosen: {sorted(unknown)}")
    return WhistleTable(
        kinds=kinds, limits=limits, results={code: Word(**row) for code, row in content["results"].items()},
        warning_limit=minutes_of(str(content["warning"]["limit"])),
    )  # fmt: skip


def minutes_of(text: str) -> timedelta:
    """The length of a limit by the clock: who reports in does not wait for office hours.

    Raises `ValueError` for what is no limit, and for working hours and days.
    """
    limit = Limit.parse(text)
    if limit.unit not in {Unit.MINUTE, Unit.HOUR}:
        raise ValueError(f"{text}: a limit for reporting in runs by the clock, as 30m or 2h")
    return timedelta(minutes=limit.amount * (60 if limit.unit is Unit.HOUR else 1))


TABLE = PolicyFile("whistles", read_whistles)


# ---------------------------------------------------------------- decisions


def refuse_answer(answer: Answer, state: CallState, *, words: str) -> AnswerMove:
    """The row of the table for this answer. Raises `WhistleError` with the first reason against it."""
    move = ANSWERS[answer]
    if state not in move.origins:
        raise WhistleError("call.moved")
    if move.needs_words and not words:
        raise WhistleError("call.reason")
    return move


def is_late(state: CallState, due_at: datetime, answered_at: datetime | None, at: datetime) -> bool:
    """Whether a department has not reported in by its limit, or did so after it."""
    if state is CallState.RELEASED:
        return False
    return (answered_at or at) > due_at


class Rung(Protocol):
    """A post on the way up from a place, nearest first in every list."""

    @property
    def post_id(self) -> int: ...
    @property
    def path(self) -> str: ...
    @property
    def allows(self) -> frozenset[str]: ...
    @property
    def holders(self) -> frozenset[int]: ...


def next_above(
    posts: Sequence[Rung], *, power: str, below: str | None, avoid: int | None = None
) -> Rung | None:
    """The nearest post with a holder that allows `power`, in a unit strictly above `below` (a unit path).

    With `below` None any unit counts. `avoid` is a person who does not answer themselves. None at the top.
    """
    for post in posts:
        higher = below is None or len(post.path) < len(below)
        if higher and power in post.allows and post.holders - {avoid}:
            return post
    return None
