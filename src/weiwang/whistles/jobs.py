"""What runs by itself: every minute what nobody answered goes one level up, at night what is old goes."""

from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.whistles.actions import clear_old, climb


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="climb_whistles", pass_context=False)
def climb_unanswered(timestamp: int) -> int:
    """Pass up warnings that nobody took and calls that nobody answered."""
    return climb(at=timezone.now())


@app.periodic(cron="50 18 * * *")  # in UTC: ten to three at night, after the cases have been cleared
@app.task(queueing_lock="clear_whistles", pass_context=False)
def clear_old_whistles(timestamp: int) -> int:
    """Take the words out of whistles and warnings whose retention has ended."""
    return clear_old(at=timezone.now())
