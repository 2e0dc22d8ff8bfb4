"""What self-governance bodies stand for when the grids are divided anew."""

from weiwang.bodies.models import BodyUnit
from weiwang.territory.handover import Line
from weiwang.territory.replanning import Change


def follow_plan(change: Change) -> list[Line]:
    """A body that stood for a unit that ended stands for its heir. Part of an action that is recorded."""
    lines = []
    for old, heir in change.heirs.items():
        for scope in BodyUnit.objects.filter(unit=old, ends_on=None).select_related("body"):
            if scope.starts_on >= change.on:
                scope.delete()
            else:
                scope.ends_on = change.on
                scope.save(update_fields=["ends_on"])
            if not BodyUnit.objects.filter(body=scope.body, unit=heir, ends_on=None).exists():
                BodyUnit.objects.create(place=scope.place, body=scope.body, unit_id=heir, starts_on=change.on)
            lines.append(Line(scope.body.name, ""))
    return lines
