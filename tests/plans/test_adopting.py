"""From draft to grids: looked at, adopted on a day, with posts, cases, buildings and what hangs on them."""

from datetime import timedelta
from typing import Any

import pytest
import shapely
import time_machine
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.builders import Town
from tests.plans.places import SMALL, drawn_plan, settle

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.models import Case
from weiwang.cases.queries import HistoryFault, verify_histories
from weiwang.cases.rules import Step
from weiwang.duties.models import Task
from weiwang.kernel.geo import area_m2
from weiwang.ledger.models import Building
from weiwang.plans import actions, jobs, queries
from weiwang.plans.actions import adopting
from weiwang.plans.models import Group, Plan
from weiwang.plans.rules import GroupLevel, PlanError, PlanState, Settings
from weiwang.territory import queries as territory
from weiwang.territory.models import Appointment, Post, Unit
from weiwang.territory.rules import Level

PAGES = ("", "review/", "map.json", "shapes.geojson?level=micro", "report.pdf", "report.docx")
PART_PAGES = ("", "map.json", "shapes.geojson", "report.pdf", "report.docx")
WIDE = Settings(micro_low=280, micro_high=640, grid_low=300, grid_high=1300)


def by(town: Town) -> dict[str, Any]:
    return {"by": town.officer("admin"), "at": town.at}


def age(town: Town) -> None:
    """The units of the town began long ago."""
    Unit.objects.filter(place=town.place).update(starts_on=town.at.date() - timedelta(days=400))


def adopted(town: Town, settings: Settings = SMALL) -> Plan:
    age(town)
    plan = drawn_plan(town, settings)
    plan = actions.review_plan(plan_id=plan.pk, seen_version=plan.version, **by(town))
    return carried_out(town, plan)


def adopt(town: Town, plan: Plan, **more: Any) -> Plan:
    """Adopted for today; a worker has still to carry it out."""
    return actions.adopt_plan(
        plan_id=plan.pk, on=town.at.date(), seen_version=plan.version, **by(town), **more
    )


def carried_out(town: Town, plan: Plan) -> Plan:
    adopt(town, plan)
    assert actions.take_force(plan_id=plan.pk, at=town.at)
    plan.refresh_from_db()
    return plan


def standing(town: Town, level: Level) -> list[Unit]:
    return list(Unit.objects.filter(place=town.place, level=level, ends_on=None).order_by("code"))


def test_looking_changes_nothing_and_tells_what_adoption_then_does(town: Town) -> None:
    age(town)
    plan = drawn_plan(town)
    before = list(Unit.objects.order_by("pk").values_list("pk", "name", "path", "ends_on"))
    looked = actions.review_plan(plan_id=plan.pk, seen_version=plan.version, **by(town))
    assert list(Unit.objects.order_by("pk").values_list("pk", "name", "path", "ends_on")) == before
    told = looked.review
    done = carried_out(town, plan)
    assert done.review == told
    assert done.state == PlanState.IN_FORCE


def test_the_units_become_what_the_plan_says(town: Town) -> None:
    plan = adopted(town)
    for level, name in ((Level.GRID, GroupLevel.GRID), (Level.MICRO_GRID, GroupLevel.MICRO)):
        groups = Group.objects.filter(plan=plan, level=name, houses__gt=0)
        units = standing(town, level)
        assert {unit.pk for unit in units} == set(groups.values_list("unit_id", flat=True))
        assert {unit.pk: unit.households for unit in units} == dict(
            groups.values_list("unit_id", "households")
        )
    for unit in standing(town, Level.MICRO_GRID):
        assert unit.parent is not None
        assert unit.path == f"{unit.parent.path}{unit.pk}/"
        assert unit.parent.level == Level.GRID
    assert len({unit.code for unit in standing(town, Level.MICRO_GRID)}) == len(
        standing(town, Level.MICRO_GRID)
    )


def test_grids_tile_their_community_after_adoption(town: Town) -> None:
    adopted(town)
    for community in standing(town, Level.GENERAL_GRID):
        shapes = [u.boundary for u in standing(town, Level.MICRO_GRID) if u.path.startswith(community.path)]
        assert community.boundary is not None
        assert shapely.coverage_is_valid(shapes)
        assert area_m2(shapely.symmetric_difference(shapely.union_all(shapes), community.boundary)) < 0.5


