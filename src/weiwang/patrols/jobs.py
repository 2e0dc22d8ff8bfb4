"""What the background worker does for the rota."""

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.patrols import planning, queries
from weiwang.patrols.actions import begin_proposal, fail_proposal, forget_old, keep_proposal
from weiwang.patrols.solving import propose

_log = logging.getLogger(__name__)


@app.task(queueing_lock=None, pass_context=False)
def propose_rota(proposal_id: int) -> str:
    """Work out one proposal and write it into the drafts; begun again after a kill, it ends the same."""
    now = timezone.now()
    if not begin_proposal(proposal_id=proposal_id, at=now):
        return "over"
    proposal = queries.proposal(proposal_id=proposal_id)
    if proposal is None:
        return "gone"
    try:
        problem = planning.problem_of(proposal, today=timezone.localdate(now))
        plan = propose(problem)
        keep_proposal(proposal_id=proposal_id, problem=problem, plan=plan, at=timezone.now())
    except Exception:  # noqa: BLE001 -- whatever it was, the page must not wait for ever
        _log.exception("no rota could be proposed", extra={"proposal": proposal_id})
        fail_proposal(proposal_id=proposal_id, at=timezone.now())
        return "failed"
    return plan.status


@app.periodic(cron="40 18 * * *")  # in UTC: twenty to three at night
@app.task(queueing_lock="forget_patrols", pass_context=False)
def forget_patrols(timestamp: int) -> int:
    """Delete leave and memberships whose retention has ended."""
    return forget_old(at=timezone.now())
