"""Who may do what with a case, and where it goes when a post is empty or a place was wrong."""

from datetime import timedelta

import pytest
from tests.builders import Town

from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM
from weiwang.cases.actions import reroute_case, take_step
from weiwang.cases.models import Case, Event
from weiwang.cases.permissions import may_reveal, may_see, powers_over, steps_for, visible_to
from weiwang.cases.queries import categories
from weiwang.cases.rules import State, Step, StepRefusedError
from weiwang.territory import actions as territory
from weiwang.territory.rules import NotAllowedError

RESTRICTED = next(code for code, category in categories().items() if category.restricted)


def vacate(town: Town, username: str) -> None:
    appointment = town.posts[username].appointments.get()
    territory.hand_over(appointment_id=appointment.pk, to_user=None, by=SYSTEM, at=town.at)


def moved(town: Town, case: Case, username: str, unit: str) -> Case:
    seen = Case.objects.get(pk=case.pk).version
    return reroute_case(
        case_id=case.pk, by=town.officer(username), at=town.at, seen_version=seen, reason="地点报错了",
        unit_id=town.units[unit].pk,
    )  # fmt: skip


def test_a_restricted_case_is_moved_only_by_its_owner_and_by_posts_that_may_see_it(town: Town) -> None:
    case = town.report(category=RESTRICTED)
    town.step(case, Step.REGISTER, "dispatcher")
    town.step(case, Step.DISPATCH, "dispatcher", target_post=town.posts["city"].pk)
    case.refresh_from_db()
    grid_head = town.officer("gridhead")

    assert not visible_to(grid_head).filter(pk=case.pk).exists()
    assert (powers_over(grid_head, case), steps_for(grid_head, case)) == (frozenset(), [])
    with pytest.raises(NotAllowedError):
        moved(town, case, "gridhead", "QH0101-2")
    assert steps_for(town.officer("city"), case) == [Step.SIGN, Step.RETURN, Step.ESCALATE]
    assert may_reveal(town.officer("community"), case)


def test_another_department_does_nothing_with_a_case(town: Town) -> None:
    case = town.walk(town.report(), Step.SIGN)
    for step in Step:
        with pytest.raises((NotAllowedError, StepRefusedError)):
            town.step(case, step, "housing", "不该成功")
    assert not visible_to(town.officer("housing")).filter(pk=case.pk).exists()


def test_a_post_over_a_unit_gains_nothing_by_standing_in_a_department(town: Town) -> None:
    case = town.walk(town.report(), Step.HANDLE)
    town.person("clerk", "grid_leader", "QH0202", "city_management")
    clerk = town.officer("clerk")
    assert steps_for(clerk, case) == []
    assert not visible_to(clerk).filter(pk=case.pk).exists()


def test_a_colleague_of_the_department_sees_a_case_and_does_not_sign_for_it(town: Town) -> None:
    case = town.walk(town.report(), Step.DISPATCH)
    assert visible_to(town.officer("city2")).filter(pk=case.pk).exists()
    with pytest.raises(StepRefusedError) as refused:
        town.step(case, Step.SIGN, "city2")
    assert refused.value.code == "step.not_owner"


def test_nothing_is_done_by_a_post_that_has_ended(town: Town) -> None:
    case = town.report()
    vacate(town, "community")
    with pytest.raises(NotAllowedError):
        town.step(case, Step.REGISTER, "community")


def test_nothing_is_done_by_a_post_that_ended_while_the_photos_were_on_their_way(town: Town) -> None:
    case, officer = town.report(), town.officer("community")
    vacate(town, "community")
    with pytest.raises(NotAllowedError):
        take_step(
            case_id=case.pk, step=Step.REGISTER, by=officer, seen_version=1, at=town.at + timedelta(minutes=2)
        )


def test_a_case_is_dispatched_only_to_posts_over_its_place_that_handle(town: Town) -> None:
    case = town.walk(town.report(), Step.REGISTER)
    for username in ("far", "leader2", "community2", "dispatcher", "auditor"):
        with pytest.raises(StepRefusedError) as refused:
            town.step(case, Step.DISPATCH, "community", target_post=town.posts[username].pk)
        assert refused.value.code == "step.target_unknown"


