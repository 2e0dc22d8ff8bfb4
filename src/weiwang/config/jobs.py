"""What runs by itself for the house as a whole."""

from procrastinate import JobContext
from procrastinate.contrib.django import app

STALLED_SECONDS = 30  # without a sign of life, three times as often as workers give one


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> int:
    """Take up again what a worker had begun when it was killed."""
    manager = context.app.job_manager
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS))
    for job in stalled:
        await manager.retry_job(job)
    return len(stalled)
