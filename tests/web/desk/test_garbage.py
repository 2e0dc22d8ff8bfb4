"""Whatever a broken browser sends to the forms of a case: an answer in words, never a fault."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from tests.builders import Town, contact

from weiwang.cases.models import Case
from weiwang.cases.rules import Step

Desk = Callable[[str], Client]
FORMS = (
    "step", "place", "note", "help", "help/over", "reporter", "contact", "contact/correct", "cause", "paper",
    "urgency", "merge", "unmerge", "part", "parts/seen", "split", "link", "unlink",
)  # fmt: skip
FIELDS = (
    "step", "note", "reason", "target", "post", "into", "number", "other", "category", "unit", "cause",
    "words", "urgent", "longer", "review_on", "channel", "how", "reached", "public", "text", "name", "phone",
    "email", "answer", "purpose", "contact", "photos", "satisfied",
)  # fmt: skip
GARBAGE: dict[str, dict[str, Any]] = {
    "NUL": dict.fromkeys(FIELDS, "\0"),
    "large numbers": dict.fromkeys(FIELDS, "9" * 30) | {"seen_version": "9" * 5000},
    "markup and half characters": dict.fromkeys(FIELDS, "'\"><script>alert(1)</script>{{ x }}%s%(y)s")
    | dict.fromkeys(("note", "words", "number"), b"\xff\xfe"),
}


@pytest.mark.parametrize("what", GARBAGE)
def test_garbage_in_the_forms_of_a_case_is_answered_in_words(town: Town, desk: Desk, what: str) -> None:
    case = town.walk(town.report(contact=contact()), Step.SIGN)
    before = Case.objects.values("state", "version", "owner_post", "due_at").get(pk=case.pk)
    client = desk("community")
    for form in FORMS:
        sent = GARBAGE[what] | {"submission_key": f"garbage-{uuid4()}"}
        answer = client.post(f"/desk/cases/{case.pk}/{form}/", sent)
        assert answer.status_code < 500, form
        assert b"<script>alert" not in answer.content, form
    after = Case.objects.values("state", "version", "owner_post", "due_at").get(pk=case.pk)
    assert after == before


def test_more_rows_than_a_list_shows_are_refused_together(town: Town, desk: Desk) -> None:
    case = town.report()
    rows = [f"{case.pk}:{case.version}", *(f"{uuid4()}:1" for _ in range(200))]
    sent = {"case": rows, "deed": "assign", "submission_key": str(uuid4()), "query": "view=unassigned"}
    answer = desk("dispatcher").post("/desk/dispatch/do/", sent, follow=True)
    assert "At most 200" in answer.text
    assert Case.objects.get(pk=case.pk).state == "reported"