def test_rework_goes_to_the_usual_handler_when_nobody_holds_the_post_that_handled(town: Town) -> None:
    case = town.walk(town.report(), Step.HANDLE)
    vacate(town, "city")
    case = town.step(case, Step.REWORK, "community", "还是不亮")
    assert case.owner_post_id == town.posts["city2"].pk
    assert town.step(case, Step.HANDLE, "city2", "换了整盏灯。").state == State.HANDLED


def test_rework_never_ends_with_a_post_that_cannot_handle(town: Town) -> None:
    case = town.walk(town.report(), Step.HANDLE)
    for username in ("city", "city2", "leader", "worker", "gridhead"):
        vacate(town, username)
    case = town.step(case, Step.REWORK, "community", "还是不亮")
    assert case.owner_post_id == town.posts["community"].pk
    assert steps_for(town.officer("community"), case)[:3] == [Step.HANDLE, Step.RETURN, Step.RECALL]


def test_no_case_goes_to_a_post_of_a_unit_that_has_ended(town: Town) -> None:
    unit = town.units["QH0101-1"]
    territory.end_unit(unit_id=unit.pk, by=SYSTEM, at=town.at, on=town.at.date() + timedelta(days=1))
    case = town.report(lon=104.0005, lat=30.7015)
    Case.objects.filter(pk=case.pk).update(unit=unit, unit_path=unit.path)
    town.step(case, Step.REGISTER, "community")
    with pytest.raises(StepRefusedError):
        town.step(case, Step.DISPATCH, "community", target_post=town.posts["leader"].pk)


def test_a_case_put_in_another_community_goes_to_its_post(town: Town) -> None:
    case = moved(town, town.report(), "dispatcher", "QH0202-2")
    assert case.owner_post_id == town.posts["community2"].pk
    told = Event.objects.get(case=case, step="reroute").data
    entry = Entry.objects.get(action="case.reroute")
    assert entry.data["history"] == bytes(Case.objects.get().history_digest).hex()
    assert (told["owner"], told["now"]["unit"]) == (case.owner_post_id, town.units["QH0202-2"].pk)
    assert not visible_to(town.officer("community")).filter(pk=case.pk).exists()


def test_a_case_moved_within_reach_of_its_owner_stays_with_it(town: Town) -> None:
    case = moved(town, town.report(), "dispatcher", "QH0101-2")
    assert case.owner_post_id == town.posts["gridhead"].pk


def test_whoever_is_handling_a_case_keeps_it_when_its_place_is_put_right(town: Town) -> None:
    case = moved(town, town.walk(town.report(), Step.SIGN), "dispatcher", "QH0202-2")
    assert case.owner_post_id == town.posts["city"].pk
    assert town.step(case, Step.HANDLE, "city", "修好了。").owner_post_id == town.posts["community2"].pk


def test_a_final_case_is_not_put_elsewhere_and_its_state_is_named_in_words(town: Town) -> None:
    case = town.walk(town.report(), Step.CLOSE)
    with pytest.raises(StepRefusedError) as refused:
        moved(town, case, "dispatcher", "QH0202-2")
    assert refused.value.params == {"state": "closed"}


def test_the_rule_for_one_case_is_the_rule_for_lists(town: Town) -> None:
    town.walk(town.report(), Step.HANDLE)
    town.step(town.walk(town.report(category=RESTRICTED), Step.DISPATCH), Step.SIGN, "city")
    town.report(category=RESTRICTED)
    town.person("clerk", "grid_leader", "QH0202", "city_management")
    town.person("abroad", "department_handler", "QH", "housing")
    cases = list(Case.objects.all())
    for username in town.users:
        officer = town.officer(username)
        listed = set(visible_to(officer).values_list("pk", flat=True))
        assert {case.pk for case in cases if may_see(officer, case)} == listed, username
