"""`weiwang due` and the clock behind it against a minute-by-minute count of three real years.

The oracle knows nothing of the code: it holds the State Council's notices for 2024 to 2026 as plain day
ranges and steps through the minutes one by one.
"""

import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from weiwang.config.due import run
from weiwang.kernel.worktime import Calendar, Kind, Limit, Unit, due, elapsed, explain, read_hours

ROOT = Path(__file__).parents[2]
SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
OFF = (
    "2024-01-01", "2024-02-10/17", "2024-04-04/06", "2024-05-01/05", "2024-06-10", "2024-09-15/17",
    "2024-10-01/07",
    "2025-01-01", "2025-01-28/31", "2025-02-01/04", "2025-04-04/06", "2025-05-01/05", "2025-05-31",
    "2025-06-01/02", "2025-10-01/08",
    "2026-01-01/03", "2026-02-15/23", "2026-04-04/06", "2026-05-01/05", "2026-06-19/21", "2026-09-25/27",
    "2026-10-01/07",
)  # fmt: skip
WORKED = (
    "2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29",
    "2024-10-12",
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
)  # fmt: skip
POLICY = yaml.safe_load((ROOT / "policies" / "calendars.yaml").read_text(encoding="utf-8"))
CALENDAR = Calendar.from_policy(POLICY)
HOURS = (
    "09:00-12:00,13:00-17:00",
    "00:00-24:00",
    "08:30-12:00,14:30-18:00",
    "00:00-06:00,22:00-24:00",
    "9:00-9:01",
)


def days_of(rows: tuple[str, ...]) -> Iterator[date]:
    for row in rows:
        first = date.fromisoformat(row[:10])
        for day in range(first.day, int(row[11:] or first.day) + 1):
            yield first.replace(day=day)


@cache
def workdays() -> frozenset[date]:
    off, worked = set(days_of(OFF)), set(days_of(WORKED))
    every = (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))
    return frozenset(day for day in every if day in worked or (day.weekday() < 5 and day not in off))


def on_duty(minute: int, hours: str) -> bool:
    for part in hours.split(","):
        opens, closes = (int(edge.split(":")[0]) * 60 + int(edge.split(":")[1]) for edge in part.split("-"))
        if opens <= minute < closes:
            return True
    return False


@cache
def day_of_duty(hours: str) -> tuple[bool, ...]:
    return tuple(on_duty(minute, hours) for minute in range(1440))


def counted(start: datetime, minutes: int, hours: str) -> datetime:
    """Step a minute at a time until so many minutes of duty have passed."""
    duty, now = day_of_duty(hours), start
    while minutes:
        minutes -= now.date() in workdays() and duty[now.hour * 60 + now.minute]
        now += timedelta(minutes=1)
    return now


def next_duty(moment: datetime, hours: str) -> datetime:
    duty = day_of_duty(hours)
    while not (moment.date() in workdays() and duty[moment.hour * 60 + moment.minute]):
        moment += timedelta(minutes=1)
    return moment


def with_hours(hours: str) -> Calendar:
    duty = read_hours(hours.split(","))
    mon, tue, wed, thu, fri, sat, sun = (duty if usual else () for usual in CALENDAR.week)
    makeup = dict.fromkeys(CALENDAR.makeup, duty)
    return replace(CALENDAR, week=(mon, tue, wed, thu, fri, sat, sun), makeup=makeup)


starts = st.integers(0, (LAST - FIRST).days * 1440 - 45 * 1440).map(
    lambda minute: datetime(2024, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=minute)
)


def test_the_policy_has_the_working_days_of_the_notices() -> None:
    every = (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))
    assert {day for day in every if CALENDAR.hours_on(day)} == workdays()
    assert not any(CALENDAR.is_provisional(date(year, 6, 1)) for year in (2024, 2025, 2026))


@given(starts, st.integers(0, 12), st.sampled_from(HOURS[:4]))
def test_working_hours_end_where_the_count_of_minutes_ends(start: datetime, hours: int, duty: str) -> None:
    ends = due(start, Limit(hours, Unit.WORKING_HOUR), with_hours(duty))
    assert ends == counted(start, hours * 60, duty)


