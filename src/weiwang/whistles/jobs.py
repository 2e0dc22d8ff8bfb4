"""What runs by itself: every minute, what nobody answered in time goes one level up."""

from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.whistles.actions import climb


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="climb_whistles", pass_context=False)
def climb_unanswered(timestamp: int) -> int:
    """Pass up warnings that nobody took and calls that nobody answered."""
    return climb(at=timezone.now())
