"""What goes out is seen on the phone before it goes: as a part with scripts, as a page without them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.builders import Town

from weiwang.cases.actions import Contact
from weiwang.cases.models import Case, Photo
from weiwang.cases.rules import State, Step
from weiwang.notices.models import Delivery

GIF = bytes.fromhex("47494638396101000100800000ffffff0000002c00000000010001000002024401003b")
SCRIPTS = {"hx-request": "true"}


@pytest.fixture
def phone(client: Client, town: Town) -> Callable[[str], Client]:
    def sign_in(username: str) -> Client:
        client.force_login(town.users[username], backend="weiwang.web.account.store.AccountBackend")
        return client

    return sign_in


@pytest.fixture
def checked(town: Town) -> Case:
    return town.walk(town.report("楼道灯不亮。", contact=Contact("李四", "13800000001")), until=Step.CHECK)


def press(client: Client, case: Case, step: Step = Step.CLOSE, *, headers: Any = None, **data: Any) -> Any:
    sent = {"submission_key": str(uuid4()), "version": case.version, **data}
    return client.post(reverse("field:step", args=[case.pk, step]), sent, headers=headers or {})


def test_an_answer_can_only_be_sent_from_its_preview(phone: Callable[[str], Client], checked: Case) -> None:
    page = phone("community").get(reverse("field:case", args=[checked.pk])).content.decode()
    form = page.partition('id="close-note"')[2].partition("</form>")[0]
    assert form.count('<button type="submit"') == 1
    assert 'name="do" value="preview"' in form


def test_scripts_get_the_part_alone_and_others_the_page(
    phone: Callable[[str], Client], checked: Case
) -> None:
    client, before = phone("community"), Delivery.objects.count()
    part = press(client, checked, do="preview", note="灯已修好。", headers=SCRIPTS).content.decode()
    page = press(client, checked, do="preview", note="灯已修好。").content.decode()
    assert part.lstrip().startswith('<div id="preview-close"')
    assert "灯已修好。" in part
    assert part.strip() in page
    checked.refresh_from_db()
    assert (checked.state, Delivery.objects.count()) == (State.CHECKED, before)


def test_changed_words_are_seen_again_and_then_sent(phone: Callable[[str], Client], checked: Case) -> None:
    client = phone("community")
    again = press(client, checked, previewed="灯已修好。", note="灯已于今天修好。").content.decode()
    assert 'name="previewed" value="灯已于今天修好。"' in again
    assert Case.objects.get(pk=checked.pk).state == State.CHECKED
    assert press(client, checked, previewed="灯已修好。", note="灯已修好。").status_code == 302
    assert Case.objects.get(pk=checked.pk).answer == "灯已修好。"


@pytest.mark.parametrize("headers", [SCRIPTS, {}])
@pytest.mark.parametrize(
    ("note", "sentence"),
    [("", "请写明办理情况或原因。"), ("已于【填：日期】修好。", "请先把没有填的内容补上：日期")],
)
def test_a_preview_says_what_is_missing(
    phone: Callable[[str], Client], checked: Case, headers: Any, note: str, sentence: str
) -> None:
    answer = press(phone("community"), checked, do="preview", note=note, headers=headers)
    assert answer.status_code == 422
    assert sentence in answer.content.decode().partition('id="preview-close"')[2]


def test_a_look_keeps_no_photo_and_says_that_it_has_to_be_added_again(
    phone: Callable[[str], Client], town: Town, tmp_path: Path
) -> None:
    case = town.report("楼道口堆着旧家具。", category="A01")
    photo = SimpleUploadedFile("a.gif", GIF, "image/gif")
    sent = press(phone("leader"), case, Step.SETTLE, do="preview", note="已清走。", photos=photo)
    page = sent.content.decode()
    assert "照片和附件没有一起保留" in page
    assert "现在还没有发送" in page
    assert not Photo.objects.exists()
    assert list((tmp_path / "media").rglob("*.jpg")) == []


def test_a_look_at_what_is_done_already_leads_to_the_case(
    phone: Callable[[str], Client], checked: Case
) -> None:
    client, key = phone("community"), str(uuid4())
    press(client, checked, note="灯已修好。", submission_key=key)
    answer = press(client, checked, do="preview", note="灯已修好。", submission_key=key, headers=SCRIPTS)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, reverse("field:case", args=[checked.pk]))
