"""Calendars of a sub-district and its organisations, and what a change of one does to open deadlines."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from tests.builders import Town

from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM, AlreadyDoneError
from weiwang.cases.actions import recounting
from weiwang.cases.actions.calendars import (
    Change,
    change_calendar,
    preview_calendar,
)
from weiwang.cases.actions.clocks import category_named, end, pause
from weiwang.cases.actions.recounting import recount_deadlines, recount_where_changed
from weiwang.cases.calendars import (
    ChangedDay,
    DayKind,
    calendar_days,
    calendars,
    changed,
    unannounced_year,
    week_of,
    weeks_of,
)
from weiwang.cases.limits import limits_there, read_local_limits
from weiwang.cases.models import CalendarVersion, Case, Event
from weiwang.cases.queries import verify_histories
from weiwang.cases.rules import (
    CALENDAR,
    CaseError,
    Category,
    Clock,
    State,
    Step,
)
from weiwang.kernel.worktime import ALWAYS, WEEKDAYS, ZONE, Calendar, CalendarError, LimitError
from weiwang.territory.rules import NotAllowedError

DUMP = "A01"  # one working hour to accept, two to sign for
TUESDAY = date(2026, 11, 17)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def off(day: date = TUESDAY, **more: Any) -> Change:
    return Change(kind="off", day=day, name="停电检修", **more)


# ---------------------------------------------------------------- the tables


def test_changed_days_lie_over_the_signed_ones() -> None:
    base = Calendar(week_of({name: ["09:00-17:00"] for name in WEEKDAYS[:5]}), frozenset({TUESDAY}))
    saturday, monday = date(2026, 11, 21), date(2026, 11, 16)
    table = changed(
        base,
        [
            ChangedDay(TUESDAY, DayKind.USUAL),
            ChangedDay(monday, DayKind.OFF),
            ChangedDay(saturday, DayKind.DUTY, ((540, 720),)),
        ],
    )
    assert (table.hours_on(TUESDAY), table.hours_on(monday), table.hours_on(saturday)) == (
        ((540, 1020),), (), ((540, 720),),
    )  # fmt: skip


def test_make_up_days_follow_the_hours_of_an_organisation_with_its_own() -> None:
    saturday = date(2026, 11, 21)
    base = Calendar(week_of({"monday": ["09:00-17:00"]}), makeup={saturday: ((540, 1020),)})
    table = changed(base, [], week_of({"monday": ["08:00-12:00"]}))
    assert table.hours_on(saturday) == ((480, 720),)


def test_a_department_has_its_own_calendar_while_it_has_the_case(town: Town) -> None:
    by, city = town.officer("admin"), town.departments["city_management"].pk
    change_calendar(change=off(department_id=city), by=by, at=town.at, place=town.place)
    change_calendar(change=off(unit_id=town.units["QH02"].pk), by=by, at=town.at, place=town.place)
    found = calendars(town.place)
    near, far = town.units["QH0101-1"].path, town.units["QH0202-2"].path
    assert not found.of(Clock.HANDLE, city, near).hours_on(TUESDAY)
    assert found.of(Clock.ACCEPT, city, near).hours_on(TUESDAY)
    assert not found.of(Clock.ACCEPT, None, far).hours_on(TUESDAY)
    assert found.base.hours_on(TUESDAY)


# ---------------------------------------------------------------- changing one


def test_a_day_off_moves_open_deadlines_and_each_is_logged(town: Town) -> None:
    late = town.at.replace(hour=16, minute=30)
    one, two = town.report(category=DUMP, at=late), town.report(category=DUMP, at=town.at)
    assert one.due_at == at("2026-11-17 09:30")
    by = town.officer("admin")
    moves = preview_calendar(change=off(), by=by, place=town.place)
    assert (moves.open, moves.later, moves.earlier) == (2, 1, 0)
    assert Case.objects.get(pk=one.pk).due_at == one.due_at
    change_calendar(change=off(), by=by, at=late, place=town.place, submission="once")
    with pytest.raises(AlreadyDoneError):
        change_calendar(change=off(), by=by, at=late, place=town.place, submission="once")
    moved = Case.objects.get(pk=one.pk)
    assert (moved.due_at, moved.version) == (at("2026-11-18 09:30"), one.version)
    assert Case.objects.get(pk=two.pk).due_at == two.due_at
    entry = Event.objects.filter(case=one).latest("seq")
    assert (entry.step, entry.public) == ("calendar", False)
    assert datetime.fromisoformat(str(entry.data["now"])) == moved.due_at
    assert all(isinstance(found, Case) for found in verify_histories())
    assert recount_deadlines(place=town.place, at=late) == 0


def test_taking_a_change_back_puts_every_deadline_back(town: Town) -> None:
    late = town.at.replace(hour=16, minute=30)
    case = town.report(category=DUMP, at=late)
    by = town.officer("admin")
    change_calendar(change=off(), by=by, at=late, place=town.place)
    change_calendar(change=replace(off(), kind="drop"), by=by, at=late, place=town.place)
    assert Case.objects.get(pk=case.pk).due_at == case.due_at


def test_pauses_are_kept_when_deadlines_are_counted_again(town: Town) -> None:
    case = town.report(category=DUMP)
    pause(case, town.at + timedelta(minutes=30), until=at("2026-11-17 09:00"))
    case.save()
    assert case.due_at == at("2026-11-17 09:30")
    change_calendar(change=off(), by=town.officer("admin"), at=town.at, place=town.place)
    assert Case.objects.get(pk=case.pk).due_at == at("2026-11-18 09:30")


def test_other_hours_count_from_then_on_for_new_cases_too(town: Town) -> None:
    week = {name: ["08:00-10:30"] for name in WEEKDAYS[:5]}
    change_calendar(
        change=Change(kind="week", week=week), by=town.officer("admin"), at=town.at, place=town.place
    )
    assert town.report(category=DUMP).due_at == at("2026-11-17 08:30")
    assert weeks_of(town.place)[0].week["monday"] == ["08:00-10:30"]


def test_many_deadlines_are_left_to_the_job_and_it_ends(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weiwang.cases.actions.calendars.INLINE", 0)
    late = town.at.replace(hour=16, minute=30)
    case = town.report(category=DUMP, at=late)
    change_calendar(change=off(), by=town.officer("admin"), at=late, place=town.place)
    assert Case.objects.get(pk=case.pk).due_at == case.due_at
    assert recount_where_changed(at=late) == 1
    assert recount_where_changed(at=late) == 0
    version = CalendarVersion.objects.get(place=town.place)
    assert version.counted == version.version == 1


def test_deadlines_are_counted_page_by_page_and_none_is_left_out(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "AT_ONCE", 2)
    late = town.at.replace(hour=16, minute=30)
    cases = [town.report(category=DUMP, at=late) for _ in range(5)]
    moves = change_calendar(change=off(), by=town.officer("admin"), at=late, place=town.place)
    assert moves.later == 5
    assert {Case.objects.get(pk=case.pk).due_at for case in cases} == {at("2026-11-18 09:30")}
    entries = Entry.objects.filter(action="calendar.recount")
    assert sorted(entry.data["moved"] for entry in entries) == [1, 2, 2]
    assert all(isinstance(found, Case) for found in verify_histories())


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (Change(kind="duty", day=TUESDAY, hours="17:00-09:00"), CalendarError),
        (Change(kind="duty", day=TUESDAY, hours=""), CaseError),
        (Change(kind="feast", day=TUESDAY), CaseError),
        (Change(kind="week", week={"monday": []}), CaseError),
        (Change(kind="week", week={"monday": ["x"]}), CalendarError),
        (Change(kind="off", day=TUESDAY, department_id=10**9), CaseError),
        (Change(kind="off", day=TUESDAY, unit_id=10**9), CaseError),
    ],
)
def test_what_is_no_calendar_is_refused_and_nothing_changes(
    town: Town, change: Change, error: type[Exception]
) -> None:
    with pytest.raises(error):
        change_calendar(change=change, by=town.officer("admin"), at=town.at, place=town.place)
    assert not CalendarVersion.objects.exists()


@pytest.mark.parametrize("username", ["dispatcher", "community", "auditor", "city"])
def test_only_those_who_keep_the_calendar_change_it(town: Town, username: str) -> None:
    with pytest.raises(NotAllowedError):
        preview_calendar(change=off(), by=town.officer(username), place=town.place)
    with pytest.raises(NotAllowedError):
        change_calendar(change=off(), by=town.officer(username), at=town.at, place=town.place)


def test_a_year_without_its_notice_is_provisional_and_can_be_filled_in(town: Town) -> None:
    """A holiday table that ends tomorrow: 2027 is known by its festivals only, 2028 not at all."""
    assert calendar_days(town.place, 2027).is_provisional
    assert calendar_days(town.place, 2028).lines == []
    change_calendar(change=off(date(2028, 1, 3)), by=town.officer("admin"), at=town.at, place=town.place)
    assert [line.is_own for line in calendar_days(town.place, 2028).lines] == [True]


def test_a_limit_that_reaches_into_a_year_without_its_notice_is_provisional(town: Town) -> None:
    """The table ends with the year; a limit by the clock rests on no day and is certain."""
    case = town.report(category=DUMP, at=at("2026-12-31 16:30"))
    assert (case.due_at, unannounced_year(case)) == (at("2027-01-04 09:30"), 2027)
    assert unannounced_year(town.report(category=DUMP, at=at("2026-12-31 15:30"))) is None
    case.clock_limit = "24h"
    assert unannounced_year(case) is None
    assert unannounced_year(town.walk(town.report(), Step.CLOSE)) is None


def test_a_new_signed_table_counts_open_deadlines_again_and_logs_each(
    town: Town, settings: Any, tmp_path: Path
) -> None:
    """The notice of the year appears: 4 January is a day off, and the file is exchanged."""
    shutil.copytree(settings.POLICIES, tmp_path, dirs_exist_ok=True)
    settings.POLICIES = tmp_path
    case = town.report(category=DUMP, at=at("2026-12-31 16:30"))
    assert recount_where_changed(at=case.reported_at) == 0  # counted by this table from now on
    file = tmp_path / "calendars.yaml"
    before = '      - {on: 2027-01-01, zh: 元旦, en: "New Year\'s Day"}\n'
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, before + before.replace("01-01", "01-04")))
    os.utime(file, ns=(0, 0))  # another moment than the copy, whatever the file system keeps
    CALENDAR._fresh = None  # what is looked at once a second
    assert recount_where_changed(at=case.reported_at) == 1
    assert recount_where_changed(at=case.reported_at) == 0
    assert Case.objects.get(pk=case.pk).due_at == at("2027-01-05 09:30")
    entry = Event.objects.filter(case=case).latest("seq")
    assert (entry.step, entry.data["now"][:10]) == ("calendar", "2027-01-05")
    assert all(isinstance(found, Case) for found in verify_histories())


def test_a_step_that_leaves_the_clock_running_moves_no_deadline(town: Town) -> None:
    """Zammad #5177: the time of an update overruled the time of the first answer."""
    case = town.walk(town.report(category=DUMP), until=Step.SIGN)
    started = town.step(case, Step.START, "city")
    assert (started.clock_at, started.due_at) == (case.clock_at, case.due_at)


