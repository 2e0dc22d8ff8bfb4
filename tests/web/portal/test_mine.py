"""My reports on this phone: kept by the browser alone, only when asked, and taken off again."""

import uuid
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.builders import Town, contact
from tests.web.portal.conftest import Send

from weiwang.audit.rules import RESIDENT
from weiwang.cases.links import private_token
from weiwang.cases.models import Case
from weiwang.cases.rules import Step
from weiwang.web.portal.remembered import COOKIE, MOST


def _path(case: Case, more: str = "") -> str:
    return f"/c/{case.pk}/{private_token(case.pk)}/{more}"


def _keep(visitor: Client, case: Case) -> Any:
    return visitor.post(_path(case, "keep"), {"submission_key": str(uuid.uuid4())})


def _read(visitor: Client, url: str = "/mine") -> str:
    return str(visitor.get(url).content.decode())


def test_nothing_is_remembered_unless_it_is_asked_for(visitor: Client, send: Send) -> None:
    sent = visitor.get(send()["Location"]).content.decode()
    assert "Remember it on this phone" in sent
    assert COOKIE not in visitor.cookies
    assert "No report is remembered here" in _read(visitor)


def test_a_remembered_report_says_where_it_stands(visitor: Client, town: Town) -> None:
    case = town.report(contact=contact(), by=RESIDENT)
    answer = _keep(visitor, case)
    assert answer["Location"] == "/mine"
    cookie = visitor.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    town.walk(case, until=Step.CLOSE)
    page = _read(visitor)
    assert (case.number in page, _path(case) in page, "closed" in page) == (True, True, True)
    assert "My reports on this phone (1)" in _read(visitor, "/follow")
    assert "1 report and where it stands" in _read(visitor, "/")
    assert "This phone remembers this report." in _read(visitor, _path(case))


def test_one_or_all_are_taken_off_and_the_reports_stay(visitor: Client, town: Town) -> None:
    cases = [town.report(by=RESIDENT) for _ in range(3)]
    for case in cases:
        _keep(visitor, case)
        _keep(visitor, case)  # pressed twice it stands there once
    visitor.post("/mine/forget", {"page": cases[0].pk.hex})
    page = _read(visitor)
    assert [case.number in page for case in cases] == [False, True, True]
    assert page.index(cases[2].number) < page.index(cases[1].number)
    visitor.post("/mine/forget")
    assert "No report is remembered here" in _read(visitor)
    assert visitor.get(_path(cases[0])).status_code == 200


def test_a_changed_cookie_opens_nothing(visitor: Client, town: Town) -> None:
    case = town.report(by=RESIDENT)
    _keep(visitor, case)
    kept = visitor.cookies[COOKIE].value
    for wrong in (kept[:-2] + "xx", "nonsense", "", f"[{case.pk.hex}]"):
        visitor.cookies[COOKIE] = wrong
        assert "No report is remembered here" in _read(visitor)


def test_a_wrong_link_is_not_remembered(visitor: Client, town: Town) -> None:
    case = town.report(by=RESIDENT)
    answer = visitor.post(f"/c/{case.pk}/{'x' * 22}/keep")
    assert answer.status_code == 404
    assert COOKIE not in visitor.cookies


def test_a_restricted_matter_is_listed_without_its_words(visitor: Client, town: Town) -> None:
    case = town.report("家里的事。", by=RESIDENT)
    Case.objects.filter(pk=case.pk).update(restricted=True)
    _keep(visitor, case)
    page = _read(visitor)
    assert (case.number in page, "家里的事" in page) == (True, False)


def test_the_list_costs_the_same_for_one_and_three_and_has_an_end(visitor: Client, town: Town) -> None:
    counts = []
    for number in (1, 2):
        for _ in range(number):
            _keep(visitor, town.report(by=RESIDENT))
        with CaptureQueriesContext(connection) as found:
            _read(visitor)
        counts.append(len(found))
    assert counts[0] == counts[1]
    assert len(visitor.cookies[COOKIE].value) / 3 * MOST < 3800


def test_the_list_is_kept_out_of_caches_and_search_engines(visitor: Client, town: Town) -> None:
    answer = visitor.get("/mine")
    assert ("noindex" in answer["X-Robots-Tag"], "no-store" in answer["Cache-Control"]) == (True, True)
