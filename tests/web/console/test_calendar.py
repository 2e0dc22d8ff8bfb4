"""The working calendar in the console: read, change with a look before, take back."""

from uuid import uuid4

import pytest
from django.test import Client
from tests.builders import Town

from weiwang.cases.models import CalendarDay, DutyWeek

URL = "/console/calendar/"


def console(town: Town, username: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(town.users[username])
    return client


def day(**more: str) -> dict[str, str]:
    sent = {"day": "2026-11-17", "kind": "off", "hours": "", "name": "停电检修", "whose": ""}
    return sent | {"submission_key": str(uuid4())} | more


def test_the_signed_days_are_listed_and_next_year_is_marked(town: Town) -> None:
    client = console(town, "admin")
    page = client.get(f"{URL}?year=2026").text
    assert "2026-10-10" in page
    assert "make-up" in page or "调休" in page
    assert "Provisional year" in client.get(f"{URL}?year=2027").text
    assert client.get(f"{URL}?year=0x7").status_code == 200


def test_a_change_is_looked_at_first_and_counts_when_it_is_confirmed(town: Town) -> None:
    client = console(town, "admin")
    page = client.post(URL, day()).text
    assert "open deadlines" in page
    assert not CalendarDay.objects.exists()
    answer = client.post(URL, day(confirm="1"), follow=True)
    assert "The calendar is changed." in answer.text
    assert CalendarDay.objects.get().name == "停电检修"
    assert "changed here" in client.get(f"{URL}?year=2026").text
    client.post(URL, day(kind="drop", confirm="1"))
    assert not CalendarDay.objects.exists()


def test_hours_of_a_department_are_changed_and_taken_back(town: Town) -> None:
    client = console(town, "admin")
    whose = f"d{town.departments['city_management'].pk}"
    sent = {"week": "1", "whose": whose, "monday": "08:00-12:00", "confirm": "1"}
    client.post(URL, sent | {"submission_key": str(uuid4())})
    assert DutyWeek.objects.get().week["monday"] == ["08:00-12:00"]
    client.post(URL, {"week": "1", "whose": whose, "confirm": "1", "submission_key": str(uuid4())})
    assert not DutyWeek.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": "duty", "hours": "17:00-09:00"}, "would end before it begins"),
        ({"kind": "duty"}, "needs its hours"),
        ({"day": "soon"}, "valid date"),
        ({"whose": "d999999"}, "valid choice"),
    ],
)
def test_a_wrong_day_is_said_and_keeps_what_was_typed(town: Town, wrong: dict[str, str], words: str) -> None:
    answer = console(town, "admin").post(URL, day(**wrong))
    assert answer.status_code == 422
    assert words in answer.text
    assert "停电检修" in answer.text


def test_who_may_only_read_changes_nothing(town: Town) -> None:
    client = console(town, "auditor")
    assert client.get(URL).status_code in {200, 403}
    assert client.post(URL, day(confirm="1")).status_code == 403
    assert console(town, "community").get(URL).status_code == 403
    assert not CalendarDay.objects.exists()
