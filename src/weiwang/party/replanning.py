"""Party branches, their members and what is in their care when the grids are divided anew."""

from weiwang.party.models import Area, Branch, Care, Member
from weiwang.territory.handover import Line
from weiwang.territory.models import Unit
from weiwang.territory.replanning import Change
from weiwang.territory.rules import Level


def follow_plan(change: Change) -> list[Line]:
    """Follow the grids: homes by the building, branches and care of units that ended to their heirs.

    A branch whose grid ended goes to the heir; where that has one already, members, care and areas join it.
    Part of an action that is recorded.
    """
    lines = _homes(change)
    for old, heir in change.heirs.items():
        lines += _branch(change, old, heir)
        _care(change, old, heir)
        Area.objects.filter(unit=old, ends_on=None).update(unit=heir)
    return lines


def _homes(change: Change) -> list[Line]:
    """Members live in the grid of their building."""
    grid_of = {unit.pk: unit.parent_id for unit in change.units.values() if unit.level == Level.MICRO_GRID}
    lines = []
    rows = Member.objects.filter(place=change.place, left_on=None).select_related("building")
    for member in rows.defer("building__footprint"):
        unit = member.building.unit_id if member.building else None
        home = grid_of.get(unit or 0) or change.heirs.get(member.home_id or 0)
        if home and home != member.home_id:
            member.home_id = home
            member.save(update_fields=["home"])
            lines.append(Line(f"{member.pk}", "→"))
    return lines


def _branch(change: Change, old: int, heir: int) -> list[Line]:
    lines = []
    for branch in Branch.objects.standing(change.on).filter(grid=old):
        there = Branch.objects.standing(change.on).filter(grid=heir).first()
        if there is None:
            branch.grid_id = heir
            branch.save(update_fields=["grid"])
            lines.append(Line(branch.name, Unit.objects.values_list("name", flat=True).get(pk=heir)))
            continue
        Member.objects.filter(branch=branch, left_on=None).update(branch=there)
        Care.objects.filter(branch=branch, ends_on=None).update(branch=there)
        Area.objects.filter(branch=branch, ends_on=None).update(branch=there)
        branch.ends_on = change.on
        if branch.starts_on < change.on:
            branch.save(update_fields=["ends_on"])
        lines.append(Line(branch.name, there.name))
    return lines


def _care(change: Change, old: int, heir: int) -> None:
    """The care of a micro-grid that ended goes on for its heir, if nobody has that in care."""
    for care in Care.objects.filter(unit=old, ends_on=None):
        if care.starts_on >= change.on:
            care.delete()
        else:
            care.ends_on = change.on
            care.save(update_fields=["ends_on"])
        if not Care.objects.filter(unit=heir, ends_on=None).exists():
            Care.objects.create(place=care.place, branch_id=care.branch_id, unit_id=heir, starts_on=change.on)
