import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from weiwang.kernel.worktime import (
    ALWAYS,
    ZONE,
    Calendar,
    CalendarError,
    DaysEnd,
    Hours,
    Kind,
    Limit,
    LimitError,
    Stretch,
    Unit,
    due,
    elapsed,
    explain,
    next_opening,
    postponed,
    read_hours,
    share_used,
)

POLICY: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "policies" / "calendars.yaml").read_text(encoding="utf-8")
)
# The statutory reading; tests/kernel/test_due_oracle.py holds the reading by the clock.
REAL = replace(Calendar.from_policy(POLICY), days_end=DaysEnd.CLOSING)
OFFICE: Hours = ((9 * 60, 12 * 60), (13 * 60, 17 * 60))
PLAIN = Calendar(week=(OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, (), ()))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def ends(start: str, limit: str, calendar: Calendar = REAL) -> str:
    return f"{due(at(start), Limit.parse(limit), calendar):%Y-%m-%d %H:%M}"


# Known traps of other systems: weekends only, holidays ignored, make-up days ignored, midnight


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        # Spring Festival 2026: Saturday the 14th is worked, the 15th to the 23rd are off.
        ("2026-02-13 16:00", "3wd", "2026-02-25 17:00"),
        # National Day 2026: the 1st to the 7th are off, Saturday the 10th is worked.
        ("2026-09-30 16:00", "3wd", "2026-10-10 17:00"),
        ("2026-09-30 16:00", "4wd", "2026-10-12 17:00"),
        # Sunday, 20 September 2026 is worked.
        ("2026-09-18 16:00", "1wd", "2026-09-20 17:00"),
        ("2026-09-20 10:00", "1wd", "2026-09-21 17:00"),
        # Over the year's end: 2 January 2026 is off, Sunday the 4th is worked.
        ("2025-12-31 16:30", "1wd", "2026-01-04 17:00"),
        ("2025-12-31 16:30", "1wh", "2026-01-04 09:30"),
        ("2026-02-14 16:00", "4wh", "2026-02-24 12:00"),
        # The autumn festival and National Day 2025 lie in one row.
        ("2025-09-30 17:00", "2wh", "2025-10-09 11:00"),
    ],
)
def test_holidays_and_make_up_days_are_counted_as_the_notice_says(
    start: str, limit: str, expected: str
) -> None:
    assert ends(start, limit) == expected


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2026-11-23 09:00", "4wh", "2026-11-23 14:00"),  # across the noon break
        ("2026-11-23 09:00", "3wh", "2026-11-23 12:00"),  # at the closing, not at the next opening
        ("2026-11-23 12:30", "1wh", "2026-11-23 14:00"),
        ("2026-11-23 08:00", "1wh", "2026-11-23 10:00"),
        ("2026-11-23 16:00", "1wh", "2026-11-23 17:00"),
        ("2026-11-23 17:00", "1wh", "2026-11-24 10:00"),
        ("2026-11-21 03:00", "7wh", "2026-11-23 17:00"),  # a Saturday night
        ("2026-11-23 09:00", "0wh", "2026-11-23 09:00"),
    ],
)
def test_working_hours_run_only_on_duty(start: str, limit: str, expected: str) -> None:
    assert ends(start, limit) == expected


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2026-11-23 08:00", "1wd", "2026-11-24 17:00"),
        ("2026-11-23 12:30", "1wd", "2026-11-24 17:00"),
        ("2026-11-23 16:59", "1wd", "2026-11-24 17:00"),
        ("2026-11-23 17:00", "1wd", "2026-11-25 17:00"),  # received on the 24th
        ("2026-11-20 16:59", "1wd", "2026-11-23 17:00"),
        ("2026-11-21 10:00", "1wd", "2026-11-24 17:00"),  # a Saturday: received on Monday
        ("2026-11-23 10:00", "0wd", "2026-11-23 17:00"),
        ("2026-11-22 10:00", "0wd", "2026-11-23 17:00"),
    ],
)
def test_working_days_begin_after_the_day_of_receipt_and_end_with_duty(
    start: str, limit: str, expected: str
) -> None:
    assert ends(start, limit) == expected


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2026-11-23 23:30", "1d", "2026-11-24 17:00"),
        ("2026-11-23 10:00", "5d", "2026-11-30 17:00"),  # the 28th is a Saturday
        ("2026-09-26 10:00", "5d", "2026-10-08 17:00"),  # the 1st is a holiday
        ("2024-02-28 10:00", "1d", "2024-02-29 17:00"),
        ("2025-02-28 10:00", "2d", "2025-03-03 17:00"),
        ("2026-11-23 10:00", "0d", "2026-11-23 17:00"),
        ("2026-11-23 18:00", "0d", "2026-11-24 17:00"),
        ("2025-12-17 10:00", "15d", "2026-01-04 17:00"),  # 1 January moves to the make-up Sunday
    ],
)
def test_calendar_days_end_with_duty_and_never_on_a_day_off(start: str, limit: str, expected: str) -> None:
    assert ends(start, limit) == expected


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2026-12-31 23:30", "90m", "2027-01-01 01:00"),
        ("2024-02-28 23:00", "2h", "2024-02-29 01:00"),
        ("2026-10-01 03:00", "2h", "2026-10-01 05:00"),
        ("2026-10-01 03:00", "0m", "2026-10-01 03:00"),
    ],
)
def test_minutes_and_hours_run_round_the_clock(start: str, limit: str, expected: str) -> None:
    assert ends(start, limit) == expected


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2026-11-23 23:59", "1wh", "2026-11-24 00:59"),
        ("2026-11-23 00:00", "24wh", "2026-11-24 00:00"),
        ("2026-11-23 00:01", "48wh", "2026-11-25 00:01"),
        ("2026-11-24 00:00", "0wd", "2026-11-25 00:00"),
        ("2026-11-23 23:59", "1wd", "2026-11-25 00:00"),
        ("2026-11-21 12:00", "1d", "2026-11-23 00:00"),
    ],
)
def test_a_round_the_clock_duty_has_no_missing_minute_at_midnight(
    start: str, limit: str, expected: str
) -> None:
    assert ends(start, limit, ALWAYS) == expected


