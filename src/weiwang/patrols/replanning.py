"""Teams, beats and auxiliaries when the grids are divided anew."""

from weiwang.patrols.models import Beat, Member, Team
from weiwang.territory.handover import Line
from weiwang.territory.replanning import Change


def follow_plan(change: Change) -> list[Line]:
    """What was fixed to a unit that ended is fixed to its heir. Part of an action that is recorded."""
    lines = []
    for old, heir in change.heirs.items():
        moved = Member.objects.filter(grid=old).update(grid=heir)
        moved += Beat.objects.filter(unit=old, ends_on=None).update(unit=heir)
        moved += Team.objects.filter(unit=old, ends_on=None).update(unit=heir)
        lines += [Line(f"{moved}")] if moved else []
    return lines
