"""Who hears of a step: the reporter on the contact they left, and whoever holds the post it has come to.

Said in the transaction of the step: a message exists exactly when its step does. Which step tells whom, by
which channels and in which words, is `policies/messages.yaml`. Nothing of what was reported is in a message.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from django.conf import settings
from django.utils import timezone

from weiwang.cases.actions.clocks import category_named
from weiwang.cases.actions.everybody import Hearer, others, reporter_of
from weiwang.cases.links import private_token, query_code
from weiwang.cases.models import Case, Event
from weiwang.cases.rules import FINAL, Category, State
from weiwang.notices import channels
from weiwang.notices.actions import Recipient, compose, queue
from weiwang.notices.models import Delivery
from weiwang.notices.queries import messages
from weiwang.notices.rules import Audience, Channel, Kind
from weiwang.territory import queries as territory

ASSIGNED = "assigned"  # not a step: the case has come to another post
SILENT = frozenset({"import"})  # what was reported elsewhere long ago is told to nobody


def tell(case: Case, event: Event) -> None:
    """Put into the outbox what this link of the history tells, inside its transaction."""
    for message in _messages(case, event, None):
        queue(**message)


def told_with(case: Case, event: Event, holders: Collection[int]) -> list[Delivery]:
    """The same for a case that is being made: the rows to insert with it. `holders` have its post now."""
    return [row for message in _messages(case, event, holders) for row in compose(**message)]


def _messages(case: Case, event: Event, holders: Collection[int] | None) -> Iterator[dict[str, Any]]:
    if case.channel in SILENT:
        return
    for kind in _kinds(case, event):
        recipients = _once(_recipients(kind, case, event, holders))
        if recipients:
            yield {
                "place": case.place, "about": case.pk, "occasion": str(event.seq), "kind": kind.code,
                "recipients": recipients, "at": event.at, "told": kept(case),
            }  # fmt: skip


def _once(recipients: Iterator[Recipient]) -> list[Recipient]:
    """Nobody is told the same twice at one address, in whatever roles they wait for it."""
    found: dict[tuple[Channel, str], Recipient] = {}
    for one in recipients:
        found.setdefault((one.channel, one.address or one.key), one)
    return list(found.values())


def _kinds(case: Case, event: Event) -> list[Kind]:
    causes = {event.step}
    # A report that was settled on the spot came to nobody.
    if event.data.get("owner") and event.to_state not in FINAL and State(case.state) not in FINAL:
        causes.add(ASSIGNED)
    return [kind for kind in messages().values() if kind.after & causes]


def _recipients(kind: Kind, case: Case, event: Event, holders: Collection[int] | None) -> Iterator[Recipient]:
    if kind.to is Audience.REPORTER:
        if event.public:
            ends = State(case.state) in FINAL and holders is None  # nobody waits for a case being made
            yield from _waiting(kind, case, ends=ends)
        return
    if Channel.PAGE in kind.channels and case.owner_post_id is not None:
        if holders is None:
            holders = [user_id for user_id, _name in territory.holders(case.owner_post_id, event.at)]
        for user_id in holders:
            if user_id != event.user_id:
                yield Recipient(f"user:{user_id}", Channel.PAGE, user_id=user_id)
    if Channel.WECOM in kind.channels and case.owner_post_id is not None:
        yield from _groups(kind, case, case.owner_post_id)


def tell_post(
    case: Case, cause: str, *, post: int, by: int | None, at: datetime, words: str = ""
) -> None:  # fmt: skip
    """Tell whoever holds a post something about a case: `cause` is what `after` of a message names.

    `words` are what a person wrote to the post; they stand sealed in the message and go nowhere else.
    """
    name = territory.post_names([post]).get(post, "")
    told = kept(case) | {"post": name}
    for kind in (one for one in messages().values() if cause in one.after):
        found = [
            Recipient(f"user:{user_id}", Channel.PAGE, text=words, user_id=user_id)
            for user_id, _name in territory.holders(post, at)
            if user_id != by
        ]
        if Channel.WECOM in kind.channels:
            found += _groups(kind, case, post)
        if found:
            queue(
                place=case.place, about=case.pk, occasion=f"{cause}:{case.history_length}", kind=kind.code,
                recipients=found, at=at, told=told,
            )  # fmt: skip


def _waiting(kind: Kind, case: Case, *, ends: bool) -> Iterator[Recipient]:
    """The reporter on each contact they left, if such a channel is set up; the end is told to all."""
    outside = [channel for channel in kind.channels if channel is not Channel.PAGE]
    usable = channels.ready() if outside else {}
    ready = {channel for channel in outside if channel in usable}
    if not ready:
        return
    first = reporter_of(case)
    for one in chain([first] if first else [], others(case) if ends else []):
        ways = [(channel, address) for channel, address in one.ways() if channel in ready]
        if not ways:
            continue
        words = kind.said(one.language, _values(case, Audience.REPORTER, one.language) | _own(one))
        for channel, address in ways:
            if channel is Channel.EMAIL:
                yield Recipient(one.key, channel, address, words.subject, words.text)
            else:
                yield Recipient(one.key, channel, address, text=words.short)


def _own(hearer: Hearer) -> dict[str, str]:
    """What differs in a message to each of them: their number, their page, their code."""
    path = settings.MESSAGE_LINKS[Audience.REPORTER].format(
        case=hearer.page, token=private_token(hearer.page)
    )
    return {
        "number": hearer.number, "link": f"{settings.SITE_URL}{path}", "code": query_code(hearer.page),
    }  # fmt: skip


def _groups(kind: Kind, case: Case, post: int) -> Iterator[Recipient]:
    groups = channels.groups()
    if not groups:
        return
    stands = territory.standing_of(post)
    words = kind.said("zh", _values(case, Audience.OWNER, "zh"))
    for name, group in groups.items():
        if is_for(group, stands):
            yield Recipient(f"group:{name}"[:60], Channel.WECOM, name, text=words.short)


def is_for(group: Mapping[str, str], stands: territory.Standing) -> bool:
    """A group stands for the posts of its department, or of its unit and everything below it."""
    if group.get("department"):
        return group["department"] == stands.department
    return not stands.department and group.get("unit", "") in stands.units


def _values(case: Case, audience: Audience, language: str) -> dict[str, str]:
    """What the variables of a text stand for. A restricted category is not named outside the house."""
    category = category_named(case.category)
    named = Category.public_name if audience is Audience.REPORTER else Category.name
    path = settings.MESSAGE_LINKS[audience].format(case=case.pk, token=private_token(case.pk))
    until = case.promised_at if audience is Audience.REPORTER else case.due_at
    return {
        "number": case.number, "place": territory.place_head(case.place).name,
        "link": f"{settings.SITE_URL}{path}", "code": query_code(case.pk),
        "due": moment_said(until, language) if until else "",
        "category": named(category, language) if category and not case.restricted else "—",
        "post": case.owner_name, "unit": case.unit_name,
    }  # fmt: skip


def moment_said(at: datetime, language: str) -> str:
    """`11月26日17:00`, `26 November, 17:00`: in the language of the message, whoever's request this is."""
    local = timezone.localtime(at)
    if language.startswith("en"):
        return f"{local.day} {local:%B, %H:%M}"
    return f"{local.month}月{local.day}日{local:%H:%M}"


def day_said(at: datetime, language: str) -> str:
    """`11月26日`, `26 November`."""
    local = timezone.localtime(at)
    return f"{local.day} {local:%B}" if language.startswith("en") else f"{local.month}月{local.day}日"


def kept(case: Case) -> dict[str, str]:
    """What a message on the page is put into words from."""
    due = case.due_at.isoformat() if case.due_at else ""
    category = "" if case.restricted else case.category
    return {
        "number": case.number, "post": case.owner_name, "unit": case.unit_name, "due": due,
        "category": category,
    }  # fmt: skip
