"""The clock of a case: begun, stopped, going on, given longer, counted again."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import ORDINARY_WAY, Town
from tests.kernel.test_due_oracle import CALENDAR, HOURS, day_of_duty, starts, with_hours, workdays

from weiwang.cases.actions import reroute_case
from weiwang.cases.actions.clocks import begin, category_named, end, extend, pause, recompute, resume, run
from weiwang.cases.models import Case
from weiwang.cases.rules import Category, Clock, Step, read_categories
from weiwang.cases.timing import Running, light
from weiwang.kernel.worktime import ZONE, Limit, Unit

Pauses = list[tuple[datetime, datetime]]


# A clock asks which calendar the place has.
asks_calendars = pytest.mark.usefixtures("db")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


MONDAY = at("2026-11-23 09:00")
DUMP = "A01"


def category(code: str) -> Category:
    found = category_named(code)
    assert found is not None
    return found


def running_case(clock: Clock = Clock.HANDLE, code: str = DUMP, start: datetime = MONDAY) -> Case:
    case = Case(category=code)
    begin(case, clock, category(code), start)
    return case


# ---------------------------------------------------------------- against a count of minutes


def counted(start: datetime, minutes: int, hours: str, pauses: Pauses, *, working: bool) -> datetime:
    """Step a minute at a time; a minute of a pause or out of duty does not count."""
    duty, now = day_of_duty(hours), start
    while minutes:
        runs = not working or (now.date() in workdays() and duty[now.hour * 60 + now.minute])
        minutes -= runs and not any(stopped <= now < resumed for stopped, resumed in pauses)
        now += timedelta(minutes=1)
    return now


def laid_out(start: datetime, gaps: list[tuple[int, int]]) -> Pauses:
    """Pauses one after the other: so many minutes after the last one, so many minutes long."""
    pauses, now = [], start
    for gap, length in gaps:
        stopped = now + timedelta(minutes=gap)
        now = stopped + timedelta(minutes=length)
        pauses.append((stopped, now))
    return pauses


gaps = st.lists(st.tuples(st.integers(0, 600), st.integers(0, 4000)), max_size=4)


@given(
    starts,
    st.sampled_from([Unit.WORKING_HOUR, Unit.HOUR]),
    st.integers(1, 12),
    st.sampled_from(HOURS[:4]),
    gaps,
)
def test_a_clock_with_pauses_ends_where_the_minutes_say(
    start: datetime, unit: Unit, hours_long: int, hours: str, gaps: list[tuple[int, int]]
) -> None:
    calendar, pauses = with_hours(hours), laid_out(start, gaps)
    clock = Running(Limit(hours_long, unit), start)
    met = tuple[tuple[datetime, datetime], ...]()
    for one in pauses:  # only a clock that still runs can be stopped
        if one[0] < Running(clock.limit, start, met).ends(calendar):
            met = (*met, one)
    clock = Running(clock.limit, start, met)
    expected = counted(start, hours_long * 60, hours, list(met), working=unit is Unit.WORKING_HOUR)
    assert clock.ends(calendar) == expected
    assert clock.used(expected, calendar) == pytest.approx(1)


@given(starts, st.integers(1, 12), gaps, st.integers(0, 20_000), st.integers(0, 20_000))
def test_what_is_used_never_falls_and_a_pause_uses_nothing(
    start: datetime, hours_long: int, gaps: list[tuple[int, int]], early: int, later: int
) -> None:
    clock = Running(Limit(hours_long, Unit.WORKING_HOUR), start, tuple(laid_out(start, gaps)))
    first, then = sorted((start + timedelta(minutes=early), start + timedelta(minutes=later)))
    assert clock.used(first, CALENDAR) <= clock.used(then, CALENDAR) + 1e-9
    for stopped, resumed in clock.pauses:
        assert clock.used(stopped, CALENDAR) == pytest.approx(clock.used(resumed, CALENDAR))


# ---------------------------------------------------------------- stopping and going on


@asks_calendars
def test_a_pause_gives_back_its_working_time() -> None:
    case = running_case()  # four working hours from Monday nine o'clock: until 14:00
    assert case.due_at == at("2026-11-23 14:00")
    pause(case, at("2026-11-23 11:00"), until=at("2026-11-30 09:00"))
    resume(case, at("2026-11-24 09:00"))
    assert case.due_at == at("2026-11-24 11:00")
    assert (case.paused_at, case.paused_until) == (None, None)


@asks_calendars
def test_a_case_that_stands_still_is_never_late_and_its_pause_has_an_end() -> None:
    case = running_case()
    pause(case, at("2026-11-23 11:00"), until=at("2026-11-25 09:00"))
    assert case.due_at == at("2026-11-25 11:00")
    assert case.stands_still(at("2026-11-24 09:00"))
    assert not case.stands_still(at("2026-11-25 09:00"))
    pause(case, at("2026-11-24 09:00"))  # granted again, with no end named
    assert case.due_at is not None
    assert case.due_at > at("2027-01-01 00:00")


@asks_calendars
def test_a_pause_whose_end_went_by_lets_the_clock_go_on_by_itself() -> None:
    case = running_case()
    pause(case, at("2026-11-23 11:00"), until=at("2026-11-24 09:00"))
    resume(case, at("2026-11-26 09:00"))  # nobody looked for two days
    assert case.due_at == at("2026-11-24 11:00")


@asks_calendars
def test_a_late_case_stays_as_late_as_it_was_while_it_stands_still() -> None:
    case = running_case()
    pause(case, at("2026-11-23 15:00"), until=at("2026-12-31 09:00"))
    resume(case, at("2026-11-25 15:00"))
    clock = case.running()
    assert clock is not None
    assert case.due_at == at("2026-11-25 14:00")
    assert clock.used(at("2026-11-25 15:00"), CALENDAR) == pytest.approx(1.25)


@asks_calendars
def test_two_pauses_add_up_and_going_on_twice_changes_nothing() -> None:
    case = running_case()
    for day in ("23", "24"):
        pause(case, at(f"2026-11-{day} 10:00"), until=at("2026-12-31 09:00"))
        resume(case, at(f"2026-11-{day} 12:00"))
    once = case.due_at
    resume(case, at("2026-11-27 10:00"))
    assert case.due_at == once
    assert case.clock_pauses == [at(f"2026-11-{day} {hour}:00") for day in ("23", "24") for hour in (10, 12)]


@asks_calendars
def test_a_new_step_forgets_the_pauses_of_the_old_one() -> None:
    case = running_case()
    pause(case, at("2026-11-23 10:00"), until=at("2026-12-31 09:00"))
    run(case, Clock.CHECK, category(DUMP), at("2026-11-24 09:00"))
    assert (case.clock, case.clock_pauses, case.paused_at) == ("check", [], None)
    assert case.due_at == at("2026-11-25 09:00")


@asks_calendars
def test_nothing_stands_still_when_nothing_runs() -> None:
    case = running_case()
    end(case)
    assert (case.due_at, case.clock, case.running()) == (None, "", None)
    with pytest.raises(ValueError, match="no clock"):
        pause(case, MONDAY)
    assert not recompute(case)


@asks_calendars
def test_an_extension_counts_from_the_end_and_is_kept_when_counted_again() -> None:
    case = running_case()
    extend(case, Limit.parse("2wd"))
    assert case.due_at == at("2026-11-25 14:00")
    assert not recompute(case)


@asks_calendars
def test_keeping_and_going_on_leave_the_limit_as_it_is() -> None:
    case = running_case()
    before = case.due_at
    run(case, Clock.KEEP, category(DUMP), at("2026-11-23 10:00"))
    run(case, Clock.RESUME, category(DUMP), at("2026-11-23 10:00"))
    assert case.due_at == before


# ---------------------------------------------------------------- another category, other limits


@asks_calendars
def test_another_category_keeps_the_time_that_was_used_and_the_pause() -> None:
    """GLPI #6902: pending time was lost when the agreement of a ticket changed."""
    case = running_case()
    pause(case, at("2026-11-23 10:00"), until=at("2026-12-31 09:00"))
    resume(case, at("2026-11-23 12:00"))
    assert recompute(case, category=category("A02"))  # two working days instead of four hours
    assert case.due_at == at("2026-11-25 11:00")
    clock = case.running()
    assert clock is not None
    assert clock.used(at("2026-11-23 14:00"), CALENDAR) == pytest.approx(2 / 14)


