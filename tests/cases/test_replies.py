"""Texts to begin an answer with: read from the signed table, filled, finished by a person, seen first."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.builders import Town
from tests.channels import email_settings, sms_settings
from tests.conftest import ROOT

from weiwang.audit.models import Entry
from weiwang.cases.actions import Contact, take_step
from weiwang.cases.actions.previewing import preview
from weiwang.cases.answering import known_of, names_around, texts_for
from weiwang.cases.links import private_token
from weiwang.cases.models import Case, Event
from weiwang.cases.queries import categories
from weiwang.cases.replies import (
    PARTS,
    REPLIES,
    VARIABLES,
    blanks,
    inserted,
    offered,
    read_replies,
    refuse_blanks,
)
from weiwang.cases.rules import Step, StepRefusedError
from weiwang.kernel.policy import PolicyError, PolicyFile, RowError
from weiwang.notices.models import Delivery

TABLE = REPLIES.read(ROOT / "policies").table
BOTH = {"zh": "好", "en": "good"}


def row(**more: Any) -> dict[str, Any]:
    return {"code": "x", "zh": "例", "en": "example", "steps": ["close"], "for": ["*"], "text": BOTH} | more


def test_every_category_has_an_answer_in_four_parts_and_a_refusal() -> None:
    for category in categories().values():
        closing = offered(TABLE, category, Step.CLOSE)
        assert closing
        assert all(one.text["zh"].count("\n") == len(PARTS) - 1 for one in closing)
        assert offered(TABLE, category, Step.REJECT)


def test_what_is_meant_most_exactly_stands_first() -> None:
    found = offered(TABLE, categories()["D02"], Step.CLOSE)
    assert [one.code for one in found[:3]] == ["lamp-lit", "facility-mended", "closed-usual"]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (row(steps=["answer"]), "answer"),
        (row(text={"zh": "好"}), "en"),
        (row(parts={}), "either"),
        (row(text=BOTH | {"en": "by {deadline}"}), "deadline"),
        (row(text=BOTH | {"zh": "{}"}), "variable"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused(broken: dict[str, Any], why: str) -> None:
    with pytest.raises(RowError, match=why):
        read_replies({"replies": [broken]})


def test_an_unknown_variable_is_named_with_its_line(tmp_path: Path) -> None:
    text = (ROOT / "policies/replies.yaml").read_text(encoding="utf-8")
    broken = text.replace("不在{office}辖区内", "不在{offices}辖区内")
    (tmp_path / "replies.yaml").write_text(broken, encoding="utf-8")
    line = broken[: broken.index("{offices}")].count("\n") + 1
    with pytest.raises(PolicyError, match=rf"replies\.yaml, line {line}: there is no variable {{offices}}"):
        PolicyFile("replies", read_replies).read(tmp_path)


def test_a_text_goes_below_what_was_written_and_not_twice() -> None:
    assert inserted("", "好。") == "好。"
    assert inserted("您好！", "好。") == "您好！\n\n好。"
    assert inserted("您好！\n\n好。", "好。") == "您好！\n\n好。"


def test_blanks_are_found_in_both_languages_and_document_numbers_are_none() -> None:
    assert blanks("已于【填：日期】办结，see [fill in: why].") == ["日期", "why"]
    assert blanks("国办发〔2020〕53号，【提示】。") == []
    with pytest.raises(StepRefusedError, match="still open"):
        refuse_blanks("【填：日期】")


# ---------------------------------------------------------------- with a case


@pytest.fixture(autouse=True)
def _channels(channels_file: Any) -> None:
    channels_file(email=email_settings(25), sms=sms_settings("https://example.org/"))


@pytest.fixture
def checked(town: Town) -> Case:
    """A case about to be closed, whose reporter left a mobile number and an address."""
    contact = Contact("李四", "13800000001", "li@example.cn", "zh-hans")
    return town.walk(town.report("楼道灯不亮。", contact=contact), until=Step.CHECK)


def closing(town: Town, case: Case, note: str, at: datetime) -> Any:
    return partial(
        take_step, case_id=case.pk, step=Step.CLOSE, by=town.officer("gridhead"), at=at,
        seen_version=case.version, note=note,
    )  # fmt: skip


def test_texts_are_filled_with_what_is_known(town: Town, checked: Case) -> None:
    known = known_of(checked, categories()["D02"], "zh", names_around(checked))
    assert set(known) == VARIABLES
    assert all(known.values())
    (first, *_rest) = texts_for(checked, [Step.CLOSE], reader="en")[Step.CLOSE]
    assert first.name == "The lamp works again"
    assert checked.number in first.text
    assert "11月16日" in first.text
    assert "{" not in first.text


def test_words_with_a_blank_are_not_sent(town: Town, checked: Case, at: datetime) -> None:
    with pytest.raises(StepRefusedError, match="日期"):
        closing(town, checked, "已于【填：日期】修好。", at)()
    assert Case.objects.get(pk=checked.pk).state == checked.state


def test_a_preview_shows_what_will_be_sent_and_sends_nothing(town: Town, checked: Case, at: datetime) -> None:
    before = (Event.objects.count(), Entry.objects.count(), Delivery.objects.count())
    seen = preview(closing(town, checked, "灯已修好。", at), checked.history_length, at=at)
    assert (Event.objects.count(), Entry.objects.count(), Delivery.objects.count()) == before
    assert [(one.tells, one.note) for one in seen.told] == [
        ("Your report is closed and answered.", "灯已修好。")
    ]
    assert [one.channel for one in seen.messages] == ["email", "sms"]
    assert all(private_token(checked.pk) not in one.text and "••••" in one.text for one in seen.messages)
    closing(town, checked, "灯已修好。", at)()
    sent = Delivery.objects.filter(kind="answered").order_by("channel")
    hidden = [row.text.replace(private_token(checked.pk), "••••") for row in sent]
    assert [one.text for one in seen.messages] == hidden


def test_a_preview_refuses_what_the_step_would_refuse(town: Town, checked: Case, at: datetime) -> None:
    with pytest.raises(StepRefusedError):
        preview(closing(town, checked, "", at), checked.history_length, at=at)
