"""The rota in the database: what is refused, what is kept, what happens when people go."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import shapely
from django.db import IntegrityError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.patrols.conftest import NEXT_MONDAY, Force

from weiwang.accounts.actions import set_active
from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM, AlreadyDoneError
from weiwang.patrols import actions, jobs, planning, queries
from weiwang.patrols.models import Cover, Leave, Member, Proposal, Shift, Swap
from weiwang.patrols.rules import PatrolError, ProposalState, SwapState
from weiwang.patrols.solving import greedy, propose

Refused = Callable[..., None]


def refused(code: str, act: Callable[..., object], **given: Any) -> None:
    with pytest.raises(PatrolError) as caught:
        act(**given)
    assert caught.value.code == code
    assert str(caught.value)


# ---------------------------------------------------------------- teams


def test_nobody_is_in_one_team_twice_at_a_time(force: Force) -> None:
    again = {
        "team_id": force.team.pk, "username": "worker", "origin": "governance", "role": "member",
        "by": SYSTEM,
        "at": force.town.at,
    }  # fmt: skip
    refused("member.twice", actions.add_member, **again, starts_on=NEXT_MONDAY)
    member = Member.objects.get(user=force.user("worker"))
    actions.end_member(member_id=member.pk, last=date(2026, 11, 30), by=SYSTEM, at=force.town.at)
    assert actions.add_member(**again, starts_on=date(2026, 12, 1)).pk != member.pk  # type: ignore[arg-type]


def test_an_auxiliary_is_fixed_to_a_grid_of_the_unit_with_duties(force: Force) -> None:
    given = {
        "team_id": force.team.pk, "username": "far", "origin": "community", "role": "auxiliary", "by": SYSTEM,
        "at": force.town.at, "starts_on": NEXT_MONDAY,
    }  # fmt: skip
    grid = force.town.units["QH0101"].pk
    refused("member.grid", actions.add_member, **given)
    refused("member.grid", actions.add_member, **given, grid_id=grid)
    refused("member.grid_outside", actions.add_member, **given, grid_id=999_999, duties=["fire"])
    refused("word.unknown", actions.add_member, **given, grid_id=grid, duties=["dancing"])
    made = actions.add_member(**given, grid_id=grid, duties=["fire", "street", "fire"])  # type: ignore[arg-type]
    assert made.duties == ["fire", "street"]


def test_a_membership_does_not_end_before_it_starts(force: Force) -> None:
    member = Member.objects.get(user=force.user("worker"))
    early = force.town.at.date() - timedelta(days=1)
    refused("member.order", actions.end_member, member_id=member.pk, last=early, by=SYSTEM, at=force.town.at)


@pytest.mark.parametrize("shape", [shapely.Point(104.0005, 30.7005), shapely.LineString()])
def test_a_beat_is_a_line_or_an_area(force: Force, shape: shapely.Geometry) -> None:
    given = {
        "team_id": force.team.pk,
        "unit_id": force.town.unit.pk,
        "name": "新路",
        "needs": {},
        "by": SYSTEM,
    }
    refused("beat.shape", actions.keep_beat, **given, shape=shape, at=force.town.at)


def test_a_beat_lies_in_the_sub_district_and_needs_a_sensible_number(force: Force) -> None:
    given = {"team_id": force.team.pk, "name": "新路", "by": SYSTEM, "at": force.town.at}
    far = shapely.LineString([(110, 20), (110.1, 20)])
    here = force.town.unit.pk
    refused("beat.outside", actions.keep_beat, **given, unit_id=here, needs={}, shape=far)
    refused("beat.need", actions.keep_beat, **given, unit_id=here, needs={"early": 21})
    refused("word.unknown", actions.keep_beat, **given, unit_id=here, needs={"brunch": 1})
    refused("beat.unit", actions.keep_beat, **given, unit_id=999_999, needs={})


def test_changing_a_beat_replaces_what_it_needs(force: Force) -> None:
    beat = force.beats["老街"]
    actions.keep_beat(
        team_id=force.team.pk, unit_id=beat.unit_id, name="老街南段", needs={"late": 2, "early": 0},
        by=SYSTEM, at=force.town.at, beat_id=beat.pk,
    )  # fmt: skip
    assert list(Cover.objects.filter(beat=beat).values_list("template", "needed")) == [("late", 2)]


# ---------------------------------------------------------------- cells


def test_nobody_stands_in_two_places_at_once(force: Force) -> None:
    shift = force.put("worker", 0)
    given = {
        "unit": force.town.unit, "user_id": force.user("worker"), "day": NEXT_MONDAY, "template": "early",
        "beat_id": force.beats["河岸"].pk, "by": SYSTEM, "at": force.town.at,
    }  # fmt: skip
    refused("shift.changed", actions.set_shift, **given)
    with pytest.raises(IntegrityError), transaction.atomic():
        Shift.objects.create(
            place=shift.place, rota=shift.rota, beat=shift.beat, user=shift.user, day=shift.day,
            template="late",
            starts_at=shift.ends_at - timedelta(minutes=1), ends_at=shift.ends_at + timedelta(hours=8),
            changed_at=force.town.at,
        )  # fmt: skip
    moved = actions.set_shift(**given, seen=shift.pk)  # type: ignore[arg-type]
    assert moved is not None
    assert list(Shift.objects.values_list("pk", flat=True)) == [moved.pk]


def test_a_cell_somebody_changed_meanwhile_is_not_overwritten(force: Force) -> None:
    shift = force.put("worker", 0)
    given = {
        "unit": force.town.unit, "user_id": force.user("worker"), "day": NEXT_MONDAY, "template": "late",
        "beat_id": None, "by": SYSTEM, "at": force.town.at, "seen": shift.pk,
    }  # fmt: skip
    assert actions.set_shift(**given) is None  # type: ignore[arg-type]
    refused("shift.changed", actions.set_shift, **given)


def test_people_on_leave_and_outside_the_team_get_no_shift(force: Force) -> None:
    actions.grant_leave(
        place=force.town.place, user_id=force.user("worker"), first=NEXT_MONDAY + timedelta(days=1),
        last=NEXT_MONDAY + timedelta(days=2), kind="annual", by=SYSTEM, at=force.town.at,
    )  # fmt: skip
    for name, template, code in (("worker", "night", "shift.leave"), ("far", "early", "shift.team")):
        with pytest.raises(PatrolError) as caught:
            force.put(name, 0, template)
        assert caught.value.code == code
    assert force.put("worker", 0, "late").user_id == force.user("worker")


def test_a_shift_that_is_over_is_not_changed(force: Force) -> None:
    with pytest.raises(PatrolError) as caught:
        force.put("worker", -14)
    assert caught.value.code == "shift.past"


def test_a_second_press_changes_nothing(force: Force) -> None:
    given = {
        "unit": force.town.unit, "user_id": force.user("worker"), "day": NEXT_MONDAY, "template": "early",
        "beat_id": force.beats["河岸"].pk, "by": force.town.officer("dispatcher"), "at": force.town.at,
        "submission": "one",
    }  # fmt: skip
    actions.set_shift(**given)  # type: ignore[arg-type]
    with pytest.raises(AlreadyDoneError):
        actions.set_shift(**given)  # type: ignore[arg-type]
    assert Shift.objects.count() == 1


def test_leave_of_one_person_does_not_overlap(force: Force) -> None:
    given = {"place": force.town.place, "user_id": force.user("worker"), "by": SYSTEM, "at": force.town.at}
    first = {"first": NEXT_MONDAY, "last": NEXT_MONDAY + timedelta(days=3), "kind": "sick"}
    leave = actions.grant_leave(**given, **first)  # type: ignore[arg-type]
    refused("leave.twice", actions.grant_leave, **given, **first)
    refused(
        "leave.order", actions.grant_leave, **given, first=NEXT_MONDAY, last=date(2026, 11, 1), kind="sick"
    )
    actions.cancel_leave(leave_id=leave.pk, by=SYSTEM, at=force.town.at)
    assert actions.grant_leave(**given, **first).pk != leave.pk  # type: ignore[arg-type]


def test_old_leave_and_old_memberships_are_forgotten(force: Force) -> None:
    actions.grant_leave(
        place=force.town.place, user_id=force.user("worker"), first=date(2025, 11, 1),
        last=date(2025, 11, 14),
        kind="sick", by=SYSTEM, at=force.town.at,
    )  # fmt: skip
    Member.objects.filter(user=force.user("worker")).update(ends_on=date(2026, 11, 16))
    members = Member.objects.count()
    assert actions.forget_old(at=force.town.at) == 1
    assert not Leave.objects.exists()
    assert actions.forget_old(at=force.town.at + timedelta(days=1095)) == 0
    assert actions.forget_old(at=force.town.at + timedelta(days=1096)) == 1
    assert Member.objects.count() == members - 1


# ---------------------------------------------------------------- what is told


def test_somebody_who_leaves_covers_nothing_from_then_on(force: Force) -> None:
    for day in range(3):
        force.put("worker", day)
    member = Member.objects.get(user=force.user("worker"))
    actions.end_member(member_id=member.pk, last=NEXT_MONDAY, by=SYSTEM, at=force.town.at)
    days = [NEXT_MONDAY + timedelta(days=n) for n in range(3)]
    cells = queries.cells(unit_id=force.town.unit.pk, first=days[0], last=days[-1])
    assert [cell.stands for cell in cells] == [True, False, False]
    assert [c.kind for c in queries.clashes(cells=cells, away=[])] == ["gone", "gone"]
    walks = [walk for walk in queries.beats(teams=[force.team.pk]) if walk.name == "老街"]
    early = [s for s in queries.uncovered(walks=walks, cells=cells, days=days) if s.template == "early"]
    assert [short.day for short in early] == days[1:]


def test_a_closed_account_covers_nothing(force: Force) -> None:
    force.put("worker", 0)
    set_active(user_id=force.user("worker"), active=False, by=SYSTEM, at=force.town.at)
    (cell,) = queries.cells(unit_id=force.town.unit.pk, first=NEXT_MONDAY, last=NEXT_MONDAY)
    assert not cell.stands


def test_working_time_is_told_over_the_edge_of_the_week(force: Force) -> None:
    force.put("worker", -1, "night")
    force.put("worker", 0, "early")
    found = queries.warnings(
        users=[force.user("worker")], first=NEXT_MONDAY, last=NEXT_MONDAY + timedelta(days=6)
    )
    assert [(user, breach.code) for user, breach in found] == [(force.user("worker"), "rest")]


def test_people_see_their_shifts_when_the_week_is_published(force: Force) -> None:
    force.put("worker", 0)
    span = {"start": force.town.at, "end": force.town.at + timedelta(days=14)}
    assert queries.shifts_of(user_id=force.user("worker"), **span) == []
    force.publish()
    (shift,) = queries.shifts_of(user_id=force.user("worker"), **span)
    assert (shift.beat, shift.day, shift.template) == ("老街", NEXT_MONDAY, "early")
    refused(
        "rota.published",
        actions.publish_rota,
        unit=force.town.unit,
        week=NEXT_MONDAY,
        by=SYSTEM,
        at=force.town.at,
    )


def test_the_summary_counts_places_not_persons(force: Force) -> None:
    force.put("worker", 0)
    force.publish()
    found = queries.summary(place=force.town.place, paths=[force.town.unit.path], on=NEXT_MONDAY)
    assert (found.teams, found.people, found.beats, found.uncovered) == (1, 5, 2, 7 * 4 - 1)


# ---------------------------------------------------------------- proposals


def ask(force: Force, weeks: int = 1) -> Proposal:
    return actions.ask_proposal(
        unit=force.town.unit,
        first=NEXT_MONDAY,
        weeks=weeks,
        by=force.town.officer("dispatcher"),
        at=force.town.at,
    )


def test_a_proposal_is_asked_for_with_its_job_worked_out_and_kept(force: Force) -> None:
    locked = force.put("worker", 2, "night")
    proposal = ask(force)
    job = ProcrastinateJob.objects.get(task_name=actions.PROPOSE)
    assert job.args == {"proposal_id": proposal.pk}
    jobs.propose_rota(proposal.pk)
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.DONE
    assert proposal.outcome["missing"] == len(proposal.outcome["gaps"])
    assert Shift.objects.filter(pk=locked.pk, locked=True).exists()
    users = [force.user(name) for name in ("worker", "gridhead", "gridhead2", "leader", "leader2")]
    assert queries.warnings(users=users, first=NEXT_MONDAY, last=NEXT_MONDAY + timedelta(days=6)) == []
    assert 28 - proposal.outcome["missing"] == Shift.objects.count()


def test_a_job_begun_again_after_a_kill_ends_the_same(force: Force) -> None:
    """The first worker died after it had begun; the second finishes; a third finds it over."""
    proposal = ask(force)
    assert actions.begin_proposal(proposal_id=proposal.pk, at=force.town.at)
    assert jobs.propose_rota(proposal.pk) in {"optimal", "feasible"}
    kept = set(Shift.objects.values_list("pk", flat=True))
    assert jobs.propose_rota(proposal.pk) == "over"
    assert set(Shift.objects.values_list("pk", flat=True)) == kept


def test_a_new_proposal_replaces_what_is_not_locked(force: Force) -> None:
    jobs.propose_rota(ask(force).pk)
    kept = Shift.objects.order_by("starts_at").first()
    assert kept is not None
    actions.lock_shift(shift_id=kept.pk, locked=True, by=SYSTEM, at=force.town.at)
    jobs.propose_rota(ask(force).pk)
    assert Shift.objects.filter(pk=kept.pk).exists()
    assert Shift.objects.filter(locked=True).count() == 1


def test_only_one_proposal_is_worked_on_and_a_published_week_stays(force: Force) -> None:
    ask(force)
    given = {"unit": force.town.unit, "by": SYSTEM, "at": force.town.at}
    refused("rota.working", actions.ask_proposal, **given, first=NEXT_MONDAY, weeks=1)
    refused("rota.working", actions.publish_rota, **given, week=NEXT_MONDAY)
    Proposal.objects.update(state=ProposalState.DONE)
    force.publish()
    refused("rota.published", actions.ask_proposal, **given, first=NEXT_MONDAY, weeks=1)
    refused("rota.weeks", actions.ask_proposal, **given, first=NEXT_MONDAY, weeks=5)
    refused("rota.monday", actions.ask_proposal, **given, first=NEXT_MONDAY + timedelta(days=1), weeks=1)
    refused("rota.over", actions.ask_proposal, **given, first=date(2026, 11, 2), weeks=1)


def test_beats_that_need_nobody_are_not_planned(force: Force) -> None:
    Cover.objects.all().delete()
    refused(
        "rota.empty", actions.ask_proposal, unit=force.town.unit, first=NEXT_MONDAY, weeks=1, by=SYSTEM,
        at=force.town.at,
    )  # fmt: skip


def test_what_the_planner_did_meanwhile_is_not_lost(force: Force) -> None:
    proposal = ask(force)
    problem = planning.problem_of(proposal, today=force.town.at.date())
    plan = greedy(problem)
    taken = next(duty for duty in plan.duties if duty.template == "early")
    name = next(n for n in force.town.users if force.user(n) == taken.person)
    shift = force.put(name, taken.day, "early", "河岸")
    actions.keep_proposal(proposal_id=proposal.pk, problem=problem, plan=plan, at=force.town.at)
    proposal.refresh_from_db()
    assert Shift.objects.filter(pk=shift.pk).exists()
    assert proposal.outcome["left_out"] == 1


def test_leave_and_the_weeks_around_reach_the_search(force: Force) -> None:
    actions.grant_leave(
        place=force.town.place, user_id=force.user("leader"), first=NEXT_MONDAY,
        last=NEXT_MONDAY + timedelta(days=6),
        kind="annual", by=SYSTEM, at=force.town.at,
    )  # fmt: skip
    force.put("worker", -1, "night")
    problem = planning.problem(
        unit_id=force.town.unit.pk, first=NEXT_MONDAY, last=NEXT_MONDAY + timedelta(days=6)
    )
    plan = propose(problem, work=0.3)
    assert force.user("leader") not in {duty.person for duty in plan.duties}
    assert not [
        d for d in plan.duties if d.person == force.user("worker") and d.day == 0 and d.template == "early"
    ]
    assert next(p for p in problem.staff if p.id == force.user("worker")).nights == 1
    assert all(gap.reasons["leave"] >= 1 for gap in plan.gaps)


# ---------------------------------------------------------------- swaps


def swap(force: Force, mine: Shift, other: Shift, by: str) -> Swap:
    return actions.propose_swap(
        shift_id=mine.pk, other_id=other.pk, by=force.town.officer(by), at=force.town.at
    )


def test_two_people_swap_shifts_at_the_same_hour(force: Force) -> None:
    mine, other = force.put("worker", 0), force.put("leader", 0, "early", "河岸")
    force.publish()
    made = swap(force, mine, other, "worker")
    actions.answer_swap(swap_id=made.pk, accept=True, by=force.town.officer("leader"), at=force.town.at)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.user_id, other.user_id) == (force.user("leader"), force.user("worker"))
    assert Swap.objects.get().state == SwapState.DONE


def test_a_swap_that_breaks_a_rule_waits_for_the_planner(force: Force) -> None:
    force.put("leader", 0, "night")
    mine, other = force.put("worker", 1, "early"), force.put("leader", 3)
    force.publish()
    made = swap(force, mine, other, "worker")
    answered = actions.answer_swap(
        swap_id=made.pk, accept=True, by=force.town.officer("leader"), at=force.town.at
    )
    assert answered.state == SwapState.WAITING
    assert queries.swap_breaks(answered) == ["rest"]
    actions.decide_swap(swap_id=made.pk, approve=True, by=force.town.officer("dispatcher"), at=force.town.at)
    mine.refresh_from_db()
    assert mine.user_id == force.user("leader")


def test_swaps_that_cannot_be(force: Force) -> None:
    mine, other = force.put("worker", 0), force.put("leader", 1)
    force.publish()
    given = {"shift_id": mine.pk, "at": force.town.at}
    refused(
        "swap.not_yours", actions.propose_swap, **given, other_id=other.pk, by=force.town.officer("leader")
    )
    refused("swap.own", actions.propose_swap, **given, other_id=mine.pk, by=force.town.officer("worker"))
    made = swap(force, mine, other, "worker")
    refused("swap.open", actions.propose_swap, **given, other_id=other.pk, by=force.town.officer("worker"))
    stranger = force.town.officer("gridhead")
    refused(
        "swap.not_yours", actions.answer_swap, swap_id=made.pk, accept=True, by=stranger, at=force.town.at
    )
    refused("swap.not_yours", actions.withdraw_swap, swap_id=made.pk, by=stranger, at=force.town.at)
    actions.withdraw_swap(swap_id=made.pk, by=force.town.officer("worker"), at=force.town.at)
    refused(
        "swap.over", actions.answer_swap, swap_id=made.pk, accept=True, by=force.town.officer("leader"),
        at=force.town.at,
    )  # fmt: skip


def test_a_swap_does_not_put_anybody_in_two_places(force: Force) -> None:
    mine, other = force.put("worker", 0), force.put("leader", 1)
    force.put("leader", 0, "early", "河岸")
    force.publish()
    made = swap(force, mine, other, "worker")
    given = {"swap_id": made.pk, "at": force.town.at}
    try:
        actions.answer_swap(**given, accept=True, by=force.town.officer("leader"))  # type: ignore[arg-type]
        refused("shift.busy", actions.decide_swap, **given, approve=True, by=force.town.officer("dispatcher"))
    except PatrolError as error:
        assert error.code == "shift.busy"  # noqa: PT017 -- either way of refusing is right
    mine.refresh_from_db()
    assert mine.user_id == force.user("worker")


# ---------------------------------------------------------------- the calendar link


def test_a_calendar_link_opens_one_calendar_until_it_is_taken_back(force: Force) -> None:
    given = {"place": force.town.place, "user_id": force.user("worker"), "by": SYSTEM, "at": force.town.at}
    today = force.town.at.date()
    first = actions.open_calendar(**given)  # type: ignore[arg-type]
    assert queries.calendar_owner(token=first, on=today) == force.user("worker")
    second = actions.open_calendar(**given)  # type: ignore[arg-type]
    assert queries.calendar_owner(token=first, on=today) is None
    assert queries.calendar_owner(token=second, on=today) == force.user("worker")
    set_active(user_id=force.user("worker"), active=False, by=SYSTEM, at=force.town.at)
    assert queries.calendar_owner(token=second, on=today) is None
    set_active(user_id=force.user("worker"), active=True, by=SYSTEM, at=force.town.at)
    actions.close_calendar(**given)  # type: ignore[arg-type]
    assert queries.calendar_owner(token=second, on=today) is None


def test_the_secret_of_a_link_stands_nowhere(force: Force) -> None:
    secret = actions.open_calendar(
        place=force.town.place, user_id=force.user("worker"), by=SYSTEM, at=force.town.at
    )
    assert secret not in str(list(Entry.objects.values()))