def test_a_week_of_round_the_clock_duty_has_all_its_minutes() -> None:
    start, end = at("2026-11-20 22:17"), at("2026-11-27 22:17")
    assert elapsed(start, end, Unit.WORKING_HOUR, ALWAYS) == timedelta(days=7)
    assert elapsed(at("2026-11-20 00:00"), at("2026-11-21 00:00"), Unit.WORKING_HOUR, ALWAYS) == timedelta(
        days=1
    )


def test_seconds_are_neither_lost_nor_won() -> None:
    start = at("2026-11-23 16:59") + timedelta(seconds=30, microseconds=7)
    assert due(start, Limit.parse("1wh"), REAL) == at("2026-11-24 09:59") + timedelta(
        seconds=30, microseconds=7
    )


def test_the_zone_in_which_a_moment_is_written_does_not_matter() -> None:
    utc = datetime(2026, 11, 23, 8, 59, tzinfo=UTC)
    assert due(utc, Limit.parse("1wd"), REAL) == at("2026-11-24 17:00")
    assert due(utc, Limit.parse("1wd"), REAL).tzinfo is ZONE


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due(datetime(2026, 11, 23, 9), Limit.parse("1wh"), REAL)  # noqa: DTZ001


# The oracle: one flag for every minute of three years, walked minute by minute

EPOCH = date(2024, 1, 1)
DAYS = (date(2027, 1, 1) - EPOCH).days
SEEDS = range(6)


@cache
def odd_calendar(seed: int) -> Calendar:
    """Hours, holidays and make-up days nobody would choose."""
    dice = random.Random(seed)

    def hours() -> Hours:
        edges = sorted(dice.sample(range(0, 1441, 15), dice.choice([2, 2, 4])))
        return read_hours([clock(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)])

    week = [hours() if dice.random() < 0.7 else () for _ in range(7)]
    week[dice.randrange(7)] = ((0, 1440),)
    days = [EPOCH + timedelta(days=i) for i in range(DAYS)]
    rests = {day + timedelta(days=i) for day in dice.sample(days, 30) for i in range(dice.randint(1, 9))}
    makeup = {day: hours() for day in dice.sample(days, 60) if day not in rests}
    return Calendar((week[0], week[1], week[2], week[3], week[4], week[5], week[6]), frozenset(rests), makeup)


def clock(opens: int, closes: int) -> str:
    return f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"


def calendar_of(seed: int) -> Calendar:
    return {0: REAL, 1: ALWAYS}.get(seed) or odd_calendar(seed)


