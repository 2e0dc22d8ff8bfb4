"""More time, a rest, a question, a reminder, a legal channel: what each leaves on the case."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.builders import Town

from weiwang.audit.rules import SYSTEM
from weiwang.cases.actions import answer_question, merge_cases, pass_up_from_vacant_posts, unmerge_case
from weiwang.cases.models import Case, Event
from weiwang.cases.permissions import steps_for, visible_to
from weiwang.cases.progress import progress
from weiwang.cases.queries import verify_histories
from weiwang.cases.rules import CaseError, State, Step, StepRefusedError
from weiwang.territory import actions as territory


def refused(town: Town, case: Case, step: Step, who: str, note: str = "写明原因", **more: object) -> str:
    with pytest.raises(StepRefusedError) as error:
        town.step(case, step, who, note, **more)
    return error.value.code


def test_more_time_is_asked_by_the_handler_and_granted_by_another_post(town: Town) -> None:
    case = town.walk(town.report(), Step.SIGN)
    due, owner = case.due_at, case.owner_post_id
    case = town.step(case, Step.ASK_EXTEND, "city", "灯杆要从厂家定做。", longer="3wd")
    assert (case.asked, case.asked_for, case.due_at, case.state) == ("extend", "3wd", due, State.SIGNED)
    assert Step.ASK_EXTEND not in steps_for(town.officer("city"), case)
    assert Step.GRANT_EXTEND in steps_for(town.officer("duty"), case)
    case = town.step(case, Step.GRANT_EXTEND, "duty")
    assert case.due_at is not None
    assert due is not None
    assert case.due_at > due + timedelta(days=2)
    assert (case.asked, case.extended, case.owner_post_id) == ("", 1, owner)
    told = Event.objects.filter(case=case).order_by("seq").values_list("step", "public", "data__kept")
    assert list(told)[-2:] == [("ask_extend", False, "3wd"), ("grant_extend", True, None)]


def test_more_time_is_refused_with_a_reason_and_granted_no_oftener_than_signed(town: Town) -> None:
    case = town.walk(town.report(), Step.SIGN)
    assert refused(town, case, Step.ASK_EXTEND, "city", longer="") == "step.longer_needed"
    assert refused(town, case, Step.ASK_EXTEND, "city", longer="400wd") == "step.longer_needed"
    for _ in range(2):
        town.step(case, Step.ASK_EXTEND, "city", "还差一点", longer="1wd")
        town.step(case, Step.GRANT_EXTEND, "duty")
    assert refused(town, case, Step.ASK_EXTEND, "city", longer="1wd") == "step.longer_often"
    other = town.walk(town.report(), Step.SIGN)
    due = town.step(other, Step.ASK_EXTEND, "city", "还差一点", longer="1wd").due_at
    assert refused(town, other, Step.REFUSE_EXTEND, "duty", "") == "step.note_needed"
    other = town.step(other, Step.REFUSE_EXTEND, "duty", "路灯不亮影响出行，请按时办。")
    assert (other.due_at, other.asked, other.extended) == (due, "", 0)


def test_nobody_grants_what_their_own_post_asked_for(town: Town) -> None:
    case = town.walk(town.report(), Step.REGISTER)
    case = town.step(case, Step.DISPATCH, "dispatcher", target_post=town.posts["community"].pk)
    town.step(case, Step.SIGN, "community")
    case = town.step(case, Step.ASK_EXTEND, "community", "要开议事会", longer="5wd")
    assert refused(town, case, Step.GRANT_EXTEND, "community") == "step.own_request"
    assert Step.GRANT_EXTEND not in steps_for(town.officer("community"), case)
    assert town.step(case, Step.GRANT_EXTEND, "dispatcher").extended == 1


def test_a_case_on_hold_stands_still_with_an_owner_and_a_day_and_is_taken_up_again(town: Town) -> None:
    case = town.walk(town.report(), Step.START)
    day = (town.at + timedelta(days=40)).date()
    assert refused(town, case, Step.ASK_SUSPEND, "city", review_on=town.at.date()) == "step.day_range"
    assert refused(town, case, Step.ASK_SUSPEND, "city") == "step.day_needed"
    town.step(case, Step.ASK_SUSPEND, "city", "等待电力公司停电计划。", review_on=day)
    case = town.step(case, Step.GRANT_SUSPEND, "dispatcher", "同意")
    assert (case.state, case.held_from, case.asked) == (State.SUSPENDED, State.HANDLING, "")
    assert case.owner_post_id == town.posts["city"].pk
    assert case.paused_until is not None
    assert case.paused_until.astimezone(town.at.tzinfo).date() == day
    assert case.due_at is not None
    assert case.due_at > case.paused_until
    assert refused(town, case, Step.HANDLE, "city") == "step.wrong_state"
    later = town.at + timedelta(days=3)
    town.step(case, Step.ASK_RESUME, "city", "电力公司提前停电", at=later)
    case = town.step(case, Step.GRANT_RESUME, "duty", at=later)
    assert (case.state, case.held_from, case.paused_at) == (State.HANDLING, "", None)
    assert case.due_at is not None
    assert case.due_at < later + timedelta(days=10)


def test_a_question_to_the_reporter_stops_the_clock_until_the_answer_comes(town: Town) -> None:
    case = town.walk(town.report(), Step.SIGN)
    case = town.step(case, Step.ASK_REPORTER, "city", "请问是哪一盏灯？")
    assert (case.state, case.held_from) == (State.WAITING, State.SIGNED)
    assert progress(case).question == "请问是哪一盏灯？"
    assert progress(case).to_come[0] == "You answer our question"
    with pytest.raises(StepRefusedError, match="write down"):
        answer_question(case_id=case.pk, words=" ", at=town.at)
    case = answer_question(case_id=case.pk, words="东门那一盏", at=town.at + timedelta(hours=5))
    assert (case.state, case.held_from, case.last_word) == (State.SIGNED, "", "东门那一盏")
    assert (progress(case).question, progress(case).story[-1].note) == ("", "东门那一盏")
    with pytest.raises(CaseError):
        answer_question(case_id=case.pk, words="再说一遍", at=town.at)


def test_without_an_answer_the_owner_or_a_registrar_goes_on_and_a_call_is_noted_by_hand(town: Town) -> None:
    case = town.report()
    town.step(case, Step.ASK_REPORTER, "gridhead", "请问在几栋？")
    assert refused(town, case, Step.GO_ON, "liaison") == "step.not_owner"
    case = town.step(case, Step.GO_ON, "community")
    assert (case.state, case.clock, case.owner_post_id) == (
        State.REPORTED, "accept", town.posts["gridhead"].pk,
    )  # fmt: skip
    town.step(case, Step.ASK_REPORTER, "community", "请问在几栋？")
    case = town.step(case, Step.ANSWERED, "gridhead", "电话里说是三栋")
    assert (case.state, progress(case).story[-1].note) == (State.REPORTED, "")


@pytest.mark.parametrize("state", [State.REPORTED, State.VERIFYING])
def test_before_acceptance_the_dispatcher_asks_the_reporter_of_a_case_another_post_has(
    town: Town, state: State
) -> None:
    case = town.report()
    if state is State.VERIFYING:
        case = town.step(case, Step.VERIFY, "gridhead")
    owner, dispatcher = case.owner_post_id, town.posts["dispatcher"].pk
    assert owner != dispatcher
    assert Step.ASK_REPORTER in steps_for(town.officer("dispatcher"), case)
    assert Step.ASK_REPORTER not in steps_for(town.officer("liaison"), case)
    case = town.step(case, Step.ASK_REPORTER, "dispatcher", "请问在几栋？")
    assert (case.state, case.held_from, case.owner_post_id) == (State.WAITING, state, owner)
    assert Event.objects.filter(case=case).latest("seq").post_id == dispatcher
    assert {Step.ANSWERED, Step.GO_ON} <= set(steps_for(town.officer("dispatcher"), case))
    assert refused(town, case, Step.ANSWERED, "worker") == "step.not_owner"
    case = town.step(case, Step.ANSWERED, "dispatcher", "电话里说是三栋", at=town.at + timedelta(hours=1))
    assert (case.state, case.held_from, case.owner_post_id) == (state, "", owner)


def test_after_acceptance_only_the_owner_asks_and_takes_up_again(town: Town) -> None:
    case = town.walk(town.report(), Step.SIGN)
    assert refused(town, case, Step.ASK_REPORTER, "dispatcher") == "step.not_owner"
    case = town.step(case, Step.ASK_REPORTER, "city", "哪一盏？")
    assert steps_for(town.officer("dispatcher"), case)
    assert not {Step.ANSWERED, Step.GO_ON} & set(steps_for(town.officer("dispatcher"), case))
    assert refused(town, case, Step.GO_ON, "dispatcher") == "step.not_owner"


def test_a_case_climbs_level_by_level_and_says_so(town: Town) -> None:
    case = town.report()
    owners = [case.owner_post_id]
    for who in ("gridhead", "community"):
        case = town.step(case, Step.ESCALATE, who, "超出本级能力")
        owners.append(case.owner_post_id)
    assert owners[:2] == [town.posts["gridhead"].pk, town.posts["community"].pk]
    assert case.state == State.REPORTED
    assert case.owner_post is not None
    assert case.owner_post.kind == "dispatcher"
    work = town.walk(town.report(), Step.SIGN)
    work = town.step(work, Step.ESCALATE, "city", "需要街道协调")
    assert work.owner_post is not None
    assert (work.state, work.owner_post.kind) == (State.REGISTERED, "dispatcher")


def test_reminders_and_supervision_are_counted_and_never_told_outside(town: Town) -> None:
    case = town.walk(town.report(), Step.SIGN)
    due = case.due_at
    town.step(case, Step.REMIND, "community")
    case = town.step(case, Step.SUPERVISE, "duty", "请今天办结并回复。")
    assert (case.reminded, case.supervised, case.due_at, case.state) == (1, 1, due, State.SIGNED)
    assert "supervise" not in {word.step for word in progress(case).story}
    assert refused(town, town.report(), Step.REMIND, "gridhead") == "step.own_case"


def test_a_matter_of_a_lawful_channel_ends_with_where_to_turn(town: Town) -> None:
    case = town.report()
    assert refused(town, case, Step.HAND_OVER, "community", channel="grid") == "step.channel_needed"
    case = town.step(case, Step.HAND_OVER, "community", "属于信访事项。", channel="petition")
    assert (case.state, case.legal_channel, case.owner_post_id, case.due_at) == (
        State.HANDED_OVER, "petition", None, None,
    )  # fmt: skip
    assert progress(case).answer.startswith("请向信访部门反映")
    assert progress(case).answer.endswith("属于信访事项。")
    assert not progress(case).may_be_reopened


def test_a_void_case_has_a_reason_and_ends_a_pending_request(town: Town) -> None:
    case = town.walk(town.report(), Step.SIGN)
    town.step(case, Step.ASK_EXTEND, "city", "要等", longer="1wd")
    assert refused(town, case, Step.VOID, "duty", "") == "step.note_needed"
    case = town.step(case, Step.VOID, "duty", "测试信息，反映人已说明。")
    assert (case.state, case.asked, case.answer) == (State.VOID, "", "测试信息，反映人已说明。")
    assert steps_for(town.officer("duty"), case) == []


def test_whoever_received_first_answers_for_it_until_another_takes_it_on(town: Town) -> None:
    case = town.report()
    assert case.answerable_post_id is None  # the post that has it
    escalated = town.step(town.report(), Step.ESCALATE, "gridhead", "超出本级")
    assert escalated.answerable_post_id == town.posts["gridhead"].pk
    case = town.walk(case, Step.DISPATCH)
    assert case.answerable_post_id == town.posts["community"].pk  # dispatched is not yet taken on
    assert town.step(case, Step.SIGN, "city").answerable_post_id is None
    case = town.step(case, Step.RETURN, "city", "不属本部门")
    assert (case.returned, case.answerable_post_id) == (1, town.posts["city"].pk)
    assert visible_to(town.officer("city")).filter(pk=case.pk).exists()


@pytest.mark.parametrize("state", ["suspended", "waiting"])
def test_a_case_that_stands_still_never_waits_on_an_empty_chair(town: Town, state: str) -> None:
    case = town.walk(town.report(), Step.SIGN)
    if state == "waiting":
        town.step(case, Step.ASK_REPORTER, "city", "请问是哪一盏灯？")
    else:
        day = (town.at + timedelta(days=20)).date()
        town.step(case, Step.ASK_SUSPEND, "city", "等材料", review_on=day)
        town.step(case, Step.GRANT_SUSPEND, "duty")
    territory.hand_over(
        appointment_id=town.posts["city"].appointments.get().pk, to_user=None, by=SYSTEM, at=town.at
    )
    pass_up_from_vacant_posts(at=town.at)
    case.refresh_from_db()
    assert (case.state, case.held_from) == (state, State.SIGNED)
    assert case.owner_post_id == town.posts["gridhead"].pk
    assert Event.objects.filter(case=case).latest("seq").step == "reassign"
    if state == "suspended":
        town.step(case, Step.ASK_RESUME, "gridhead", "可以继续了")
        case = town.step(case, Step.GRANT_RESUME, "duty")
        assert case.owner_post_id in {town.posts["gridhead"].pk, town.posts["city2"].pk}
    assert all(isinstance(found, Case) for found in verify_histories())


@pytest.mark.parametrize(
    "fields",
    [
        {"owner_post": None},
        {"due_at": None},
        {"held_from": ""},
        {"held_from": "suspended"},
        {"state": "signed"},
        {"asked": "resume"},
        {"state": "handed_over", "held_from": ""},
    ],
)
def test_the_database_itself_refuses_a_case_that_stands_still_without_what_it_needs(
    town: Town, fields: dict[str, object]
) -> None:
    case = town.step(town.walk(town.report(), Step.SIGN), Step.ASK_REPORTER, "city", "哪一盏？")
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**fields)


def test_a_duplicate_that_waits_is_put_to_another_case_and_taken_back_as_it_was(town: Town) -> None:
    case = town.step(town.report(), Step.ASK_REPORTER, "gridhead", "请问在几栋？")
    into = town.report()
    by, at = town.officer("dispatcher"), town.at + timedelta(hours=1)
    merged = merge_cases(duplicate=case.pk, into=into.pk, by=by, at=at, seen_version=case.version)
    assert (merged.state, merged.held_from) == (State.CLOSED, "")
    back = unmerge_case(case_id=case.pk, by=by, at=at, seen_version=merged.version, note="不是同一件事")
    assert (back.state, back.held_from, back.due_at) == (State.WAITING, State.REPORTED, case.due_at)
