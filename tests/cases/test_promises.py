"""What a reporter is promised, and how they may be reached."""

from datetime import timedelta

import pytest
from tests.builders import Town

from weiwang.cases.actions import Contact, give_feedback
from weiwang.cases.models import Case, Reporter
from weiwang.cases.rules import CaseError, Step, read_phone


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", ""),
        ("  ", ""),
        ("138 0000 0001", "13800000001"),
        ("１３８００００ー0001".replace("ー", "－"), "13800000001"),
        ("+86 138-0000-0001", "+8613800000001"),
        ("(028) 8700 0000", "02887000000"),
    ],
)
def test_a_telephone_number_is_understood_as_people_write_it(written: str, read: str) -> None:
    assert read_phone(written) == read


@pytest.mark.parametrize("written", ["123", "no phone", "1380000000a", "0" * 16, "++8613800000001"])
def test_what_is_no_telephone_number_is_refused(written: str) -> None:
    with pytest.raises(CaseError) as refused:
        read_phone(written)
    assert refused.value.code == "contact.phone"


def test_a_contact_is_kept_as_it_was_understood(town: Town) -> None:
    case = town.report(contact=Contact(" 李四 ", "１３８ 0000 0001"))
    kept = Reporter.objects.get(case=case)
    assert (kept.name, kept.phone) == ("李四", "13800000001")


def test_a_wrong_telephone_number_keeps_nothing(town: Town) -> None:
    with pytest.raises(CaseError):
        town.report(contact=Contact("李四", "call me"))
    assert not Case.objects.exists()


def test_a_case_opened_again_carries_a_new_promise(town: Town) -> None:
    case = town.walk(town.report(), until=Step.CLOSE)
    first = Case.objects.get(pk=case.pk).promised_at
    later = town.at + timedelta(days=20)
    give_feedback(case_id=case.pk, satisfied=False, remark="灯又坏了", at=later)
    assert Case.objects.get(pk=case.pk).promised_at > max(first, later)
