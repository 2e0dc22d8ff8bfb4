"""Words that look like HTML, like a formula or like a command are stored as they are and shown as words."""

from collections.abc import Callable
from html import escape
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse
from tests.api.test_cases import ask
from tests.builders import Town, contact
from tests.territory.test_clients import let_in

from weiwang.cases.actions import Whereabouts
from weiwang.cases.links import private_token
from weiwang.cases.models import Case, Event
from weiwang.cases.rules import Step
from weiwang.notices.models import Delivery

Desk = Callable[[str], Client]
HTML = "<script>alert(1)</script><img src=x onerror=alert(2)>&lt;"
FORMULAS = ('=HYPERLINK("http://x.example","看")', "+1+cmd|' /C calc'!A1", "-2+3", "@SUM(1)", "＝1")


def exported(client: Client, kind: str) -> bytes:
    sent = {"query": "view=unassigned", "purpose": "核对", "kind": kind, "submission_key": str(uuid4())}
    return client.post(reverse("desk:dispatch-export"), sent).getvalue()


def test_html_in_a_report_and_in_an_answer_is_shown_as_words_on_every_face(town: Town, desk: Desk) -> None:
    where = Whereabouts(104.0005, 30.7005, address=HTML)
    case = town.walk(town.report(HTML, contact=contact(), where=where), Step.CHECK)
    town.step(case, Step.CLOSE, "community", f"已处理。{HTML}")
    assert (Case.objects.get().text, Event.objects.get(step="close").note) == (HTML, f"已处理。{HTML}")
    let_in(town, "community", scopes=["case.see"])
    pages = [
        desk("community").get(f"/desk/cases/{case.pk}/?more=1").text,
        desk("dispatcher").get(reverse("desk:worklist", query={"view": "closed", "q": HTML})).text,
        Client().get(f"/c/{case.pk}/{private_token(case.pk)}/").text,
        Client().get("/open311/v2/requests.xml").text,
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page
    told = ask(Client(), "GET", f"/cases/{case.pk}")
    assert (told.json()["text"], told["Content-Type"]) == (HTML, "application/json")
    assert Delivery.objects.exists()
    assert not any("alert" in row.text + row.subject for row in Delivery.objects.all())


@pytest.mark.parametrize("words", FORMULAS)
def test_a_formula_in_a_report_leaves_as_words(town: Town, desk: Desk, words: str) -> None:
    town.report(words, category="A01")
    line = exported(desk("dispatcher"), "csv").decode().splitlines()[1]
    assert f"'{words[0]}" in line
    with ZipFile(BytesIO(exported(desk("dispatcher"), "xlsx"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert f">{escape(words, quote=False)}<" in sheet
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
