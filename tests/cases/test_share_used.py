from datetime import datetime, timedelta

from weiwang.cases.rules import share_used
from weiwang.kernel.worktime import ALWAYS, ZONE, Calendar, Limit, due

WEEK = Calendar(week=(((540, 720), (780, 1020)),) * 5 + ((),) * 2)
FRIDAY_TEN = datetime(2026, 11, 13, 10, 0, tzinfo=ZONE)


def used(text: str, at: datetime, *, start: datetime = FRIDAY_TEN, calendar: Calendar = WEEK) -> float:
    limit = Limit.parse(text)
    return round(share_used(limit, due_at=due(start, limit, calendar), at=at, calendar=calendar), 3)


def test_a_weekend_uses_up_no_working_hours() -> None:
    friday_evening = datetime(2026, 11, 13, 18, 0, tzinfo=ZONE)
    sunday = datetime(2026, 11, 15, 18, 0, tzinfo=ZONE)
    assert used("8wh", friday_evening) == used("8wh", sunday) == 0.75


def test_half_of_two_hours_by_the_clock_is_an_hour() -> None:
    assert used("2h", FRIDAY_TEN + timedelta(hours=1), calendar=ALWAYS) == 0.5


def test_the_day_of_receipt_uses_nothing_of_a_limit_in_working_days() -> None:
    assert used("3wd", FRIDAY_TEN + timedelta(hours=1)) == 0.0


def test_the_last_working_day_begins_with_two_thirds_of_three_days_used() -> None:
    wednesday_morning = datetime(2026, 11, 18, 9, 0, tzinfo=ZONE)
    assert used("3wd", wednesday_morning) == 0.667


def test_what_is_due_is_used_up() -> None:
    assert used("2h", FRIDAY_TEN + timedelta(hours=2), calendar=ALWAYS) == 1.0
    assert used("3wd", FRIDAY_TEN + timedelta(days=30)) == 1.0
