"""Whistles, the calls to departments, what both sides judged, and early warnings."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from weiwang.kernel.ids import new_id
from weiwang.whistles.rules import CallState, Side


class Whistle(models.Model):
    """A grid calls departments to a place, with or without a case."""

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="whistles")
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+")
    unit_path = models.CharField(max_length=120)
    words = models.CharField(max_length=500)
    meeting_point = models.CharField(max_length=120)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    limit = models.CharField(max_length=8)
    post = models.ForeignKey("territory.Post", on_delete=models.PROTECT, related_name="+")
    blown_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=500, blank=True)
    cleared_on = models.DateField(null=True)  # its words are gone since then

    class Meta:
        constraints: ClassVar = [
            # Two people on one case at once: the second sees the whistle of the first.
            models.UniqueConstraint(
                fields=["case"], name="whistles_open_once", condition=Q(ended_at=None, case__isnull=False)
            ),
            models.CheckConstraint(condition=Q(ended_at=None) | ~Q(outcome=""), name="whistles_outcome"),
        ]
        indexes: ClassVar = [
            models.Index("place", F("blown_at").desc(), name="whistles_newest"),
            models.Index(fields=["place"], name="whistles_running", condition=Q(ended_at=None)),
        ]


class Call(models.Model):
    """One department called by a whistle. `climbed_at`: not reported in by the limit, told one level up."""

    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, related_name="calls")
    place = models.BigIntegerField()
    department = models.ForeignKey("territory.Department", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=[(one.value, one.value) for one in CallState])
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    climbed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["whistle", "department"], name="whistles_call_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="whistles_call_due",
                condition=Q(state=CallState.CALLED, climbed_at=None),
            ),
        ]  # fmt: skip


class Note(models.Model):
    """One line of the story of a whistle; append-only."""

    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, related_name="notes")
    place = models.BigIntegerField()
    at = models.DateTimeField()
    what = models.CharField(max_length=16)
    department = models.ForeignKey(
        "territory.Department", on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor = models.CharField(max_length=120)
    words = models.CharField(max_length=500, blank=True)


class Judgement(models.Model):
    """What one side thinks of this matter, once, when it has ended. Never about a person."""

    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, related_name="judgements")
    place = models.BigIntegerField()
    side = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Side])
    department = models.ForeignKey(
        "territory.Department", on_delete=models.PROTECT, null=True, related_name="+"
    )
    result = models.CharField(max_length=10)
    words = models.CharField(max_length=200)
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["whistle", "side", "department"], name="whistles_judged_once", nulls_distinct=False
            ),
        ]


class EarlyWarning(models.Model):
    """Something a micro-grid saw coming. It waits with one post and climbs until somebody takes it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.BigIntegerField()
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+")
    unit_path = models.CharField(max_length=120)
    words = models.CharField(max_length=500)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    post = models.ForeignKey("territory.Post", on_delete=models.PROTECT, related_name="+")
    raised_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    owner_post = models.ForeignKey("territory.Post", on_delete=models.PROTECT, related_name="+")
    owner_path = models.CharField(max_length=120)
    due_at = models.DateTimeField(null=True)  # None at the top: nobody stands higher
    climbs = models.PositiveSmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)
    taken_by = models.CharField(max_length=120, blank=True)
    reply = models.CharField(max_length=200, blank=True)
    cleared_on = models.DateField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index("place", F("raised_at").desc(), name="whistles_warning_newest"),
            models.Index(fields=["owner_post"], name="whistles_warning_open", condition=Q(taken_at=None)),
            models.Index(fields=["due_at"], name="whistles_warning_due", condition=Q(taken_at=None)),
        ]
