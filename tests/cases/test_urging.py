"""Who was asked to hurry has not answered until the post does something, or the case goes to another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from tests.builders import Town

from weiwang.cases import queries
from weiwang.cases.actions import add_note, remind
from weiwang.cases.models import Case
from weiwang.cases.queries import Filters
from weiwang.cases.rules import Step
from weiwang.cases.urging import unanswered, urged_among, urged_of

MINE, THEIRS = 7, 8
AT = datetime(2026, 11, 16, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    step: str
    post_id: int | None = THEIRS
    data: Mapping[str, object] = field(default_factory=dict)
    note: str | None = ""
    at: datetime = AT
    actor: str = "街道网格中心调度员"


SENT = Told("dispatch", data={"owner": MINE})
HURRY = Told("remind", note="请今天处理")


@pytest.mark.parametrize(
    ("after", "waits"),
    [
        ([], True),
        ([Told("note")], True),  # of somebody else
        ([Told("grant_extend")], True),  # a decision on what was asked for before
        ([Told("reroute", post_id=None)], True),
        ([Told("sign", MINE)], False),
        ([Told("note", MINE)], False),
        ([Told("recall", data={"owner": THEIRS})], False),
        ([Told("sign", MINE), HURRY], True),
    ],
)
def test_the_answer_is_a_step_or_a_note_of_the_post_that_has_it(after: list[Told], *, waits: bool) -> None:
    assert (unanswered([SENT, HURRY, *after], MINE) is not None) is waits


def test_the_latest_word_counts_and_an_ended_case_owes_nothing() -> None:
    found = unanswered([SENT, HURRY, Told("supervise", note="周五前办结")], MINE)
    assert found is not None
    assert (found.words, found.supervised, found.by) == ("周五前办结", True, "街道网格中心调度员")
    assert unanswered([SENT, HURRY], None) is None


def test_a_list_knows_what_waits_and_a_note_ends_it(town: Town, at: datetime) -> None:
    quiet, case = (town.walk(town.report(category="A01"), until=Step.SIGN) for _ in range(2))
    remind(case_id=case.pk, by=town.officer("dispatcher"), at=at, note="请今天处理")
    owner = Case.objects.get(pk=case.pk).owner_post_id
    assert owner is not None

    def waiting() -> list[set[object]]:
        page = queries.worklist(
            Case.objects.filter(place=town.place), filters=Filters(view="open"), posts=[owner], at=at
        )
        return [set(urged_among(page.rows)), {one.id for one in urged_of(Case.objects.all(), [owner])}]

    assert waiting() == [{case.pk}, {case.pk}]
    assert quiet.pk != case.pk
    add_note(case_id=case.pk, note="已联系，下午到场。", by=town.officer("city"), at=at)
    assert waiting() == [set(), set()]
