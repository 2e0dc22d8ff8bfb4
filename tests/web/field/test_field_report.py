"""Reporting from a phone: three taps, nothing lost, nothing twice."""

import io
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from tests.builders import Town

from weiwang.cases.models import Case, Photo
from weiwang.cases.rules import State

URL = "/field/report"


@pytest.fixture
def leader(client: Client, town: Town) -> Client:
    client.force_login(town.users["leader"], backend="weiwang.web.account.store.AccountBackend")
    return client


def picture(name: str = "photo.jpg") -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (640, 480), "#7a8b99").save(file, "JPEG")
    return SimpleUploadedFile(name, file.getvalue(), "image/jpeg")


@pytest.fixture
def send(leader: Client, town: Town) -> Callable[..., Any]:
    def post(*, headers: dict[str, str] | None = None, **data: object) -> Any:
        filled = {"unit": town.units["QH0101-1"].pk, "submission_key": str(uuid4()), **data}
        return leader.post(URL, filled, headers=headers)

    return post


def test_a_photo_and_a_category_are_enough(send: Callable[..., Any], town: Town) -> None:
    answer = send(category="A01", photos=[picture()])
    case = Case.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("field:case", args=[case.pk]))
    assert (case.title, case.channel, case.photo_count) == ("乱倒垃圾", "field", 1)
    assert (case.unit_id, case.match) == (town.units["QH0101-1"].pk, "chosen")
    assert case.reported_by_id == town.users["leader"].pk


def test_words_without_a_category_are_enough(send: Callable[..., Any]) -> None:
    send(text="三单元门禁坏了")
    assert Case.objects.get().title == "三单元门禁坏了"


def test_nothing_said_is_refused_and_the_photo_has_to_be_chosen_again(send: Callable[..., Any]) -> None:
    answer = send(photos=[picture()])
    assert answer.status_code == 422
    assert not Case.objects.exists()


def test_the_pressed_position_counts_instead_of_the_unit(send: Callable[..., Any], town: Town) -> None:
    send(category="A01", lon="104.0005", lat="30.7015", address="2栋门口")
    case = Case.objects.get()
    assert (case.unit_id, case.match, case.address) == (town.units["QH0101-2"].pk, "exact", "2栋门口")


def test_a_position_outside_the_sub_district_is_refused_in_words(send: Callable[..., Any]) -> None:
    answer = send(category="A01", lon="100", lat="20", text="在外面")
    assert answer.status_code == 422
    assert "在外面" in answer.content.decode()


def test_what_was_settled_on_the_spot_is_closed_at_once(send: Callable[..., Any]) -> None:
    send(category="A06", settled="on", note="已当场清除。")
    case = Case.objects.get()
    assert (case.state, case.self_handled, case.answer) == (State.CLOSED, True, "已当场清除。")


@pytest.mark.parametrize(
    "data",
    [
        {"category": "D02", "settled": "on", "note": "修好了"},
        {"category": "A06", "settled": "on", "note": ""},
        {"text": "没有类别", "settled": "on", "note": "好了"},
        {"category": "A06", "settled": "on", "note": "好了", "lon": "104.0035", "lat": "30.7015"},
    ],
)
def test_settling_is_refused_where_it_is_not_allowed(send: Callable[..., Any], data: dict[str, str]) -> None:
    assert send(**data).status_code == 422
    assert not Case.objects.exists()


@pytest.mark.parametrize("accept", [None, {"accept": "application/json"}])
def test_sent_twice_is_one_case_and_the_same_answer(
    send: Callable[..., Any], accept: dict[str, str] | None
) -> None:
    key = str(uuid4())
    answers = [send(category="A01", submission_key=key, headers=accept) for _ in range(2)]
    assert Case.objects.count() == 1
    assert answers[0].status_code == answers[1].status_code == (201 if accept else 302)
    if accept:
        assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("accept", [None, {"accept": "application/json"}])
def test_other_words_under_the_same_key_are_another_report_and_not_lost(
    send: Callable[..., Any], accept: dict[str, str] | None
) -> None:
    key = str(uuid4())
    send(text="楼道灯不亮", submission_key=key)
    answer = send(text="门口积水", submission_key=key, headers=accept)
    page = answer.content.decode()
    again = re.search(r'name="submission_key" value="([^"]+)"', page)
    assert (answer.status_code, Case.objects.count()) == (409, 1)
    assert "门口积水" in page
    assert again is not None
    assert again[1] != key
    assert send(text="门口积水", submission_key=again[1]).status_code == 302
    assert {case.title for case in Case.objects.all()} == {"楼道灯不亮", "门口积水"}


def test_the_key_comes_back_with_the_words_when_one_goes_back(leader: Client) -> None:
    assert (
        '<input type="text" hidden data-with-words name="submission_key"' in leader.get(URL).content.decode()
    )


def test_a_protected_kind_leads_back_to_the_list(send: Callable[..., Any]) -> None:
    answer = send(category="F02", text="听到隔壁争吵")
    assert Case.objects.get().restricted
    assert answer["Location"] == reverse("field:today")


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("photo.jpg", b"not a picture", "image/jpeg"),
        SimpleUploadedFile("letter.pdf", b"%PDF-1.7", "application/pdf"),
        SimpleUploadedFile("photo.jpg", b"", "image/jpeg"),
    ],
)
def test_what_is_no_picture_is_refused(send: Callable[..., Any], file: SimpleUploadedFile) -> None:
    file.seek(0)
    assert send(category="A01", photos=[file]).status_code == 422
    assert not Photo.objects.exists()


def test_four_photos_are_too_many(send: Callable[..., Any]) -> None:
    assert send(category="A01", photos=[picture() for _ in range(4)]).status_code == 422


@pytest.mark.parametrize("text", ["坏了\x00", "长" * 5000])
def test_text_that_cannot_be_kept_is_refused_in_words(send: Callable[..., Any], text: str) -> None:
    assert send(text=text).status_code == 422
    assert not Case.objects.exists()


def test_a_unit_of_others_cannot_be_chosen(send: Callable[..., Any], town: Town) -> None:
    assert send(category="A01", unit=town.units["QH0202-2"].pk).status_code == 422


def test_a_script_is_told_that_the_sign_in_ended(client: Client, town: Town) -> None:
    assert client.post(URL, {}, headers={"accept": "application/json"}).status_code == 401


def test_the_kinds_used_most_here_come_first(leader: Client, town: Town) -> None:
    for _ in range(2):
        town.report(category="H01")
    page = leader.get(URL).content.decode()
    assert page.count('name="category"') == 55
    assert page.index('value="H01"') < page.index('value="A01"')


def test_a_worker_chooses_among_the_micro_grids(client: Client, town: Town) -> None:
    client.force_login(town.users["worker"], backend="weiwang.web.account.store.AccountBackend")
    page = client.get(URL).content.decode()
    assert all(
        f'<option value="{town.units[code].pk}"' in page for code in ("QH0101", "QH0101-1", "QH0101-2")
    )


def test_photos_are_shown_to_the_chain_only(send: Callable[..., Any], leader: Client, town: Town) -> None:
    send(category="A01", photos=[picture()])
    photo = Photo.objects.get()
    url = reverse("field:photo", args=[photo.pk])
    answer = leader.get(url)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"].startswith("private")
    small = leader.get(url, {"small": ""})
    assert len(small.content) < len(answer.content)
    leader.force_login(town.users["far"], backend="weiwang.web.account.store.AccountBackend")
    assert leader.get(url).status_code == 404
