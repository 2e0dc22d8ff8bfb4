"""What the reporter would read of a deed, before it is done.

The deed itself is done and taken back in one transaction, so that what is shown is what would be sent: the
same checks, the same words, the same outbox. Nothing stays, nothing leaves the house.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from weiwang.cases.actions.everybody import reporter_of
from weiwang.cases.actions.telling import SILENT
from weiwang.cases.links import private_token, query_code
from weiwang.cases.models import Case, Event
from weiwang.cases.progress import Told, story
from weiwang.notices import channels
from weiwang.notices.queries import Draft, drafts, messages
from weiwang.notices.rules import Audience, Channel

HIDDEN = "••••"
OUTSIDE = (Channel.EMAIL, Channel.SMS)
Deed = Callable[[], Case]


class Quiet(StrEnum):
    """Why the reporter gets no message."""

    STEP = "step"  # none is sent after these steps, whoever reported
    IMPORTED = "imported"  # reported elsewhere long ago: nobody is told
    NOBODY = "nobody"  # no contact was left
    LANDLINE = "landline"  # only a number that gets no text messages
    OTHER_WAY = "other_way"  # it goes out by a channel for which no contact was left
    NOT_SET_UP = "not_set_up"  # the channel they could be reached by does not exist here


@dataclass(frozen=True, slots=True)
class Preview:
    """What is told on the progress page, step by step, and the messages; empty where nothing is told.

    The private link of the reporter is hidden: it opens their page. Without a message `quiet` says why, and
    `ways` which channels it is about.
    """

    told: Sequence[Told]
    messages: Sequence[Draft]
    others: int = 0  # people who joined, or reported the same, and are told too
    quiet: Quiet | None = None
    ways: Sequence[Channel] = ()


def preview(deed: Deed, after: int, *, at: datetime) -> Preview:
    """What `deed`, one or more steps at this moment, would tell of a case whose history has `after` links.

    Raises what the deed raises.
    """
    with transaction.atomic():
        case = deed()
        taken = list(Event.objects.filter(case=case, seq__gt=after).order_by("seq"))
        public = [event for event in taken if event.public]
        told = story(case)[-len(public) :] if public else []
        sent = [one for event in taken for one in drafts(about=case.pk, occasion=str(event.seq))]
        transaction.set_rollback(True)
    out = [one for one in sent if one.channel in OUTSIDE]
    mine = [_hidden(one, case) for one in out if one.recipient == "reporter"]
    more = {one.recipient for one in out} - {"reporter"}
    quiet, ways = (None, ()) if mine else why_quiet(case, {event.step for event in public})
    return Preview(told, mine, len(more), quiet, ways)


def why_quiet(case: Case, steps: set[str]) -> tuple[Quiet, Sequence[Channel]]:
    """The first reason why no message about these steps leaves the house for the reporter."""
    kinds = [one for one in messages().values() if one.to is Audience.REPORTER and one.after & steps]
    by = [way for way in OUTSIDE if any(way in kind.channels for kind in kinds)]
    if not by:
        return Quiet.STEP, ()
    if case.channel in SILENT:
        return Quiet.IMPORTED, ()
    reporter = reporter_of(case)
    ways = [way for way, _address in reporter.ways()] if reporter else []
    if not ways:
        return Quiet.LANDLINE if reporter and reporter.phone else Quiet.NOBODY, ()
    fitting = [way for way in ways if way in by]
    if not fitting:
        return Quiet.OTHER_WAY, by
    return Quiet.NOT_SET_UP, [way for way in fitting if way not in channels.ready()]


def _hidden(draft: Draft, case: Case) -> Draft:
    return draft.without(private_token(case.pk), HIDDEN).without(query_code(case.pk), HIDDEN)
