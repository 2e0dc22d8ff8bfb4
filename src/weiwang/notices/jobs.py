"""What runs by itself: each message has a job of its own, queued in the transaction that caused it."""

from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.notices import actions


@app.task(pass_context=False)
def deliver(delivery_id: str) -> str:
    """Hand one message over, or put it off."""
    return actions.deliver(delivery_id=UUID(delivery_id), at=timezone.now()) or ""


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="sweep_notices", pass_context=False)
def sweep(timestamp: int) -> int:
    """Find messages that are overdue and have no job any more."""
    return actions.sweep(at=timezone.now())


@app.periodic(cron="40 18 * * *")  # in UTC: twenty to three at night
@app.task(queueing_lock="erase_notices", pass_context=False)
def erase_texts(timestamp: int) -> int:
    """Erase addresses and texts on their date."""
    return actions.erase_old_texts(at=timezone.now())
