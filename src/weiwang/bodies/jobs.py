"""What runs by itself."""

from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.bodies.actions import forget_ended


@app.periodic(cron="40 18 * * *")  # in UTC: twenty to three at night
@app.task(queueing_lock="forget_bodies", pass_context=False)
def forget_bodies(timestamp: int) -> int:
    """Take away what is known of bodies whose retention has ended."""
    return forget_ended(at=timezone.now())
