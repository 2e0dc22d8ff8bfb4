"""`policies/reporters.yaml`: what those who report are promised. Plain Python, pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.policy import PolicyFile
from weiwang.kernel.worktime import Limit


@dataclass(frozen=True, slots=True)
class Reason:
    """One box at the end. `hears` are kinds of post that read it at once."""

    code: str
    zh: str
    en: str
    hears: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Promises:
    contact_within: Limit
    contact_channels: frozenset[str]
    reopen_within: timedelta
    no_answer_after: timedelta
    feedback_channels: frozenset[str]
    satisfied: Mapping[str, Reason]
    dissatisfied: Mapping[str, Reason]

    def reasons(self, *, satisfied: bool) -> Mapping[str, Reason]:
        return self.satisfied if satisfied else self.dissatisfied

    def chosen(self, codes: Sequence[str], *, satisfied: bool) -> list[Reason]:
        """The reasons with these codes in the order of the table; what is not in it is left out."""
        return [reason for code, reason in self.reasons(satisfied=satisfied).items() if code in codes]

    def may_still_object(self, closed_at: datetime | None, *, at: datetime) -> bool:
        return closed_at is None or at <= closed_at + self.reopen_within


class Outcome(StrEnum):
    """How a finished case ended for whoever reported it. No answer is counted apart from both others."""

    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    NO_ANSWER = "no_answer"


OUTCOME_NAMES: Mapping[Outcome, str] = {
    Outcome.SATISFIED: gettext_noop("satisfied"),
    Outcome.DISSATISFIED: gettext_noop("not satisfied"),
    Outcome.NO_ANSWER: gettext_noop("no answer"),
}


class How(StrEnum):
    """By which way a reporter was contacted."""

    PHONE = "phone"
    VISIT = "visit"
    MESSAGE = "message"


HOW_NAMES: Mapping[How, str] = {
    How.PHONE: gettext_noop("by telephone"),
    How.VISIT: gettext_noop("in person"),
    How.MESSAGE: gettext_noop("by message"),
}


def read_promises(content: Mapping[str, Any]) -> Promises:
    """Check the table: a limit that can be read, days above zero, codes that appear once."""
    contact, feedback = content["contact"], content["feedback"]
    reopen, silent = int(feedback["reopen_within_days"]), int(feedback["no_answer_after_days"])
    if reopen < 1 or silent < 1:
        raise ValueError("days must be above zero")
    return Promises(
        Limit.parse(str(contact["within"])), frozenset(contact["channels"]), timedelta(days=reopen),
        timedelta(days=silent), frozenset(feedback["channels"]), _reasons(feedback["satisfied"]),
        _reasons(feedback["dissatisfied"]),
    )  # fmt: skip


def _reasons(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Reason]:
    found = {
        row["code"]: Reason(row["code"], row["zh"], row["en"], tuple(row.get("hears", ()))) for row in rows
    }
    if len(found) < len(rows):
        raise ValueError("a reason appears twice")
    return found


def share_of_contact(*, since: datetime, due_at: datetime, at: datetime) -> int:
    """How much of the time for the first contact is used, in per cent; 100 when it is over."""
    whole = (due_at - since).total_seconds()
    if at >= due_at or whole <= 0:
        return 100
    return max(0, min(99, int(100 * (at - since).total_seconds() / whole)))


PROMISES = PolicyFile("reporters", read_promises)
