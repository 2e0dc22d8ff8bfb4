"""What runs by itself: the tasks of the periods that have begun."""

from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.duties.actions import forget_notes, make_tasks
from weiwang.territory.queries import places


@app.periodic(cron="10 16,22 * * *")  # in UTC: ten past midnight, and again early in the morning
@app.task(queueing_lock="make_duty_tasks", pass_context=False)
def make_duty_tasks(timestamp: int) -> int:
    """Give every post the tasks of the present periods; what was missed while nothing ran stays away."""
    now = timezone.now()
    return sum(make_tasks(place=unit.pk, at=now) for unit in places())


@app.periodic(cron="40 18 * * *")  # in UTC: twenty to three at night
@app.task(queueing_lock="forget_duty_notes", pass_context=False)
def forget_duty_notes(timestamp: int) -> int:
    """Take off notes whose retention has ended."""
    return forget_notes(at=timezone.now())
