"""Ask for a plan, watch over its jobs, keep what they drew."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.audit.actions import recorded
from weiwang.audit.rules import SYSTEM, Actor
from weiwang.kernel.text import clean_text
from weiwang.ledger.models import Building
from weiwang.plans import sources
from weiwang.plans.making import Made
from weiwang.plans.models import Edit, Group, Part, Plan
from weiwang.plans.rules import OPEN, UNFINISHED, PartState, PlanError, PlanState, Settings

DRAW = "weiwang.plans.jobs.draw_part"


def ask_plan(
    *, place: int, name: str, settings: Settings, by: Actor, at: datetime, submission: str | None = None
) -> Plan:
    """Ask for a draft of the whole sub-district: one job for each community. Raises `PlanError`."""
    units = sources.communities(place, timezone.localdate(at))
    if not units:
        raise PlanError("plan.no_community")
    if not sources.has_buildings(place):
        raise PlanError("plan.empty")
    lon, lat = sources.frame_of(unit.boundary for unit in units)
    with recorded("plan.ask", by=by, at=at, place=place, submission=submission) as draft:
        plan = Plan.objects.create(
            place=place, name=clean_text(name, 80, required=True), state=PlanState.DRAWING,
            settings=settings.to_json(), lon=lon, lat=lat, made_at=at, changed_at=at,
        )  # fmt: skip
        held = _households(place)
        parts = Part.objects.bulk_create(
            Part(
                plan=plan, place=place, unit=unit, position=position, state=PartState.WAITING,
                households=sum(count for path, count in held.items() if path.startswith(unit.path)),
            )
            for position, unit in enumerate(units)
        )  # fmt: skip
        for part in parts:
            _defer(part)
        draft.concerns("plan", plan.pk, name=plan.name, settings=plan.settings, parts=len(parts))
    return plan


def _households(place: int) -> dict[str, int]:
    rows = Building.objects.filter(place=place, unit__isnull=False).values_list("unit__path")
    return dict(rows.annotate(held=Sum("households")).order_by())


def _defer(part: Part) -> None:
    """In the transaction of the write: both or neither. The largest communities come first."""
    task = app.configure_task(DRAW, priority=min(part.households // 100, 500))
    task.defer(part_id=part.pk, turn=part.plan.round)


def locked_plan(plan_id: int, *states: PlanState) -> Plan:
    """The plan, held until the end of the transaction. Raises `PlanError` in another state."""
    plan = Plan.objects.select_for_update().filter(pk=plan_id).first()
    if plan is None:
        raise PlanError("plan.unknown")
    if states and PlanState(plan.state) not in states:
        raise PlanError("plan.working" if PlanState(plan.state) in UNFINISHED else "plan.closed")
    return plan


def pause_plan(*, plan_id: int, by: Actor, at: datetime, submission: str | None = None) -> Plan:
    """Stop drawing after the communities that are being drawn now."""
    place = place_of(plan_id)
    with recorded("plan.pause", by=by, at=at, place=place, submission=submission) as draft:
        plan = locked_plan(plan_id, PlanState.DRAWING)
        plan.state = PlanState.PAUSED
        plan.save(update_fields=["state"])
        draft.concerns("plan", plan.pk)
    return plan


def resume_plan(*, plan_id: int, by: Actor, at: datetime, submission: str | None = None) -> Plan:
    """Go on with the communities that are not drawn yet, or that failed."""
    place = place_of(plan_id)
    with recorded("plan.resume", by=by, at=at, place=place, submission=submission) as draft:
        plan = locked_plan(plan_id)
        parts = Part.objects.filter(plan=plan).exclude(state=PartState.DONE).select_related("plan")
        failed = plan.state == PlanState.DRAWING and parts.filter(state=PartState.FAILED).exists()
        if plan.state != PlanState.PAUSED and not failed:
            raise PlanError("plan.not_paused")
        plan.state, plan.round = PlanState.DRAWING, plan.round + 1
        plan.save(update_fields=["state", "round"])
        for part in parts:
            part.plan = plan
            part.state = PartState.WAITING
            part.save(update_fields=["state"])
            _defer(part)
        draft.concerns("plan", plan.pk, parts=len(parts))
    return plan


def discard_plan(*, plan_id: int, by: Actor, at: datetime, submission: str | None = None) -> Plan:
    """Lay a draft aside; it stays readable and can no longer be changed."""
    place = place_of(plan_id)
    with recorded("plan.discard", by=by, at=at, place=place, submission=submission) as draft:
        plan = locked_plan(plan_id, *OPEN)
        plan.state = PlanState.DISCARDED
        plan.save(update_fields=["state"])
        draft.concerns("plan", plan.pk, name=plan.name)
    return plan


def redraw(
    *, plan_id: int, part_id: int | None, keep: float, seen_version: int, by: Actor, at: datetime,
    submission: str | None = None,
) -> Plan:  # fmt: skip
    """Draw again around what is locked, all communities or one; `keep` 1 touches only what must change.

    What was changed by hand is where it starts from; its steps can no longer be taken back.
    """
    place = place_of(plan_id)
    with recorded("plan.redraw", by=by, at=at, place=place, submission=submission) as draft:
        plan = locked_plan(plan_id, PlanState.DRAFT)
        if plan.version != seen_version:
            raise PlanError("plan.changed")
        plan.settings = plan.settings | {"keep": min(max(keep, 0.0), 1.0)}
        plan.state, plan.round, plan.version = PlanState.DRAWING, plan.round + 1, plan.version + 1
        plan.changed_at = at
        plan.save(update_fields=["settings", "state", "round", "version", "changed_at"])
        parts = Part.objects.filter(plan=plan)
        parts = parts.filter(pk=part_id) if part_id is not None else parts
        for part in parts.select_related("plan"):
            part.plan = plan
            part.state = PartState.WAITING
            part.save(update_fields=["state"])
            _defer(part)
        Edit.objects.filter(part__in=parts).delete()
        draft.concerns("plan", plan.pk, part=part_id, keep=keep)
    return plan


def place_of(plan_id: int) -> int:
    """The sub-district of a plan. Raises `PlanError`."""
    found = Plan.objects.filter(pk=plan_id).values_list("place", flat=True).first()
    if found is None:
        raise PlanError("plan.unknown")
    return int(found)


# ---------------------------------------------------------------- what the jobs do


def begin_part(*, part_id: int, turn: int, at: datetime) -> bool:
    """Say that a community is being drawn; False when it is over, halted, or asked for again since."""
    part = Part.objects.select_related("plan").get(pk=part_id)
    wanted = part.plan.state == PlanState.DRAWING and part.state != PartState.DONE
    if not wanted or part.plan.round != turn:
        return False
    with recorded("plan.begin", by=SYSTEM, at=at, place=part.place) as draft:
        Part.objects.filter(pk=part_id).update(state=PartState.DRAWING)
        draft.concerns("plan", part.plan_id, part=part_id)
    return True


def keep_part(*, part_id: int, turn: int, made: Made, at: datetime) -> bool:
    """Keep a drawn community; with the last one the plan is a draft. False when it is no longer wanted."""
    place = Part.objects.filter(pk=part_id).values_list("place", flat=True).get()
    with recorded("plan.drawn", by=SYSTEM, at=at, place=place) as draft:
        plan = Plan.objects.select_for_update().get(parts=part_id)
        part = Part.objects.get(pk=part_id)
        draft.concerns("plan", plan.pk, part=part_id, groups=len(made.groups), cost=made.cost)
        if plan.round != turn or PlanState(plan.state) not in UNFINISHED:
            return False
        save_made(part, made, at)
        _finish(plan, at)
    return True


def save_made(part: Part, made: Made, at: datetime) -> None:
    """Write a drawn community over what was there; locks of groups that go on stay."""
    locks = {(g.level, g.key): (g.locked, g.fenced) for g in Group.objects.filter(part=part)}
    Group.objects.filter(part=part).delete()
    for group in made.groups:
        group.locked, group.fenced = locks.get((group.level, group.key), (False, False))
    Group.objects.bulk_create(made.groups, batch_size=500)
    part.ground, part.layout, part.cells = made.ground.to_json(), made.layout.to_json(), made.cells
    part.cost, part.households = made.cost, made.ground.households
    part.findings = [[code, dict(params)] for code, params in made.findings]
    part.state, part.done_at = PartState.DONE, at
    part.save()


def _finish(plan: Plan, at: datetime) -> None:
    if Part.objects.filter(plan=plan).exclude(state=PartState.DONE).exists():
        return
    plan.state, plan.changed_at = PlanState.DRAFT, at
    plan.save(update_fields=["state", "changed_at"])


def fail_part(*, part_id: int, turn: int, at: datetime) -> None:
    """Say that a community could not be drawn; the others go on."""
    part = Part.objects.select_related("plan").get(pk=part_id)
    with recorded("plan.part_failed", by=SYSTEM, at=at, place=part.place) as draft:
        draft.concerns("plan", part.plan_id, part=part_id)
        if part.plan.round == turn:
            Part.objects.filter(pk=part_id).update(state=PartState.FAILED)


def rename_plan(*, plan_id: int, name: str, by: Actor, at: datetime, submission: str | None = None) -> Plan:
    """Give a plan another name."""
    place = place_of(plan_id)
    with recorded("plan.rename", by=by, at=at, place=place, submission=submission) as draft:
        plan = locked_plan(plan_id)
        was: Mapping[str, Any] = {"was": plan.name}
        plan.name = clean_text(name, 80, required=True)
        plan.save(update_fields=["name"])
        draft.concerns("plan", plan.pk, name=plan.name, **was)
    return plan
