"""A message on somebody's page in words, and what it leads to; the same for the desk and the phone."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from weiwang.cases.actions.telling import moment_said
from weiwang.cases.actions.telling_posts import FOLLOWED, SEVERAL
from weiwang.cases.queries import categories
from weiwang.notices.queries import Message, messages
from weiwang.whistles.telling import CALLED, CLIMBED, DECLINED, LATE, TAKEN, WARNED


class Lead(StrEnum):
    """What a message leads to: `about` names the case or the whistle."""

    CASE = "case"
    WHISTLE = "whistle"
    WARNING = "warning"
    OWN_WARNING = "own_warning"  # one that the reader raised
    WORK = "work"  # what waits for a post


LEADS: Mapping[str, Lead] = {
    CALLED: Lead.WHISTLE, LATE: Lead.WHISTLE, DECLINED: Lead.WHISTLE, WARNED: Lead.WARNING,
    CLIMBED: Lead.OWN_WARNING, TAKEN: Lead.OWN_WARNING, SEVERAL: Lead.WORK, FOLLOWED: Lead.WORK,
}  # fmt: skip


def leads_to(message: Message) -> Lead:
    kind = messages().get(message.kind)
    causes = kind.after if kind is not None else frozenset[str]()
    return next((lead for cause, lead in LEADS.items() if cause in causes), Lead.CASE)


def said(message: Message, language: str) -> str:
    """A message in the reader's language, whoever caused it in which language."""
    kind = messages().get(message.kind)
    if kind is None:
        return message.told.get("number", "")
    tongue = "en" if language.startswith("en") else "zh"
    due, category = message.told.get("due", ""), message.told.get("category", "")
    values = dict(message.told) | {
        "due": moment_said(datetime.fromisoformat(due), language) if due else "",
        "category": _category(category, language),
        "kind": message.told.get(f"kind_{tongue}", ""), "rung": message.told.get(f"rung_{tongue}", ""),
    }  # fmt: skip
    return kind.said(language, values).short


def _category(code: str, language: str) -> str:
    found = categories().get(code) if code else None
    return found.name(language) if found is not None else code or "—"


def icon_of(message: Message) -> str:
    lead = leads_to(message)
    if lead is Lead.WHISTLE:
        return "speakerphone"
    if lead in {Lead.WARNING, Lead.OWN_WARNING}:
        return "alert-triangle"
    return "bell" if message.said or lead is Lead.WORK else "inbox"