@cache
def flags(seed: int) -> bytes:
    calendar = calendar_of(seed)
    return b"".join(minutes(calendar.hours_on(EPOCH + timedelta(days=i))) for i in range(DAYS))


@cache
def minutes(hours: Hours) -> bytes:
    return bytes(any(opens <= minute < closes for opens, closes in hours) for minute in range(1440))


def moment(minute: int) -> datetime:
    return datetime(2024, 1, 1, tzinfo=ZONE) + timedelta(minutes=minute)


def day_has_duty(duty: bytes, day: int) -> bool:
    return any(duty[day * 1440 : (day + 1) * 1440])


def closing_of(duty: bytes, day: int) -> int:
    return max(minute for minute in range(day * 1440, (day + 1) * 1440) if duty[minute]) + 1


def walked(duty: bytes, start: int, limit: Limit) -> int:
    """When the limit ends, by walking: minutes since the epoch of the oracle."""
    minute = start
    if limit.unit is Unit.WORKING_HOUR:
        left = limit.amount * 60
        while left:
            left -= duty[minute]
            minute += 1
        return minute
    if limit.unit is Unit.WORKING_DAY:
        while not duty[minute]:
            minute += 1
        day, left = minute // 1440, limit.amount
        while left:
            day += 1
            left -= day_has_duty(duty, day)
        return closing_of(duty, day)
    day = minute // 1440 + limit.amount
    while not day_has_duty(duty, day):
        day += 1
    return closing_of(duty, day)


starts = st.integers(0, (DAYS - 400) * 1440)
limits = st.one_of(
    st.builds(Limit, st.integers(0, 80), st.just(Unit.WORKING_HOUR)),
    st.builds(Limit, st.integers(0, 25), st.just(Unit.WORKING_DAY)),
    st.builds(Limit, st.integers(1, 60), st.just(Unit.DAY)),
)


@given(st.sampled_from(SEEDS), starts, limits)
def test_every_limit_ends_where_walking_minute_by_minute_ends(seed: int, start: int, limit: Limit) -> None:
    assert due(moment(start), limit, calendar_of(seed)) == moment(walked(flags(seed), start, limit))


@given(st.sampled_from(SEEDS), starts, st.integers(0, 60 * 1440))
def test_the_elapsed_time_is_the_number_of_minutes_on_duty(seed: int, start: int, length: int) -> None:
    counted = elapsed(moment(start), moment(start + length), Unit.WORKING_DAY, calendar_of(seed))
    assert counted == timedelta(minutes=sum(flags(seed)[start : start + length]))


def test_many_random_starts_of_real_years_agree_with_the_walk() -> None:
    dice = random.Random(20261123)
    for _ in range(2000):
        start = dice.randrange((DAYS - 100) * 1440)
        limit = Limit(dice.randint(1, 10), dice.choice([Unit.WORKING_HOUR, Unit.WORKING_DAY, Unit.DAY]))
        assert due(moment(start), limit, REAL) == moment(walked(flags(0), start, limit))


# Laws that hold for every calendar

every_limit = limits | st.builds(Limit, st.integers(0, 600), st.sampled_from([Unit.MINUTE, Unit.HOUR]))


@given(st.sampled_from(SEEDS), starts, every_limit)
def test_the_explanation_leads_from_start_to_end_without_gaps(seed: int, start: int, limit: Limit) -> None:
    begins, calendar = moment(start), calendar_of(seed)
    path = explain(begins, limit, calendar)
    edges = [begins, *(stretch.ends for stretch in path)]
    assert [stretch.begins for stretch in path] == edges[:-1]
    assert edges[-1] == due(begins, limit, calendar)
    assert all(one.kind is not two.kind for one, two in pairwise(path))


@given(st.sampled_from(SEEDS), starts, st.integers(1, 80))
def test_the_stretches_that_count_make_up_the_limit(seed: int, start: int, amount: int) -> None:
    path = explain(moment(start), Limit(amount, Unit.WORKING_HOUR), calendar_of(seed))
    counted = [stretch.ends - stretch.begins for stretch in path if stretch.kind is Kind.COUNTS]
    assert sum(counted, timedelta()) == timedelta(hours=amount)


@given(st.sampled_from(SEEDS), starts, st.integers(0, 3000), every_limit)
def test_who_starts_later_never_ends_earlier(seed: int, start: int, later: int, limit: Limit) -> None:
    calendar = calendar_of(seed)
    assert due(moment(start), limit, calendar) <= due(moment(start + later), limit, calendar)


