"""Putting messages into the outbox, handing them over, sending failed ones again, erasing what was said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from weiwang.audit.actions import recorded
from weiwang.audit.rules import SYSTEM, Actor
from weiwang.kernel.inserting import made
from weiwang.notices import channels
from weiwang.notices.channels import Handed, Parcel, RefusedError, TryLaterError, UnreachableError
from weiwang.notices.models import Delivery, Line
from weiwang.notices.rules import (
    CLAIM,
    FAILED,
    GIVE_UP_AFTER,
    KEEP_TEXTS,
    WAITING,
    Channel,
    NoticeError,
    State,
    next_slot,
    next_try,
    rest_until,
)

DELIVER = "weiwang.notices.jobs.deliver"
ALMOST_NOW = timedelta(seconds=1)
SWEEP_AFTER = timedelta(minutes=10)
A_SWEEP = 500


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who hears it, and how. `key` names them without saying anything personal: `reporter`, `user:12`."""

    key: str
    channel: Channel
    address: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    user_id: int | None = None


def queue(
    *, place: int, about: UUID, occasion: str, kind: str, recipients: Sequence[Recipient], at: datetime,
    told: Mapping[str, str] | None = None,
) -> list[Delivery]:  # fmt: skip
    """Put one message into the outbox for each recipient, inside the transaction of what it tells about.

    The same occasion twice is put in once. `told` is what a message on the page is put into words from.
    """
    rows = compose(
        place=place, about=about, occasion=occasion, kind=kind, recipients=recipients, at=at, told=told
    )
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    return rows


def compose(
    *, place: int, about: UUID, occasion: str, kind: str, recipients: Sequence[Recipient], at: datetime,
    told: Mapping[str, str] | None = None,
) -> list[Delivery]:  # fmt: skip
    """The same for a matter that is only just made: the caller inserts the rows together with it."""
    rows = [
        made(
            Delivery,
            place=place, about=about, occasion=occasion, kind=kind, recipient=one.key, channel=one.channel,
            user_id=one.user_id, told=dict(told or {}), address=one.address, subject=one.subject,
            text=one.text, queued_at=at, **_start(one.channel, at),
        )
        for one in recipients
    ]  # fmt: skip
    for row in rows:
        if row.state == State.QUEUED:
            _defer(row.pk, at)
    return rows


def _start(channel: Channel, at: datetime) -> dict[str, Any]:
    if channel is Channel.PAGE:
        return {"state": State.DELIVERED, "handed_at": at, "delivered_at": at}
    return {"state": State.QUEUED, "try_at": at}


def _defer(delivery_id: UUID, moment: datetime) -> None:
    """A job for one delivery, written in the same transaction: no message without a job, nor the reverse."""
    app.configure_task(DELIVER, schedule_at=moment).defer(delivery_id=str(delivery_id))


# ---------------------------------------------------------------- handing over


def deliver(*, delivery_id: UUID, at: datetime) -> State | None:
    """Hand one message over if its turn has come; says how it stands then, None if there was nothing to do.

    The other side is spoken to outside of any transaction, under a claim of two minutes. Only a worker killed
    between the other side's answer and its own note sends a message twice.
    """
    row = _claim(delivery_id, at)
    if row is None:
        return None
    try:
        handed = _send(row)
    except UnreachableError as error:
        return _rest(row, error.code, at)
    except TryLaterError as error:
        return _later(row, error.code, at)
    except RefusedError as error:
        return _failed(row, error.code, at)
    return _handed(row, handed, at)


def _claim(delivery_id: UUID, at: datetime) -> Delivery | None:
    """The message, held for us; None when it is done, another worker has it, or its turn is later."""
    with transaction.atomic():
        row = Delivery.objects.select_for_update(skip_locked=True).filter(pk=delivery_id).first()
        if row is None or row.state not in WAITING or row.try_at is None:
            return None
        later = _turn(row, at)
        if later is not None:
            row.save(update_fields=["try_at", "has_slot"])
            _defer(row.pk, later)
            return None
        row.claimed_until = at + CLAIM
        row.save(update_fields=["claimed_until"])
    return row


def _turn(row: Delivery, at: datetime) -> datetime | None:
    """When the message may leave; None for now. Its slot in the pace of the channel is taken once."""
    if row.claimed_until is not None and row.claimed_until > at:
        return row.claimed_until
    if row.try_at is not None and row.try_at > at + ALMOST_NOW:
        return row.try_at
    line = Line.objects.select_for_update().get_or_create(channel=row.channel)[0]
    if line.resting_until is not None and line.resting_until > at:
        row.try_at = line.resting_until
        return row.try_at
    found = channels.adapter(row.channel)
    if row.has_slot or found is None:
        return None
    line.last_slot_at = next_slot(line.last_slot_at, per_minute=found.per_minute, at=at)
    line.save(update_fields=["last_slot_at"])
    row.has_slot = True
    if line.last_slot_at <= at + ALMOST_NOW:
        return None
    row.try_at = line.last_slot_at
    return row.try_at


def _send(row: Delivery) -> Handed:
    found = channels.adapter(row.channel)
    if found is None:
        raise UnreachableError("notice.not_set_up")
    return found.send(Parcel(str(row.pk), row.address, row.subject, row.text))


def _handed(row: Delivery, handed: Handed, at: datetime) -> State:
    row.state, row.reason = State.HANDED_OVER, ""
    row.attempts, row.outer_id, row.handed_at = row.attempts + 1, handed.outer_id, at
    if handed.arrived:
        row.state, row.delivered_at = State.DELIVERED, at
    Line.objects.filter(channel=row.channel, failures__gt=0).update(failures=0, resting_until=None)
    return _save(row)


