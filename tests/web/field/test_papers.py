"""Papers (PDF) on the phone: with a report, with a result; fetched as files."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.builders import Town
from tests.papers import make_pdf, opens_with

from weiwang.cases.models import Case, Paper
from weiwang.cases.rules import Step


@pytest.fixture
def leader(client: Client, town: Town) -> Client:
    client.force_login(town.users["leader"], backend="weiwang.web.account.store.AccountBackend")
    return client


def pdf(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("notice.pdf", data, "application/pdf")


def report(client: Client, town: Town, data: bytes) -> int:
    typed = {
        "unit": town.units["QH0101-1"].pk, "text": "门禁坏了", "papers": [pdf(data)],
        "submission_key": str(uuid4()),
    }  # fmt: skip
    return client.post("/field/report", typed).status_code


def test_a_report_brings_a_paper_that_is_fetched_as_a_file(leader: Client, town: Town) -> None:
    assert report(leader, town, make_pdf(change=opens_with("Launch"))) == 422
    assert report(leader, town, make_pdf(2)) == 302
    case, paper = Case.objects.get(), Paper.objects.get()
    assert "2 页，1 KB" in leader.get(reverse("field:case", args=[case.pk])).content.decode()
    answer = leader.get(reverse("field:paper", args=[paper.pk]))
    assert (answer.status_code, answer.getvalue()[:5]) == (200, b"%PDF-")
    assert answer["Content-Disposition"].startswith("attachment")
    leader.force_login(town.users["far"], backend="weiwang.web.account.store.AccountBackend")
    assert leader.get(reverse("field:paper", args=[paper.pk])).status_code == 404


def test_a_result_brings_a_paper(client: Client, town: Town) -> None:
    case = town.walk(town.report(), until=Step.START)
    client.force_login(town.users["city"], backend="weiwang.web.account.store.AccountBackend")
    typed = {
        "version": Case.objects.get().version, "note": "修好了。", "papers": [pdf(make_pdf())],
        "submission_key": str(uuid4()),
    }  # fmt: skip
    assert client.post(reverse("field:step", args=[case.pk, "handle"]), typed).status_code == 302
    assert Paper.objects.get().stage == "result"
