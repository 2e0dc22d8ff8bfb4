"""What runs by itself."""

from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.territory.actions import forget_old


@app.periodic(cron="40 18 * * *")  # in UTC: twenty to three at night
@app.task(queueing_lock="forget_staff", pass_context=False)
def forget_staff(timestamp: int) -> int:
    """Take away what is known of former staff, deputies and handovers whose retention has ended."""
    return forget_old(at=timezone.now())
