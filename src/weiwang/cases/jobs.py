"""What runs by itself."""

from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.cases.actions import erase_due_reporters, escalate, file_unanswered, pass_up_from_vacant_posts
from weiwang.cases.actions.clearing import clear_due_cases
from weiwang.cases.actions.files import sweep_left_over
from weiwang.cases.actions.recounting import recount_where_changed


@app.periodic(cron="20 18 * * *")  # in UTC: twenty past two at night
@app.task(queueing_lock="erase_reporters", pass_context=False)
def erase_reporters(timestamp: int) -> int:
    """Delete the contacts of reporters whose retention has ended."""
    return erase_due_reporters(at=timezone.now())


@app.periodic(cron="40 18 * * *")  # in UTC: twenty to three at night
@app.task(queueing_lock="clear_cases", pass_context=False)
def clear_cases(timestamp: int) -> int:
    """Clear the cases whose retention has ended."""
    return clear_due_cases(at=timezone.now())


@app.periodic(cron="30 19 * * *")  # in UTC: half past three at night
@app.task(queueing_lock="sweep_files", pass_context=False)
def sweep_files(timestamp: int) -> int:
    """Delete photos and papers that a killed process left without a case."""
    return sweep_left_over(at=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="pass_up_cases", pass_context=False)
def pass_up_cases(timestamp: int) -> int:
    """Pass on the cases of posts whose last holder's term has ended."""
    return pass_up_from_vacant_posts(at=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="escalate_cases", pass_context=False)
def escalate_cases(timestamp: int) -> int:
    """Tell posts of limits that run out, and the levels above of those that have run out."""
    return escalate(at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="recount_deadlines", pass_context=False)
def recount_deadlines(timestamp: int) -> int:
    """Count deadlines again where a calendar was changed and many cases are open."""
    return recount_where_changed(at=timezone.now())


@app.periodic(cron="50 18 * * *")  # in UTC: ten to three at night
@app.task(queueing_lock="file_unanswered", pass_context=False)
def file_unanswered_cases(timestamp: int) -> int:
    """File closed cases nobody said anything about."""
    return file_unanswered(at=timezone.now())