def test_every_building_lies_in_its_new_unit_and_is_found_there(town: Town) -> None:
    adopted(town)
    for building in Building.objects.filter(place=town.place).select_related("unit"):
        assert building.unit is not None
        assert building.lon is not None
        assert building.lat is not None
        landing = territory.locate(place=town.place, lon=building.lon, lat=building.lat)
        assert landing.unit_id == building.unit_id


def test_a_leader_keeps_the_unit_with_most_of_their_households(town: Town) -> None:
    settle(town)
    home = Building.objects.get(code="QH0101-1-P4").unit_id
    adopted(town)
    assert home in {unit.pk for unit in standing(town, Level.MICRO_GRID)}
    held = Appointment.objects.get(user=town.users["leader"], ends_at=None)
    assert held.post.unit_id == town.units["QH0101-1"].pk


def test_new_units_have_their_posts_vacant(town: Town) -> None:
    plan = adopted(town, Settings(micro_low=30, micro_high=60, grid_low=60, grid_high=200))
    begun = [unit for unit in standing(town, Level.MICRO_GRID) if unit.starts_on == town.at.date()]
    assert begun
    for unit in begun:
        assert Post.objects.filter(unit=unit, kind="micro_grid_leader", ends_at=None).count() == 1
    assert plan.review["begun_count"]["micro_grid"] == len(begun)


def test_where_units_end_posts_cases_and_duties_go_to_the_heirs(town: Town) -> None:
    case = town.report()
    closed = town.report(lon=104.0015, lat=30.7015)
    town.walk(closed, Step.CLOSE)
    plan = adopted(town, WIDE)
    ended = Unit.objects.filter(place=town.place, level=Level.MICRO_GRID, ends_on=town.at.date())
    assert ended.exists()
    assert plan.review["ended_count"] >= ended.count()
    assert not Post.objects.filter(unit__in=ended, ends_at=None).exists()
    found = Case.objects.get(pk=case.pk)
    there = territory.locate(place=town.place, lon=104.0005, lat=30.7005)
    assert (found.unit_id, found.unit_path) == (there.unit_id, there.path)
    assert not Building.objects.filter(unit__in=ended).exists()
    assert not [fault for fault in verify_histories() if isinstance(fault, HistoryFault)]
    assert not Task.objects.filter(post__unit__in=ended, done_at=None).exists()
    assert Appointment.objects.filter(post__unit__in=ended, ends_at=None).count() == 0


def test_the_division_that_stood_stays_readable(town: Town) -> None:
    age(town)
    before = {unit.name for unit in standing(town, Level.MICRO_GRID)}
    plan = adopted(town)
    former = Plan.objects.get(place=town.place, state=PlanState.FORMER)
    assert former.ends_on == plan.starts_on
    assert set(former.groups.filter(level=GroupLevel.MICRO).values_list("name", flat=True)) == before
    assert all(group.shape is not None for group in former.groups.all())


def test_on_a_later_day_it_waits_can_be_withdrawn_and_comes_by_itself(town: Town) -> None:
    age(town)
    plan = drawn_plan(town)
    actions.review_plan(plan_id=plan.pk, seen_version=plan.version, **by(town))
    later = town.at + timedelta(days=3)
    order: dict[str, Any] = {"plan_id": plan.pk, "on": later.date(), "seen_version": plan.version}
    assert actions.adopt_plan(**order, **by(town)).state == PlanState.AWAITING
    assert jobs.adopt_due(town.at + timedelta(days=2)) == 0
    assert actions.withdraw_plan(plan_id=plan.pk, **by(town)).state == PlanState.DRAFT
    actions.adopt_plan(**order, **by(town))
    assert jobs.adopt_due(later) == 1
    plan.refresh_from_db()
    assert (plan.state, plan.starts_on) == (PlanState.IN_FORCE, later.date())


@pytest.mark.parametrize(("days", "review", "code"), [(0, False, "adopt.review"), (-1, True, "adopt.past")])
def test_what_is_refused(town: Town, days: int, review: bool, code: str) -> None:
    age(town)
    plan = drawn_plan(town)
    if review:
        actions.review_plan(plan_id=plan.pk, seen_version=plan.version, **by(town))
    with pytest.raises(PlanError) as refused:
        actions.adopt_plan(
            plan_id=plan.pk, on=town.at.date() + timedelta(days=days), seen_version=plan.version, **by(town)
        )
    assert refused.value.code == code


