"""What runs by itself, every hour."""

from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.web.portal.waiting import sweep


@app.periodic(cron="40 * * * *")
@app.task(queueing_lock="sweep_waiting_photos", pass_context=False)
def sweep_waiting_photos(timestamp: int) -> int:
    """Delete photos of reports that were never sent."""
    return sweep(at=timezone.now())
