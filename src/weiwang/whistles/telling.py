"""Who hears that they are called, that a department does not come, that a warning waits, climbs or is taken.

Said in the transaction of the deed, as messages about cases are: a message exists exactly when its deed does.
The words of a whistle or a warning stand in none of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings

from weiwang.cases.actions.owners import candidates
from weiwang.cases.actions.telling import is_for, moment_said
from weiwang.cases.routing import Candidate
from weiwang.notices import channels
from weiwang.notices.actions import Recipient, queue
from weiwang.notices.queries import messages
from weiwang.notices.rules import Audience, Channel, Kind
from weiwang.territory import queries as territory
from weiwang.whistles.models import Call, EarlyWarning, Whistle
from weiwang.whistles.permissions import ANSWER, RULE, TAKE
from weiwang.whistles.queries import table

CALLED, LATE, WARNED = "whistle", "whistle_late", "warning"
DECLINED, CLIMBED, TAKEN = "whistle_declined", "warning_climbed", "warning_taken"
"""What `after` of a message names: a department is called, is late or unmanned, declines; a warning waits,
climbs, is taken."""


def tell_called(whistle: Whistle, calls: Iterable[Call], *, by: int | None, at: datetime) -> None:
    """Tell the answering posts of each department; where nobody holds one, whoever decides one level up."""
    posts = candidates(path=whistle.unit_path, place=whistle.place, at=at)
    for call in calls:
        answering = [
            post for post in posts if post.department_id == call.department_id and ANSWER in post.allows
        ]
        if any(post.holders for post in answering):
            _say(CALLED, whistle, answering, call, by=by, at=at)
        else:
            tell_late(whistle, call, by=by, at=at, posts=posts)


def tell_late(
    whistle: Whistle, call: Call, *, by: int | None, at: datetime, posts: Sequence[Candidate] | None = None
) -> None:
    """Tell the nearest post that decides on departments that this one has not answered."""
    if posts is None:
        posts = candidates(path=whistle.unit_path, place=whistle.place, at=at)
    ruling = [post for post in posts if RULE in post.allows and post.holders][:1]
    _say(LATE, whistle, ruling, call, by=by, at=at)


def tell_declined(whistle: Whistle, call: Call, *, by: int | None, at: datetime) -> None:
    """Tell whoever decides one level up, and the post that blew, that a department does not come."""
    posts = candidates(path=whistle.unit_path, place=whistle.place, at=at)
    ruling = [post for post in posts if RULE in post.allows and post.holders][:1]
    callers = territory.holders_of([whistle.post_id], at).get(whistle.post_id, ("", []))[1]
    _say(DECLINED, whistle, ruling, call, raisers=callers, by=by, at=at)


def tell_raiser(warning: EarlyWarning, after: str, *, by: int | None, at: datetime) -> None:
    """Tell whoever raised a warning that it has climbed, or who has taken it."""
    post = warning.taken_by if after == TAKEN else warning.owner_post.name
    told = {"unit": warning.unit.name, "post": post, "due": _iso(warning.due_at)}
    _queue(
        after, place=warning.place, about=warning.pk, occasion=f"{after[8:]}:{warning.climbs}", posts=(),
        raisers=[warning.raised_by_id], told=told, link=settings.MESSAGE_LINKS["warning"], by=by, at=at,
    )  # fmt: skip


def tell_warned(warning: EarlyWarning, *, by: int | None, at: datetime) -> None:
    """Tell the post with which the warning waits now."""
    posts = candidates(path=warning.unit_path, place=warning.place, at=at)
    owner = [post for post in posts if post.post_id == warning.owner_post_id and TAKE in post.allows]
    unit = warning.unit.name
    told = {"unit": unit, "post": owner[0].name if owner else "", "due": _iso(warning.due_at)}
    link = settings.MESSAGE_LINKS["warning"]
    _queue(
        WARNED, place=warning.place, about=warning.pk, occasion=f"climb:{warning.climbs}", posts=owner,
        told=told, link=link, by=by, at=at,
    )  # fmt: skip


def _say(
    after: str, whistle: Whistle, posts: Sequence[Candidate], call: Call, *, by: int | None, at: datetime,
    raisers: Sequence[int] = (),
) -> None:  # fmt: skip
    kind = table().kinds[whistle.kind]
    told = {
        "unit": whistle.unit.name, "post": call.department.name, "due": _iso(call.due_at),
        "kind_zh": kind.zh, "kind_en": kind.en,
    }  # fmt: skip
    link = settings.MESSAGE_LINKS["whistle"].format(whistle=whistle.pk)
    _queue(
        after, place=whistle.place, about=whistle.pk, occasion=f"{call.pk}@{int(at.timestamp())}",
        posts=posts, raisers=raisers, told=told, link=link, by=by, at=at,
    )  # fmt: skip


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""


def _queue(
    after: str, *, place: int, about: UUID, occasion: str, posts: Sequence[Candidate],
    told: Mapping[str, str], link: str, by: int | None, at: datetime, raisers: Sequence[int] = (),
) -> None:  # fmt: skip
    for kind in (one for one in messages().values() if after in one.after):
        if kind.to is Audience.RAISER:
            recipients = [_on_page(user) for user in raisers if user != by]
        else:
            recipients = [*_holders(kind, posts, by), *_groups(kind, posts, place, told, link)]
        if recipients:
            queue(
                place=place, about=about, occasion=occasion[:24], kind=kind.code, recipients=recipients,
                at=at, told=dict(told),
            )  # fmt: skip


def _holders(kind: Kind, posts: Sequence[Candidate], by: int | None) -> Iterator[Recipient]:
    if Channel.PAGE in kind.channels:
        for user_id in sorted({user_id for post in posts for user_id in post.holders} - {by}):
            yield _on_page(user_id)


def _on_page(user_id: int) -> Recipient:
    return Recipient(f"user:{user_id}", Channel.PAGE, user_id=user_id)


def _groups(
    kind: Kind, posts: Sequence[Candidate], place: int, told: Mapping[str, str], link: str
) -> Iterator[Recipient]:
    groups = channels.groups() if Channel.WECOM in kind.channels else {}
    if not groups or not posts:
        return
    due = told.get("due", "")
    values = dict(told) | {
        "due": moment_said(datetime.fromisoformat(due), "zh") if due else "",
        "kind": told.get("kind_zh", ""), "place": territory.place_head(place).name,
        "link": f"{settings.SITE_URL}{link}",
    }  # fmt: skip
    stands = territory.standing_of(posts[0].post_id)
    text = kind.said("zh", values).short
    for name, group in groups.items():
        if is_for(group, stands):
            yield Recipient(f"group:{name}"[:60], Channel.WECOM, name, text=text)
