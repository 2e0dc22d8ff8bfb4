"""Papers (PDF) at the desk: with a report taken, with a result, with a note; fetched as files."""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.builders import Town
from tests.papers import clean, make_pdf, opens_with
from tests.web.desk.test_case_page import press, url
from tests.web.desk.test_case_paper import take, words

from weiwang.cases.models import Case, Event, Paper
from weiwang.cases.rules import Step

Desk = Callable[[str], Client]


def pdf(data: bytes, name: str = "notice.pdf") -> Any:
    return SimpleUploadedFile(name, data, "application/pdf")


def test_a_paper_of_the_report_is_listed_and_fetched_by_those_who_see_the_case(
    town: Town, desk: Desk
) -> None:
    case = town.report(papers=[clean(2)])
    paper, client = Paper.objects.get(), desk("community")
    page = client.get(url(case)).content.decode()
    assert f'href="/desk/papers/{paper.pk}.pdf"' in page
    assert "2 pages" in page
    answer = client.get(f"/desk/papers/{paper.pk}.pdf")
    assert answer.getvalue() == clean(2).pdf
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{case.number}')
    assert answer["Content-Security-Policy"].startswith("sandbox;")
    assert desk("community2").get(f"/desk/papers/{paper.pk}.pdf").status_code == 404


def test_a_result_comes_with_a_paper_and_a_harmful_one_moves_nothing(town: Town, desk: Desk) -> None:
    case, city = town.walk(town.report(), until=Step.START), desk("city")
    wrong = press(city, case, Step.HANDLE, note="已修好。", papers=pdf(make_pdf(change=opens_with("Launch"))))
    page = wrong.content.decode()
    assert (wrong.status_code, "holds a program" in page, "已修好。" in page) == (422, True, True)
    assert press(city, case, Step.HANDLE, note="已修好。", papers=pdf(make_pdf())).status_code == 302
    assert (Case.objects.get().state, Paper.objects.get().stage) == ("handled", "result")


def test_a_note_comes_with_a_paper_for_colleagues_or_for_the_reporter(town: Town, desk: Desk) -> None:
    case, client = town.walk(town.report(), until=Step.REGISTER), desk("community")
    for key, more in (("a", {}), ("b", {"public": "1"})):
        said = {"note": "见附件。", "papers": pdf(make_pdf()), "submission_key": key, **more}
        assert client.post(url(case, "note/"), said).status_code == 302
    assert sorted(paper.stage for paper in Paper.objects.all()) == ["note", "told"]
    wrong = {"note": "写了很久的话", "papers": pdf(b"no paper"), "submission_key": "c"}
    answer = client.post(url(case, "note/"), wrong)
    assert (answer.status_code, "写了很久的话" in answer.content.decode()) == (422, True)
    assert "This file is not a PDF" in answer.content.decode()
    assert Event.objects.filter(step="note").count() == 2


def test_a_report_taken_at_the_counter_brings_its_paper(town: Town, desk: Desk) -> None:
    typed = {
        "text": "物业收费有争议", "lon": "104.0005", "lat": "30.7005",
        "papers": pdf(make_pdf(2)), "submission_key": "at-the-counter",
    }  # fmt: skip
    assert desk("dispatcher").post("/desk/cases/new/", typed).status_code == 302
    assert (Paper.objects.get().pages, Case.objects.get().channel) == (2, "desk")


def test_the_case_on_paper_names_its_papers(town: Town, desk: Desk) -> None:
    said = words(take(desk("community"), town.report(papers=[clean(2)])))
    assert "Paperofthereport1(2pages,1KB)" in said
