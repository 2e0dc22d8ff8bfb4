"""Changes by hand: move, lock, bind, name; take back and do again."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import shapely
from django.db.models import Max

from weiwang.audit.actions import Draft, recorded
from weiwang.audit.rules import Actor
from weiwang.kernel.text import clean_text
from weiwang.plans.actions.drafting import locked_plan, place_of
from weiwang.plans.making import fingerprint, measured
from weiwang.plans.models import Bond, Edit, Group, Part, Plan
from weiwang.plans.queries import desk_of
from weiwang.plans.rules import GroupLevel, PlanError, PlanState
from weiwang.plans.working import NO_GRID, Desk, Layout


@dataclass(slots=True)
class Changed:
    """What a change by hand did: the plan as it is now, the groups that changed, where pieces lie now."""

    plan: Plan
    part: Part
    groups: list[Group] = field(default_factory=list)
    pieces: dict[int, int] = field(default_factory=dict)
    fresh: bool = False
    """Groups appeared or vanished, so that a list of groups has to be read again."""


@contextmanager
def _changing(
    action: str, plan_id: int, seen_version: int | None, by: Actor, at: datetime, submission: str | None
) -> Iterator[tuple[Plan, Draft]]:
    """One change of a draft that nobody changed since it was looked at."""
    with recorded(action, by=by, at=at, place=place_of(plan_id), submission=submission) as draft:
        plan = locked_plan(plan_id, PlanState.DRAFT)
        if seen_version is not None and plan.version != seen_version:
            raise PlanError("plan.changed")
        plan.version, plan.changed_at = plan.version + 1, at
        yield plan, draft
        plan.save(update_fields=["version", "changed_at"])


def move_pieces(
    *, plan_id: int, part_id: int, pieces: Sequence[int], to: int | None, seen_version: int, by: Actor,
    at: datetime, submission: str | None = None,
) -> Changed:  # fmt: skip
    """Put pieces into another micro-grid of their community, or (`to` None) into a new one.

    Raises `PlanError`: nothing chosen, a locked group, changed meanwhile. Broken rules are only said.
    """
    with _changing("plan.move", plan_id, seen_version, by, at, submission) as (plan, draft):
        part = _part(plan, part_id)
        desk = desk_of(part)
        chosen = _known(desk.layout, pieces)
        target = desk.layout.free_key() if to is None else to
        if to is not None and to not in desk.layout.grid_of:
            raise PlanError("edit.target")
        moving = [place for place in chosen if desk.layout.micro[place] != target]
        if not moving:
            raise PlanError("edit.same")
        sources = {desk.layout.micro[place] for place in moving}
        _refuse_locked(part, desk.layout, {*sources, target})
        after = desk.layout.moved(moving, target, desk.layout.grid_of[desk.layout.micro[moving[0]]])
        changed = _put(plan, part, desk, after, at)
        draft.concerns("plan", plan.pk, part=part.pk, pieces=len(moving), to=target)
    return changed


def move_micro(
    *, plan_id: int, part_id: int, micro: int, to: int | None, seen_version: int, by: Actor, at: datetime,
    submission: str | None = None,
) -> Changed:  # fmt: skip
    """Put a whole micro-grid into another grid of its community, or (`to` None) into a new one."""
    with _changing("plan.regroup", plan_id, seen_version, by, at, submission) as (plan, draft):
        part = _part(plan, part_id)
        desk = desk_of(part)
        if micro not in desk.layout.grid_of or (to is not None and to not in desk.layout.grid_of.values()):
            raise PlanError("edit.target")
        if desk.layout.grid_of[micro] == to:
            raise PlanError("edit.same")
        _refuse_locked(part, desk.layout, {micro}, grids={to} if to is not None else set())
        after = desk.layout.regrouped([micro], desk.layout.free_key() if to is None else to)
        changed = _put(plan, part, desk, after, at)
        draft.concerns("plan", plan.pk, part=part.pk, micro=micro, to=to)
    return changed


def make_dedicated(
    *, plan_id: int, part_id: int, pieces: Sequence[int], name: str, seen_version: int, by: Actor,
    at: datetime, submission: str | None = None,
) -> Changed:  # fmt: skip
    """Make a dedicated grid (a school, a market, an office park) of some buildings."""
    words = clean_text(name, 80)
    if not words:
        raise PlanError("edit.name")
    with _changing("plan.dedicate", plan_id, seen_version, by, at, submission) as (plan, draft):
        part = _part(plan, part_id)
        desk = desk_of(part)
        chosen = _known(desk.layout, pieces)
        _refuse_locked(part, desk.layout, {desk.layout.micro[place] for place in chosen})
        key = desk.layout.free_key()
        names = {(GroupLevel.DEDICATED, key): words}
        changed = _put(plan, part, desk, desk.layout.moved(chosen, key, NO_GRID), at, names)
        draft.concerns("plan", plan.pk, part=part.pk, pieces=len(chosen), name=words)
    return changed


def undo(
    *, plan_id: int, seen_version: int, by: Actor, at: datetime, submission: str | None = None
) -> Changed:
    """Take back the last change by hand."""
    return _step_back(plan_id, seen_version, by, at, submission, again=False)


def redo(
    *, plan_id: int, seen_version: int, by: Actor, at: datetime, submission: str | None = None
) -> Changed:
    """Do again what was taken back last."""
    return _step_back(plan_id, seen_version, by, at, submission, again=True)


def _step_back(
    plan_id: int, seen_version: int, by: Actor, at: datetime, submission: str | None, *, again: bool
) -> Changed:
    name = "plan.redo" if again else "plan.undo"
    with _changing(name, plan_id, seen_version, by, at, submission) as (plan, draft):
        edits = Edit.objects.filter(plan=plan, undone=again)
        edit = edits.order_by("position" if again else "-position").first()
        if edit is None:
            raise PlanError("edit.nothing_to_redo" if again else "edit.nothing_to_undo")
        part = _part(plan, edit.part_id)
        desk = desk_of(part)
        after = _restored(desk.layout, edit.after if again else edit.before)
        changed = _settle(part, desk, after, {})
        changed.plan = plan
        edit.undone = not again
        edit.save(update_fields=["undone"])
        draft.concerns("plan", plan.pk, part=part.pk, edit=edit.position)
    return changed


def set_lock(
    *, plan_id: int, group_id: int, locked: bool, fenced: bool = False, by: Actor, at: datetime,
    submission: str | None = None,
) -> Group:  # fmt: skip
    """Lock a group as it is, or (`fenced`) only its border: inside it may be drawn again, nothing crosses."""
    with _changing("plan.lock", plan_id, None, by, at, submission) as (plan, draft):
        group = Group.objects.filter(plan=plan, pk=group_id).first()
        if group is None:
            raise PlanError("plan.unknown")
        group.locked, group.fenced = locked, fenced and group.level == GroupLevel.GRID
        group.save(update_fields=["locked", "fenced"])
        draft.concerns("plan", plan.pk, group=group.name, locked=locked, fenced=fenced)
    return group


def bind_houses(
    *,
    plan_id: int,
    part_id: int,
    pieces: Sequence[int],
    by: Actor,
    at: datetime,
    submission: str | None = None,
) -> Bond:
    """Say that some buildings belong together; the next drawing leaves them in one micro-grid."""
    with _changing("plan.bind", plan_id, None, by, at, submission) as (plan, draft):
        part = _part(plan, part_id)
        desk = desk_of(part)
        houses = sorted({desk.layout.pieces[place].house for place in _known(desk.layout, pieces)})
        if len(houses) < 2:
            raise PlanError("edit.pin_few")
        held = sum(desk.ground.houses[house].households for house in houses)
        if held > desk.limits.micro.high:
            raise PlanError("edit.pin", held=held, high=desk.limits.micro.high)
        ids = [desk.ground.houses[house].id for house in houses]
        for old in Bond.objects.filter(part=part, unit=None):
            if set(old.houses) & set(ids):
                old.delete()
        bond = Bond.objects.create(plan=plan, place=plan.place, part=part, houses=ids)
        draft.concerns("plan", plan.pk, part=part.pk, houses=ids)
    return bond


def tie_to_leader(
    *, plan_id: int, part_id: int, piece: int, unit_id: int, by: Actor, at: datetime,
    submission: str | None = None,
) -> Bond:  # fmt: skip
    """Keep a building (a leader's own) with a unit: the micro-grid that holds it continues that unit."""
    with _changing("plan.tie", plan_id, None, by, at, submission) as (plan, draft):
        part = _part(plan, part_id)
        desk = desk_of(part)
        (place,) = _known(desk.layout, [piece])
        house = desk.ground.houses[desk.layout.pieces[place].house].id
        Bond.objects.filter(part=part, unit=unit_id).delete()
        bond = Bond.objects.create(plan=plan, place=plan.place, part=part, houses=[house], unit_id=unit_id)
        draft.concerns("plan", plan.pk, part=part.pk, house=house, unit=unit_id)
    return bond


def unbind(*, plan_id: int, bond_id: int, by: Actor, at: datetime, submission: str | None = None) -> None:
    """Give free what was bound together or tied to a unit."""
    with _changing("plan.unbind", plan_id, None, by, at, submission) as (plan, draft):
        Bond.objects.filter(plan=plan, pk=bond_id).delete()
        draft.concerns("plan", plan.pk, bond=bond_id)


def rename_group(
    *, plan_id: int, group_id: int, name: str, by: Actor, at: datetime, submission: str | None = None
) -> Group:
    """Give a group another name. Raises `PlanError` for an empty one."""
    words = clean_text(name, 80)
    if not words:
        raise PlanError("edit.name")
    with _changing("plan.name", plan_id, None, by, at, submission) as (plan, draft):
        group = Group.objects.select_related("part").filter(plan=plan, pk=group_id).first()
        if group is None:
            raise PlanError("plan.unknown")
        was, group.name = group.name, words
        group.faults = [[code, params | {"name": words}] for code, params in group.faults]
        group.save(update_fields=["name", "faults"])
        draft.concerns("plan", plan.pk, group=group.pk, was=was, name=words)
    return group


# ---------------------------------------------------------------- putting it down


def _part(plan: Plan, part_id: int) -> Part:
    part = Part.objects.filter(plan=plan, pk=part_id).first()
    if part is None:
        raise PlanError("edit.community")
    part.plan = plan
    return part


def _known(layout: Layout, pieces: Sequence[int]) -> list[int]:
    chosen = sorted({place for place in pieces if 0 <= place < len(layout.pieces)})
    if not chosen:
        raise PlanError("edit.nothing")
    return chosen


def _refuse_locked(
    part: Part, layout: Layout, micros: Collection[int], grids: Collection[int | None] = ()
) -> None:
    above = {layout.grid_of[micro] for micro in micros if micro in layout.grid_of} | set(grids)
    rows = Group.objects.filter(part=part, locked=True).values_list("level", "key", "name")
    for level, key, name in rows:
        if (level == GroupLevel.GRID and key in above) or (level != GroupLevel.GRID and key in micros):
            raise PlanError("edit.locked", name=name)


def _kept(layout: Layout) -> dict[str, Any]:
    return {"micro": layout.micro, "grid_of": [list(pair) for pair in sorted(layout.grid_of.items())]}


def _restored(layout: Layout, stored: Mapping[str, Any]) -> Layout:
    return Layout(layout.pieces, list(stored["micro"]), {int(m): int(g) for m, g in stored["grid_of"]})


def _put(
    plan: Plan, part: Part, desk: Desk, after: Layout, at: datetime,
    names: Mapping[tuple[GroupLevel, int], str] | None = None,
) -> Changed:  # fmt: skip
    """Keep a change and the way back; what had been taken back cannot be done again any more."""
    Edit.objects.filter(plan=plan, undone=True).delete()
    last = Edit.objects.filter(plan=plan).aggregate(last=Max("position"))["last"] or 0
    Edit.objects.create(
        plan=plan, place=plan.place, part=part, position=last + 1, before=_kept(desk.layout),
        after=_kept(after), at=at,
    )  # fmt: skip
    changed = _settle(part, desk, after, names or {})
    changed.plan = plan
    return changed


def _settle(part: Part, desk: Desk, after: Layout, names: Mapping[tuple[GroupLevel, int], str]) -> Changed:
    """Write a layout and everything that follows from it for the groups that changed."""
    before = desk.layout
    now = Desk(desk.ground, desk.limits, after, dict(desk.names))
    changed = Changed(part.plan, part)
    changed.pieces = {
        place: label
        for place, (was, label) in enumerate(zip(before.micro, after.micro, strict=True))
        if was != label
    }
    rows = {(GroupLevel(row.level), row.key): row for row in Group.objects.filter(part=part).defer("shape")}
    for level in GroupLevel:
        old, new = desk.members(level), now.members(level)
        touched = [key for key in old.keys() | new.keys() if _differ(level, key, old, new, before, after)]
        for key in sorted(touched):
            row = rows.get((level, key)) or _new_row(part, level, key, after, names)
            changed.fresh |= (key in old) != (key in new)
            now.names = {**now.names, (level, key): row.name}
            _renew(row, now, level, key, new.get(key, []), part)
            changed.groups.append(row)
    part.layout, part.cost = after.to_json(), round(now.cost(), 2)
    part.save(update_fields=["layout", "cost"])
    return changed


def _differ(
    level: GroupLevel, key: int, old: Mapping[int, list[int]], new: Mapping[int, list[int]], before: Layout,
    after: Layout,
) -> bool:  # fmt: skip
    moved = level is GroupLevel.MICRO and before.grid_of.get(key) != after.grid_of.get(key)
    return moved or old.get(key) != new.get(key)


def _new_row(
    part: Part, level: GroupLevel, key: int, layout: Layout, names: Mapping[tuple[GroupLevel, int], str]
) -> Group:
    number = Group.objects.filter(part=part, level=level).count() + 1
    word = {GroupLevel.GRID: "网格", GroupLevel.MICRO: "微网格", GroupLevel.DEDICATED: "专属网格"}[level]
    community = part.ground.get("name", "")
    return Group(
        plan_id=part.plan_id, place=part.place, part=part, level=level, key=key,
        parent_key=layout.grid_of.get(key) if level is GroupLevel.MICRO else None,
        name=names.get((level, key)) or f"{community}新设{word}{number}",
        kind="micro_grid" if level is GroupLevel.MICRO else level,
    )  # fmt: skip


def _renew(row: Group, desk: Desk, level: GroupLevel, key: int, pieces: Sequence[int], part: Part) -> None:
    """Figures, shape and faults of a group as it is now; one that holds nothing stays for the way back."""
    row.now = fingerprint(pieces)
    if level is GroupLevel.MICRO and key in desk.layout.grid_of:
        row.parent_key = desk.layout.grid_of[key]
    if pieces:
        measured(row, desk.figures(level, [key])[key])
        cells = (
            [cell for place in pieces if not (cell := part.cells.geoms[place]).is_empty] if part.cells else []
        )
        row.shape = shapely.coverage_union_all(cells) if cells else None
    else:
        row.households = row.work = row.houses = 0
        row.shape, row.faults = None, []
    row.save()
