"""Notes beside the steps, posts that help, and what a community may be asked to handle."""

import pytest
from tests.builders import Town

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.actions import add_note, ask_to_help, end_help
from weiwang.cases.models import Case, Event, Reminder
from weiwang.cases.permissions import steps_for, visible_to
from weiwang.cases.progress import progress
from weiwang.cases.queries import verify_histories
from weiwang.cases.rules import State, Step, StepRefusedError
from weiwang.territory.rules import NotAllowedError

OURS = "B05"  # on the list of what communities take
THEIRS = "D02"


def note(town: Town, case: Case, who: str, text: str = "已联系业主。", **more: object) -> Case:
    return add_note(case_id=case.pk, by=town.officer(who), at=town.at, note=text, **more)[0]  # type: ignore[arg-type]


def test_a_note_for_colleagues_moves_nothing_and_stays_inside(town: Town) -> None:
    case = town.walk(town.report(), Step.SIGN)
    after = note(town, case, "city")
    assert (after.version, after.state, after.due_at) == (case.version, case.state, case.due_at)
    assert "已联系业主。" not in [told.note for told in progress(after).story]
    assert all(isinstance(found, Case) for found in verify_histories())


def test_a_note_to_the_reporter_is_read_by_them_under_the_name_of_the_post(town: Town) -> None:
    case = note(town, town.walk(town.report(), Step.SIGN), "city", public=True)
    told = progress(case).story[-1]
    assert (told.step, told.note, told.who) == (None, "已联系业主。", town.posts["city"].name)


def test_only_whoever_has_the_case_or_may_close_it_writes_to_the_reporter_until_it_ends(town: Town) -> None:
    case = town.walk(town.report(), Step.SIGN)
    with pytest.raises(StepRefusedError, match="writes to the reporter"):
        note(town, case, "liaison", public=True)
    note(town, case, "community", public=True)
    case = town.walk(town.report(), Step.CLOSE)
    with pytest.raises(StepRefusedError, match="writes to the reporter"):
        note(town, case, "community", public=True)
    note(town, case, "community", "补充归档材料。")


def test_nobody_writes_into_a_case_they_do_not_see_and_nothing_twice(town: Town) -> None:
    case = town.report()
    with pytest.raises(NotAllowedError):
        note(town, case, "far")
    with pytest.raises(StepRefusedError, match="write down"):
        note(town, case, "community", " ")
    note(town, case, "community", submission="one")
    with pytest.raises(AlreadyDoneError):
        note(town, case, "community", submission="one")
    assert Event.objects.filter(case=case, step="note").count() == 1


def test_a_post_that_helps_sees_the_case_reads_the_wish_and_takes_no_step(town: Town) -> None:
    case = town.walk(town.report(), Step.SIGN)
    housing, owner = town.posts["housing"], case.owner_post_id
    case = ask_to_help(
        case_id=case.pk, post_id=housing.pk, by=town.officer("city"), at=town.at, note="请查物业合同。"
    )
    assert (case.helper_posts, case.owner_post_id) == ([housing.pk], owner)
    assert visible_to(town.officer("housing")).filter(pk=case.pk).exists()
    assert steps_for(town.officer("housing"), case) == []
    assert Reminder.objects.get(case=case).post_id == housing.pk
    note(town, case, "housing", "合同由物业负责维修。")
    case = end_help(case_id=case.pk, post_id=housing.pk, by=town.officer("city"), at=town.at)
    assert not visible_to(town.officer("housing")).filter(pk=case.pk).exists()
    assert all(isinstance(found, Case) for found in verify_histories())


def test_only_whoever_has_or_dispatches_a_case_asks_for_help_and_only_of_posts_that_handle_here(
    town: Town,
) -> None:
    case = town.walk(town.report(), Step.SIGN)
    for who, post, error in (
        ("liaison", "housing", NotAllowedError),
        ("city2", "housing", NotAllowedError),
        ("city", "city", StepRefusedError),
        ("city", "far", StepRefusedError),
        ("city", "auditor", StepRefusedError),
    ):
        with pytest.raises(error):
            ask_to_help(
                case_id=case.pk, post_id=town.posts[post].pk, by=town.officer(who), at=town.at, note="请协助"
            )
    closed = town.walk(town.report(), Step.CLOSE)
    with pytest.raises(StepRefusedError):
        ask_to_help(
            case_id=closed.pk, post_id=town.posts["housing"].pk, by=town.officer("dispatcher"), at=town.at,
            note="请协助",
        )  # fmt: skip


@pytest.mark.parametrize("target", ["community", "gridhead", "worker", "leader"])
def test_what_is_not_on_the_list_goes_down_to_a_community_from_the_sub_district_only(
    town: Town, target: str
) -> None:
    case, post = town.walk(town.report(category=THEIRS), Step.REGISTER), town.posts[target].pk
    for who in ("gridhead", "community"):
        with pytest.raises(StepRefusedError, match="may not be asked"):
            town.step(case, Step.DISPATCH, who, target_post=post)
    assert town.step(case, Step.DISPATCH, "dispatcher", target_post=post).state == State.DISPATCHED


def test_what_is_on_the_list_is_dispatched_by_the_community_itself_and_departments_take_anything(
    town: Town,
) -> None:
    case = town.walk(town.report(category=OURS), Step.REGISTER)
    case = town.step(case, Step.DISPATCH, "community", target_post=town.posts["worker"].pk)
    assert case.owner_post_id == town.posts["worker"].pk
    other = town.walk(town.report(category=THEIRS), Step.REGISTER)
    town.step(other, Step.DISPATCH, "community", target_post=town.posts["city"].pk)
