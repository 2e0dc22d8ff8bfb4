"""The ladder of reminders: once a rung, up the four levels, no flood after a day without a run."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoCaptureOnCommitCallbacks
from tests.builders import Town
from tests.kernel.test_due_oracle import CALENDAR

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.actions import escalate, remind
from weiwang.cases.actions.clocks import extend, pause
from weiwang.cases.actions.reminding import ladder
from weiwang.cases.dispatching import ReminderLine
from weiwang.cases.dispatching import reminders as read_reminders
from weiwang.cases.events import CaseReminded
from weiwang.cases.ladder import ASKED, Rung, may_be_told, reached, read_ladder, told
from weiwang.cases.models import Case, Event, Reminder
from weiwang.cases.permissions import visible_to
from weiwang.cases.routing import Candidate
from weiwang.cases.rules import (
    Step,
    StepRefusedError,
)
from weiwang.kernel import events
from weiwang.kernel.worktime import ZONE, Limit, Unit
from weiwang.territory.rules import NotAllowedError

DUMP = "A01"  # one working hour to accept, four to handle
WAYS = (
    ("/1/2/3/4/", "micro_grid_leader", "case.handle"),
    ("/1/2/3/", "grid_leader", "case.dispatch"),
    ("/1/2/", "general_grid_leader", "case.dispatch"),
    ("/1/", "dispatcher", "case.dispatch"),
    ("/1/", "duty_leader", "case.dispatch"),
    ("/1/", "department_handler", "case.handle"),
)
POSTS = [
    Candidate(number, kind, kind, path, frozenset({power}), "", None, frozenset({number * 10}))
    for number, (path, kind, power) in enumerate(WAYS, start=1)
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def rung(number: int) -> Rung:
    return ladder()[number - 1]


def reminders(town: Town, who: str) -> list[ReminderLine]:
    officer = town.officer(who)
    posts = [holding.post_id for holding in officer.holdings]
    return read_reminders(visible_to(officer), posts, before=town.at + timedelta(days=1))


# ---------------------------------------------------------------- the rules


@pytest.mark.parametrize(
    ("number", "owner", "posts"),
    [
        (1, 1, [1]),
        (2, 1, [1, 2]),
        (3, 1, [1, 3]),
        (4, 1, [1, 4, 5]),
        (2, 2, [2, 3]),
        (4, 2, [2, 5]),
        (2, 6, [6, 4, 5]),  # a department answers to the sub-district
        (4, 6, [6, 5]),
        (2, 5, [5, 4]),
    ],
)
def test_each_rung_tells_the_owner_and_the_level_above(number: int, owner: int, posts: list[int]) -> None:
    assert told(rung(number), owner, POSTS) == posts


def test_a_level_nobody_holds_is_passed_by() -> None:
    vacant = [replace(post, holders=frozenset()) if post.post_id == 2 else post for post in POSTS]
    assert told(rung(2), 1, vacant) == [1, 3]
    assert told(rung(2), 1, []) == [1]


@given(st.floats(0, 5))
def test_the_highest_rung_reached_counts(share: float) -> None:
    found = reached(ladder(), share)
    fitting = [one for one in ladder() if one.share <= share]
    assert found == (fitting[-1] if fitting else None)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("a", 0, 0)],
        [("a", 80, 0), ("b", 80, 1)],
        [("a", 80, 1), ("b", 90, 0)],
        [("a", 80, -1)],
    ],
)
def test_a_ladder_that_does_not_rise_is_refused(rows: list[tuple[str, int, int]]) -> None:
    content = [{"code": c, "at": a, "levels_up": u, "zh": "甲", "en": "A"} for c, a, u in rows]
    with pytest.raises(ValueError, match="rung"):
        read_ladder({"rungs": content})


@pytest.mark.parametrize(
    ("unit", "moment", "answer"),
    [
        (Unit.WORKING_HOUR, "2026-11-23 00:00", False),  # Zammad #4432: escalation at midnight
        (Unit.WORKING_DAY, "2026-11-22 10:00", False),
        (Unit.WORKING_HOUR, "2026-11-23 12:00", False),
        (Unit.WORKING_HOUR, "2026-11-23 09:00", True),
        (Unit.WORKING_DAY, "2026-10-10 10:00", True),  # a make-up Saturday
        (Unit.MINUTE, "2026-11-23 00:00", True),  # an emergency runs round the clock
        (Unit.HOUR, "2026-10-01 03:00", True),
    ],
)
def test_office_hours_are_not_called_about_at_midnight(unit: Unit, moment: str, answer: bool) -> None:
    assert may_be_told(unit, at(moment), CALENDAR) is answer


# ---------------------------------------------------------------- the run


def test_a_case_climbs_each_rung_once_and_its_owner_reads_it(town: Town) -> None:
    case = town.report(category=DUMP)
    assert escalate(at=town.at + timedelta(minutes=30)) == 0
    assert escalate(at=town.at + timedelta(minutes=50)) == 1
    assert escalate(at=town.at + timedelta(minutes=55)) == 0
    assert escalate(at=town.at + timedelta(minutes=61)) == 1
    rungs = Reminder.objects.filter(case=case, post=case.owner_post_id).order_by("rung")
    assert list(rungs.values_list("rung", flat=True)) == [1, 2]
    read = reminders(town, "gridhead")
    assert [(line.rung, line.number) for line in read] == [(2, case.number), (1, case.number)]


def test_a_day_without_a_run_brings_one_message_a_case_and_no_flood(town: Town) -> None:
    cases = [town.report(category=DUMP) for _ in range(3)]
    later = town.at + timedelta(days=2)
    assert escalate(at=later) == 3
    assert escalate(at=later) == 0
    for case in cases:
        assert list(Reminder.objects.filter(case=case).values_list("rung", flat=True).distinct()) == [4]


def test_a_case_that_stands_still_is_left_alone(town: Town) -> None:
    case = town.report(category=DUMP)
    pause(case, town.at, until=town.at + timedelta(days=9))
    case.save()
    assert escalate(at=town.at + timedelta(days=2)) == 0


def test_a_new_step_begins_at_the_foot_of_the_ladder(town: Town) -> None:
    case = town.report(category=DUMP)
    escalate(at=town.at + timedelta(hours=2))
    moved = town.step(case, Step.REGISTER, "community")
    assert Case.objects.get(pk=moved.pk).clock_rung == 0


def test_more_time_lets_a_case_climb_again(town: Town) -> None:
    case = town.report(category=DUMP)
    escalate(at=town.at + timedelta(minutes=61))
    case.refresh_from_db()
    extend(case, Limit.parse("2wd"))
    case.save()
    assert escalate(at=town.at + timedelta(minutes=70)) == 0
    assert Case.objects.get(pk=case.pk).clock_rung == 0
    assert escalate(at=town.at + timedelta(days=2, hours=1, minutes=5)) == 1


def test_each_reminder_is_published_once(
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    heard: list[CaseReminded] = []
    monkeypatch.setattr(events, "publish", heard.append)
    case = town.report(category=DUMP)
    with django_capture_on_commit_callbacks(execute=True):
        escalate(at=town.at + timedelta(minutes=50))
    assert [(event.case_id, event.rung) for event in heard] == [(case.pk, 1)]


# ---------------------------------------------------------------- by a person


def test_a_person_reminds_the_post_that_has_it_and_the_history_says_so(town: Town) -> None:
    case = town.walk(town.report(category=DUMP), until=Step.SIGN)
    words, by = "请今天处理", town.officer("community")
    remind(case_id=case.pk, by=by, at=town.at, note=words, submission="once")
    with pytest.raises(AlreadyDoneError):
        remind(case_id=case.pk, by=by, at=town.at, note=words, submission="once")
    line = reminders(town, "city")[0]
    assert (line.rung, line.said) == (ASKED, words)
    last = Event.objects.filter(case=case).latest("seq")
    assert (last.step, last.public, last.to_state) == ("remind", False, "signed")
    assert Case.objects.get(pk=case.pk).version == case.version


def test_nobody_reminds_themselves_and_only_those_who_may_dispatch_here(town: Town) -> None:
    case = town.report(category=DUMP)
    with pytest.raises(StepRefusedError):
        remind(case_id=case.pk, by=town.officer("gridhead"), at=town.at)
    with pytest.raises(NotAllowedError):
        remind(case_id=case.pk, by=town.officer("city"), at=town.at)
    closed = town.walk(town.report(category=DUMP), until=Step.CLOSE)
    with pytest.raises(StepRefusedError):
        remind(case_id=closed.pk, by=town.officer("dispatcher"), at=town.at)
