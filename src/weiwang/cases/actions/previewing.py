"""What the reporter would read of a deed, before it is done.

The deed itself is done and taken back in one transaction, so that what is shown is what would be sent: the
same checks, the same words, the same outbox. Nothing stays, nothing leaves the house.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from weiwang.cases.links import private_token, query_code
from weiwang.cases.models import Case
from weiwang.cases.progress import story
from weiwang.notices.queries import Draft, drafts
from weiwang.notices.rules import Channel

HIDDEN = "••••"
Deed = Callable[[], Case]


@dataclass(frozen=True, slots=True)
class Preview:
    """The sentence (a msgid) and words on the progress page, and the messages; empty where nothing is told.

    The private link of the reporter is hidden: it opens their page.
    """

    tells: str
    note: str
    messages: Sequence[Draft]
    others: int = 0  # people who joined, or reported the same, and are told too


def preview(deed: Deed, *, at: datetime) -> Preview:
    """What `deed`, a step at this moment with all it needs, would tell. Raises what the deed raises."""
    with transaction.atomic():
        case = deed()
        told = [one for one in story(case)[-1:] if one.at == at]
        sent = drafts(about=case.pk, occasion=str(case.history_length))
        transaction.set_rollback(True)
    out = [one for one in sent if one.channel in {Channel.EMAIL, Channel.SMS}]
    messages = [_hidden(one, case) for one in out if one.recipient == "reporter"]
    more = {one.recipient for one in out} - {"reporter"}
    return Preview(told[0].tells if told else "", told[0].note if told else "", messages, len(more))


def _hidden(draft: Draft, case: Case) -> Draft:
    return draft.without(private_token(case.pk), HIDDEN).without(query_code(case.pk), HIDDEN)
