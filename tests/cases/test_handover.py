"""A post changes hands: the work goes along, up, or holds the person back; nothing is orphaned."""

from datetime import timedelta

import pytest
from tests.builders import Town

from weiwang.accounts.actions import create_user
from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM
from weiwang.cases.actions import pass_up_from_vacant_posts
from weiwang.cases.models import Case
from weiwang.cases.queries import verify_histories
from weiwang.cases.rules import State, Step, StepRefusedError
from weiwang.territory import queries
from weiwang.territory.actions import appoint, change_contract, end_appointment, end_person, hand_over
from weiwang.territory.models import Appointment, HandoverSheet
from weiwang.territory.rules import TerritoryError

HOUR = timedelta(hours=1)


def held(town: Town, username: str) -> Appointment:
    return Appointment.objects.get(user=town.users[username])


def open_case(town: Town) -> Case:
    """A case that waits at the grid leader's."""
    case = town.report()
    assert case.owner_post_id == town.posts["gridhead"].pk
    return case


def lines(sheet: HandoverSheet, heading: str) -> list[list[str]]:
    return next((part["lines"] for part in sheet.parts if part["heading"] == heading), [])


# ---------------------------------------------------------------- to a successor


def test_the_successor_holds_the_post_and_its_cases_from_that_minute(town: Town) -> None:
    case, moment = open_case(town), town.at + HOUR
    sheet = hand_over(
        appointment_id=held(town, "gridhead").pk, to_user=town.users["worker"].pk, by=SYSTEM, at=town.at,
        moment=moment, note="轮岗",
    )  # fmt: skip
    post = town.posts["gridhead"].pk
    before, after = moment - timedelta(seconds=1), moment
    assert [user for user, _ in queries.holders(post, before)] == [town.users["gridhead"].pk]
    assert [user for user, _ in queries.holders(post, after)] == [town.users["worker"].pk]
    assert [number for number, _ in lines(sheet, "Open cases")] == [case.number]
    case.refresh_from_db()
    assert case.owner_post_id == post
    entry = Entry.objects.get(action="post.hand_over")
    assert (entry.object_id, entry.reason) == (str(sheet.pk), "轮岗")


def test_a_post_that_falls_vacant_later_keeps_its_cases_till_then(town: Town) -> None:
    case, moment, post = open_case(town), town.at + HOUR, town.posts["gridhead"].pk
    sheet = hand_over(
        appointment_id=held(town, "gridhead").pk, to_user=None, by=SYSTEM, at=town.at, moment=moment
    )
    assert [number for number, _ in lines(sheet, "Open cases")] == [case.number]
    assert pass_up_from_vacant_posts(at=moment - timedelta(seconds=1)) == 0
    case.refresh_from_db()
    assert case.owner_post_id == post
    assert pass_up_from_vacant_posts(at=moment) == 1
    case.refresh_from_db()
    assert case.owner_post_id not in {None, post}


def test_a_sheet_says_what_the_unit_is_and_is_frozen(town: Town) -> None:
    sheet = hand_over(
        appointment_id=held(town, "gridhead").pk, to_user=town.users["worker"].pk, by=SYSTEM, at=town.at
    )
    town.report()
    again = HandoverSheet.objects.get(pk=sheet.pk)
    assert [part["heading"] for part in again.parts] == ["Unit and its households"]
    assert lines(again, "Unit and its households") == [["QH0101 第1网格", "400"]]


def test_the_same_person_or_a_closed_account_cannot_follow(town: Town) -> None:
    mine = held(town, "gridhead")
    for to_user, code in ((mine.user_id, "handover.same"), (0, "handover.no_account")):
        with pytest.raises(TerritoryError) as error:
            hand_over(appointment_id=mine.pk, to_user=to_user, by=SYSTEM, at=town.at)
        assert error.value.code == code
    mine.refresh_from_db()
    assert mine.ends_at is None


def test_a_handover_in_the_past_or_of_an_ended_term_is_refused(town: Town) -> None:
    mine = held(town, "gridhead")
    with pytest.raises(TerritoryError, match="after it starts"):
        hand_over(appointment_id=mine.pk, to_user=None, by=SYSTEM, at=town.at, moment=town.at - HOUR)
    end_appointment(appointment_id=mine.pk, by=SYSTEM, at=town.at)
    with pytest.raises(TerritoryError, match="already ended"):
        hand_over(appointment_id=mine.pk, to_user=None, by=SYSTEM, at=town.at + HOUR)


def test_somebody_else_may_not_hold_it_for_part_of_that_time(town: Town) -> None:
    post = town.posts["gridhead"]
    Appointment.objects.filter(user=town.users["gridhead"]).update(ends_at=town.at + 2 * HOUR)
    appoint(
        post_id=post.pk,
        user_id=town.users["gridhead2"].pk,
        by=SYSTEM,
        at=town.at,
        starts_at=town.at + 2 * HOUR,
    )
    with pytest.raises(TerritoryError, match="already held"):
        hand_over(
            appointment_id=held(town, "gridhead").pk, to_user=town.users["worker"].pk, by=SYSTEM, at=town.at
        )


# ---------------------------------------------------------------- left vacant


def test_a_waiting_case_of_a_vacant_post_goes_to_the_post_above(town: Town) -> None:
    case = open_case(town)
    sheet = hand_over(appointment_id=held(town, "gridhead").pk, to_user=None, by=SYSTEM, at=town.at)
    case.refresh_from_db()
    assert case.owner_post_id == town.posts["community"].pk
    assert case.state == State.REPORTED
    assert lines(sheet, "Open cases") == [[case.number, f"→ {town.posts['community'].name}"]]
    assert all(isinstance(found, Case) for found in verify_histories())


