"""Working time is told as the limits say; the table of the patrol force is checked when it is read."""

from datetime import date, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import ROOT

from weiwang.patrols.rules import DAY, Limits, Stint, Template, breaches, monday, on_leave, read_patrols, week

EARLY = Template("early", "早班", "early", "早", "E", 7 * 60, 15 * 60)
NIGHT = Template("night", "夜班", "night", "夜", "N", 23 * 60, DAY + 7 * 60, night=True)
LIMITS = Limits(11, 6, 40, 3)
MONDAY = date(2026, 11, 23)


def stint(template: Template, day: int) -> Stint:
    on = MONDAY + timedelta(days=day)
    return Stint(*template.span(on), on, template.night)


def content() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "policies" / "patrols.yaml").read_text(encoding="utf-8"))
    return found


def codes(*stints: Stint) -> list[str]:
    return [breach.code for breach in breaches(stints, LIMITS)]


def test_five_early_shifts_break_nothing() -> None:
    assert codes(*(stint(EARLY, day) for day in range(5))) == []


def test_an_early_shift_after_a_night_leaves_no_rest() -> None:
    (found,) = breaches([stint(NIGHT, 0), stint(EARLY, 1)], LIMITS)
    assert (found.code, found.day, found.figure) == ("rest", MONDAY + timedelta(days=1), 0)


def test_six_shifts_of_eight_hours_are_more_than_forty_hours() -> None:
    (found,) = breaches([stint(EARLY, day) for day in range(6)], LIMITS)
    assert (found.code, found.params["hours"]) == ("week", "48")


def test_a_run_of_days_counts_over_the_end_of_the_week() -> None:
    assert codes(*(stint(EARLY, day) for day in range(3, 10))) == ["days"]


def test_four_nights_in_a_row_are_too_many() -> None:
    assert codes(*(stint(NIGHT, day) for day in range(4))) == ["nights"]


def test_a_night_touches_the_leave_of_the_next_day() -> None:
    tomorrow = MONDAY + timedelta(days=1)
    assert on_leave(*NIGHT.span(MONDAY), tomorrow, tomorrow)
    assert not on_leave(*EARLY.span(MONDAY), tomorrow, tomorrow)


@given(st.sets(st.integers(0, 40)), st.integers(1, 7))
def test_what_breaks_a_rule_still_breaks_it_with_more_shifts(days: set[int], most: int) -> None:
    limits = Limits(11, most, 168, 3)
    few = breaches([stint(EARLY, day) for day in days], limits)
    more = breaches([stint(EARLY, day) for day in days | {max(days, default=0) + 1}], limits)
    assert bool(few) <= bool(more)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_week_begins_on_monday_and_holds_its_day(day: date) -> None:
    days = week(monday(day))
    assert day in days
    assert days[0].weekday() == 0


def test_the_signed_table_can_be_read() -> None:
    table = read_patrols(content())
    assert table.templates["night"].minutes == 8 * 60
    assert table.templates["night"].times == "23:00–07:00"
    assert table.limits.rest_hours == 11


@pytest.mark.parametrize("hour", ["25:00", "7", "07:60"])
def test_an_hour_that_does_not_exist_is_refused(hour: str) -> None:
    wrong = content()
    wrong["templates"]["early"]["starts"] = hour
    with pytest.raises(ValueError, match=r".+"):
        read_patrols(wrong)


def test_a_limit_must_be_a_whole_number() -> None:
    wrong = content()
    wrong["limits"]["rest_hours"]["value"] = "eleven"
    with pytest.raises(ValueError, match="rest_hours"):
        read_patrols(wrong)
