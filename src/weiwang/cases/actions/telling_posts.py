"""Telling the holders of posts what is about no single case: limits that run out, and a post taken over.

One message a post, a rung and a run, however many cases: no flood after a day without a worker.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from weiwang.audit.actions import recorded
from weiwang.audit.rules import SYSTEM
from weiwang.cases.actions.telling import kept
from weiwang.cases.events import CaseReminded
from weiwang.cases.ladder import Ladder
from weiwang.cases.models import Case
from weiwang.notices.actions import Recipient, compose
from weiwang.notices.models import Delivery
from weiwang.notices.queries import messages
from weiwang.notices.rules import Channel
from weiwang.territory import queries as territory

ONE, SEVERAL, FOLLOWED = "limit", "limits", "followed"  # what `after` of a message names


@dataclass(slots=True)
class Reached:
    """What one run reminded of: how many cases of each post stand on each rung, and one of them."""

    counts: Counter[tuple[int, int]] = field(default_factory=Counter)
    one: dict[tuple[int, int], UUID] = field(default_factory=dict)

    def add(self, event: CaseReminded) -> None:
        for post in event.posts:
            self.counts[post, event.rung] += 1
            self.one[post, event.rung] = event.case_id


def tell_limits(place: int, reached: Reached, rungs: Ladder, *, at: datetime) -> int:
    """Tell each post of a run once a rung: which case if it is one, how many if there are several.

    Four statements, however many posts; returns how many messages. After the reminders have been written: a
    run that is killed in between leaves them to be read on the dispatch desk, without a message.
    """
    if not reached.counts:
        return 0
    with recorded("case.tell_limits", by=SYSTEM, at=at, place=place) as draft:
        people = territory.holders_of({post for post, _rung in reached.counts}, at)
        alone = [reached.one[key] for key, count in reached.counts.items() if count == 1]
        known = Case.objects.filter(pk__in=alone).defer("search", "text").in_bulk()
        rows = [
            row
            for (post, number), count in sorted(reached.counts.items())
            if post in people
            for row in _limit(place, post, number, count, people[post], known, reached, rungs, at)
        ]
        Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
        draft.concerns("place", place, messages=len(rows))
    return len(rows)


def _limit(  # the messages of one post about one rung
    place: int, post: int, number: int, count: int, people: tuple[str, Sequence[int]],
    known: Mapping[UUID, Case], reached: Reached, rungs: Ladder, at: datetime,
) -> list[Delivery]:  # fmt: skip
    name, users = people
    rung = next(one for one in rungs if one.number == number)
    case = known.get(reached.one[post, number]) if count == 1 else None
    told = {"post": name, "rung_zh": rung.zh, "rung_en": rung.en}
    values = (kept(case) if case else {"count": str(count)}) | told
    about = case.pk if case else about_post(post)
    return _composed(ONE if case else SEVERAL, place, about, f"limit:{number}", users, values, at)


def tell_follower(place: int, post: int, user: int, *, count: int, since: datetime, at: datetime) -> None:
    """Tell whoever takes a post over what is open there; `since` is the moment it becomes theirs."""
    name = territory.post_names([post]).get(post, "")
    values = {"post": name, "count": str(count), "due": since.isoformat()}
    rows = _composed(FOLLOWED, place, about_post(post), FOLLOWED, [user], values, at)
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def about_post(post: int) -> UUID:
    """What a message about a post as a whole is filed under."""
    return uuid5(NAMESPACE_OID, f"post:{post}")


def _composed(
    cause: str, place: int, about: UUID, occasion: str, users: Sequence[int], told: Mapping[str, str],
    at: datetime,
) -> list[Delivery]:  # fmt: skip
    recipients = [Recipient(f"user:{user}", Channel.PAGE, user_id=user) for user in users]
    return [
        row
        for kind in messages().values()
        if cause in kind.after
        for row in compose(
            place=place, about=about, occasion=f"{occasion}:{int(at.timestamp())}", kind=kind.code,
            recipients=recipients, at=at, told=told,
        )
    ]  # fmt: skip
