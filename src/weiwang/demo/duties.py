"""Duty lists of the demo place and the tasks of the present periods, most of them done."""

from datetime import datetime, time, timedelta

from weiwang.audit.rules import SYSTEM
from weiwang.demo.dice import Dice
from weiwang.duties.actions import import_lists, make_tasks
from weiwang.duties.models import DutyList, Task
from weiwang.kernel.worktime import ZONE

NOTES = ("", "", "", "", "都已看过，正常。", "已走访，暂无新需求。", "楼道杂物已请住户清走。")
SHARE_DONE = 0.7


def hand_out_duties(place: int, *, at: datetime) -> int:
    """Publish the lists of the policy, a month old, and record most tasks; returns how many there are."""
    import_lists(place=place, by=SYSTEM, at=at - timedelta(days=30))
    DutyList.objects.filter(place=place).update(valid_from=(at - timedelta(days=300)).date())
    Task.objects.filter(place=place).delete()
    make_tasks(place=place, at=at)
    dice = Dice("duties")
    tasks = list(Task.objects.filter(place=place).order_by("post_id", "key", "period_from"))
    done = [task for task in tasks if dice.chance(SHARE_DONE)]
    for task in done:
        began = datetime.combine(task.period_from, time(9), ZONE)
        task.done_at = min(at, max(began, at - timedelta(hours=dice.randint(20, 60))))
        task.note = dice.choice(NOTES)
    Task.objects.bulk_update(done, ["done_at", "note"], batch_size=1000)
    return len(tasks)