@given(st.sampled_from(SEEDS), starts, every_limit, st.integers(0, 5000), st.integers(0, 5000))
def test_a_pause_gives_back_what_it_took(
    seed: int, start: int, limit: Limit, after: int, length: int
) -> None:
    calendar, begins, unit = calendar_of(seed), moment(start), limit.unit
    ended = due(begins, limit, calendar)
    stopped = moment(start + after)
    resumed = moment(start + after + length)
    later = postponed(ended, stopped, resumed, unit, calendar)
    gained = elapsed(begins, later, unit, calendar) - elapsed(begins, ended, unit, calendar)
    assert gained == elapsed(stopped, resumed, unit, calendar)


def test_the_share_used_reaches_one_at_the_end_and_grows_on() -> None:
    start, ended = at("2026-11-23 16:00"), at("2026-11-24 17:00")  # 8 hours of duty

    def share(text: str) -> float:
        return share_used(start, at(text), ended, Unit.WORKING_DAY, REAL)

    assert share("2026-11-23 15:00") == 0
    assert share("2026-11-24 08:00") == 0.125
    assert share("2026-11-24 15:24") == pytest.approx(0.8)
    assert share("2026-11-24 17:00") == 1
    assert share("2026-11-25 11:00") == 1.25


def test_a_limit_of_no_length_is_used_up_at_once() -> None:
    start = at("2026-11-23 16:00")
    assert share_used(start, start, start, Unit.WORKING_HOUR, REAL) == 1
    assert share_used(start, start - timedelta(minutes=1), start, Unit.WORKING_HOUR, REAL) == 0


def test_no_time_has_passed_before_the_start() -> None:
    assert elapsed(at("2026-11-23 16:00"), at("2026-11-23 10:00"), Unit.HOUR, REAL) == timedelta()


def test_the_next_opening_is_now_on_duty_and_later_outside() -> None:
    assert next_opening(at("2026-11-23 11:59"), REAL) == at("2026-11-23 11:59")
    assert next_opening(at("2026-11-23 12:00"), REAL) == at("2026-11-23 13:00")
    assert next_opening(at("2026-09-30 17:00"), REAL) == at("2026-10-08 09:00")


def test_a_limit_over_a_holiday_is_explained_day_by_day() -> None:
    assert explain(at("2026-09-30 16:00"), Limit.parse("1wd"), REAL) == [
        Stretch(at("2026-09-30 16:00"), at("2026-10-01 00:00"), Kind.START_DAY),
        Stretch(at("2026-10-01 00:00"), at("2026-10-08 00:00"), Kind.HOLIDAY),
        Stretch(at("2026-10-08 00:00"), at("2026-10-08 17:00"), Kind.COUNTS),
    ]


def test_working_hours_are_explained_by_breaks_and_days_off() -> None:
    assert explain(at("2026-11-20 16:00"), Limit.parse("2wh"), REAL) == [
        Stretch(at("2026-11-20 16:00"), at("2026-11-20 17:00"), Kind.COUNTS),
        Stretch(at("2026-11-20 17:00"), at("2026-11-21 00:00"), Kind.CLOSED),
        Stretch(at("2026-11-21 00:00"), at("2026-11-23 00:00"), Kind.REST_DAY),
        Stretch(at("2026-11-23 00:00"), at("2026-11-23 09:00"), Kind.CLOSED),
        Stretch(at("2026-11-23 09:00"), at("2026-11-23 10:00"), Kind.COUNTS),
    ]


def test_a_period_that_would_end_on_a_day_off_says_that_it_was_moved() -> None:
    assert explain(at("2026-11-23 10:00"), Limit.parse("5d"), REAL) == [
        Stretch(at("2026-11-23 10:00"), at("2026-11-24 00:00"), Kind.START_DAY),
        Stretch(at("2026-11-24 00:00"), at("2026-11-29 00:00"), Kind.COUNTS),
        Stretch(at("2026-11-29 00:00"), at("2026-11-30 17:00"), Kind.MOVED),
    ]


# Reading limits and calendars


@pytest.mark.parametrize("text", ["90m", "2h", "4wh", "3wd", "5d", "0wd"])
def test_a_limit_is_written_as_it_is_read(text: str) -> None:
    assert str(Limit.parse(f" {text.upper()} ")) == text


