"""Every index of the cases answers a question, and a report pays only for those it has a value for."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Q, QuerySet
from tests.builders import Town

from weiwang.cases.facets import Facets
from weiwang.cases.models import Case, Event
from weiwang.cases.rules import FINAL

ASKED: dict[str, "QuerySet[Any]"] = {
    "cases_case_number": Case.objects.filter(number="QH2611-00421-K"),
    "cases_case_source_ref": Case.objects.filter(place=1, source_ref__in=["a", "b"]),
    "cases_case_owner": Case.objects.filter(owner_post__in=[1, 2]).order_by("due_at"),
    "cases_case_handler": Case.objects.filter(handler_post__in=[1, 2]),
    "cases_case_answerable": Case.objects.filter(answerable_post__in=[1, 2]),
    "cases_case_of_department": Case.objects.filter(department__in=[1, 2]),
    "cases_case_department": Case.objects.filter(~Q(state__in=FINAL), department=1).order_by("due_at"),
    "cases_case_reported_by": Case.objects.filter(reported_by=1).order_by("-reported_at", "-id")[:50],
    "cases_case_helpers": Case.objects.filter(helper_posts__overlap=[1, 2]),
    "cases_case_parent": Case.objects.filter(parent=UUID(int=1)),
    "cases_case_parted": Case.objects.filter(place=1, open_parts__isnull=False)
    .exclude(state__in=FINAL)
    .order_by("due_at"),
    "cases_case_merged": Case.objects.filter(merged_into=UUID(int=1)),
    "cases_case_closed": Case.objects.filter(place=1, closed_at__gte="2026-11-16T00:00Z").order_by(
        "closed_at"
    ),
    "cases_case_contact": Case.objects.filter(place=1, contact_due_at__isnull=False, contacted_at=None)
    .exclude(state__in=FINAL)
    .order_by("contact_due_at"),
    "cases_case_search": Case.objects.alias(facets=Facets()).filter(
        Q(search="路灯", facets__contains=["cD02"], facets__overlap=["u1"])
    ),
    "cases_event_seq": Event.objects.filter(case=UUID(int=1)).order_by("seq"),
}

_FILLED = """
SELECT count(*) FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
WHERE relname = %s AND (indpred IS NULL OR pg_get_expr(indpred, indrelid) !~ ALL (%s))
"""
NOBODY_YET = [rf"\({name} IS NOT NULL\)" for name in (
    "source_ref", "handler_post_id", "answerable_post_id", "department_id", "reported_by_id",
    "merged_into_id", "helper_posts", "parent_id", "open_parts",
    "closed_at", "user_id", "contact_due_at",
)]  # fmt: skip


@pytest.mark.parametrize("index", ASKED)
def test_a_question_is_answered_from_its_index(town: Town, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = ASKED[index].explain()
    assert f"{index} " in plan or f"{index}\n" in plan, plan


@pytest.mark.parametrize(("table", "filled"), [("cases_case", 10), ("cases_event", 2), ("audit_entry", 5)])
def test_a_report_without_an_account_fills_few_indexes(db: None, table: str, filled: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FILLED, [table, NOBODY_YET])
        assert cursor.fetchone() == (filled,)
