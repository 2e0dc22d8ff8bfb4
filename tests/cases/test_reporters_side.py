"""What whoever reported was promised: a first contact, a way to object, figures that count silence apart."""

from datetime import timedelta
from typing import Any

import pytest
from tests.builders import Town, contact

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.actions import file_unanswered, give_feedback, note_contact
from weiwang.cases.contacts import contact_counts, contacts_of, not_contacted
from weiwang.cases.models import Case, Event, Feedback
from weiwang.cases.permissions import steps_for, visible_to
from weiwang.cases.promises import How, read_promises, share_of_contact
from weiwang.cases.queries import verify_histories
from weiwang.cases.rules import CaseError, State, Step, StepRefusedError
from weiwang.cases.satisfaction import overview
from weiwang.notices.models import Delivery
from weiwang.territory.rules import NotAllowedError

DAY = timedelta(days=1)


def call(town: Town, case: Case, *, reached: bool = True, by: str = "community", **more: Any) -> Case:
    options: dict[str, Any] = {"how": How.PHONE, "words": "已电话联系，问清位置。", "at": town.at, **more}
    return note_contact(case_id=case.pk, reached=reached, by=town.officer(by), **options)


# ---------------------------------------------------------------- the first contact


def test_whoever_left_a_contact_is_to_hear_from_us_within_a_day(town: Town) -> None:
    assert town.report(contact=contact()).contact_due_at == town.at + DAY
    assert town.report().contact_due_at is None
    assert town.report(contact=contact(), channel="field").contact_due_at is None


def test_a_call_that_reached_them_ends_it_and_one_that_did_not_is_kept(town: Town) -> None:
    case = town.report(contact=contact())
    mine = visible_to(town.officer("community"))
    call(town, case, reached=False)
    assert [(row.id, row.tries) for row in not_contacted(mine)] == [(case.pk, 1)]
    assert contact_counts(mine, at=town.at + 2 * DAY) == {"waiting": 1, "late": 1}
    case = call(town, case)
    assert (case.contacted_at, case.contact_tries) == (town.at, 2)
    assert not_contacted(mine) == []
    assert [(how, reached) for _, _, how, reached in contacts_of(case.pk)] == [
        ("phone", False),
        ("phone", True),
    ]
    assert not Event.objects.filter(case=case, step="contact", public=True).exists()
    assert all(isinstance(found, Case) for found in verify_histories())


def test_an_answer_counts_as_contact_and_a_message_of_the_system_does_not(town: Town) -> None:
    case = town.walk(town.report(contact=contact()), until=Step.CHECK)
    assert case.contacted_at is None
    assert town.step(case, Step.CLOSE, "community", "修好了，谢谢。").contacted_at == town.at


def test_a_note_of_contact_needs_words_a_contact_and_the_power(town: Town) -> None:
    case, anonymous = town.report(contact=contact()), town.report()
    with pytest.raises(StepRefusedError):
        call(town, case, words="  ")
    with pytest.raises(CaseError) as refused:
        call(town, anonymous)
    assert refused.value.code == "contact.nobody"
    for stranger in ("leader", "community2"):
        with pytest.raises(NotAllowedError):
            call(town, case, by=stranger)
    call(town, case, submission="k")
    with pytest.raises(AlreadyDoneError):
        call(town, case, submission="k")


def test_a_note_of_contact_does_not_make_open_pages_old(town: Town) -> None:
    case = town.report(contact=contact())
    seen = case.version
    call(town, case)
    assert town.step(case, Step.REGISTER, "community", seen_version=seen).state == State.REGISTERED


def test_the_light_of_the_contact(town: Town) -> None:
    due = town.at + DAY
    shares = [
        share_of_contact(since=town.at, due_at=due, at=town.at + timedelta(hours=h))
        for h in (0, 12, 23, 24, 99)
    ]
    assert shares == [0, 50, 95, 100, 100]


# ---------------------------------------------------------------- how it ended


def closed(town: Town, **more: Any) -> Case:
    return town.walk(town.report(**more), until=Step.CLOSE)


def test_the_reasons_are_those_of_the_table_and_stand_in_the_note(town: Town) -> None:
    case = closed(town)
    give_feedback(case_id=case.pk, satisfied=False, remark="", reasons=["slow", "unknown"], at=town.at)
    given = Feedback.objects.get(case=case)
    assert (given.outcome, given.round, given.reasons) == ("dissatisfied", 0, ["slow"])
    assert Event.objects.get(case=case, step=Step.REOPEN).note == "时间太长"