@pytest.mark.parametrize(
    "text", ["", "3", "wd", "3 wd", "-1d", "1.5h", "3w", "12345m", "３wd", "3wd4h", "三天"]
)
def test_what_is_no_limit_is_refused_with_examples(text: str) -> None:
    with pytest.raises(LimitError, match="Write 90m, 2h, 4wh"):
        Limit.parse(text)


def test_the_shipped_calendar_knows_its_days() -> None:
    assert REAL.hours_on(date(2026, 11, 23)) == OFFICE
    assert REAL.hours_on(date(2026, 11, 22)) == ()
    assert REAL.hours_on(date(2026, 10, 1)) == ()
    assert REAL.hours_on(date(2026, 10, 10)) == OFFICE
    assert [year for year in range(2024, 2029) if REAL.is_provisional(date(year, 6, 1))] == [2027, 2028]
    assert not ALWAYS.is_provisional(date(2030, 1, 1))


def test_the_word_on_that_yaml_takes_for_true_still_names_the_day() -> None:
    year = yaml.safe_load("holidays: [{on: 2026-05-01}, {'on': 2026-05-04}]")
    calendar = Calendar.from_policy(policy(years={2026: year}))
    assert calendar.holidays == {date(2026, 5, 1), date(2026, 5, 4)}


def policy(**changes: object) -> dict[str, Any]:
    return {"duty_hours": {"monday": ["09:00-17:00"]}, **changes}


def test_dates_may_be_plain_or_text_and_make_up_days_may_have_their_own_hours() -> None:
    year = {
        "holidays": ["2026-05-01", date(2026, 5, 4)],
        "makeup_workdays": [{"on": "2026-05-09", "hours": ["09:00-12:00"]}],
    }
    calendar = Calendar.from_policy(policy(years={2026: year}))
    assert calendar.holidays == {date(2026, 5, 1), date(2026, 5, 4)}
    assert calendar.makeup == {date(2026, 5, 9): ((540, 720),)}
    assert calendar.week[:2] == (((540, 1020),), ())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"timezone": "Europe/Berlin"}, "calendar.zone"),
        ({"duty_hours": {"montag": ["09:00-17:00"]}}, "calendar.weekday"),
        ({"duty_hours": {"monday": ["17:00-09:00"]}}, "calendar.backwards"),
        ({"duty_hours": {"monday": ["09:00-09:00"]}}, "calendar.backwards"),
        ({"days_end": "never"}, "calendar.days_end"),
        ({"duty_hours": {"monday": ["09:00-24:01"]}}, "calendar.hours"),
        ({"duty_hours": {"monday": ["09:60-12:00"]}}, "calendar.hours"),
        ({"duty_hours": {"monday": "09:00-17:00"}}, "calendar.hours"),
        ({"duty_hours": {"monday": ["09:00-12:00", "11:00-17:00"]}}, "calendar.overlap"),
        ({"years": {2026: {"holidays": ["2026-02-30"]}}}, "calendar.day"),
        ({"years": {2026: {"holidays": ["2027-01-01"]}}}, "calendar.day"),
        ({"years": {2026: {"holidays": [{"zh": "元旦"}]}}}, "calendar.day"),
        (
            {
                "makeup_hours": ["09:00-12:00"],
                "years": {2026: {"holidays": ["2026-05-09"], "makeup_workdays": ["2026-05-09"]}},
            },
            "calendar.twice",
        ),
    ],
)
def test_a_calendar_with_a_mistake_is_refused_by_name(changes: dict[str, object], code: str) -> None:
    with pytest.raises(CalendarError) as caught:
        Calendar.from_policy(policy(**changes))
    assert caught.value.code == code
    assert str(caught.value)


def test_ranges_that_touch_are_one_time_of_duty() -> None:
    assert read_hours(["12:00-24:00", "00:00-12:00"]) == ((0, 1440),)


def test_a_calendar_without_duty_is_noticed_instead_of_searched_for_ever() -> None:
    never = Calendar(week=((), (), (), (), (), (), ()))
    for limit in ("1wh", "1wd", "1d"):
        with pytest.raises(CalendarError, match="no duty hours"):
            due(at("2026-11-23 10:00"), Limit.parse(limit), never)


def test_weekends_are_the_only_days_off_where_no_holiday_is_known() -> None:
    assert ends("2026-09-30 16:00", "3wd", PLAIN) == "2026-10-05 17:00"
