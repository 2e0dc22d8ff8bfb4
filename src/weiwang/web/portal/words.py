"""Moments and promises in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from weiwang.cases.progress import Progress, Told
from weiwang.cases.rules import STATE_NAMES, State, Step
from weiwang.web.ui.attached import PaperLine, paper_lines
from weiwang.web.ui.parts import Step as Stage
from weiwang.web.ui.parts import Tone, clock_tone

TALK = frozenset({Step.ASK_REPORTER, Step.ANSWERED})  # stands in the thread
HOUR = 3600
DAY = 24 * HOUR


def moment(at: datetime) -> str:
    """`Thursday 26 November, 17:00`."""
    # Translators: a date format of Django: weekday, day and month, time.
    return date_format(timezone.localtime(at), _("l j F, H:i"))


def left(until: datetime, *, at: datetime) -> str:
    """How long it is until then; one unit, rounded down."""
    seconds = int((until - at).total_seconds())
    if seconds < 0:
        return _("the promised time has passed")
    if seconds < HOUR:
        return _("less than an hour left")
    if seconds < 2 * DAY:
        count = seconds // HOUR
        return ngettext("%(count)s hour left", "%(count)s hours left", count) % {"count": count}
    count = seconds // DAY
    return ngettext("%(count)s day left", "%(count)s days left", count) % {"count": count}


@dataclass(frozen=True, slots=True)
class Promise:
    """The promise and its clock: by when, how long still, how much of it is used."""

    by: str
    left: str
    percent: int
    is_late: bool
    tone: Tone


def promise(seen: Progress, *, at: datetime) -> Promise:
    whole = max(1.0, (seen.promised_at - seen.since).total_seconds())
    percent = max(0, min(100, int(100 * (at - seen.since).total_seconds() / whole)))
    is_late = at > seen.promised_at
    percent = 100 if is_late else min(percent, 99)
    return Promise(
        moment(seen.promised_at), left(seen.promised_at, at=at), percent, is_late, clock_tone(percent)
    )


def steps(seen: Progress) -> list[Stage]:
    """Like a parcel: what happened, where it is now, what is still to come."""
    happened = [_happened(word, shown_above=seen.answer) for word in seen.story]
    coming = [
        Stage(label=_(sentence), progress="next" if number else "now", who=_owner(seen, number))
        for number, sentence in enumerate(seen.to_come)
    ]
    return happened + coming


def _happened(word: Told, *, shown_above: str) -> Stage:
    who = _("you") if word.by_reporter else _("the system") if word.who == "system" else word.who
    return Stage(
        label=_(word.tells),
        progress="done",
        at=word.at,
        who=who,
        words="" if word.note == shown_above or word.step in TALK else word.note,
    )


def _owner(seen: Progress, number: int) -> str:
    return _("now with: %(post)s") % {"post": seen.owner} if number == 0 and seen.owner else ""


def state_tone(state: State) -> Tone:
    if state in {State.REJECTED, State.VOID, State.HANDED_OVER, State.SUSPENDED}:
        return "quiet"
    return "cleared" if state in {State.CLOSED, State.FOLLOWED_UP} else "action"


def state_name(state: State) -> str:
    return _(STATE_NAMES[state])


@dataclass(frozen=True, slots=True)
class Word:
    """One question or answer of the thread."""

    mine: bool
    who: str
    when: str
    words: str
    photos: Sequence[object]


def thread(seen: Progress) -> list[Word]:
    """Questions and answers in their order; whoever only joined the matter reads none of it."""
    if seen.joined:
        return []
    return [
        Word(
            told.by_reporter, told.who, moment(told.at), told.note,
            [photo for photo in seen.reply_photos if photo.added_at == told.at] if told.by_reporter else [],
        )
        for told in seen.story
        if told.step in TALK and told.note
    ]  # fmt: skip


PAPERS: Mapping[str, str] = {
    "report": gettext_noop("Your paper"),
    "reply": gettext_noop("Paper of your answer"),
    "told": gettext_noop("Paper from the office"),
    "result": gettext_noop("Paper of the result"),
}


def papers(seen: Progress, token: str) -> dict[str, list[PaperLine]]:
    """The papers of the report and of answers, those from the office, and those of the result."""

    def lines(*stages: str) -> list[PaperLine]:
        found = [paper for paper in seen.papers if paper.stage in stages]
        return paper_lines(
            found, lambda key: reverse("portal:paper", args=[seen.case_id, token, key]), PAPERS
        )

    return {
        "own_papers": lines("report", "reply"),
        "told_papers": lines("told"),
        "result_papers": lines("result"),
    }