def test_units_that_began_today_cannot_end_today(town: Town) -> None:
    plan = drawn_plan(town, WIDE)
    Unit.objects.filter(place=town.place).update(starts_on=town.at.date())
    with pytest.raises(PlanError) as refused:
        actions.review_plan(plan_id=plan.pk, seen_version=plan.version, **by(town))
    assert refused.value.code == "adopt.early"


def test_every_page_of_a_plan_in_force_and_of_a_former_one_opens(town: Town, client: Client) -> None:
    plan = adopted(town)
    former = Plan.objects.get(place=town.place, state=PlanState.FORMER)
    client.force_login(town.users["admin"], backend="weiwang.web.account.store.AccountBackend")
    with time_machine.travel(town.at, tick=False):
        for found in (plan, former):
            part = found.parts.order_by("pk")[0]
            for end in [*PAGES, *(f"{part.pk}/{page}" for page in PART_PAGES)]:
                assert client.get(f"/desk/plans/{found.pk}/{end}").status_code == 200, end
        answer = client.get(f"/desk/plans/compare/?a={plan.pk}&b={former.pk}")
        assert answer.status_code == 200
        assert answer.context["between"].total > 0


def asked(town: Town, plan: Plan) -> Plan:
    return actions.ask_review(plan_id=plan.pk, seen_version=plan.version, **by(town))


def test_the_trial_is_a_job_done_once_however_often_it_is_asked(town: Town) -> None:
    age(town)
    plan = drawn_plan(town)
    for _ in range(2):
        assert asked(town, plan).is_being_reviewed
    job = ProcrastinateJob.objects.get(task_name=adopting.REVIEW)
    assert job.args == {"plan_id": plan.pk, "version": plan.version}
    with time_machine.travel(town.at, tick=False):
        assert jobs.review_draft.func(**job.args) == "reviewed"
        assert jobs.review_draft.func(**job.args) == "over"  # taken up again after a kill that came too late
    plan.refresh_from_db()
    assert not plan.is_being_reviewed
    assert plan.review["buildings"]["count"] >= 0


def test_a_trial_of_a_draft_that_was_changed_since_is_over(town: Town) -> None:
    age(town)
    plan = asked(town, drawn_plan(town))
    part = plan.parts.order_by("pk")[0]
    actions.move_pieces(
        plan_id=plan.pk, part_id=part.pk, pieces=[0], to=None, seen_version=plan.version, **by(town)
    )
    assert jobs.review_draft.func(plan_id=plan.pk, version=plan.version) == "over"


def test_what_stands_in_the_way_of_a_trial_is_said(town: Town, client: Client) -> None:
    plan = drawn_plan(town, WIDE)
    Unit.objects.filter(place=town.place).update(starts_on=town.at.date())
    asked(town, plan)
    client.force_login(town.users["admin"], backend="weiwang.web.account.store.AccountBackend")
    with time_machine.travel(town.at, tick=False):
        waiting = client.get(f"/desk/plans/{plan.pk}/review/").content.decode()
        assert 'hx-trigger="every 2s"' in waiting
        assert jobs.review_draft.func(plan_id=plan.pk, version=plan.version) == "adopt.early"
        found = client.get(f"/desk/plans/{plan.pk}/review/").content.decode()
    assert 'hx-trigger="every 2s"' not in found
    assert town.at.date().isoformat() in found
    plan.refresh_from_db()
    assert asked(town, plan).is_being_reviewed  # it can be asked again


# ---------------------------------------------------------------- carried out by a worker


def looked_at(town: Town, name: str = "") -> Plan:
    """A draft that can be adopted."""
    age(town)
    plan = drawn_plan(town)
    Plan.objects.filter(pk=plan.pk).update(name=name or plan.name)
    return actions.review_plan(plan_id=plan.pk, seen_version=plan.version, **by(town))


def tree(town: Town) -> list[tuple[Any, ...]]:
    units = Unit.objects.filter(place=town.place).order_by("pk")
    homes = Building.objects.filter(place=town.place).order_by("pk")
    return [*units.values_list("pk", "name", "path", "ends_on"), *homes.values_list("pk", "unit_id")]


def take_force(town: Town, plan: Plan) -> str:
    with time_machine.travel(town.at, tick=False):
        return str(jobs.take_force.func(plan_id=plan.pk))


