"""Noting a cause at the desk, and lists and files by it."""

from collections.abc import Callable
from io import BytesIO

from django.test import Client
from python_calamine import load_workbook
from tests.builders import Town
from tests.web.desk.test_colleagues import titles

from weiwang.cases.models import CauseNoted
from weiwang.cases.rules import Step

Desk = Callable[[str], Client]


def test_a_cause_is_noted_and_filters_and_leaves_with_the_list(town: Town, desk: Desk) -> None:
    case, other = (
        town.walk(town.report("路灯灭了"), Step.CLOSE),
        town.walk(town.report("井盖松动"), Step.CLOSE),
    )
    client = desk("community")
    page = client.post(
        f"/desk/cases/{case.pk}/cause/", {"step": "cause", "cause": "worn", "note": "线路老化"}, follow=True
    )
    assert "The cause has been recorded." in page.text
    assert ("Worn out" in page.text, "线路老化" in page.text) == (True, True)
    assert titles(client.get("/desk/cases/?view=all&cause=worn")) == [case.title]
    assert titles(client.get("/desk/cases/?view=closed&cause=damaged")) == []
    assert other.title in titles(client.get("/desk/cases/?view=closed&cause=junk"))
    dispatcher = desk("dispatcher")
    sent = {"purpose": "月度分析", "kind": "xlsx", "query": "view=closed&cause=worn"}
    answer = dispatcher.post("/desk/cases/export/", sent)
    rows = load_workbook(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()  # type: ignore[attr-defined]
    assert [(row[0], row[-2]) for row in rows] == [("Number", "Cause"), (case.number, "Worn out")]


def test_a_refused_cause_keeps_what_was_written(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(), Step.SIGN)
    page = desk("city").post(f"/desk/cases/{case.pk}/cause/", {"step": "cause", "cause": "other", "note": ""})
    assert (page.status_code, "Say in a few words" in page.text) == (422, True)
    page = desk("city").post(
        f"/desk/cases/{case.pk}/cause/", {"step": "cause", "cause": "no_permit", "note": "棚子"}
    )
    assert (page.status_code, "棚子" in page.text) == (422, True)
    assert CauseNoted.objects.count() == 0


def test_whoever_reads_along_is_shown_the_cause_without_the_form(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(), Step.SIGN)
    desk("city").post(f"/desk/cases/{case.pk}/cause/", {"step": "cause", "cause": "worn", "note": ""})
    page = desk("city2").get(f"/desk/cases/{case.pk}/").text
    assert ("Worn out" in page, 'name="cause"' in page) == (True, True)
    reader = desk("duty").get(f"/desk/cases/{case.pk}/").text
    assert "Worn out" in reader
