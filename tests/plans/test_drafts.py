"""Drafts: asked for, drawn by jobs, halted, resumed, changed by hand, taken back."""

import time
from typing import Any

import pytest
import shapely
from tests.builders import Town
from tests.plans.places import SMALL, drawn_plan, run_jobs, settle

from weiwang.audit.models import Entry
from weiwang.kernel.geo import area_m2
from weiwang.ledger.models import Building
from weiwang.plans import actions, jobs, queries
from weiwang.plans.models import Group, Part, Plan
from weiwang.plans.rules import GroupLevel, PartState, PlanError, PlanState, Settings
from weiwang.plans.working import Layout
from weiwang.territory.models import Unit


def by(town: Town) -> dict[str, Any]:
    return {"by": town.officer("admin"), "at": town.at}


def first_part(plan: Plan) -> Part:
    return plan.parts.order_by("position")[0]


def micros(part: Part) -> list[Group]:
    return list(part.groups.filter(level=GroupLevel.MICRO, houses__gt=0).order_by("key"))


def test_a_draft_holds_every_household_once_and_keeps_the_rules(town: Town) -> None:
    plan = drawn_plan(town)
    assert plan.state == PlanState.DRAFT
    found = queries.summary(plan)
    homes = sum(Building.objects.filter(place=town.place).values_list("households", flat=True))
    assert (found.households, found.broken) == (homes, 0)
    assert all(30 <= group.households <= 100 for part in plan.parts.all() for group in micros(part))


def test_the_same_buildings_give_the_same_draft(town: Town) -> None:
    one, other = drawn_plan(town), drawn_plan(town)
    layouts = [[part.layout for part in plan.parts.order_by("position")] for plan in (one, other)]
    assert layouts[0] == layouts[1]


def test_groups_tile_their_community_and_contain_their_buildings(town: Town) -> None:
    plan = drawn_plan(town)
    part = first_part(plan)
    shapes = [group.shape for group in micros(part)]
    community = Unit.objects.get(pk=part.unit_id).boundary
    assert community is not None
    assert area_m2(shapely.symmetric_difference(shapely.union_all(shapes), community)) < 0.5
    assert sum(shape.area for shape in shapes if shape) == pytest.approx(community.area, rel=1e-5)
    assert shapely.coverage_is_valid(shapes)
    layout = Layout.from_json(part.layout)
    for piece, key in zip(layout.pieces, layout.micro, strict=True):
        house = Building.objects.get(pk=part.ground["houses"][piece.house][0])
        if house.footprint is not None:
            home = part.groups.get(level=GroupLevel.MICRO, key=key).shape
            assert home is not None
            assert home.buffer(2e-7).covers(house.footprint)


def test_no_building_and_no_community_are_said_in_a_sentence(town: Town) -> None:
    Building.objects.all().update(unit=None)
    Building.objects.all().delete()
    with pytest.raises(PlanError) as refused:
        actions.ask_plan(place=town.place, name="x", settings=SMALL, **by(town))
    assert refused.value.code == "plan.empty"
    with pytest.raises(PlanError):
        Settings(micro_low=50, micro_high=40)


def test_halted_nothing_more_is_drawn_and_resumed_only_the_rest_is(town: Town) -> None:
    settle(town)
    plan = actions.ask_plan(place=town.place, name="草案", settings=SMALL, **by(town))
    one, other = plan.parts.order_by("position")
    assert jobs.draw_part.func(part_id=one.pk, turn=0) == "drawn"
    actions.pause_plan(plan_id=plan.pk, **by(town))
    assert jobs.draw_part.func(part_id=other.pk, turn=0) == "over"
    plan.refresh_from_db()
    assert (queries.progress(plan).parts_done, queries.progress(plan).percent) == (1, 50)
    actions.resume_plan(plan_id=plan.pk, **by(town))
    assert jobs.draw_part.func(part_id=other.pk, turn=0) == "over"  # the job from before it was halted
    done_at = Part.objects.get(pk=one.pk).done_at
    assert run_jobs(plan).state == PlanState.DRAFT
    assert Part.objects.get(pk=one.pk).done_at == done_at


