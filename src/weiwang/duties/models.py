"""Duty lists by version, their duties, and the tasks that recurring duties become."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from weiwang.duties.rules import Recurrence
from weiwang.kernel.ids import new_id


class DutyList(models.Model):
    """The duties of a kind of post, or what one micro-grid (`unit`) adds to them.

    A draft has no `valid_from`. A published list is never changed; the next version takes its place.
    """

    place = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField()
    valid_from = models.DateField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["place", "kind", "unit", "version"], name="duties_list_version", nulls_distinct=False
            ),
            models.UniqueConstraint(
                fields=["place", "kind", "unit"], name="duties_list_draft", nulls_distinct=False,
                condition=Q(published_at=None),
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None, published_at=None)
                | Q(valid_from__isnull=False, published_at__isnull=False),
                name="duties_list_published",
            ),
        ]  # fmt: skip


class Duty(models.Model):
    """One duty of one version of a list. `key` stays the same while its rhythm does."""

    place = models.BigIntegerField()
    list = models.ForeignKey(DutyList, on_delete=models.CASCADE, related_name="duties")
    key = models.UUIDField(default=new_id)
    position = models.PositiveIntegerField()
    text_zh = models.CharField(max_length=200)
    text_en = models.CharField(max_length=300, blank=True)
    recurrence = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Recurrence])
    season_from = models.CharField(max_length=5, blank=True)
    season_to = models.CharField(max_length=5, blank=True)
    event = models.CharField(max_length=40, blank=True)
    days = models.PositiveSmallIntegerField(default=0)
    owner = models.CharField(max_length=60, blank=True)
    basis = models.CharField(max_length=200, blank=True)
    ends_on = models.DateField(null=True)
    review_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["list", "key"], name="duties_duty_key"),
        ]


class Task(models.Model):
    """A duty of one post in one period. It belongs to the post; the record alone says who did it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.BigIntegerField()
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="tasks")
    key = models.UUIDField()
    post = models.ForeignKey("territory.Post", on_delete=models.PROTECT, related_name="tasks")
    period_from = models.DateField()
    period_to = models.DateField()  # the first day that no longer belongs to it
    due_at = models.DateTimeField()
    by_event = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "post", "period_from"], name="duties_task_once"),
            models.CheckConstraint(condition=Q(period_to__gt=F("period_from")), name="duties_task_period"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["post", "period_to"], name="duties_task_post"),
            models.Index(fields=["place", "period_to"], name="duties_task_place"),
        ]
