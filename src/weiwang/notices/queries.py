"""Reads of the outbox: what was told about one matter, what failed, somebody's messages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet

from weiwang.kernel.masking import mask_email, mask_phone
from weiwang.notices.models import Delivery
from weiwang.notices.rules import FAILED, MESSAGES, Channel, Kind, State

PAGE = 50


def messages() -> Mapping[str, Kind]:
    return MESSAGES.read(settings.POLICIES).table


@dataclass(frozen=True, slots=True)
class Told:
    """One message as a list shows it: the address is masked, the text is not in it."""

    id: UUID
    about: UUID
    kind: str
    recipient: str
    channel: Channel
    masked: str
    state: State
    reason: str
    attempts: int
    resent: int
    queued_at: datetime
    try_at: datetime | None
    at: datetime  # of the last thing that happened to it
    number: str


def _told(row: Delivery) -> Told:
    channel = Channel(row.channel)
    moments = (row.opened_at, row.delivered_at, row.handed_at, row.failed_at, row.queued_at)
    return Told(
        row.pk, row.about, row.kind, row.recipient, channel, _masked(channel, row.address), State(row.state),
        row.reason, row.attempts, row.resent, row.queued_at, row.try_at,
        next(moment for moment in moments if moment is not None), str(row.told.get("number", "")),
    )  # fmt: skip


def _masked(channel: Channel, address: str) -> str:
    if channel is Channel.EMAIL:
        return mask_email(address) if address else ""
    if channel is Channel.SMS:
        return mask_phone(address) if address else ""
    return address


def about(about_id: UUID, *, to_reporter_only: bool = False) -> list[Told]:
    """Everything that was sent about one matter, oldest first."""
    found = Delivery.objects.filter(about=about_id).exclude(channel=Channel.PAGE)
    if to_reporter_only:
        found = found.filter(recipient="reporter")
    return [_told(row) for row in found.defer("text", "subject").order_by("queued_at", "id")[:PAGE]]


@dataclass(frozen=True, slots=True)
class Draft:
    """One message in full, as it would leave the house."""

    recipient: str
    channel: Channel
    masked: str
    subject: str
    text: str

    def without(self, secret: str, shown: str) -> "Draft":
        return replace(
            self, subject=self.subject.replace(secret, shown), text=self.text.replace(secret, shown)
        )


def drafts(*, about: UUID, occasion: str) -> list[Draft]:
    """What one step put into the outbox, for a preview inside the transaction that is taken back."""
    found = Delivery.objects.filter(about=about, occasion=occasion).order_by("recipient", "channel")
    return [
        Draft(
            row.recipient, Channel(row.channel), _masked(Channel(row.channel), row.address), row.subject,
            row.text,
        )
        for row in found
    ]  # fmt: skip


def failures(*, places: Sequence[int], state: str = "") -> list[Told]:
    """What failed, newest first."""
    return [_told(row) for row in _failed(places, state).defer("text", "subject")[:PAGE]]


def failure_counts(*, places: Sequence[int]) -> dict[str, int]:
    found = _failed(places, "").order_by().values_list("state").annotate(count=Count("pk"))
    return dict(found)


def _failed(places: Sequence[int], state: str) -> "QuerySet[Delivery]":
    states = [state] if state in FAILED else sorted(FAILED)
    return Delivery.objects.filter(place__in=list(places), state__in=states).order_by("-queued_at", "-id")


@dataclass(frozen=True, slots=True)
class Message:
    """One message on somebody's page, to be put into words by the face."""

    id: UUID
    about: UUID
    kind: str
    told: Mapping[str, str]
    at: datetime
    said: str  # what a person wrote to the post, until it is erased
    is_new: bool


def inbox(*, user_id: int, before: datetime | None = None, limit: int = PAGE) -> list[Message]:
    """Somebody's messages, newest first."""
    found = Delivery.objects.filter(user_id=user_id, channel=Channel.PAGE)
    if before is not None:
        found = found.filter(queued_at__lt=before)
    rows = found.order_by("-queued_at", "-id").values_list(
        "id", "about", "kind", "told", "queued_at", "text", "opened_at"
    )
    return [Message(*row[:6], is_new=row[6] is None) for row in rows[:limit]]


def message(*, user_id: int, message_id: UUID) -> Message | None:
    """One of somebody's messages; None when it is not theirs."""
    found = Delivery.objects.filter(pk=message_id, user_id=user_id, channel=Channel.PAGE).first()
    if found is None:
        return None
    return Message(
        found.pk, found.about, found.kind, found.told, found.queued_at, found.text, found.opened_at is None
    )


def unread(*, user_id: int) -> int:
    return Delivery.objects.filter(user_id=user_id, channel=Channel.PAGE, opened_at=None).count()


def waiting_counts(places: Iterable[int]) -> dict[str, int]:
    """How many messages are in each state, for the terminal."""
    found = Delivery.objects.filter(place__in=list(places)).order_by().values_list("state")
    return dict(found.annotate(count=Count("pk")))
