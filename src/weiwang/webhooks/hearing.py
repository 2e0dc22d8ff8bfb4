"""What a move of a case sets going, without waiting for it."""

from procrastinate.contrib.django import app

from weiwang.cases.events import CaseMoved
from weiwang.webhooks.queries import has_listeners

JOB = "weiwang.webhooks.jobs.queue_case_news"  # by name: what starts an app knows no jobs


def hear(event: CaseMoved) -> None:
    """A case has moved: let its news be queued. What is missed here, `find_news` finds."""
    if has_listeners(event.place):
        app.configure_task(JOB, queue="webhooks").defer(place=event.place, case=str(event.case_id))