@pytest.mark.parametrize("until", [Step.DISPATCH, Step.SIGN, Step.START])
def test_a_dispatched_case_of_a_vacant_post_is_taken_back_to_be_sent_anew(town: Town, until: Step) -> None:
    case = town.walk(town.report(), until)
    end_appointment(
        appointment_id=held(town, "city").pk,
        by=SYSTEM,
        at=town.at + HOUR,
        ends_at=town.at + 2 * HOUR,
    )
    assert pass_up_from_vacant_posts(at=town.at + HOUR) == 0
    assert pass_up_from_vacant_posts(at=town.at + 2 * HOUR) == 1
    case.refresh_from_db()
    assert case.state == State.REGISTERED
    assert case.owner_post_id == town.posts["gridhead"].pk
    assert case.suggested_post_id != town.posts["city"].pk
    assert pass_up_from_vacant_posts(at=town.at + 3 * HOUR) == 0
    assert all(isinstance(found, Case) for found in verify_histories())


def test_a_post_with_another_holder_or_a_deputy_keeps_its_cases(town: Town) -> None:
    case = town.walk(town.report(), Step.SIGN)
    appoint(post_id=town.posts["city"].pk, user_id=town.users["city2"].pk, by=SYSTEM, at=town.at)
    mine = Appointment.objects.get(user=town.users["city"])
    hand_over(appointment_id=mine.pk, to_user=None, by=SYSTEM, at=town.at + HOUR)
    case.refresh_from_db()
    assert case.owner_post_id == town.posts["city"].pk


def test_an_office_gives_back_what_is_not_its_own(town: Town) -> None:
    case = town.walk(town.report(), Step.DISPATCH)
    with pytest.raises(StepRefusedError, match="write down"):
        town.step(case, Step.RETURN, "city")
    case = town.step(case, Step.RETURN, "city", "不属于本部门职责")
    assert (case.state, case.returned) == (State.REGISTERED, 1)
    assert case.owner_post_id == town.posts["gridhead"].pk
    case = town.step(case, Step.DISPATCH, "gridhead", target_post=town.posts["housing"].pk)
    assert case.owner_post_id == town.posts["housing"].pk


def test_a_leader_takes_back_what_was_sent_to_the_wrong_office(town: Town) -> None:
    case = town.walk(town.report(), Step.SIGN)
    with pytest.raises(StepRefusedError, match="write down"):
        town.step(case, Step.RECALL, "community")
    case = town.step(case, Step.RECALL, "community", "派错部门")
    assert case.state == State.REGISTERED
    assert case.owner_post_id == town.posts["gridhead"].pk


# ---------------------------------------------------------------- people who leave


def test_nobody_ends_with_work_still_open(town: Town) -> None:
    case = open_case(town)
    with pytest.raises(TerritoryError) as error:
        end_person(user_id=town.users["gridhead"].pk, by=SYSTEM, at=town.at)
    assert error.value.code == "person.open_work"
    assert case.number in str(error.value.params["work"])
    with pytest.raises(TerritoryError) as error:
        end_appointment(appointment_id=held(town, "gridhead").pk, by=SYSTEM, at=town.at)
    assert error.value.code == "appointment.open_work"
    town.users["gridhead"].refresh_from_db()
    assert town.users["gridhead"].is_active


def test_whoever_leaves_their_posts_vacant_leaves_nothing_orphaned(town: Town) -> None:
    case = open_case(town)
    user = end_person(
        user_id=town.users["gridhead"].pk, by=SYSTEM, at=town.at, leave_vacant=True, reason="辞职"
    )
    case.refresh_from_db()
    assert not user.is_active
    assert case.owner_post_id == town.posts["community"].pk
    assert HandoverSheet.objects.filter(from_user=user, to_user=None).count() == 1
    assert not Appointment.objects.in_force(town.at).filter(user=user).exists()


def test_a_person_without_open_work_ends_at_once(town: Town) -> None:
    end_person(user_id=town.users["leader"].pk, by=SYSTEM, at=town.at)
    assert town.officer("leader", town.at).holdings == ()


# ---------------------------------------------------------------- contracts


def test_an_appointment_without_an_end_lasts_as_long_as_the_contract(town: Town) -> None:
    user = create_user(
        place=town.place, username="short", name="短期", by=SYSTEM, at=town.at, works_until=town.at.date()
    )
    found = appoint(post_id=town.posts["worker"].pk, user_id=user.pk, by=SYSTEM, at=town.at)
    assert found.ends_at == town.at.replace(hour=0) + timedelta(days=1)
    with pytest.raises(TerritoryError, match="contract"):
        appoint(
            post_id=town.posts["leader2"].pk, user_id=user.pk, by=SYSTEM, at=town.at,
            ends_at=town.at + timedelta(days=30),
        )  # fmt: skip


def test_appointments_follow_a_contract_that_is_shortened_or_prolonged(town: Town) -> None:
    user, day = town.users["worker"], town.at.date() + timedelta(days=5)
    midnight = town.at.replace(hour=0)
    change_contract(user_id=user.pk, works_until=day, by=SYSTEM, at=town.at)
    assert held(town, "worker").ends_at == midnight + timedelta(days=6)
    change_contract(user_id=user.pk, works_until=day + timedelta(days=10), by=SYSTEM, at=town.at)
    assert held(town, "worker").ends_at == midnight + timedelta(days=16)
    change_contract(user_id=user.pk, works_until=None, by=SYSTEM, at=town.at)
    assert held(town, "worker").ends_at is None