def test_a_corrected_category_does_not_begin_the_clock_anew(town: Town) -> None:
    case = town.walk(town.report(category=DUMP), until=Step.REGISTER)
    began = case.clock_at
    moved = reroute_case(
        case_id=case.pk, by=town.officer("community"), at=town.at + timedelta(hours=3), reason="类别更正",
        seen_version=case.version, category="A02",
    )  # fmt: skip
    assert (moved.clock, moved.clock_at, moved.clock_limit) == ("register", began, "2wh")


def test_each_step_has_its_own_limit_and_says_which_runs(town: Town) -> None:
    case = town.report(category=DUMP)
    seen = {case.clock}
    for step, username, note in ORDINARY_WAY[:-1]:
        more = {"target_post": town.posts["city"].pk} if step is Step.DISPATCH else {}
        case = town.step(case, step, username, note, **more)
        seen.add(Case.objects.get(pk=case.pk).clock)
    assert seen == {"accept", "register", "sign", "handle", "check", "answer"}


def test_a_table_from_before_accept_and_answer_is_still_read() -> None:
    row = {
        "code": "X01", "slug": "x", "zh": "甲", "en": "X", "major": "X", "icon": "x", "visibility": "public",
        "routes_to": "grid", "self_handled": True, "urgency": "normal",
        "limits": {"register": "1wh", "sign": "2wh", "handle": "3wh", "check": "4wh"},
        "close_when": {"zh": "好", "en": "done"},
    }  # fmt: skip
    table = read_categories({"majors": {"X": {"zh": "组", "en": "Group"}}, "categories": [row]})
    assert (table["X01"].limits[Clock.ACCEPT], table["X01"].limits[Clock.ANSWER]) == ("1wh", "4wh")


@pytest.mark.parametrize(("share", "colour"), [(0.79, "green"), (0.8, "amber"), (0.999, "amber"), (1, "red")])
def test_the_light_turns_at_eighty_and_at_a_hundred_per_cent(share: float, colour: str) -> None:
    assert light(share) == colour


@given(starts, st.sampled_from([Unit.WORKING_HOUR, Unit.HOUR]), st.integers(1, 12), gaps)
def test_the_moment_of_a_share_is_the_first_at_which_so_much_is_used(
    start: datetime, unit: Unit, hours_long: int, gaps: list[tuple[int, int]]
) -> None:
    clock = Running(Limit(hours_long, unit), start, tuple(laid_out(start, gaps)))
    ends = clock.ends(CALENDAR)
    near = clock.when(0.8, ends, CALENDAR)
    assert clock.used(near, CALENDAR, ends=ends) == pytest.approx(0.8)
    assert clock.used(near - timedelta(seconds=1), CALENDAR, ends=ends) < 0.8