def _rest(row: Delivery, code: str, at: datetime) -> State:
    """The other side is away: the channel rests, the message waits with it and loses none of its tries."""
    if at - row.queued_at >= GIVE_UP_AFTER:
        return _failed(row, "notice.too_old", at)
    with transaction.atomic():
        line = Line.objects.select_for_update().get_or_create(channel=row.channel)[0]
        if line.resting_until is None or line.resting_until <= at:
            line.failures += 1
            line.resting_until = rest_until(line.failures, at=at)
            line.save(update_fields=["failures", "resting_until"])
        row.state, row.reason, row.failed_at = State.FAILED_TEMPORARILY, code, at
        row.try_at, row.has_slot = line.resting_until, False
        _save(row)
        _defer(row.pk, row.try_at)
    return State.FAILED_TEMPORARILY


def _later(row: Delivery, code: str, at: datetime) -> State:
    row.attempts += 1
    moment = next_try(row.attempts, at=at, queued_at=row.queued_at)
    if moment is None:
        return _failed(row, "notice.too_often", at)
    row.state, row.reason, row.failed_at = State.FAILED_TEMPORARILY, code, at
    row.try_at, row.has_slot = moment, False
    with transaction.atomic():
        _save(row)
        _defer(row.pk, moment)
    return State.FAILED_TEMPORARILY


def _failed(row: Delivery, code: str, at: datetime) -> State:
    row.attempts += code == "notice.refused"
    row.state, row.reason, row.failed_at, row.try_at = State.FAILED_FOR_GOOD, code, at, None
    return _save(row)


def _save(row: Delivery) -> State:
    row.claimed_until = None
    row.save(
        update_fields=[
            "state", "reason", "attempts", "outer_id", "has_slot", "try_at", "claimed_until", "handed_at",
            "delivered_at", "failed_at",
        ]
    )  # fmt: skip
    return State(row.state)


def sweep(*, at: datetime) -> int:
    """Give a job to messages whose own was lost; returns how many."""
    overdue = Delivery.objects.filter(state__in=sorted(WAITING), try_at__lt=at - SWEEP_AFTER)
    found = list(overdue.order_by("try_at").values_list("pk", flat=True)[:A_SWEEP])
    with transaction.atomic():
        for delivery_id in found:
            _defer(delivery_id, at)
    return len(found)


def readdress(*, about: UUID, recipient: str, channel: Channel, address: str) -> None:
    """Somebody is reached elsewhere: what is not with them yet goes there, of all else the address is erased.

    Inside the transaction of whoever says so. Without a new address what waits is given up.
    """
    rows = Delivery.objects.filter(about=about, recipient=recipient, channel=channel)
    waiting = rows.filter(state__in=sorted(WAITING | FAILED))
    rows.exclude(pk__in=waiting.values("pk")).update(address="")
    if address:
        waiting.update(address=address)
    else:
        waiting.update(address="", text="", state=State.FAILED_FOR_GOOD, reason="notice.erased", try_at=None)


# ---------------------------------------------------------------- by people


def resend(
    *, delivery_id: UUID, places: Sequence[int], by: Actor, at: datetime, submission: str | None = None
) -> Delivery:
    """Send a failed message once more, at once. Raises `NoticeError`, `AlreadyDoneError`."""
    with recorded("notice.resend", by=by, at=at, place=next(iter(places), 0), submission=submission) as draft:
        row = Delivery.objects.select_for_update().filter(pk=delivery_id, place__in=list(places)).first()
        if row is None:
            raise NoticeError("notice.unknown")
        if row.state not in FAILED:
            raise NoticeError("notice.not_failed")
        if not row.address:
            raise NoticeError("notice.erased")
        row.state, row.reason, row.attempts, row.resent = State.QUEUED, "", 0, row.resent + 1
        row.queued_at, row.try_at, row.has_slot = at, at, False
        row.save(update_fields=["state", "reason", "attempts", "resent", "queued_at", "try_at", "has_slot"])
        Line.objects.filter(channel=row.channel).update(resting_until=None)
        _defer(row.pk, at)
        draft.place = row.place
        draft.concerns("notice", row.pk, channel=row.channel, message=row.kind, about=str(row.about))
    return row


def open_messages(
    *, user_id: int, place: int, by: Actor, at: datetime, only: UUID | None = None,
    submission: str | None = None,
) -> int:  # fmt: skip
    """Somebody has looked at their messages on the page, or at one: those count as opened; how many."""
    with recorded("notice.open", by=by, at=at, place=place, submission=submission) as draft:
        unread = Delivery.objects.filter(user_id=user_id, channel=Channel.PAGE, opened_at=None)
        if only is not None:
            unread = unread.filter(pk=only)
        opened = unread.update(opened_at=at)
        draft.concerns("user", user_id, opened=opened)
    return opened


def erase_old_texts(*, at: datetime) -> int:
    """Erase address and text of what was queued ninety days ago; that it was sent stays. Returns how many."""
    gone = 0
    due = Delivery.objects.filter(queued_at__lt=at - KEEP_TEXTS).exclude(address="", text="")
    for place in sorted(set(due.values_list("place", flat=True))):
        with recorded("notice.erase", by=SYSTEM, at=at, place=place) as draft:
            count = due.filter(place=place).update(address="", subject="", text="")
            draft.concerns("notice", place, erased=count, rule="notices.Delivery")
            gone += count
    return gone
