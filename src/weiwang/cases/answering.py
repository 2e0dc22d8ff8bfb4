"""Texts offered beside the words of a step, filled with what is known of the case."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from weiwang.cases.actions.telling import day_said
from weiwang.cases.models import Case
from weiwang.cases.queries import categories
from weiwang.cases.replies import REPLIES, offered
from weiwang.cases.rules import LIFECYCLE, Category, Note, Step


@dataclass(frozen=True, slots=True)
class Filled:
    """One text as it may stand in the field, and its name in the language of who answers."""

    code: str
    name: str
    text: str


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
    names = names_around(case)
    language = names.language or "zh"
    values = known_of(case, category, language, names)
    return {
        step: [Filled(one.code, one.name(reader), one.said(language, values)) for one in rows]
        for step, rows in found.items()
    }


class Names(NamedTuple):
    """What is not on the case itself; `language` is that of its reporter, empty where nobody left one."""

    language: str
    department: str
    handler: str
    owner: str
    office: str


# Written out: this is asked for every page of a case, and composing it takes longer than reading it.
_NAMES = """
SELECT (SELECT language FROM cases_reporter WHERE case_id = %s),
       (SELECT name FROM territory_department WHERE id = %s), (SELECT name FROM territory_post WHERE id = %s),
       (SELECT name FROM territory_post WHERE id = %s), (SELECT name FROM territory_unit WHERE id = %s)
"""


def names_around(case: Case) -> Names:
    with connection.cursor() as cursor:
        cursor.execute(
            _NAMES, [case.pk, case.department_id, case.handler_post_id, case.owner_post_id, case.place]
        )
        return Names(*(name or "" for name in cursor.fetchone()))


def known_of(case: Case, category: Category, language: str, names: Names) -> dict[str, str]:
    """What the variables stand for. What is not known reads as the office would say it in general."""
    department = names.department or names.handler or case.owner_name
    return {
        "number": case.number, "category": category.name(language), "unit": case.unit_name,
        "where": case.address or case.unit_name, "office": names.office,
        "department": department or names.office, "post": names.owner or names.office,
        "reported": day_said(case.reported_at, language), "promised": day_said(case.promised_at, language),
    }  # fmt: skip
