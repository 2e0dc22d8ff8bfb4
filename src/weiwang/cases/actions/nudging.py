"""A word to a post about a case: it stands among the messages of the post."""

from datetime import datetime

from weiwang.cases.events import CaseReminded
from weiwang.cases.models import Case, Reminder


def nudge(case: Case, words: str, at: datetime, *, post: int | None, rung: int) -> CaseReminded:
    """Write the message for one post; gives the event to publish. `rung` says of what kind it is."""
    posts = () if post is None else (post,)
    Reminder.objects.bulk_create(
        Reminder(place=case.place, case=case, post_id=each, rung=rung, at=at, said=words) for each in posts
    )
    return CaseReminded(case.pk, case.place, rung, posts, at)
