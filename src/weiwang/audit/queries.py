from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from weiwang.audit.models import Entry
from weiwang.audit.rules import Actor, Deed, submission_mark
from weiwang.kernel.chain import START, Anchor, Broken, Link, verify


@dataclass(frozen=True, slots=True)
class ChainState:
    """The end of one chain: write it down elsewhere, and a cut-off tail can be proved later."""

    name: str
    length: int
    head: str
    broken: Broken | None


def places_of(rows: "QuerySet[Any]") -> list[int]:
    """The sub-districts that some rows belong to, in order: each keeps a record of its own."""
    return sorted(set(rows.order_by().values_list("place", flat=True)))


def was_done(*, submission: str, action: str, by: Actor) -> bool:
    """Whether this submission was carried out before."""
    mark = submission_mark(key=submission, action=action, actor=by)
    return Entry.objects.filter(submission=mark).exists()


def chains() -> list[int]:
    return list(Entry.objects.order_by("place").values_list("place", flat=True).distinct())


def verify_chain(place: int, *, head: Anchor | None = None) -> ChainState:
    """Recompute every entry of one chain from its own columns; stops at the first that does not fit."""
    last = START

    def links() -> Iterator[Link]:
        nonlocal last
        for entry in Entry.objects.filter(place=place).order_by("seq").iterator(chunk_size=2000):
            yield _link(entry)
            last = Anchor(entry.seq, bytes(entry.digest))

    broken = verify(links(), head=head)
    return ChainState(f"audit:{place}", last.seq, last.hash.hex(), broken)


def _link(entry: Entry) -> Link:
    return Link(entry.seq, _deed(entry).content(), bytes(entry.previous), bytes(entry.digest))


def _deed(entry: Entry) -> Deed:
    return Deed(
        place=entry.place,
        at=entry.at,
        actor=Actor(label=entry.label, user_id=entry.user_id, post_id=entry.post_id, address=entry.address),
        action=entry.action,
        object_type=entry.object_type,
        object_id=entry.object_id,
        reason=entry.reason,
        data=entry.data,
    )


def entries(
    *,
    place: int | None,
    action: str = "",
    user_id: int | None = None,
    before: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Newest first, by pages of `limit`; `before` is the id of the last row already seen.

    `action` is the beginning of an action's name; `since` and `until` bound the moment, the latter excluded.
    """
    found = Entry.objects.order_by("-id")
    if place is not None:
        found = found.filter(place=place)
    if action:
        found = found.filter(action__startswith=action)
    if user_id is not None:
        found = found.filter(user_id=user_id)
    if before is not None:
        found = found.filter(id__lt=before)
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    return list(found[:limit])


def about(object_type: str, object_id: str) -> Iterator[Entry]:
    return Entry.objects.filter(object_type=object_type, object_id=object_id).order_by("id").iterator()