def test_a_second_press_and_a_second_person_adopt_nothing_twice(town: Town) -> None:
    plan, other = looked_at(town), looked_at(town, "另一稿")
    adopt(town, plan, submission="one")
    with pytest.raises(AlreadyDoneError):
        adopt(town, plan, submission="one")
    with pytest.raises(PlanError) as second:
        adopt(town, plan, submission="two")
    with pytest.raises(PlanError) as another:
        adopt(town, other)
    assert (second.value.code, another.value.code) == ("adopt.done", "adopt.another")
    assert ProcrastinateJob.objects.filter(task_name=adopting.TAKE_FORCE).count() == 1
    assert (take_force(town, plan), take_force(town, plan)) == ("adopted", "over")


def test_the_page_says_that_it_is_being_carried_out(town: Town, client: Client) -> None:
    plan = looked_at(town)
    client.force_login(town.users["admin"], backend="weiwang.web.account.store.AccountBackend")
    url = f"/desk/plans/{plan.pk}/"
    with time_machine.travel(town.at, tick=False):
        form = {"on": town.at.date().isoformat(), "seen": plan.version, "reason": "", "submission_key": "k"}
        assert client.post(f"{url}adopt/", form)["Location"] == f"{url}review/"
        waiting = client.get(f"{url}review/")
        assert waiting.context["adopting"]
        assert 'hx-trigger="every 2s"' in waiting.content.decode()
        assert client.post(f"{url}adopt/", form | {"submission_key": "l"}).status_code == 409
        assert jobs.take_force.func(plan_id=plan.pk) == "adopted"
        done = client.get(f"{url}review/")
    assert not done.context["working"]
    assert done.context["is_in_force"]


@pytest.mark.parametrize("where", ["ledger", "patrols"])
def test_a_worker_killed_on_the_way_leaves_all_as_it_was(
    town: Town, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = looked_at(town)
    adopt(town, plan)
    before = tree(town)

    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"weiwang.plans.actions.adopting.{where}.follow_plan", killed)
        with pytest.raises(KeyboardInterrupt):
            take_force(town, plan)
    plan.refresh_from_db()
    assert (plan.state, tree(town)) == (PlanState.AWAITING, before)
    assert not Plan.objects.filter(place=town.place, state=PlanState.FORMER).exists()
    assert take_force(town, plan) == "adopted"  # as the next worker does


def test_what_breaks_off_is_told_and_can_be_adopted_again(
    town: Town, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = looked_at(town)
    adopt(town, plan)
    before = tree(town)

    def broken(*_args: object) -> None:
        raise RuntimeError("no")

    with monkeypatch.context() as patch:
        patch.setattr("weiwang.plans.actions.adopting.cases.follow_plan", broken)
        assert take_force(town, plan) == "failed"
    plan.refresh_from_db()
    assert (plan.state, plan.starts_on, tree(town)) == (PlanState.DRAFT, None, before)
    client.force_login(town.users["admin"], backend="weiwang.web.account.store.AccountBackend")
    with time_machine.travel(town.at, tick=False):
        assert client.get(f"/desk/plans/{plan.pk}/review/").context["adopt_fault"]
    assert carried_out(town, plan).state == PlanState.IN_FORCE
    assert plan.adopt_fault == []


def test_until_a_worker_begins_it_can_be_withdrawn(town: Town) -> None:
    plan = looked_at(town)
    adopt(town, plan)
    assert actions.withdraw_plan(plan_id=plan.pk, **by(town)).state == PlanState.DRAFT
    assert take_force(town, plan) == "over"


def test_what_stood_before_is_compared_by_where_it_stood(town: Town) -> None:
    age(town)
    plan = drawn_plan(town)
    homes = dict(Building.objects.filter(place=town.place).values_list("pk", "unit_id"))
    held = dict(Building.objects.filter(place=town.place).values_list("pk", "households"))
    plan = carried_out(town, actions.review_plan(plan_id=plan.pk, seen_version=plan.version, **by(town)))
    former = Plan.objects.get(place=town.place, state=PlanState.FORMER)
    now = dict(Building.objects.filter(place=town.place).values_list("pk", "unit_id"))
    assert queries.between(former, former).micro == 0
    found = queries.between(former, plan)
    assert found.total == sum(held.values())
    assert found.micro <= sum(held[pk] for pk in homes if homes[pk] != now[pk])
    assert (found.micro > 0) == (homes != now)
    sizes = {row.name: row for row in queries.groups(former, GroupLevel.GRID)}
    assert {name for name, row in sizes.items() if row.faults} == {
        name for name, row in sizes.items() if not 100 <= row.households <= 300
    }
