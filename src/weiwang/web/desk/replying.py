"""Beside the words of a step: texts to begin with, and what the reporter will get, before it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from weiwang.cases.actions.previewing import Deed, preview
from weiwang.cases.answering import texts_for
from weiwang.cases.queries import CaseFile
from weiwang.cases.replies import inserted
from weiwang.cases.rules import Step
from weiwang.notices.rules import CHANNEL_NAMES
from weiwang.web.desk.offers import Typed

INSERT, PREVIEW = "insert", "preview"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it would leave the house."""

    channel: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What the reporter reads on their page and gets as messages; `note` is what was looked at."""

    tells: str
    words: str
    letters: Sequence[Letter]
    note: str
    others: int


def with_text(file: CaseFile, asked: Typed, code: str) -> Typed:
    """The words so far with the chosen text below them: for pages without scripts."""
    step = Step(asked.step) if asked.step in set(Step) else None
    texts = texts_for(file.case, [step], reader=get_language() or "").get(step, []) if step else []
    found = next((one.text for one in texts if one.code == code), "")
    return replace(asked, note=inserted(asked.note, found) if found else asked.note)


def wants_preview(sent: QueryDict) -> bool:
    """A look was asked for, or the words were changed after the last one."""
    if sent.get("do") == PREVIEW:
        return True
    seen = sent.get("previewed")
    return seen is not None and seen.split() != sent.get("note", "").split()


def shown(deed: Deed, *, note: str, at: datetime) -> Shown:
    """What the deed would tell. Raises what the deed raises."""
    found = preview(deed, at=at)
    letters = [
        Letter(_(CHANNEL_NAMES[one.channel]), one.masked, one.subject, one.text) for one in found.messages
    ]
    return Shown(_(found.tells) if found.tells else "", found.note, letters, note, found.others)
