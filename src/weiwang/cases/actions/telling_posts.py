"""Telling the holders of posts what is about no single case: limits that run out, and a post taken over.

One message a post, a rung and a run, however many cases: no flood after a day without a worker.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from weiwang.cases.actions.telling import kept
from weiwang.cases.events import CaseReminded
from weiwang.cases.ladder import Rung
from weiwang.cases.models import Case
from weiwang.notices.actions import Recipient, queue
from weiwang.notices.queries import messages
from weiwang.notices.rules import Channel
from weiwang.territory import queries as territory

ONE, SEVERAL, FOLLOWED = "limit", "limits", "followed"  # what `after` of a message names


def tell_limits(
    place: int, events: Iterable[CaseReminded], rungs: Mapping[int, Rung], *, at: datetime
) -> None:  # fmt: skip
    """In the transaction of the reminders. A post with one case reads which; with several, how many."""
    found: dict[tuple[int, int], list[UUID]] = defaultdict(list)
    for event in events:
        for post in event.posts:
            found[post, event.rung].append(event.case_id)
    people = territory.holders_of({post for post, _rung in found}, at)
    alone = {cases[0] for (post, _rung), cases in found.items() if len(cases) == 1 and post in people}
    known = Case.objects.filter(pk__in=alone).defer("search", "text").in_bulk()
    for (post, number), cases in sorted(found.items()):
        if post in people:
            name, users = people[post]
            told = {"post": name, "rung_zh": rungs[number].zh, "rung_en": rungs[number].en}
            one = known.get(cases[0]) if len(cases) == 1 else None
            values = (kept(one) if one else {"count": str(len(cases))}) | told
            about = one.pk if one else about_post(post)
            _say(ONE if one else SEVERAL, place, about, f"limit:{number}", users, values, at)


def tell_follower(place: int, post: int, user: int, *, count: int, since: datetime, at: datetime) -> None:
    """Tell whoever takes a post over what is open there; `since` is the moment it becomes theirs."""
    name = territory.post_names([post]).get(post, "")
    values = {"post": name, "count": str(count), "due": since.isoformat()}
    _say(FOLLOWED, place, about_post(post), FOLLOWED, [user], values, at)


def about_post(post: int) -> UUID:
    """What a message about a post as a whole is filed under."""
    return uuid5(NAMESPACE_OID, f"post:{post}")


def _say(
    cause: str, place: int, about: UUID, occasion: str, users: Sequence[int], told: Mapping[str, str],
    at: datetime,
) -> None:  # fmt: skip
    recipients = [Recipient(f"user:{user}", Channel.PAGE, user_id=user) for user in users]
    for kind in (each for each in messages().values() if cause in each.after and recipients):
        queue(
            place=place, about=about, occasion=f"{occasion}:{int(at.timestamp())}", kind=kind.code,
            recipients=recipients, at=at, told=told,
        )  # fmt: skip
