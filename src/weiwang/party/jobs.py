"""What runs by itself."""

from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.audit.rules import SYSTEM
from weiwang.party.actions import forget_links, propose_moves
from weiwang.territory.queries import places


@app.periodic(cron="40 18 * * *")  # in UTC: twenty to three at night
@app.task(queueing_lock="propose_party_moves", pass_context=False)
def propose_party_moves(timestamp: int) -> int:
    """Propose moves for members whose building now stands in another grid; nobody is moved by it."""
    now = timezone.now()
    return sum(propose_moves(place=unit.pk, by=SYSTEM, at=now) for unit in places())


@app.periodic(cron="45 18 * * *")  # in UTC: a quarter to three at night
@app.task(queueing_lock="forget_party_links", pass_context=False)
def forget_party_links(timestamp: int) -> int:
    """Delete links whose retention has ended."""
    return forget_links(at=timezone.now())
