"""What the case page shows without a press: a reminder when time is short, the last moment, who has it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from tests.builders import Town

from weiwang.cases.models import Case
from weiwang.cases.rules import Step

Desk = Callable[[str], Client]


def shown(client: Client, case: Case, more: str = "") -> list[tuple[str, bool]]:
    """The steps on the page, each with whether it stands open."""
    page = client.get(f"/desk/cases/{case.pk}/{more}")
    return [(offer.step, offer.is_open) for offer in page.context["offers"]]


def put_due(case: Case, town: Town, *, minutes: int) -> None:
    """The clock began long ago and runs out so many minutes from now."""
    due_at = town.at + timedelta(minutes=minutes)
    Case.objects.filter(pk=case.pk).update(clock_at=town.at - timedelta(days=30), due_at=due_at)


@pytest.mark.parametrize("minutes", [1, -1])
def test_a_reminder_is_offered_at_once_when_time_is_short(town: Town, desk: Desk, minutes: int) -> None:
    case, client = town.walk(town.report(), Step.DISPATCH), desk("community")
    assert shown(client, case) == []
    put_due(case, town, minutes=minutes)
    assert shown(client, case) == [("remind", True), ("supervise", False)]
    assert "A reminder reaches them at once." in client.get(f"/desk/cases/{case.pk}/").text
    assert shown(client, case, "?more=1")[:2] == [("remind", True), ("supervise", False)]
    sent = {"step": "remind", "seen_version": case.version, "submission_key": str(uuid4())}
    assert client.post(f"/desk/cases/{case.pk}/step/", sent).status_code == 302
    assert Case.objects.get(pk=case.pk).reminded == 1
    assert shown(client, case) == [("remind", False), ("supervise", False)]


def test_a_reminder_stands_below_what_is_ones_own_to_do(town: Town, desk: Desk) -> None:
    case = town.report()
    put_due(case, town, minutes=-1)
    steps = shown(desk("dispatcher"), case)
    assert [step for step, _open in steps] == ["register-dispatch", "verify", "reject", "remind", "supervise"]
    assert [step for step, is_open in steps if is_open] == ["register-dispatch"]


def test_nobody_reminds_themselves(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(), Step.DISPATCH)
    put_due(case, town, minutes=-1)
    assert [step for step, _open in shown(desk("city"), case)] == ["sign", "return"]


def test_a_clock_that_stands_still_presses_nobody(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(), Step.DISPATCH)
    put_due(case, town, minutes=1)
    Case.objects.filter(pk=case.pk).update(paused_until=town.at + timedelta(days=1))
    assert shown(desk("community"), case) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("What happened (3)", "Latest: Dispatched · ", "<dt>Now with</dt>", " posts)")),
        ("zh-hans", ("办理经过 (3)", "最近：派遣 · ", "<dt>目前承办</dt>", " 个）")),
    ],
)
def test_the_story_is_one_press_from_the_head(
    town: Town, desk: Desk, language: str, words: tuple[str, ...]
) -> None:
    case = town.walk(town.report(), Step.DISPATCH)
    client = desk("community")
    page = client.get(f"/desk/cases/{case.pk}/?more=1", headers={"accept-language": language}).text
    assert [word for word in words if word not in page] == []
    assert page.index('href="#story"') < page.index('id="steps"') < page.index('id="story"')