def test_a_job_killed_on_the_way_is_done_again(town: Town) -> None:
    settle(town)
    plan = actions.ask_plan(place=town.place, name="草案", settings=SMALL, **by(town))
    Part.objects.filter(plan=plan).update(state=PartState.DRAWING)  # what a killed worker leaves
    assert run_jobs(plan).state == PlanState.DRAFT


def test_a_community_that_cannot_be_drawn_is_named_and_tried_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(town)
    plan = actions.ask_plan(place=town.place, name="草案", settings=SMALL, **by(town))
    monkeypatch.setattr(jobs, "drawn_part", lambda **_: 1 / 0)
    run_jobs(plan)
    assert (plan.state, len(queries.progress(plan).failed)) == (PlanState.DRAWING, 2)
    monkeypatch.undo()
    actions.resume_plan(plan_id=plan.pk, **by(town))
    assert run_jobs(plan).state == PlanState.DRAFT


# ---------------------------------------------------------------- by hand


def test_a_building_moves_to_a_neighbour_and_back(town: Town) -> None:
    plan = drawn_plan(town)
    part = first_part(plan)
    layout = part.layout
    here, there = sorted(micros(part), key=lambda group: -layout["micro"].count(group.key))[:2]
    piece = layout["micro"].index(here.key)
    done = actions.move_pieces(
        plan_id=plan.pk, part_id=part.pk, pieces=[piece], to=there.key, seen_version=plan.version, **by(town)
    )
    assert done.pieces == {piece: there.key}
    held = layout["pieces"][piece][4]
    here.refresh_from_db()
    assert here.households == next(g for g in micros(first_part(plan)) if g.key == here.key).households
    assert {g.key: g.households for g in done.groups if g.level == GroupLevel.MICRO} == {
        here.key: here.households, there.key: there.households + held,
    }  # fmt: skip
    back = actions.undo(plan_id=plan.pk, seen_version=done.plan.version, **by(town))
    assert Part.objects.get(pk=part.pk).layout == layout
    again = actions.redo(plan_id=plan.pk, seen_version=back.plan.version, **by(town))
    assert Part.objects.get(pk=part.pk).layout["micro"][piece] == there.key
    with pytest.raises(PlanError) as refused:
        actions.redo(plan_id=plan.pk, seen_version=again.plan.version, **by(town))
    assert refused.value.code == "edit.nothing_to_redo"


def test_a_micro_grid_moved_empty_comes_back_with_its_name(town: Town) -> None:
    plan = drawn_plan(town)
    part = first_part(plan)
    here, there = micros(part)[:2]
    pieces = [place for place, key in enumerate(part.layout["micro"]) if key == here.key]
    done = actions.move_pieces(
        plan_id=plan.pk, part_id=part.pk, pieces=pieces, to=there.key, seen_version=plan.version, **by(town)
    )
    assert here.key not in [group.key for group in micros(part)]
    actions.undo(plan_id=plan.pk, seen_version=done.plan.version, **by(town))
    found = Group.objects.get(pk=here.pk)
    assert (found.name, found.households, found.unit_id) == (here.name, here.households, here.unit_id)


def test_broken_rules_are_said_and_not_refused(town: Town) -> None:
    plan = drawn_plan(town)
    part = first_part(plan)
    pieces = [next(place for place, row in enumerate(part.layout["pieces"]) if row[4] == 10)]
    done = actions.move_pieces(
        plan_id=plan.pk, part_id=part.pk, pieces=pieces, to=None, seen_version=plan.version, **by(town)
    )
    new = next(group for group in done.groups if group.level == GroupLevel.MICRO and group.houses == 1)
    assert [code for code, _ in new.faults] == ["small"]
    assert queries.summary(plan).broken >= 1


def test_two_people_at_once_and_the_second_press(town: Town) -> None:
    plan = drawn_plan(town)
    part = first_part(plan)
    here, there = micros(part)[:2]
    piece = part.layout["micro"].index(here.key)
    order: dict[str, Any] = {
        "plan_id": plan.pk, "part_id": part.pk, "pieces": [piece], "to": there.key,
        "seen_version": plan.version,
    }  # fmt: skip
    actions.move_pieces(**order, **by(town))
    with pytest.raises(PlanError) as refused:
        actions.move_pieces(**order, **by(town))
    assert refused.value.code == "plan.changed"
    assert Entry.objects.filter(action="plan.move").count() == 1