@given(starts, st.integers(1, 6), st.sampled_from(HOURS))
def test_working_days_are_so_many_days_worth_of_duty(start: datetime, days: int, duty: str) -> None:
    """To the minute; a closing and the opening after it are one point of duty."""
    ends = due(start, Limit(days, Unit.WORKING_DAY), with_hours(duty))
    minutes = days * sum(day_of_duty(duty))
    assert next_duty(ends, duty) == next_duty(counted(start, minutes, duty), duty)


@given(starts, st.integers(1, 15), st.sampled_from(HOURS))
def test_working_days_end_on_that_working_day_after_the_day_of_the_start(
    start: datetime, days: int, duty: str
) -> None:
    ends = due(start, Limit(days, Unit.WORKING_DAY), with_hours(duty))
    last_day = (ends - timedelta(minutes=1)).date() if ends.time() == datetime.min.time() else ends.date()
    between = {start.date() + timedelta(days=number) for number in range(1, 200)}
    passed = sorted(day for day in between & workdays() if day <= last_day)
    # Where duty lasts through midnight, 00:00 of the next working day is a clock time like any other.
    assert len(passed) in {days, days - 1 if ends.time() == datetime.min.time() else days}


@given(starts, st.integers(1, 15))
def test_a_start_inside_duty_keeps_its_clock_time(start: datetime, days: int) -> None:
    inside = next_duty(start, HOURS[0])
    assert due(inside, Limit(days, Unit.WORKING_DAY), CALENDAR).time() == inside.time()


@given(starts, st.integers(0, 40), st.sampled_from([Unit.MINUTE, Unit.HOUR, Unit.DAY]))
def test_the_other_limits_are_plain_time(start: datetime, amount: int, unit: Unit) -> None:
    one = {Unit.MINUTE: 1, Unit.HOUR: 60, Unit.DAY: 1440}[unit]
    assert due(start, Limit(amount, unit), CALENDAR) == start + timedelta(minutes=one * amount)


@given(starts, st.integers(0, 3000), st.integers(1, 10))
def test_who_starts_later_never_ends_earlier(start: datetime, later: int, days: int) -> None:
    limit = Limit(days, Unit.WORKING_DAY)
    assert due(start, limit, CALENDAR) <= due(start + timedelta(minutes=later), limit, CALENDAR)


@given(starts, st.integers(1, 10))
def test_the_stretches_that_count_add_up_to_the_days(start: datetime, days: int) -> None:
    limit = Limit(days, Unit.WORKING_DAY)
    path = explain(start, limit, CALENDAR)
    whole = sum((each.ends - each.begins for each in path if each.kind is Kind.COUNTS), timedelta())
    assert whole == timedelta(hours=7 * days)
    assert whole == elapsed(start, due(start, limit, CALENDAR), Unit.WORKING_DAY, CALENDAR)


def test_a_thousand_dice_throws_agree_with_the_count() -> None:
    dice = random.Random(20241123)
    for _ in range(1000):
        minute = dice.randrange((LAST - FIRST).days * 1440 - 30 * 1440)
        start = datetime(2024, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=minute)
        hours = dice.randint(0, 9)
        assert due(start, Limit(hours, Unit.WORKING_HOUR), CALENDAR) == counted(start, hours * 60, HOURS[0])


# The command as it is typed


class Terminal:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def due(self, start: str, limit: str, *more: str) -> tuple[int, str, str]:
        status = run(["--from", start, f"--limit={limit}", *more])
        seen = self.capsys.readouterr()
        return status, seen.out, seen.err


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


