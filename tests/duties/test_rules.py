"""Periods and days of duties, against an oracle that looks at one day after the other."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weiwang.duties.rules import (
    DutyError,
    DutyText,
    Recurrence,
    due_at,
    missing,
    month_day,
    period_of,
    read_duties,
)
from weiwang.kernel.worktime import ZONE, Calendar

DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))
WEEK = ((540, 720), (780, 1020))
RECURRING = st.sampled_from([Recurrence.WEEKLY, Recurrence.MONTHLY, Recurrence.QUARTERLY])
MONTH_DAYS = st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda day: f"{day:%m-%d}")
ONE = timedelta(days=1)


def office(holidays: frozenset[date] = frozenset(), makeup: frozenset[date] = frozenset()) -> Calendar:
    return Calendar((WEEK,) * 5 + ((), ()), holidays, dict.fromkeys(makeup - holidays, WEEK))


def label(recurrence: Recurrence, day: date) -> tuple[int, ...]:
    """What two days have in common when they lie in one period."""
    if recurrence is Recurrence.WEEKLY:
        return tuple(day.isocalendar()[:2])
    return (day.year, (day.month + 2) // 3 if recurrence is Recurrence.QUARTERLY else day.month)


@given(RECURRING, DAYS)
def test_a_period_holds_exactly_the_days_of_its_week_month_or_quarter(
    recurrence: Recurrence, on: date
) -> None:
    period = period_of(recurrence, on)
    assert period is not None
    first = after = on
    while label(recurrence, first - ONE) == label(recurrence, on):
        first -= ONE
    while label(recurrence, after) == label(recurrence, on):
        after += ONE
    assert (period.first, period.after) == (first, after)


@given(MONTH_DAYS, MONTH_DAYS, DAYS)
def test_a_season_holds_the_days_between_its_ends_also_over_new_year(
    opens: str, closes: str, on: date
) -> None:
    day = f"{on:%m-%d}"
    first, last = (month_day(text, on.year).strftime("%m-%d") for text in (opens, closes))
    over_new_year = closes < opens and last < first
    inside = (day >= first or day <= last) if over_new_year else first <= day <= last
    period = period_of(Recurrence.SEASON, on, season_from=opens, season_to=closes)
    if {opens, closes} & {"02-28", "02-29"}:
        return  # the one day that is two in other years
    assert (period is not None) == inside
    if period is not None:
        assert period.first <= on < period.after
        assert period.first.strftime("%m-%d") == first
        assert (period.after - ONE).strftime("%m-%d") == last


@given(
    RECURRING, DAYS, st.integers(0, 30), st.frozensets(st.integers(0, 90)), st.frozensets(st.integers(0, 90))
)
def test_due_is_the_closing_found_by_counting_day_by_day(
    recurrence: Recurrence, on: date, days: int, off: frozenset[int], made_up: frozenset[int]
) -> None:
    period = period_of(recurrence, on)
    assert period is not None
    holidays = frozenset(period.first + n * ONE for n in off)
    makeup = frozenset(period.first + n * ONE for n in made_up) - holidays
    left, day = days, period.first
    while True:
        works = day in makeup or (day.weekday() < 5 and day not in holidays)
        if works and left == 0:
            break
        left -= works
        day += ONE
    closing = datetime.combine(day, time(17), ZONE)
    latest = datetime.combine(period.after, time.min, ZONE)
    assert due_at(period, days, office(holidays, makeup)) == min(closing, latest)


def test_a_list_that_comes_into_force_later_counts_from_then() -> None:
    period = period_of(Recurrence.MONTHLY, date(2026, 11, 16))
    assert period is not None
    assert due_at(period, 2, office(), since=date(2026, 11, 16)).date() == date(2026, 11, 18)


@pytest.mark.parametrize("recurrence", [Recurrence.NONE, Recurrence.EVENT])
def test_standing_duties_and_events_have_no_period(recurrence: Recurrence) -> None:
    assert period_of(recurrence, date(2026, 11, 16)) is None


@pytest.mark.parametrize("text", ["", "13-01", "02-30", "0101", "a-b"])
def test_a_season_needs_real_days(text: str) -> None:
    with pytest.raises(DutyError):
        month_day(text, 2026)


def test_a_duty_says_each_thing_it_lacks() -> None:
    on = date(2026, 11, 16)
    nothing = missing(owner=" ", basis="", ends_on=None, review_on=None, valid_from=on)
    assert nothing == ["duty.no_owner", "duty.no_basis", "duty.no_review"]
    assert missing(owner="民政", basis="法", ends_on=None, review_on=on, valid_from=on) == [
        "duty.review_past"
    ]
    assert missing(owner="民政", basis="法", ends_on=None, review_on=on + ONE, valid_from=on) == []


@pytest.mark.parametrize(
    "duty",
    [
        DutyText(text_zh="甲", recurrence=Recurrence.WEEKLY, days=7),
        DutyText(text_zh="甲", recurrence=Recurrence.EVENT),
        DutyText(text_zh="甲", recurrence=Recurrence.SEASON, season_from="11-01"),
    ],
)
def test_a_rhythm_that_cannot_be_reckoned_with_is_refused(duty: DutyText) -> None:
    with pytest.raises(DutyError):
        duty.refuse()


def test_the_policy_is_checked_when_it_is_read() -> None:
    with pytest.raises(ValueError, match="working days"):
        read_duties({"lists": {"grid_worker": [{"zh": "甲", "every": "weekly", "days": 9}]}})
