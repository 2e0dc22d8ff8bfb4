"""Time in words."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from weiwang.web.ui.clocks import Clockface, moment, time_left

AT = datetime(2026, 11, 16, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=20), "1 minute left"),
        (timedelta(minutes=59), "59 minutes left"),
        (timedelta(hours=1), "1 hour left"),
        (timedelta(hours=1, minutes=59), "1 h 59 min left"),
        (timedelta(hours=3, minutes=59), "3 hours left"),
        (timedelta(hours=47), "47 hours left"),
        (timedelta(hours=49), "2 d 1 h left"),
        (timedelta(days=3, hours=5), "3 days left"),
        (-timedelta(seconds=1), "1 minute late"),
        (-timedelta(hours=2, minutes=5), "2 h 5 min late"),
        (-timedelta(hours=5), "5 hours late"),
        (-timedelta(hours=71), "2 d 23 h late"),
        (-timedelta(days=3), "3 days late"),
    ],
)
def test_what_is_left_is_said_in_round_words(span: timedelta, words: str) -> None:
    with translation.override("en"):
        assert time_left(AT + span, AT) == words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(hours=7), "today 17:00"),
        (timedelta(hours=20), "tomorrow 06:00"),
        (-timedelta(hours=12), "yesterday 22:00"),
        (timedelta(days=3), "11-19 10:00"),
        (timedelta(days=60), "2027-01-15 10:00"),
    ],
)
def test_a_moment_is_named_by_its_day(span: timedelta, words: str) -> None:
    with translation.override("en"):
        assert moment(AT + span, AT) == words


def test_a_clock_that_stands_still_says_until_when_at_the_latest() -> None:
    with translation.override("en"):
        assert Clockface(None, "quiet", AT + timedelta(days=3), AT).until == "by 11-19 10:00 at the latest"