def test_what_is_locked_stays_when_the_rest_is_drawn_again(town: Town) -> None:
    plan = drawn_plan(town)
    part = first_part(plan)
    kept = micros(part)[0]
    actions.set_lock(plan_id=plan.pk, group_id=kept.pk, locked=True, **by(town))
    plan.refresh_from_db()
    with pytest.raises(PlanError) as refused:
        actions.move_pieces(
            plan_id=plan.pk, part_id=part.pk, pieces=[part.layout["micro"].index(kept.key)],
            to=micros(part)[1].key, seen_version=plan.version, **by(town),
        )  # fmt: skip
    assert refused.value.code == "edit.locked"
    before = [place for place, key in enumerate(part.layout["micro"]) if key == kept.key]
    actions.redraw(plan_id=plan.pk, part_id=None, keep=0.0, seen_version=plan.version, **by(town))
    run_jobs(plan)
    after = first_part(plan)
    assert [place for place, key in enumerate(after.layout["micro"]) if key == kept.key] == before
    assert after.groups.get(level=GroupLevel.MICRO, key=kept.key).locked


def test_what_belongs_together_is_drawn_together(town: Town) -> None:
    plan = drawn_plan(town)
    part = first_part(plan)
    one = 0
    other = next(p for p, key in enumerate(part.layout["micro"]) if key != part.layout["micro"][one])
    actions.bind_houses(plan_id=plan.pk, part_id=part.pk, pieces=[one, other], **by(town))
    plan.refresh_from_db()
    actions.redraw(plan_id=plan.pk, part_id=part.pk, keep=0.0, seen_version=plan.version, **by(town))
    run_jobs(plan)
    drawn = first_part(plan).layout
    assert drawn["micro"][one] == drawn["micro"][other]
    with pytest.raises(PlanError) as refused:
        actions.bind_houses(plan_id=plan.pk, part_id=part.pk, pieces=list(range(18)), **by(town))
    assert refused.value.code == "edit.pin"


def test_a_leaders_building_keeps_the_unit(town: Town) -> None:
    plan = drawn_plan(town)
    part = first_part(plan)
    unit = town.units["QH0101-1"]
    away = next(p for p, key in enumerate(part.layout["micro"]) if key != unit.pk)
    actions.tie_to_leader(plan_id=plan.pk, part_id=part.pk, piece=away, unit_id=unit.pk, **by(town))
    plan.refresh_from_db()
    actions.redraw(plan_id=plan.pk, part_id=part.pk, keep=0.0, seen_version=plan.version, **by(town))
    run_jobs(plan)
    assert first_part(plan).layout["micro"][away] == unit.pk


def test_some_buildings_become_a_dedicated_grid(town: Town) -> None:
    plan = drawn_plan(town)
    part = first_part(plan)
    done = actions.make_dedicated(
        plan_id=plan.pk,
        part_id=part.pk,
        pieces=[0, 1],
        name="第一小学",
        seen_version=plan.version,
        **by(town),
    )
    made = next(group for group in done.groups if group.level == GroupLevel.DEDICATED)
    assert (made.name, made.houses, made.parent_key) == ("第一小学", 2, None)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_work_of_the_past_year_can_count_as_well(town: Town, share: float) -> None:
    for _ in range(6):
        town.report(lon=104.0002, lat=30.7002)
    plan = drawn_plan(town, Settings(micro_low=30, micro_high=100, grid_low=100, grid_high=300, work=share))
    found = queries.groups(plan, GroupLevel.MICRO)
    assert sum(group.work for group in found) == 6


def test_a_change_by_hand_is_answered_quickly(town: Town) -> None:
    """CPU seconds of the change itself, far below what a person notices."""
    plan = drawn_plan(town)
    part = first_part(plan)
    here, there = micros(part)[:2]
    piece = part.layout["micro"].index(here.key)
    began = time.process_time()
    actions.move_pieces(
        plan_id=plan.pk, part_id=part.pk, pieces=[piece], to=there.key, seen_version=plan.version, **by(town)
    )
    assert time.process_time() - began < 0.15
