"""Tasks and lists of duties when the grids are divided anew."""

from weiwang.duties.models import DutyList, Task
from weiwang.territory.handover import Line
from weiwang.territory.replanning import Change


def follow_plan(change: Change) -> list[Line]:
    """Give the open tasks of posts that ended to their heirs, unless these have the same one already.

    What one micro-grid added to a list goes to its heir when that has no list of its own. Part of an action
    that is recorded.
    """
    moved = []
    open_tasks = Task.objects.filter(post__in=list(change.posts), done_at=None, period_to__gt=change.on)
    for task in open_tasks.select_related("post").order_by("due_at", "id"):
        heir = change.posts[task.post_id]
        same = Task.objects.filter(key=task.key, post=heir, period_from=task.period_from)
        if not same.exists():
            moved.append(Line(task.post.name, task.due_at.date().isoformat()))
            task.post_id = heir
            task.save(update_fields=["post"])
    for old, heir in change.heirs.items():
        for found in DutyList.objects.filter(unit=old):
            if not DutyList.objects.filter(unit=heir, kind=found.kind).exclude(pk=found.pk).exists():
                found.unit_id = heir
                found.save(update_fields=["unit"])
    return moved
