"""The main job: a report becomes a case, reaches the right post, is handled, checked by another, answered."""

from datetime import datetime

import pytest
from tests.builders import Town, contact

from weiwang.audit.queries import verify_chain
from weiwang.cases import queries
from weiwang.cases.actions import give_feedback
from weiwang.cases.models import Case, Event, Reporter
from weiwang.cases.permissions import steps_for, visible_to
from weiwang.cases.rules import CaseError, State, Step, StepRefusedError
from weiwang.territory.rules import NotAllowedError


def test_a_report_lands_in_its_micro_grid_with_an_owner_and_a_clock(town: Town) -> None:
    case = town.report()
    assert case.unit_id == town.units["QH0101-1"].pk
    assert (case.state, case.match) == (State.REPORTED, "exact")
    assert case.owner_post_id == town.posts["gridhead"].pk
    assert case.due_at is not None
    assert case.due_at > town.at
    assert case.promised_at > case.due_at


def test_a_case_goes_the_ordinary_way_to_closed_and_the_reporter_is_satisfied(town: Town) -> None:
    case = town.walk(town.report(contact=contact()), until=Step.CLOSE)
    case.refresh_from_db()
    assert case.state == State.CLOSED
    assert case.owner_post_id is None
    assert case.due_at is None
    give_feedback(case_id=case.pk, satisfied=True, remark="", at=town.at)
    case.refresh_from_db()
    assert case.state == State.FOLLOWED_UP
    steps = list(Event.objects.filter(case=case).order_by("seq").values_list("step", flat=True))
    assert steps == [
        "report",
        "register",
        "dispatch",
        "sign",
        "start",
        "handle",
        "check",
        "close",
        "follow_up",
    ]


def test_whoever_handled_a_case_cannot_check_it(town: Town) -> None:
    case = town.report(category="B01")  # one that a community may be asked to handle
    for step, who in ((Step.REGISTER, "gridhead"), (Step.DISPATCH, "gridhead")):
        town.step(case, step, who, target_post=town.posts["gridhead"].pk if step is Step.DISPATCH else None)
    town.step(case, Step.SIGN, "gridhead")
    town.step(case, Step.HANDLE, "gridhead", "换好了。")
    with pytest.raises(StepRefusedError) as refused:
        town.step(case, Step.CHECK, "gridhead")
    assert refused.value.code == "step.same_person"


def test_not_satisfied_goes_to_the_next_level_up_and_not_to_the_handler(town: Town) -> None:
    case = town.walk(town.report(), until=Step.CLOSE)
    give_feedback(case_id=case.pk, satisfied=False, remark="灯又坏了", at=town.at)
    case.refresh_from_db()
    assert case.state == State.REGISTERED
    assert case.reopened == 1
    assert case.owner_post_id not in {town.posts["city"].pk, town.posts["community"].pk, None}


def test_a_stale_page_cannot_move_a_case(town: Town) -> None:
    case = town.report()
    town.step(case, Step.REGISTER, "community")
    with pytest.raises(StepRefusedError) as refused:
        town.step(case, Step.DISPATCH, "community", seen_version=1, target_post=town.posts["city"].pk)
    assert refused.value.code == "step.stale"


def test_a_far_micro_grid_leader_neither_sees_nor_moves_a_case(town: Town) -> None:
    case = town.report()
    far = town.officer("far")
    assert not visible_to(far).filter(pk=case.pk).exists()
    assert steps_for(far, case) == []
    with pytest.raises(NotAllowedError):
        town.step(case, Step.REGISTER, "far")


def test_a_point_outside_is_refused_and_nothing_is_kept(town: Town) -> None:
    with pytest.raises(CaseError) as refused:
        town.report(lon=104.5, lat=30.9)
    assert refused.value.code == "case.outside"
    assert not Case.objects.exists()


def test_the_reporter_is_kept_sealed_and_apart(town: Town) -> None:
    case = town.report(contact=contact())
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, name FROM cases_reporter")
        phone, name = cursor.fetchone()
    assert b"13800000001" not in bytes(phone)
    assert "李四".encode() not in bytes(name)
    assert Reporter.objects.get(case=case).phone == "13800000001"


def test_every_history_and_the_record_verify(town: Town) -> None:
    town.walk(town.report(), until=Step.HANDLE)
    town.report("楼道有积水。")
    assert all(isinstance(found, Case) for found in queries.verify_histories())
    assert verify_chain(town.place).broken is None


def test_the_worklist_shows_what_is_mine_by_due_time(town: Town, at: datetime) -> None:
    case = town.report()
    officer = town.officer("gridhead")
    page = queries.worklist(
        visible_to(officer), filters=queries.Filters(), posts=[h.post_id for h in officer.holdings], at=at
    )
    assert [row.id for row in page.rows] == [case.pk]
