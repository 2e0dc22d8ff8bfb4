"""What the background worker does for plans: one community a job, on as many workers as there are."""

import logging
from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.audit.rules import SYSTEM
from weiwang.plans import actions
from weiwang.plans.actions import begin_part, fail_part, fail_review, keep_part, review_plan
from weiwang.plans.queries import awaits_review, drawn_part, due_plans
from weiwang.plans.rules import PlanError

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


@app.task(queueing_lock=None, pass_context=False)
def review_draft(plan_id: int, version: int) -> str:
    """Find out what adopting a draft would change; begun again after a kill, it ends the same."""
    if not awaits_review(plan_id=plan_id, version=version):
        return "over"
    try:
        review_plan(plan_id=plan_id, seen_version=version, by=SYSTEM, at=timezone.now())
    except PlanError as error:
        fail_review(plan_id=plan_id, version=version, fault=error, at=timezone.now())
        return error.code
    except Exception:  # noqa: BLE001 -- whatever it was, the page must not wait for ever
        _log.exception("an adoption could not be tried out", extra={"plan": plan_id})
        fail_review(plan_id=plan_id, version=version, fault=PlanError("plan.untried"), at=timezone.now())
        return "failed"
    return "reviewed"


@app.task(queueing_lock=None, pass_context=False)
def take_force(plan_id: int) -> str:
    """Carry out a plan adopted for today; begun again after a kill, it ends the same."""
    return _carried_out(plan_id, timezone.now())


def _carried_out(plan_id: int, at: datetime) -> str:
    try:
        done = actions.take_force(plan_id=plan_id, at=at)
    except PlanError as error:
        if error.code != "adopt.not_waiting":
            actions.fail_adoption(plan_id=plan_id, fault=error, at=at)
        return error.code
    except Exception:  # noqa: BLE001 -- whatever it was, the page must not wait for ever
        _log.exception("a plan could not be carried out", extra={"plan": plan_id})
        actions.fail_adoption(plan_id=plan_id, fault=PlanError("adopt.broke_off"), at=at)
        return "failed"
    return "adopted" if done else "over"


def adopt_due(at: datetime) -> int:
    """Carry out the plans whose day has come; returns how many came into force."""
    done = [_carried_out(plan_id, at) for plan_id in due_plans(timezone.localdate(at))]
    return done.count("adopted")


@app.periodic(cron="3 16 * * *")  # in UTC: three minutes past midnight
@app.task(queueing_lock="adopt_plans", pass_context=False)
def adopt_plans(timestamp: int) -> int:
    """Carry out the plans whose day has come."""
    return adopt_due(timezone.now())