# Known traps of other systems: weekends only, no make-up days, midnight closed for a minute, the zone lost.
TRAPS = {
    "spring-festival-and-its-make-up-saturday": (
        "2026-02-13T16:00+08:00",
        "3wd",
        "2026-02-25T16:00:00+08:00",
    ),
    "national-day-and-its-make-up-saturday": ("2026-09-30T16:00+08:00", "3wd", "2026-10-10T16:00:00+08:00"),
    "a-make-up-sunday-before-the-holiday": ("2026-09-18T16:00+08:00", "1wd", "2026-09-20T16:00:00+08:00"),
    "mid-autumn-inside-national-day-2025": ("2025-09-30T16:30+08:00", "1wd", "2025-10-09T16:30:00+08:00"),
    "a-weekday-in-lieu": ("2026-02-14T16:00+08:00", "4wh", "2026-02-24T12:00:00+08:00"),
    "over-the-end-of-the-year": ("2025-12-31T16:30+08:00", "1wh", "2026-01-04T09:30:00+08:00"),
    "new-years-eve-2024-is-worked": ("2024-02-09T09:00+08:00", "1wd", "2024-02-18T09:00:00+08:00"),
    "the-leap-day": ("2024-02-28T16:00+08:00", "1wd", "2024-02-29T16:00:00+08:00"),
    "a-weekend-start-is-a-whole-day-not-midnight": (
        "2026-11-21T10:00+08:00",
        "1wd",
        "2026-11-23T17:00:00+08:00",
    ),
    "after-closing": ("2026-11-20T20:00+08:00", "1wd", "2026-11-23T17:00:00+08:00"),
    "before-the-opening": ("2026-11-23T07:00+08:00", "1wd", "2026-11-24T09:00:00+08:00"),
    "in-the-noon-break": ("2026-11-23T12:30+08:00", "1wd", "2026-11-24T12:00:00+08:00"),
    "working-hours-over-the-noon-break": ("2026-11-23T11:00+08:00", "2wh", "2026-11-23T14:00:00+08:00"),
    "working-hours-to-the-closing": ("2026-11-23T16:00+08:00", "1wh", "2026-11-23T17:00:00+08:00"),
    "the-zone-of-the-start": ("2026-09-30T08:00Z", "3wd", "2026-10-10T16:00:00+08:00"),
    "another-zone-another-day": ("2026-11-22T20:00-05:00", "1wh", "2026-11-23T10:00:00+08:00"),
    "the-clock-does-not-rest": ("2026-10-01T23:30+08:00", "90m", "2026-10-02T01:00:00+08:00"),
    "calendar-days": ("2026-09-28T16:00+08:00", "5d", "2026-10-03T16:00:00+08:00"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_known_trap_is_avoided(terminal: Terminal, trap: str) -> None:
    start, limit, expected = TRAPS[trap]
    assert terminal.due(start, limit) == (0, f"{expected}\n", "")


def test_round_the_clock_duty_is_never_closed_at_midnight(terminal: Terminal) -> None:
    answer = terminal.due("2026-11-23T23:59+08:00", "2wh", "--hours", "00:00-24:00")
    assert answer == (0, "2026-11-24T01:59:00+08:00\n", "")


def test_hours_of_ones_own_replace_those_of_the_calendar(terminal: Terminal) -> None:
    answer = terminal.due("2026-09-30T17:00+08:00", "2wh", "--hours", "08:30-12:00,14:00-18:00")
    assert answer == (0, "2026-10-08T09:30:00+08:00\n", "")


def test_statutory_periods_end_when_duty_closes(terminal: Terminal) -> None:
    status, out, _ = terminal.due("2026-11-23T10:00+08:00", "5d", "--days-end", "closing")
    assert (status, out) == (0, "2026-11-30T17:00:00+08:00\n")


@pytest.mark.parametrize(("lang", "word"), [("en", "public holiday"), ("zh", "法定节假日")])
def test_the_explanation_lists_every_stretch(terminal: Terminal, lang: str, word: str) -> None:
    status, out, _ = terminal.due("2026-09-30T16:00+08:00", "4wh", "--explain", "--lang", lang)
    lines = out.splitlines()
    assert (status, lines[0]) == (0, "2026-10-08T12:00:00+08:00")
    assert lines[4].startswith("2026-10-01 ")
    assert lines[4].endswith(f"168h 00m  {word}")
    assert lines[-1].endswith("4h 00m")


def test_seconds_show_where_the_start_has_them(terminal: Terminal) -> None:
    _, out, _ = terminal.due("2026-11-23T16:59:30+08:00", "1wh", "--explain")
    assert out.startswith("2026-11-24T09:59:30+08:00\n")
    assert "16:59:30" in out


@pytest.mark.parametrize(
    ("start", "limit", "more", "said"),
    [
        ("2026-09-30T16:00", "3wd", (), "has no time zone"),
        ("2026-09-30", "3wd", (), "has no time zone"),
        ("tomorrow", "3wd", (), "is no moment"),
        ("2026-02-30T16:00+08:00", "3wd", (), "is no moment"),
        ("2026-09-30T16:00+08:00", "3w", (), "is no time limit"),
        ("2026-09-30T16:00+08:00", "", (), "is no time limit"),
        ("2026-09-30T16:00+08:00", "1wh", ("--hours", "09:00-12:00,11:00-17:00"), "overlap"),
        ("2026-09-30T16:00+08:00", "1wh", ("--hours", "17:00-09:00"), "end before it begins"),
        (
            "2026-09-30T16:00+08:00",
            "1wh",
            ("--hours", "22:00-06:00"),
            "over midnight is written in two parts",
        ),
        ("2026-09-30T16:00+08:00", "1wh", ("--hours", "9-17"), "is no time of duty"),
        ("2026-09-30T16:00+08:00", "1wh", ("--hours", ""), "is no time of duty"),
        ("9999-12-01T16:00+08:00", "9999d", (), "after the year 9999"),
        ("9999-12-31T23:59-12:00", "1h", (), "after the year 9999"),
        ("0001-01-01T00:00+14:00", "1h", (), "from the year 1992 on"),
        ("1991-06-01T09:00+08:00", "1wd", (), "from the year 1992 on"),
        ("2026-09-30T16:00+08:00", "-3wd", (), "is no time limit"),
        ("2026-09-30T16:00+08:00", "99999wd", (), "is no time limit"),
        ("2026-09-30T16:00+08:00", "３wd", (), "is no time limit"),
        ("2026-09-30T16:00+08:00", "3wd", ("--hours", "25:00-26:00"), "is no time of duty"),
        ("2026-09-30T16:00+08:00", "3wd", ("--hours", "09:00-12:00,"), "is no time of duty"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_sentence(
    terminal: Terminal, start: str, limit: str, more: tuple[str, ...], said: str
) -> None:
    status, out, err = terminal.due(start, limit, *more)
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("start", "limit", "said"),
    [
        ("2026-12-30T16:00+08:00", "3wd", "the official notice for 2027 is not out"),
        ("2031-09-30T16:00+08:00", "3wd", "no table of holidays for 2031; counted with weekends only"),
    ],
)
def test_a_year_without_a_notice_is_counted_and_said_to_be_provisional(
    terminal: Terminal, start: str, limit: str, said: str
) -> None:
    status, out, err = terminal.due(start, limit)
    assert (status, out.count("\n")) == (0, 1)
    assert "provisional" in err
    assert said in err


def test_a_table_that_ends_tomorrow_is_said_in_the_language_of_the_reader(terminal: Terminal) -> None:
    """2027 is known by its festivals only, from 2028 on nothing is: each is one line, however far it goes."""
    status, out, err = terminal.due("2026-12-31T16:00+08:00", "900wd", "--lang", "zh")
    assert (status, out) == (0, "2030-06-24T16:00:00+08:00\n")
    assert [line.split("：")[1][:5] for line in err.splitlines()] == ["2027 ", "没有 20"]
    assert "没有 2028–2030 年的节假日表" in err


@pytest.mark.parametrize("flags", [[], ["--limit", "3wd"], ["--from", "x", "--limit"], ["--frobnicate"]])
def test_wrong_flags_end_with_how_it_is_called(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(flags)
    assert ended.value.code == 2
    assert "usage: weiwang due" in capsys.readouterr().err


def test_plain_time_needs_no_table_of_holidays(terminal: Terminal) -> None:
    assert terminal.due("2031-12-31T23:30+08:00", "2h") == (0, "2032-01-01T01:30:00+08:00\n", "")


def test_the_verb_answers_without_a_database() -> None:
    start = datetime(2026, 9, 30, 8, 0, tzinfo=UTC).isoformat()
    done = subprocess.run(  # noqa: PLW1510
        [sys.executable, "-m", "weiwang.config.command", "due", "--from", start, "--limit", "3wd"],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "src"), "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "2026-10-10T16:00:00+08:00\n", "")
