"""The cause of a matter: a short list by category, noted on the case, kept in its history."""

from typing import Any

import pytest
from tests.builders import Town
from tests.conftest import ROOT

from weiwang.audit.models import Entry
from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases import queries
from weiwang.cases.actions import merge_cases, note_cause
from weiwang.cases.causes import CAUSES, CauseError, causes_of, chosen, read_causes
from weiwang.cases.models import Case, CauseNoted, Event
from weiwang.cases.queries import HistoryFault
from weiwang.cases.rules import CaseError, Step
from weiwang.territory.rules import NotAllowedError

TABLE = CAUSES.read(ROOT / "policies").table


def note(town: Town, case: Case, code: str, words: str = "", by: str = "city", **more: Any) -> Case:
    return note_cause(case_id=case.pk, code=code, words=words, by=town.officer(by), at=town.at, **more)


def test_every_category_is_offered_a_short_list_with_the_particular_first() -> None:
    for code, category in queries.categories().items():
        offered = causes_of(TABLE, code)
        assert 5 <= len(offered) <= 14, code
        nearness = [cause.nearness(code) for cause in offered]
        assert nearness == sorted(nearness, key=lambda near: near if near is not None else 9)
        assert {"other", "unknown"} <= {cause.code for cause in offered}
        assert category.code == code
    assert causes_of(TABLE, "A01")[0].code == "bins_few"


def test_a_cause_of_another_category_or_without_words_is_refused() -> None:
    assert chosen(TABLE, "D02", "worn", "").code == "worn"
    for category, code, words, fault in (
        ("A01", "no_permit", "x", "cause.unknown"),
        ("A01", "", "x", "cause.unknown"),
        ("A01", "other", "", "cause.words"),
    ):
        with pytest.raises(CauseError) as refused:
            chosen(TABLE, category, code, words)
        assert refused.value.code == fault


@pytest.mark.parametrize(
    "rows",
    [
        [{"code": "a", "zh": "甲", "en": "A", "for": []}],
        [{"code": "a" * 25, "zh": "甲", "en": "A", "for": ["*"]}],
        [{"code": "a", "zh": "甲", "en": "A", "for": ["*"]}] * 2,
    ],
)
def test_a_table_that_cannot_be_used_is_refused(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_causes({"causes": rows})


def test_the_cause_noted_last_counts_and_each_stays_in_the_history(town: Town) -> None:
    case = town.walk(town.report(), Step.HANDLE)
    version = Case.objects.get(pk=case.pk).version
    note(town, case, "worn", "灯杆锈蚀")
    note(town, case, "damaged", by="community")
    noted = CauseNoted.objects.get(case=case)
    assert (noted.code, noted.words) == ("damaged", "")
    told = Event.objects.filter(case=case, step="cause").order_by("seq")
    assert [(one.data["cause"], one.note, one.public) for one in told] == [
        ("worn", "灯杆锈蚀", False), ("damaged", None, False),
    ]  # fmt: skip
    assert Case.objects.get(pk=case.pk).version == version
    assert not [one for one in queries.verify_histories() if isinstance(one, HistoryFault)]
    assert Entry.objects.filter(action="case.cause").count() == 2


def test_it_is_noted_after_the_end_too_and_twice_the_same_press_is_one(town: Town) -> None:
    case = town.walk(town.report(), Step.CLOSE)
    note(town, case, "worn", submission="a-key-of-one-press")
    with pytest.raises(AlreadyDoneError):
        note(town, case, "worn", submission="a-key-of-one-press")
    assert Event.objects.filter(case=case, step="cause").count() == 1


def test_whoever_only_reads_along_notes_nothing(town: Town) -> None:
    case = town.walk(town.report(), Step.SIGN)
    for username in ("auditor", "far", "housing"):
        with pytest.raises(NotAllowedError):
            note(town, case, "worn", by=username)


def test_a_case_put_to_another_says_so(town: Town) -> None:
    into, duplicate = town.report(), town.report()
    merge_cases(
        duplicate=duplicate.pk, into=into.pk, by=town.officer("community"), at=town.at,
        seen_version=duplicate.version, note="同一盏灯",
    )  # fmt: skip
    with pytest.raises(CaseError, match="merged into another"):
        note(town, duplicate, "worn", by="community")
