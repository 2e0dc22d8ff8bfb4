"""A case as PDF: for whoever may see it, masked, with its purpose in the record."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader
from tests.builders import Town, contact

from weiwang.audit.models import Entry
from weiwang.cases.rules import Step

Desk = Callable[[str], Client]
REPORT = "路灯不亮，请打我电话13912345678联系。"


def take(client: Client, case: Any, **sent: str) -> Any:
    return client.post(f"/desk/cases/{case.pk}/paper/", {"step": "paper", "note": "联席会议用", **sent})


def words(answer: Any) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages).split())


def test_a_case_leaves_as_pdf_masked_and_recorded(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(REPORT, contact=contact()), Step.HANDLE)
    answer = take(desk("community"), case)
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "private, no-store")
    assert f"{case.number}.pdf" in answer["Content-Disposition"]
    said = words(answer)
    for part in (case.number, "139****5678", "已更换灯泡", "联席会议用", "张community"):
        assert part in said, part
    assert [part for part in ("13912345678", "13800000001", "李四") if part in said] == []
    entry = Entry.objects.get(action="case.print")
    assert (entry.reason, entry.data["fields"]) == ("联席会议用", [])


def test_the_contact_stands_on_it_only_by_right(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(REPORT, contact=contact()), Step.SIGN)
    said = words(take(desk("community"), case, contact="yes"))
    assert ("13800000001" in said, "李四" in said, "13912345678" in said) == (True, True, False)
    assert Entry.objects.get(action="case.print").data["fields"] == ["name", "phone"]
    assert take(desk("city"), case, contact="yes").status_code == 403
    assert 'name="contact"' not in desk("city").get(f"/desk/cases/{case.pk}/?more=1").text


def test_a_purpose_is_needed_and_strangers_get_nothing(town: Town, desk: Desk) -> None:
    case = town.report(REPORT)
    assert take(desk("community"), case, note=" ").status_code == 422
    assert take(desk("community2"), case).status_code == 404
    assert not Entry.objects.filter(action="case.print").exists()


@pytest.mark.parametrize("words_", ["<b>#pagebreak()</b> $x$ *y* \\ [", "一\n二\n\n三", "𠮷𠮷"])
def test_whatever_stands_in_a_report_is_printed_as_words(town: Town, desk: Desk, words_: str) -> None:
    answer = take(desk("community"), town.report(words_))
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
