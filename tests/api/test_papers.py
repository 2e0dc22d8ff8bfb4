"""Papers (PDF) by key: with a report, a step, a note; larger bodies only for those who have a key."""

import base64
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.api.test_cases import ALL, act, ask, code
from tests.builders import Town
from tests.papers import draws, make_pdf, opens_with, stream
from tests.territory.test_clients import KEY, let_in

from weiwang.cases.models import Case, Paper


@pytest.fixture(autouse=True)
def _let_in(at: datetime, town: Town) -> Any:
    from django.core.cache import cache

    cache.clear()
    let_in(town, "community", scopes=ALL)
    with time_machine.travel(at, tick=False):
        yield


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_papers_come_with_a_report_a_step_and_a_note_and_are_fetched(client: Client, town: Town) -> None:
    body = {"text": "路灯不亮", "lon": 104.0005, "lat": 30.7005, "papers": [text(make_pdf(2))]}
    said = act(client, "/cases", body).json()
    (paper,) = said["papers"]
    assert (said["paper_count"], paper["stage"], paper["pages"]) == (1, "report", 2)
    answer = client.get(paper["url"], headers={"Authorization": f"Bearer {KEY}"})
    assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (
        200,
        "application/pdf",
        b"%PDF-",
    )
    assert (answer["Content-Disposition"][:10], len(answer.content)) == ("attachment", paper["size"])
    case = f"/cases/{said['id']}"
    assert act(client, f"{case}/notes", {"note": "见附件", "papers": [text(make_pdf())]}).status_code == 201
    told = {"note": "通知", "public": True, "papers": [text(make_pdf())]}
    assert act(client, f"{case}/notes", told).status_code == 201
    assert act(client, f"{case}/steps/register", {"papers": [text(make_pdf())]}, 1).status_code == 200
    assert sorted(one.stage for one in Paper.objects.all()) == ["note", "report", "result", "told"]
    let_in(town, "far", scopes=["case.see"], key="ww_far")
    assert client.get(paper["url"], headers={"Authorization": "Bearer ww_far"}).status_code == 404


def test_a_paper_that_cannot_be_taken_is_refused_with_a_code(
    client: Client, town: Town, settings: Any
) -> None:
    settings.PAPER_BYTES = 1_000_000
    case = town.report()
    refused = {
        "***": (422, "paper.base64"),
        text(b"no paper"): (422, "paper.not_a_pdf"),
        text(make_pdf(change=opens_with("Launch"))): (422, "paper.acts"),
        text(b"%PDF-1.7" + bytes(1_000_000)): (413, "paper.too_large"),
        text(b"%PDF-1.7" + bytes(3_000_000)): (413, "request.too_large"),
    }
    for given, wanted in refused.items():
        assert code(act(client, f"/cases/{case.pk}/steps/register", {"papers": [given]}, 1)) == wanted
    assert code(act(client, f"/cases/{case.pk}/notes", {"note": "x", "papers": ["x"] * 4})) == (
        422,
        "request.invalid",
    )
    assert (Paper.objects.exists(), Case.objects.get().version) == (False, case.version)


def test_a_large_paper_is_taken_from_whoever_has_a_key_and_from_nobody_else(
    client: Client, town: Town
) -> None:
    large = make_pdf(change=draws(stream(b"% " + b"x" * 2_600_000)))
    case = town.report()
    assert act(client, f"/cases/{case.pk}/notes", {"note": "x", "papers": [text(large)]}).status_code == 201
    answer = ask(
        client, "POST", "/reports", {"text": "x" * 2_600_000}, Authorization="", Idempotency_Key="k" * 20
    )
    assert code(answer) == (413, "request.too_large")
