"""Texts offered beside the words of a step, filled with what is known of the case."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from weiwang.cases.actions.telling import day_said
from weiwang.cases.models import Case, Reporter
from weiwang.cases.queries import categories
from weiwang.cases.replies import REPLIES, offered
from weiwang.cases.rules import LIFECYCLE, Category, Note, Step
from weiwang.territory import queries as territory


@dataclass(frozen=True, slots=True)
class Filled:
    """One text as it may stand in the field, and its name in the language of who answers."""

    code: str
    name: str
    text: str


def language_of(case: Case) -> str:
    """The language its reporter used; Chinese where nobody left a contact."""
    found = Reporter.objects.filter(case=case).values_list("language", flat=True).first()
    return found or "zh"


def texts_for(case: Case, steps: Sequence[Step], *, reader: str) -> dict[Step, list[Filled]]:
    """For each step that takes words, the texts to begin with; `reader` is the language of who answers."""
    category, table = categories()[case.category], REPLIES.read(settings.POLICIES).table
    found = {
        step: rows
        for step in steps
        if LIFECYCLE[step].note is not Note.NONE and (rows := offered(table, category, step))
    }
    if not found:
        return {}
    language = language_of(case)
    values = known_of(case, category, language)
    return {
        step: [Filled(one.code, one.name(reader), one.said(language, values)) for one in rows]
        for step, rows in found.items()
    }


def known_of(case: Case, category: Category, language: str) -> dict[str, str]:
    """What the variables stand for. What is not known reads as the office would say it in general."""
    names = territory.post_names([post for post in (case.handler_post_id, case.owner_post_id) if post])
    department = _department(case) or names.get(case.handler_post_id or 0, "") or case.owner_name
    office = territory.place_head(case.place).name
    return {
        "number": case.number, "category": category.name(language), "unit": case.unit_name,
        "where": case.address or case.unit_name, "office": office, "department": department or office,
        "post": names.get(case.owner_post_id or 0, "") or office,
        "reported": day_said(case.reported_at, language), "promised": day_said(case.promised_at, language),
    }  # fmt: skip


def _department(case: Case) -> str:
    return case.department.name if case.department_id is not None and case.department is not None else ""
