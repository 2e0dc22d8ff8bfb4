"""Where news of cases go, and each piece of news with what became of it."""

from typing import ClassVar

from django.db import models

from weiwang.kernel.fields import SealedTextField
from weiwang.kernel.ids import new_id
from weiwang.webhooks.rules import Outcome


class Endpoint(models.Model):
    """One address of a program. It hears of the cases that the post of the program's key sees.

    `secret` signs what is sent; it is shown once and kept sealed.
    """

    place = models.BigIntegerField()
    client = models.ForeignKey("territory.Client", on_delete=models.PROTECT, related_name="endpoints")
    url = models.CharField(max_length=500)
    secret = SealedTextField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["place", "ended_at"], name="webhooks_endpoint_place")]


class Delivery(models.Model):
    """One entry of a case's history for one address. `body` says what happened in codes, never in words."""

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.BigIntegerField()
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="deliveries")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField()
    step = models.CharField(max_length=16)
    body = models.JSONField()
    outcome = models.CharField(max_length=12, default=Outcome.WAITING.value)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    fault = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "case", "seq"], name="webhooks_delivery_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["endpoint", "-created_at"], name="webhooks_delivery_log"),
            models.Index(
                fields=["next_at"], name="webhooks_delivery_next",
                condition=models.Q(outcome=Outcome.WAITING.value),
            ),
        ]  # fmt: skip
