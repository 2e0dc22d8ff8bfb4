"""The ladder of reminders: which rung a limit has reached, and which posts are told. Plain Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from weiwang.cases.routing import Candidate
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.policy import PolicyFile
from weiwang.kernel.worktime import ZONE, Calendar, Unit

ASKED = 0
"""The rung of a reminder that a person sent (催办); those of the policy count from 1."""

SUPERVISED, HELP, PART_ENDED = 30_001, 30_002, 30_003
"""Not rungs either: a person's words of supervision (督办), the wish that a post helps (协办), and the news
that a part of a case has ended."""

BY_HAND: Mapping[int, str] = {
    ASKED: gettext_noop("Please hurry"),
    SUPERVISED: gettext_noop("Under supervision"),
    HELP: gettext_noop("Please help"),
    PART_ENDED: gettext_noop("A part has ended"),
}

SAYS = "case.dispatch"  # whoever may dispatch here answers for what lies below
AT_THE_TOP = "duty_leader"


@dataclass(frozen=True, slots=True)
class Rung:
    """One row of `policies/escalation.yaml`; `share` 1.0 is the end of the limit."""

    number: int
    code: str
    share: float
    levels_up: int
    zh: str
    en: str

    def name(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


Ladder = tuple[Rung, ...]


def read_ladder(content: Mapping[str, Any]) -> Ladder:
    """Check `policies/escalation.yaml`: shares above zero that rise, levels that never fall."""
    rungs = tuple(
        Rung(number, str(row["code"]), int(row["at"]) / 100, int(row["levels_up"]), row["zh"], row["en"])
        for number, row in enumerate(content["rungs"], start=1)
    )
    for below, above in pairwise(rungs):
        if above.share <= below.share or above.levels_up < below.levels_up:
            raise ValueError(f"{above.code}: each rung stands above the one before")
    if not rungs or rungs[0].share <= 0 or rungs[0].levels_up < 0:
        raise ValueError("the first rung must stand above 0 %")
    return rungs


LADDER = PolicyFile("escalation", read_ladder)


def reached(ladder: Ladder, share: float) -> Rung | None:
    """The highest rung this share has reached; None below the first."""
    return next((rung for rung in reversed(ladder) if share >= rung.share), None)


def word(ladder: Ladder, number: int, language: str) -> str:
    """What a reminder of this rung says, in a language or as a message to translate."""
    if number in BY_HAND:
        return BY_HAND[number]
    known = next((rung for rung in ladder if rung.number == number), ladder[-1])
    return known.name(language)


def may_be_told(unit: Unit, at: datetime, calendar: Calendar) -> bool:
    """Working limits are told of in duty hours only: nobody is called at midnight about office hours."""
    if not unit.is_working:
        return True
    local = at.astimezone(ZONE)
    minute = local.hour * 60 + local.minute
    return any(opens <= minute < closes for opens, closes in calendar.hours_on(local.date()))


def told(rung: Rung, owner: int, posts: Sequence[Candidate]) -> list[int]:
    """The posts that get the message: the owner, and those who answer `levels_up` levels above it.

    `posts` are those on the way up from the place of the case, nearest first. Levels without a holder are
    passed by; above the top level stands nobody, so there the duty leader is told.
    """
    if not rung.levels_up:
        return [owner]
    mine = next((post.path for post in posts if post.post_id == owner), None)
    above = [
        post
        for post in posts
        if SAYS in post.allows and post.holders and post.post_id != owner
        and (mine is None or len(post.path) < len(mine) or post.path == posts[-1].path)
    ]  # fmt: skip
    levels = list(dict.fromkeys(post.path for post in above))
    if not levels:
        return [owner]
    level = levels[min(rung.levels_up, len(levels)) - 1]
    there = [post for post in above if post.path == level]
    if rung.levels_up > len(levels) or (mine == level and rung.levels_up > 1):
        there = [post for post in there if post.kind == AT_THE_TOP] or there
    return [owner, *(post.post_id for post in there)]
