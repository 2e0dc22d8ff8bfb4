"""What runs by itself: news are queued when a case has moved, sent, tried again, and found when lost."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.territory.queries import places
from weiwang.webhooks import actions, queries, sending

LOST_AFTER = timedelta(minutes=10)


def plan(delivery_id: UUID, at: datetime) -> None:
    """Let the job of one delivery run at a moment; in the transaction of the caller."""
    deliver.configure(schedule_at=at).defer(delivery=str(delivery_id))


@app.task(queue="webhooks", pass_context=False)
def queue_case_news(place: int, case: str) -> int:
    """Queue what happened to one case."""
    return actions.queue_news(place=place, case_id=UUID(case), at=timezone.now(), plan=plan)


@app.task(queue="webhooks", pass_context=False)
def deliver(delivery: str) -> bool:
    """One attempt; the next one is a job of its own."""
    send = partial(sending.post, allowed=settings.WEBHOOK_NETWORKS)
    return actions.attempt(delivery_id=UUID(delivery), at=timezone.now(), send=send, plan=plan)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="find_news", pass_context=False)
def find_news(timestamp: int) -> int:
    """Queue what happened while nobody heard it, and give deliveries whose job was lost a new one."""
    now = timezone.now()
    lost = queries.overdue(at=now - LOST_AFTER)
    for delivery_id in lost:
        plan(delivery_id, now)
    return len(lost) + sum(
        actions.queue_news(place=unit.pk, case_id=None, at=now, plan=plan) for unit in places()
    )
