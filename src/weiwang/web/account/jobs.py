"""What runs by itself, every night."""

from django.contrib.sessions.backends.db import SessionStore
from procrastinate.contrib.django import app


@app.periodic(cron="50 18 * * *")  # in UTC: ten to three at night
@app.task(queueing_lock="clear_sessions", pass_context=False)
def clear_sessions(timestamp: int) -> None:
    """Delete the sessions that have run out."""
    SessionStore.clear_expired()
