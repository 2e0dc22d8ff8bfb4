"""Papers (PDF) on the residents' pages: sent with a report, kept while it is mended, fetched as files."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.builders import Town
from tests.papers import clean, make_pdf, opens_with
from tests.web.portal.conftest import Send

from weiwang.audit.rules import RESIDENT
from weiwang.cases.actions import add_note
from weiwang.cases.links import private_token
from weiwang.cases.models import Case, Paper
from weiwang.cases.rules import Step


def pdf(data: bytes, name: str = "王小明的合同.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "application/pdf")


def page_of(case: Case) -> str:
    return f"/c/{case.pk}/{private_token(case.pk)}/"


def fetch(visitor: Client, case: Case, paper: Paper) -> tuple[int, dict[str, str], bytes]:
    answer = visitor.get(f"{page_of(case)}paper/{paper.pk}.pdf")
    return answer.status_code, dict(answer.headers), answer.getvalue()


def test_a_paper_is_sent_with_a_report_and_fetched_as_a_file(send: Send, visitor: Client) -> None:
    assert send(papers=[pdf(make_pdf(2))]).status_code == 302
    case, paper = Case.objects.get(), Paper.objects.get()
    page = visitor.get(page_of(case)).content.decode()
    assert "Your paper 1" in page
    assert "2 pages, 1 KB" in page
    status, headers, data = fetch(visitor, case, paper)
    assert (status, data[:5], headers["Content-Type"]) == (200, b"%PDF-", "application/pdf")
    assert headers["Content-Disposition"] == f'attachment; filename="{case.number}-{str(paper.pk)[-4:]}.pdf"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox;")
    assert "王小明" not in page


def test_a_harmful_paper_is_refused_in_words_and_nothing_typed_is_lost(send: Send) -> None:
    answer = send(text="楼道漏水", papers=[pdf(make_pdf(change=opens_with("Launch")), "letter.pdf")])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“letter.pdf”: The PDF holds a program" in page
    assert "楼道漏水" in page
    assert not Case.objects.exists()


def test_a_paper_waits_while_the_report_is_mended(send: Send) -> None:
    page = send(text=" ", papers=[pdf(make_pdf(3))]).content.decode()
    assert "3 pages, 1 KB" in page
    ticket = re.search(r'name="waiting" value="([^"]+)"', page)
    assert ticket is not None
    assert send(waiting=ticket[1]).status_code == 302
    assert Paper.objects.get().pages == 3


def test_no_more_than_three_papers(send: Send) -> None:
    answer = send(papers=[pdf(make_pdf()) for _ in range(4)])
    assert answer.status_code == 422
    assert "At most 3 papers can be" in answer.content.decode()


def test_a_question_is_answered_with_a_paper(visitor: Client, town: Town) -> None:
    case = town.walk(town.report(by=RESIDENT), until=Step.START)
    town.step(case, Step.ASK_REPORTER, "city", "有收据吗？")
    said = {"words": "见附件。", "papers": [pdf(make_pdf())], "submission_key": "the-first-answer"}
    assert visitor.post(f"{page_of(case)}answer", said).status_code == 302
    assert Paper.objects.get().stage == "reply"
    wrong = {**said, "papers": [pdf(b"PK\x03\x04 no paper")], "submission_key": "the-second-answer"}
    town.step(case, Step.ASK_REPORTER, "city", "还有吗？")
    answer = visitor.post(f"{page_of(case)}answer", wrong)
    assert (answer.status_code, "This file is not a PDF" in answer.content.decode()) == (422, True)


def test_inner_papers_and_those_of_a_result_before_the_answer_are_not_there(
    visitor: Client, town: Town
) -> None:
    case = town.walk(town.report(by=RESIDENT), until=Step.START)
    town.step(case, Step.HANDLE, "city", "修好了。", papers=[clean()])
    community = town.officer("community")
    add_note(case_id=case.pk, note="内部。", by=community, at=town.at, papers=[clean()])
    add_note(case_id=case.pk, note="通知。", by=community, at=town.at, public=True, papers=[clean()])
    result, inner, told = Paper.objects.order_by("added_at", "pk")
    by_stage = {paper.stage: paper for paper in (result, inner, told)}
    seen = {stage: fetch(visitor, case, paper)[0] for stage, paper in by_stage.items()}
    assert seen == {"result": 404, "note": 404, "told": 200}
    assert "Paper from the office 1" in visitor.get(page_of(case)).content.decode()
    town.step(case, Step.CHECK, "community", "看过。")
    town.step(case, Step.CLOSE, "community", "已修好。")
    assert fetch(visitor, case, by_stage["result"])[0] == 200
    assert fetch(visitor, case, by_stage["note"])[0] == 404
    assert "Paper of the result 1" in visitor.get(page_of(case)).content.decode()


def test_a_paper_of_another_case_or_a_changed_link_opens_nothing(visitor: Client, town: Town) -> None:
    mine, other = town.report(by=RESIDENT), town.report(by=RESIDENT, papers=[clean()])
    paper = Paper.objects.get()
    assert fetch(visitor, mine, paper)[0] == 404
    assert visitor.get(f"/c/{other.pk}/wrong/paper/{paper.pk}.pdf").status_code == 404
