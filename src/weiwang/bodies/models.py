"""Self-governance bodies: never deleted, only ended; members and scope by date."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from weiwang.kernel.dated import DatedQuerySet, Days
from weiwang.kernel.fields import SealedTextField
from weiwang.kernel.ids import new_id


class Body(models.Model):
    """An owners' committee, a property company …; `kind` is a row of `policies/bodies.yaml`.

    It stands from `founded_on` until `ended_on`, which no longer counts; its present term runs from
    `term_starts_on` to `term_ends_on`, its last day.
    """

    place = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    compound = models.CharField(max_length=80, blank=True)
    contact_name = models.CharField(max_length=60, blank=True)
    phone = SealedTextField(default="")
    founded_on = models.DateField()
    term_starts_on = models.DateField()
    term_ends_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["place", "kind", "name"], name="bodies_body_name", condition=Q(ended_on=None)
            ),
            models.CheckConstraint(
                condition=Q(term_ends_on=None) | Q(term_ends_on__gt=F("term_starts_on")),
                name="bodies_body_term",
            ),
            models.CheckConstraint(
                condition=Q(founded_on__lte=F("term_starts_on"))
                & (Q(ended_on=None) | Q(ended_on__gte=F("founded_on"))),
                name="bodies_body_days",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["place", "term_ends_on"], name="bodies_body_ending")]


class BodyUnit(models.Model):
    """One unit a body stands for, from a day to the day it no longer does."""

    place = models.BigIntegerField()
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="scope")
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="bodies")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="bodies_unit_days"
            ),
            ExclusionConstraint(
                name="bodies_unit_once",
                expressions=[
                    ("body", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (Days("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class Member(models.Model):
    """Somebody in a body for a time; `user` only where the person also signs in here."""

    place = models.BigIntegerField()
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="members")
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=40, blank=True)
    office_phone = SealedTextField(default="")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="bodies")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="bodies_member_days"
            ),
            ExclusionConstraint(
                name="bodies_member_once",
                expressions=[
                    ("body", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    (Days("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(user__isnull=False),
            ),
            ExclusionConstraint(
                name="bodies_member_name_once",
                expressions=[
                    ("body", RangeOperators.EQUAL),
                    ("name", RangeOperators.EQUAL),
                    (Days("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(user=None),
            ),
        ]


class Document(models.Model):
    """A paper of founding or registration. The file lies under the media folder; withdrawn, it is gone."""

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.BigIntegerField()
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="documents")
    title = models.CharField(max_length=80)
    kind = models.CharField(max_length=4, choices=[("pdf", "pdf"), ("jpg", "jpg")])
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