def test_a_table_that_names_a_day_twice_is_refused() -> None:
    """Zammad #390: an odd feed of holidays gave odd deadlines."""
    year = {"holidays": ["2026-10-10"], "makeup_workdays": [{"on": "2026-10-10"}], "provisional": False}
    with pytest.raises(CalendarError):
        Calendar.from_policy({"duty_hours": {"monday": ["09:00-17:00"]}, "years": {2026: year}})


# ---------------------------------------------------------------- limits of single places

ROWS: Mapping[str, Any] = {
    "majors": {"A": {}},
    "sources": {"ours": {}},
    "categories": [{"code": "A01"}],
}


def local(unit: str, category: str, limit: str, since: str = "2026-01-01", until: str = "") -> dict[str, Any]:
    row = {"unit": unit, "category": category, "step": "handle", "limit": limit, "source": "ours"}
    days = {"from": date.fromisoformat(since), "until": date.fromisoformat(until) if until else None}
    return row | days


@pytest.mark.parametrize(
    ("rows", "limit"),
    [
        ([], "4wh"),
        ([local("QH01", "A01", "2wh")], "2wh"),
        ([local("QH02", "A01", "2wh")], "4wh"),
        ([local("QH0101", "*", "3wh"), local("QH", "A01", "1wh")], "3wh"),  # the nearest wins
        ([local("QH", "A01", "1wh"), local("QH", "A", "2wh"), local("QH", "*", "3wh")], "1wh"),
        ([local("QH", "A01", "1wh"), local("QH", "A01", "2wh", since="2026-06-01")], "2wh"),
        ([local("QH", "A01", "1wh", until="2026-11-16")], "4wh"),
        ([local("QH", "A01", "1wh", since="2026-11-17")], "4wh"),
    ],
)
def test_the_nearest_and_narrowest_limit_in_force_wins(rows: list[dict[str, Any]], limit: str) -> None:
    table = read_local_limits({**ROWS, "limits_by_place": rows})
    found = limits_there(some_category(), table, ["QH0101-1", "QH0101", "QH01", "QH"], date(2026, 11, 16))
    assert (found[Clock.HANDLE], found[Clock.SIGN]) == (limit, "2wh")


