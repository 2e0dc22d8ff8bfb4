"""The outbox: one row for every message to one recipient on one channel."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from weiwang.kernel.fields import SealedTextField
from weiwang.kernel.ids import new_id
from weiwang.notices.rules import FAILED, WAITING, State

_FAILED = sorted(state.value for state in FAILED)
_WAITING = sorted(state.value for state in WAITING)


class Delivery(models.Model):
    """One message on its way.

    `about` is the id of what it is about and `occasion` the step that caused it: the same step never tells
    the same recipient twice on one channel. Address and text are sealed and erased on their date; what stays
    is that something was sent, when, and how it ended. A message on the page is put into words when it is
    read, in the reader's language, from `told`; its `text` is only what a person wrote to the post.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.BigIntegerField()
    about = models.UUIDField()
    occasion = models.CharField(max_length=24)
    kind = models.CharField(max_length=24)
    recipient = models.CharField(max_length=60)
    channel = models.CharField(max_length=8)
    user_id = models.BigIntegerField(null=True)
    told = models.JSONField(default=dict)
    address = SealedTextField(default="")
    subject = SealedTextField(default="")
    text = SealedTextField(default="")

    state = models.CharField(max_length=20, default=State.QUEUED.value)
    reason = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    resent = models.PositiveSmallIntegerField(default=0)
    outer_id = models.CharField(max_length=80, blank=True)
    has_slot = models.BooleanField(default=False)
    queued_at = models.DateTimeField()
    try_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["place", "about", "occasion", "kind", "recipient", "channel"],
                name="notices_delivery_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                "place", F("queued_at").desc(), name="notices_failed", condition=Q(state__in=_FAILED)
            ),
            models.Index("try_at", name="notices_waiting", condition=Q(state__in=_WAITING)),
            models.Index(
                "user_id", F("queued_at").desc(), name="notices_inbox", condition=Q(user_id__isnull=False)
            ),
        ]


class Line(models.Model):
    """How a channel stands, for all workers together: resting because the other side is away, or paced."""

    channel = models.CharField(max_length=8, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    resting_until = models.DateTimeField(null=True)
    last_slot_at = models.DateTimeField(null=True)
