"""A word to the post that has a case: it stands among the messages of the post."""

from datetime import datetime

from weiwang.cases.events import CaseReminded
from weiwang.cases.ladder import ASKED
from weiwang.cases.models import Case, Reminder


def nudge(case: Case, words: str, at: datetime) -> CaseReminded:
    """Write the message of a reminder (催办) or of supervision (督办); gives the event to publish."""
    posts = tuple(post for post in (case.owner_post_id,) if post is not None)
    Reminder.objects.bulk_create(
        Reminder(place=case.place, case=case, post_id=post, rung=ASKED, at=at, said=words) for post in posts
    )
    return CaseReminded(case.pk, case.place, ASKED, posts, at)