@pytest.mark.parametrize(
    "wrong",
    [
        {"category": "X"}, {"source": "hearsay"}, {"step": "none"}, {"limit": "soon"},
        {"until": date(2026, 1, 1)}, {"step": "dream"},
    ],
)  # fmt: skip
def test_a_row_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((ValueError, LimitError)):
        read_local_limits({**ROWS, "limits_by_place": [local("QH", "A01", "1wh") | wrong]})


def test_a_case_begins_with_the_limit_of_its_place(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = read_local_limits({**ROWS, "limits_by_place": [local("QH01", "A01", "30m") | {"step": "accept"}]})
    monkeypatch.setattr("weiwang.cases.actions.clocks.local_limits", lambda: rows)
    assert town.report(category=DUMP).due_at == town.at + timedelta(minutes=30)
    assert town.report(category=DUMP, lon=104.0025).clock_limit == "1wh"


def some_category() -> Category:
    found = category_named(DUMP)
    assert found is not None
    return found


def test_the_signed_calendar_is_the_base(town: Town) -> None:
    assert calendars(town.place).base == CALENDAR.read(settings.POLICIES).table


def test_what_changed_while_deadlines_were_looked_at_is_counted_as_it_is_now(town: Town) -> None:
    late = town.at.replace(hour=16, minute=30)
    paused, ended, usual = (town.report(category=DUMP, at=late) for _ in range(3))
    days = replace(calendars(town.place), base=changed(ALWAYS, []))
    count = partial(recounting._moves, days=days, at=late, by=SYSTEM)
    moves = count(next(recounting._pages(town.place)))
    pause(paused, late + timedelta(minutes=10), until=late + timedelta(minutes=30))
    paused.save()
    end(ended)
    ended.state, ended.owner_post = State.VOID, None
    ended.save()

    kept = recounting._keep(town.place, moves, count, late, SYSTEM)

    assert kept == 2
    assert Case.objects.get(pk=usual.pk).due_at == late + timedelta(hours=1)
    assert Case.objects.get(pk=paused.pk).due_at == late + timedelta(hours=1, minutes=20)
    assert Case.objects.get(pk=ended.pk).due_at is None
    # what was changed waits for a second transaction with an entry of its own
    entries = Entry.objects.filter(action="calendar.recount").order_by("seq")
    heads = [bytes(Case.objects.get(pk=case.pk).history_digest) for case in (usual, paused)]
    assert [(entry.data["moved"], entry.data["histories"]) for entry in entries] == [
        (1, sha256(head).hexdigest()) for head in heads
    ]
    logged = Event.objects.filter(step="calendar").values_list("case", flat=True)
    assert sorted(logged) == sorted([usual.pk, paused.pk])
    assert all(isinstance(one, Case) for one in verify_histories())
