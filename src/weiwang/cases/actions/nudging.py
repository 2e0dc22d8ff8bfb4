"""A word to a post about a case: it stands among the messages of the post."""

from datetime import datetime

from weiwang.cases.actions.telling import tell_post
from weiwang.cases.events import CaseReminded
from weiwang.cases.ladder import ASKED, HELP, PART_ENDED, SUPERVISED
from weiwang.cases.models import Case, Reminder

CAUSES = {ASKED: "hurry", SUPERVISED: "supervised", HELP: "help", PART_ENDED: "part_ended"}
"""What `after` of a message names for each kind of word to a post."""


def nudge(
    case: Case, words: str, at: datetime, *, post: int | None, rung: int, by: int | None
) -> CaseReminded:  # fmt: skip
    """Write the message for one post and tell its holders; gives the event to publish. `rung`: what kind."""
    posts = () if post is None else (post,)
    Reminder.objects.bulk_create(
        Reminder(place=case.place, case=case, post_id=each, rung=rung, at=at, said=words) for each in posts
    )
    for each in posts:
        tell_post(
            case, CAUSES[rung], post=each, by=by, at=at, words="" if rung == PART_ENDED else words
        )  # fmt: skip
    return CaseReminded(case.pk, case.place, rung, posts, at)
