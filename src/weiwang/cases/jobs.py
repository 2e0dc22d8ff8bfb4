"""What runs by itself, every night."""

from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.cases.actions import erase_due_reporters


@app.periodic(cron="20 18 * * *")  # in UTC: twenty past two at night
@app.task(queueing_lock="erase_reporters", pass_context=False)
def erase_reporters(timestamp: int) -> int:
    """Delete the contacts of reporters whose retention has ended."""
    return erase_due_reporters(at=timezone.now())
