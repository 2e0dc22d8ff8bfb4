"""The dispatch desk: queues, today by community, many rows at once, tabs of one's own, files."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.builders import Town

from weiwang.audit.models import Entry
from weiwang.cases.actions import escalate
from weiwang.cases.actions.clocks import pause
from weiwang.cases.models import Case, Export, Reminder, SavedFilter
from weiwang.cases.rules import State, Step
from weiwang.kernel.tables import Column, Unknown, read_table

Desk = Callable[[str], Client]
DUMP = "A01"
PART = {"HX-Request": "true"}


def url(**query: str) -> str:
    return reverse("desk:dispatch", query=query)


def ticked(*cases: Case, **more: str) -> dict[str, object]:
    rows = [f"{case.pk}:{case.version}" for case in cases]
    return {"case": rows, "submission_key": str(uuid4()), "query": "view=unassigned", **more}


def dispatched(town: Town, text: str = "垃圾桶满了。") -> Case:
    return town.walk(town.report(text, category=DUMP), until=Step.DISPATCH)


# ---------------------------------------------------------------- the screen


def test_each_queue_holds_its_cases_and_the_tabs_count_them(town: Town, desk: Desk, at: datetime) -> None:
    fresh = town.report("楼道口有垃圾。", category=DUMP)
    late = dispatched(town, text="垃圾桶满了。")
    Case.objects.filter(pk=late.pk).update(returned=2)
    still = dispatched(town, text="等反映人补充。")
    pause(still, at, until=at + timedelta(days=5))
    still.save()
    with time_machine.travel(at + timedelta(days=1), tick=False):
        client = desk("dispatcher")
        for queue, shown in (
            ("unassigned", fresh), ("late", late), ("returned", late), ("still", still), ("late", fresh),
        ):  # fmt: skip
            assert str(shown.pk) in client.get(url(view=queue)).text
        assert str(still.pk) not in client.get(url(view="late")).text
        assert str(late.pk) not in client.get(url(view="unassigned")).text


def test_what_waits_for_a_decision_has_a_queue(town: Town, desk: Desk, at: datetime) -> None:
    case = town.walk(town.report("井盖要定做。", category=DUMP), until=Step.SIGN)
    with time_machine.travel(at, tick=False):
        assert "No request is waiting" in desk("dispatcher").get(url(view="asked")).text
        town.step(case, Step.ASK_EXTEND, "city", "井盖要定做。", longer="3wd")
        page = desk("dispatcher").get(url(view="asked")).text
    assert str(case.pk) in page
    assert "No request is waiting" not in page


def test_a_case_at_eighty_per_cent_is_about_to_be_late(town: Town, desk: Desk, at: datetime) -> None:
    case = town.report(category=DUMP)  # one working hour
    for minutes, there in ((40, False), (48, True), (59, True), (60, False)):
        with time_machine.travel(at + timedelta(minutes=minutes), tick=False):
            assert (str(case.pk) in desk("dispatcher").get(url(view="near")).text) is there


def test_today_is_counted_by_community(town: Town, desk: Desk) -> None:
    town.report(category=DUMP)
    town.report(category=DUMP, lon=104.0025)
    town.walk(town.report(category=DUMP), until=Step.CLOSE)
    page = desk("dispatcher").get(url()).text
    assert "Today: 3 received, 1 closed" in page
    assert "梧桐社区" in page
    assert "桃源社区" in page


def test_a_community_sees_its_own_part_only(town: Town, desk: Desk) -> None:
    town.report(category=DUMP, lon=104.0025)
    page = desk("community").get(url()).text
    assert "Everything has been dispatched" in page
    assert "桃源社区" not in page


def test_one_row_and_three_rows_cost_the_same(town: Town, desk: Desk, at: datetime) -> None:
    client, counts = desk("dispatcher"), []
    for number in (1, 2):
        for _ in range(number):
            town.report(category=DUMP)
        escalate(at=at + timedelta(minutes=50))
        client.get(url())
        with CaptureQueriesContext(connection) as queries:
            client.get(url())
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_nothing_is_sent_while_nothing_has_changed(town: Town, desk: Desk) -> None:
    town.report(category=DUMP)
    client = desk("dispatcher")
    page = client.get(url()).text
    since = page.split("since=")[1].split('"')[0]
    with CaptureQueriesContext(connection) as quiet:
        assert client.get(url(since=since), headers=PART).status_code == 204
    # who asks is read with the number of the calendar; of cases, their histories and all else one number
    asked = [query["sql"].replace("cases_calendarversion", "") for query in quiet]
    assert sum("cases_" in sql for sql in asked) == 1
    town.report(category=DUMP)
    renewed = client.get(url(since=since), headers=PART)
    assert renewed.status_code == 200
    assert "<html" not in renewed.text
    assert renewed.text.count("data-choose>") == 2


def test_reminders_of_the_own_posts_stand_beside(town: Town, desk: Desk, at: datetime) -> None:
    town.report(category=DUMP)
    escalate(at=at + timedelta(hours=1, minutes=1))
    with time_machine.travel(at + timedelta(hours=2), tick=False):
        assert "late, one level up" in desk("community").get(url()).text


@pytest.mark.parametrize("username", ["city", "leader", "auditor"])
def test_only_those_who_dispatch_enter(desk: Desk, username: str) -> None:
    client = desk(username)
    for name in ("dispatch", "dispatch-many", "dispatch-keep"):
        method = client.get if name == "dispatch" else client.post
        assert method(reverse(f"desk:{name}")).status_code == 403


@pytest.mark.parametrize(
    "query", ["view=x", "since=", "unit=99999999999999999999", "category=ZZ9", "cursor=1|2"]
)
def test_what_an_address_says_wrongly_is_left_out(desk: Desk, query: str) -> None:
    assert desk("dispatcher").get(f"{url()}?{query}").status_code == 200


# ---------------------------------------------------------------- many at once


def test_many_are_assigned_each_to_its_usual_post(town: Town, desk: Desk) -> None:
    cases = [town.report(category=DUMP), town.step(town.report(category=DUMP), Step.REGISTER, "community")]
    answer = desk("dispatcher").post(reverse("desk:dispatch-many"), ticked(*cases, deed="assign"))
    assert "2 cases done." in answer.text
    states = Case.objects.filter(pk__in=[case.pk for case in cases]).values_list("state", "owner_post")
    assert {state for state, _ in states} == {State.DISPATCHED}
    assert all(owner == cases[0].suggested_post_id for _, owner in states)


def test_each_row_has_its_own_answer(town: Town, desk: Desk) -> None:
    mine, theirs = town.report(category=DUMP), town.report(category=DUMP, lon=104.0025)
    moved = town.report(category=DUMP)
    old = ticked(mine, theirs, moved, deed="assign", target=str(town.posts["city"].pk))
    town.step(moved, Step.REGISTER, "community")
    page = desk("community").post(reverse("desk:dispatch-many"), old).text
    assert "1 case done. 2 cases not done." in page
    assert "1 case is not yours to see." in page
    assert Case.objects.get(pk=mine.pk).owner_post_id == town.posts["city"].pk
    assert Case.objects.get(pk=theirs.pk).state == State.REPORTED


def test_what_failed_stays_ticked_with_its_reason_and_can_be_sent_again(town: Town, desk: Desk) -> None:
    done, moved = town.report(category=DUMP), town.report(category=DUMP)
    old = ticked(done, moved, deed="assign")
    town.step(moved, Step.REGISTER, "community")
    client = desk("dispatcher")
    page = client.post(reverse("desk:dispatch-many"), old).text
    (row,) = re.findall(r'<li class="dk-row".*?</li>', page)
    now = Case.objects.get(pk=moved.pk)
    assert f'value="{now.pk}:{now.version}" data-choose checked' in row
    assert "Somebody else has moved this case on" in row
    assert 'value="assign"' in page  # the same buttons stand above it
    again = client.post(reverse("desk:dispatch-many"), ticked(now, deed="assign")).text
    assert "1 case done." in again
    assert "data-choose" not in again


def test_whoever_was_urged_sees_it_until_they_answer(town: Town, desk: Desk) -> None:
    case = dispatched(town)
    desk("dispatcher").post(reverse("desk:dispatch-many"), ticked(case, deed="remind", note="请今天处理"))
    city, page = desk("city"), reverse("desk:case", args=[case.pk])
    said = f"Urged today 10:00 by {town.posts['dispatcher'].name}: “请今天处理”"
    for where in (reverse("desk:worklist"), page):
        assert said in city.get(where).text
    assert "1 case waits for your answer" in city.get(reverse("desk:worklist")).text
    assert ">Urged</span>" in desk("dispatcher").get(reverse("desk:worklist", query={"view": "open"})).text
    assert "No answer yet." in desk("dispatcher").get(page).text
    town.step(case, Step.SIGN, "city")
    for where in (reverse("desk:worklist"), page):
        assert said not in city.get(where).text


def test_a_post_that_cannot_handle_it_is_refused_row_by_row(town: Town, desk: Desk) -> None:
    case = town.report(category=DUMP)
    sent = ticked(case, deed="assign", target=str(town.posts["far"].pk))
    page = desk("dispatcher").post(reverse("desk:dispatch-many"), sent).text
    assert "This post cannot handle cases of this place." in page
    assert Case.objects.get(pk=case.pk).state == State.REPORTED


def test_a_list_sent_twice_is_one_deed(town: Town, desk: Desk) -> None:
    case = dispatched(town)
    sent = ticked(case, deed="remind", note="请今天处理")
    client = desk("dispatcher")
    first = client.post(reverse("desk:dispatch-many"), sent).text
    second = client.post(reverse("desk:dispatch-many"), sent).text
    assert "Reminder sent to" in first
    assert "Already done." in second
    assert Reminder.objects.filter(case=case).count() == 1


@pytest.mark.parametrize(
    "sent", [{}, {"deed": "assign"}, {"case": "x:1", "deed": "assign"}, {"deed": "rm -rf"}]
)
def test_nothing_ticked_is_said_and_nothing_happens(desk: Desk, sent: dict[str, str]) -> None:
    answer = desk("dispatcher").post(reverse("desk:dispatch-many"), sent, follow=True)
    assert "Select at least one case first." in answer.text


# ---------------------------------------------------------------- tabs of one's own


def test_a_filter_kept_is_a_tab_for_its_owner_and_its_link_works_for_all(town: Town, desk: Desk) -> None:
    town.report(category=DUMP)
    client = desk("dispatcher")
    sent = {"query": "view=late&category=A01", "name": "垃圾超时", "submission_key": str(uuid4())}
    client.post(reverse("desk:dispatch-keep"), sent)
    kept = SavedFilter.objects.get()
    assert kept.query == "view=late&category=A01"
    assert "垃圾超时" in client.get(url()).text
    assert "垃圾超时" not in desk("duty").get(url()).text
    assert desk("duty").get(f"{url()}?{kept.query}").status_code == 200
    desk("duty").post(reverse("desk:dispatch-drop", args=[kept.pk]))
    assert SavedFilter.objects.exists()
    client.post(reverse("desk:dispatch-drop", args=[kept.pk]))
    assert not SavedFilter.objects.exists()


def shown_tab(page: str) -> str:
    """The label and the number of the one tab that is shown as current."""
    (tab,) = re.findall(r'aria-current="page"><span>(.*?)</span>(?:<span class="ww-count">(\d+))?', page)
    return " ".join(tab)


def test_a_tab_kept_is_the_one_shown_with_its_number_and_the_focus(town: Town, desk: Desk) -> None:
    town.report(category=DUMP)
    town.report("路灯不亮。", category="B03")
    client, query = desk("dispatcher"), "view=unassigned&category=A01"
    answer = client.post(reverse("desk:dispatch-keep"), {"query": query, "name": "垃圾"})
    kept = SavedFilter.objects.get()
    assert answer["Location"] == f"{url()}?{query}#kept-{kept.pk}"
    page = client.get(answer["Location"]).text
    assert f'id="kept-{kept.pk}"' in page
    assert shown_tab(page.split('id="worklist"')[1]) == "垃圾 1"
    assert shown_tab(client.get(url(view="unassigned")).text.split('id="worklist"')[1]) == "To dispatch 2"
    dropped = client.post(reverse("desk:dispatch-drop", args=[kept.pk]), {"query": query})
    assert dropped["Location"] == f"{url()}?{query}#queue-unassigned"


def test_a_list_that_is_a_tab_already_is_not_kept_again(desk: Desk) -> None:
    client = desk("dispatcher")
    assert "Narrow it with a filter or with words first" in client.get(url(view="late")).text
    answer = client.post(reverse("desk:dispatch-keep"), {"query": "view=late", "name": "超时"}, follow=True)
    assert "Narrow it with a filter or with words first" in answer.text
    assert not SavedFilter.objects.exists()


def test_an_empty_tab_says_so_in_its_own_words_and_shows_nothing_else(desk: Desk) -> None:
    client = desk("dispatcher")
    own = {
        "unassigned": "Everything has been dispatched", "near": "Nothing is about to be late",
        "late": "Nothing is late", "asked": "No request is waiting", "still": "No clock is paused",
        "returned": "Nothing was returned twice", "parts": "No part has moved",
        "whistles": "Nobody is called just now",
    }  # fmt: skip
    for view, said in own.items():
        page = client.get(url(view=view)).text
        assert [words for words in own.values() if words in page] == [said]
        assert 'data-stays="today">' in page  # folded


def test_what_the_filters_leave_empty_names_its_tab(town: Town, desk: Desk) -> None:
    town.report(category=DUMP)
    assert (
        "Nothing under “Late” matches these filters"
        in desk("dispatcher").get(url(view="late", q="井盖")).text
    )


def test_a_tab_without_a_name_and_the_ninth_tab_are_refused(desk: Desk) -> None:
    client = desk("dispatcher")
    sent = {"query": "view=late&category=A01", "name": " "}
    answer = client.post(reverse("desk:dispatch-keep"), sent, follow=True)
    assert "Give the tab a name." in answer.text
    for number in range(9):
        sent |= {"name": f"标签{number}"}
        answer = client.post(reverse("desk:dispatch-keep"), sent, follow=True)
    assert "At most 8 tabs" in answer.text
    assert SavedFilter.objects.count() == 8


# ---------------------------------------------------------------- files


def exported(client: Client, kind: str, purpose: str = "月度分析") -> bytes:
    sent = {"query": "view=unassigned", "purpose": purpose, "kind": kind, "submission_key": str(uuid4())}
    return client.post(reverse("desk:dispatch-export"), sent, follow=True).getvalue()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_leaves_masked_marked_and_recorded(town: Town, desk: Desk, kind: str) -> None:
    town.report("有人乱倒垃圾，电话13800000001。", category=DUMP)
    content = exported(desk("dispatcher"), kind)
    columns = [Column("title", ("Subject",)), Column("mark", ("Exported by",))]
    table = read_table(content, columns, unknown=Unknown.IGNORE)
    row = next(iter(table)).values
    assert row["title"] == "有人乱倒垃圾，电话138****0001。"
    assert "张调度" in str(row["mark"])
    entry = Entry.objects.get(action="case.export")
    assert (entry.reason, entry.data["rows"]) == ("月度分析", 1)


def test_no_list_leaves_without_a_purpose_or_the_power(town: Town, desk: Desk) -> None:
    town.report(category=DUMP)
    assert "write down what the list is for" in exported(desk("dispatcher"), "csv", " ").decode()
    assert not Export.objects.exists()
    assert desk("community").post(reverse("desk:dispatch-export"), {"purpose": "x"}).status_code == 403


def test_the_rows_of_a_day_have_an_end(town: Town, desk: Desk, at: datetime) -> None:
    town.report(category=DUMP)
    Export.objects.create(place=town.place, user=town.users["dispatcher"], at=at, rows=100_000)
    assert "at most 100000 rows a day" in exported(desk("dispatcher"), "csv").decode()


def test_a_list_costs_the_same_queries_however_long(town: Town, desk: Desk) -> None:
    client, counts = desk("dispatcher"), []
    for number in (1, 2):
        for _ in range(number):
            town.report(category=DUMP)
        with CaptureQueriesContext(connection) as queries:
            exported(client, "csv")
        counts.append(len(queries))
    assert counts[0] == counts[1]