def test_not_satisfied_without_a_word_or_a_reason_is_asked_again(town: Town) -> None:
    case = closed(town)
    with pytest.raises(StepRefusedError):
        give_feedback(case_id=case.pk, satisfied=False, remark="", at=town.at)
    assert not Feedback.objects.exists()


def test_objections_end_with_the_days_promised(town: Town) -> None:
    case = closed(town)
    with pytest.raises(CaseError) as refused:
        give_feedback(case_id=case.pk, satisfied=False, remark="又坏了", at=town.at + 31 * DAY)
    assert (refused.value.code, refused.value.params) == ("feedback.too_late", {"days": 30})
    assert give_feedback(case_id=case.pk, satisfied=True, remark="", at=town.at + 31 * DAY).satisfied


def test_some_reasons_are_read_at_once_by_the_leader_on_duty(town: Town) -> None:
    case = closed(town)
    give_feedback(case_id=case.pk, satisfied=False, remark="", reasons=["manner"], at=town.at)
    told = Delivery.objects.filter(about=case.pk, kind="complaint").values_list("user_id", flat=True)
    assert list(told) == [town.users["duty"].pk]


def test_silence_is_filed_after_the_days_and_is_neither_yes_nor_no(town: Town) -> None:
    case, from_the_grid = closed(town), closed(town, channel="field")
    assert file_unanswered(at=town.at + 10 * DAY) == 0
    assert file_unanswered(at=town.at + 10 * DAY + timedelta(seconds=1)) == 1
    case.refresh_from_db()
    assert (case.state, case.satisfied) == (State.FOLLOWED_UP, None)
    assert Feedback.objects.get(case=case).outcome == "no_answer"
    from_the_grid.refresh_from_db()
    assert from_the_grid.state == State.CLOSED
    give_feedback(case_id=case.pk, satisfied=False, remark="又坏了", at=town.at + 20 * DAY)
    assert Feedback.objects.get(case=case).outcome == "dissatisfied"


def test_nobody_can_file_a_case_as_unanswered_by_hand(town: Town) -> None:
    case = closed(town)
    assert Step.LAPSE not in steps_for(town.officer("dispatcher"), case)
    with pytest.raises(NotAllowedError):
        town.step(case, Step.LAPSE, "dispatcher")


def test_a_follow_up_call_counts_like_the_reporters_own_word(town: Town) -> None:
    case = closed(town)
    town.step(case, Step.FOLLOW_UP, "dispatcher", "电话回访，满意。")
    assert Feedback.objects.get(case=case).outcome == "satisfied"


def test_figures_count_by_place_and_never_by_person(town: Town) -> None:
    west, _west2, east = closed(town), closed(town), town.report(lon=104.0025)
    give_feedback(case_id=west.pk, satisfied=False, remark="", reasons=["slow"], at=town.at)
    seen = overview(
        visible_to(town.officer("dispatcher")), since=town.at - DAY, until=town.at + DAY,
        parts=[town.units["QH01"].path, town.units["QH02"].path],
    )  # fmt: skip
    first, second = (seen.by_part[town.units[code].path] for code in ("QH01", "QH02"))
    assert (first.dissatisfied, first.waiting, first.satisfied) == (1, 1, 0)
    assert (second.answered, second.waiting) == (0, 0)
    assert seen.reasons["dissatisfied"] == {"slow": 1}
    assert first.share is None
    assert east.state == State.REPORTED
    assert not {f.name for f in Feedback._meta.get_fields()} & {
        "user",
        "owner_post",
        "handler_users",
        "actor",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"reopen_within_days": 0},
        {"no_answer_after_days": -1},
        {"satisfied": [{"code": "a", "zh": "", "en": ""}] * 2},
    ],
)
def test_a_table_of_promises_that_cannot_be_kept_is_refused(change: dict[str, Any]) -> None:
    feedback = {
        "reopen_within_days": 3,
        "no_answer_after_days": 3,
        "channels": [],
        "satisfied": [],
        "dissatisfied": [],
    }
    content = {"contact": {"within": "24h", "channels": []}, "feedback": {**feedback, **change}}
    with pytest.raises(ValueError, match=r"days|twice"):
        read_promises(content)
