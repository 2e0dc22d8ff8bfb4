"""What the background worker does for plans: one community a job, on as many workers as there are."""

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.plans.actions import adopt_due, begin_part, fail_part, keep_part
from weiwang.plans.queries import drawn_part

_log = logging.getLogger(__name__)


@app.task(queueing_lock=None, pass_context=False)
def draw_part(part_id: int, turn: int) -> str:
    """Draw one community; begun again after a kill, it ends the same."""
    if not begin_part(part_id=part_id, turn=turn, at=timezone.now()):
        return "over"
    try:
        made = drawn_part(part_id=part_id, at=timezone.now())
        kept = keep_part(part_id=part_id, turn=turn, made=made, at=timezone.now())
    except Exception:  # noqa: BLE001 -- whatever it was, the page must not wait for ever
        _log.exception("a community could not be drawn", extra={"part": part_id})
        fail_part(part_id=part_id, turn=turn, at=timezone.now())
        return "failed"
    return "drawn" if kept else "over"


@app.periodic(cron="3 16 * * *")  # in UTC: three minutes past midnight
@app.task(queueing_lock="adopt_plans", pass_context=False)
def adopt_plans(timestamp: int) -> int:
    """Carry out the plans whose day has come."""
    return adopt_due(at=timezone.now())
