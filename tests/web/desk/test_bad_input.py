"""What cannot be taken is said in words, with everything typed still there."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.builders import Town, contact

from weiwang.cases.models import Case
from weiwang.cases.rules import Step

Desk = Callable[[str], Client]
FORTY_MEGABYTES = 40 * 1024 * 1024


def large_photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("large.jpg", b"\xff\xd8\xff" + bytes(FORTY_MEGABYTES), "image/jpeg")


def press(client: Client, case: Case, end: str, **fields: Any) -> Any:
    typed = {"seen_version": Case.objects.get(pk=case.pk).version, **fields}
    return client.post(f"/desk/cases/{case.pk}/{end}/", typed)


def test_a_photo_of_forty_megabytes_is_refused_and_the_note_stays(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(), Step.SIGN)
    answer = press(desk("city"), case, "step", step="handle", note="灯泡已换。", photos=large_photo())
    assert answer.status_code == 422
    assert "larger than" in answer.text
    assert "灯泡已换。" in answer.text


def test_a_report_with_a_photo_of_forty_megabytes_keeps_its_words(town: Town, desk: Desk) -> None:
    typed = {"text": "路灯不亮", "address": "河边", "photos": large_photo()}
    answer = desk("dispatcher").post("/desk/cases/new/", typed)
    assert answer.status_code == 422
    assert "路灯不亮" in answer.text
    assert not Case.objects.exists()


@pytest.mark.parametrize(("note", "said"), [("长" * 100_000, "too long"), ("坏\x07字", "control character")])
@pytest.mark.parametrize(
    ("end", "field", "more"),
    [
        ("step", "note", {"step": "register"}),
        ("place", "reason", {"category": "A01"}),
        ("reporter", "reason", {}),
    ],
)
def test_words_that_cannot_be_kept_are_refused_and_shown_again(
    town: Town, desk: Desk, note: str, said: str, end: str, field: str, more: dict[str, str]
) -> None:
    case = town.report(contact=contact())
    answer = press(desk("dispatcher"), case, end, **{field: note}, **more)
    assert answer.status_code == 422
    assert said in answer.text
    assert note[:3] in answer.text
    case.refresh_from_db()
    assert (case.state, case.version) == ("reported", 1)


def test_a_correction_from_an_old_page_is_told_and_keeps_its_reason(town: Town, desk: Desk) -> None:
    case = town.report()
    town.step(case, Step.REGISTER, "community")
    answer = press(
        desk("dispatcher"), case, "place", reason="地点报错了", category="A01", seen_version=case.version
    )
    assert answer.status_code == 409
    assert "地点报错了" in answer.text


def test_a_place_of_another_sub_district_is_no_place(town: Town, desk: Desk) -> None:
    answer = press(desk("dispatcher"), town.report(), "place", reason="地点报错了", unit="999999999")
    assert answer.status_code == 422
    assert "Please say where it is" in answer.text


def test_a_due_time_after_the_last_holiday_table_is_said_to_be_provisional(town: Town, desk: Desk) -> None:
    """A table of holidays that ends tomorrow."""
    for reported, is_said in (("2026-12-31T16:30+08:00", True), ("2026-12-31T10:00+08:00", False)):
        case = town.report(category="A01", at=datetime.fromisoformat(reported))
        with time_machine.travel(case.reported_at, tick=False):
            page = desk("dispatcher").get(f"/desk/cases/{case.pk}/").text
        assert ("the holidays of 2027 are not announced yet" in page) is is_said, reported
