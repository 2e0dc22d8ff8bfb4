"""Beside the answer: texts to begin with, and what goes out, seen before it goes."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from tests.builders import Town

from weiwang.cases.actions import Contact
from weiwang.cases.models import Case
from weiwang.cases.rules import State, Step

Desk = Callable[[str], Client]


@pytest.fixture
def checked(town: Town) -> Case:
    return town.walk(town.report("楼道灯不亮。", contact=Contact("李四", "13800000001")), until=Step.CHECK)


def press(client: Client, case: Case, **fields: Any) -> Any:
    typed = {"step": "close", "seen_version": case.version, "submission_key": str(uuid4()), **fields}
    return client.post(f"/desk/cases/{case.pk}/step/", typed)


def test_texts_stand_beside_the_answer_and_are_put_in_without_scripts(desk: Desk, checked: Case) -> None:
    client = desk("community")
    page = client.get(f"/desk/cases/{checked.pk}/").content.decode()
    assert '<option value="lamp-lit" data-text="您11月16日反映' in page
    page = press(client, checked, do="insert", reply="lamp-lit", note="李先生您好！").content.decode()
    assert "李先生您好！\n\n您11月16日反映" in page
    assert f"编号 {checked.number}" in page
    assert Case.objects.get(pk=checked.pk).state == State.CHECKED


def test_an_answer_is_seen_before_it_goes_and_again_when_it_was_changed(desk: Desk, checked: Case) -> None:
    client = desk("community")
    page = press(client, checked, do="preview", note="灯已修好。").content.decode()
    assert "Nothing has been sent yet." in page
    assert 'name="previewed" value="灯已修好。"' in page
    assert Case.objects.get(pk=checked.pk).state == State.CHECKED
    page = press(client, checked, previewed="灯已修好。", note="灯已于今天修好。").content.decode()
    assert 'name="previewed" value="灯已于今天修好。"' in page
    assert Case.objects.get(pk=checked.pk).state == State.CHECKED
    assert press(client, checked, previewed="灯已修好。", note="灯已修好。").status_code == 302
    assert Case.objects.get(pk=checked.pk).answer == "灯已修好。"


def test_a_preview_says_what_is_missing_where_it_was_asked_for(desk: Desk, checked: Case) -> None:
    answer = press(desk("community"), checked, do="preview", note="已于【填：日期】修好。")
    assert answer.status_code == 422
    after = answer.content.decode().partition('id="preview-close"')[2]
    assert "Please fill in what is still open: 日期." in after
    assert "已于【填：日期】修好。" in answer.content.decode()


def test_who_may_not_take_the_step_sees_no_preview(desk: Desk, checked: Case) -> None:
    assert press(desk("city"), checked, do="preview", note="灯已修好。").status_code in {403, 409}
