"""Teams, beats, leave and the rota. Who is free is the database's business: nobody stands in two places."""

from datetime import date, datetime
from typing import ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q, Value

from weiwang.kernel.dated import Days, Moments
from weiwang.kernel.fields import GeometryField
from weiwang.kernel.ids import new_id


class Team(models.Model):
    """A merged patrol team of one unit."""

    place = models.BigIntegerField()
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    ends_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "name"], name="patrols_team_name", condition=Q(ends_on=None)
            ),
        ]


class MemberQuerySet(models.QuerySet["Member"]):
    def during(self, first: date, last: date) -> Self:
        return self.filter(starts_on__lte=last).filter(Q(ends_on=None) | Q(ends_on__gte=first))


class Member(models.Model):
    """Somebody in a team from one day to another, both of them included.

    `origin`, `role` and `duties` are words of `policies/patrols.yaml`. An auxiliary is fixed to a grid.
    """

    place = models.BigIntegerField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=20)
    role = models.CharField(max_length=20)
    grid = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+", null=True)
    duties = ArrayField(models.CharField(max_length=20), default=list)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="patrols_member_term"
            ),
            models.CheckConstraint(
                condition=~Q(role="auxiliary") | (Q(grid__isnull=False) & Q(duties__len__gt=0)),
                name="patrols_member_fixed",
            ),
            ExclusionConstraint(
                name="patrols_member_once",
                expressions=[
                    ("team", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    (Days("starts_on", "ends_on", Value("[]")), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["user", "starts_on"], name="patrols_member_user")]


class Beat(models.Model):
    """What one team walks: a line or an area of the map."""

    place = models.BigIntegerField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="beats")
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    shape = GeometryField(null=True)
    ends_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["team", "name"], name="patrols_beat_name", condition=Q(ends_on=None)
            ),
        ]


class Cover(models.Model):
    """How many people a beat needs in one kind of shift, every day."""

    place = models.BigIntegerField()
    beat = models.ForeignKey(Beat, on_delete=models.CASCADE, related_name="cover")
    template = models.CharField(max_length=20)
    needed = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["beat", "template"], name="patrols_cover_once"),
            models.CheckConstraint(condition=Q(needed__gte=1, needed__lte=20), name="patrols_cover_needed"),
        ]


class Leave(models.Model):
    """Somebody is away on whole days; only the kind is kept, never why."""

    place = models.BigIntegerField()
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    first = models.DateField()
    last = models.DateField()
    kind = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="patrols_leave_term"),
            ExclusionConstraint(
                name="patrols_leave_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (Days("first", "last", Value("[]")), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class Rota(models.Model):
    """One week of the teams of one unit, from its Monday; what people see begins when it is published."""

    place = models.BigIntegerField()
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+")
    week = models.DateField()
    state = models.CharField(max_length=12, default="draft")
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "week"], name="patrols_rota_week"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="patrols_rota_monday"),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None)
                | Q(state="published", published_at__isnull=False),
                name="patrols_rota_state",
            ),
        ]


class ShiftQuerySet(models.QuerySet["Shift"]):
    def between(self, first: date, last: date) -> Self:
        return self.filter(day__gte=first, day__lte=last)

    def shown(self) -> Self:
        """Shifts people may see: those of published weeks."""
        return self.filter(rota__state="published")

    def touching(self, starts: datetime, ends: datetime) -> Self:
        return self.filter(starts_at__lt=ends, ends_at__gt=starts)


class Shift(models.Model):
    """One person on one beat. `locked` cells stay when the rota is proposed anew."""

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.BigIntegerField()
    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="shifts")
    beat = models.ForeignKey(Beat, on_delete=models.PROTECT, related_name="shifts")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    template = models.CharField(max_length=20)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    locked = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    objects = ShiftQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="patrols_shift_term"),
            ExclusionConstraint(
                name="patrols_shift_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (Moments("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                deferrable=Deferrable.IMMEDIATE,  # looked at after the statement, so that two may swap
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["rota", "day"], name="patrols_shift_rota"),
            models.Index(fields=["user", "day"], name="patrols_shift_user"),
        ]


class Proposal(models.Model):
    """A rota that was asked for, and what came of it."""

    place = models.BigIntegerField()
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+")
    first = models.DateField()
    weeks = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, default="waiting")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    outcome = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weeks__gte=1, weeks__lte=4), name="patrols_proposal_weeks"),
            models.UniqueConstraint(
                fields=["unit"], name="patrols_proposal_one", condition=Q(state__in=["waiting", "working"])
            ),
        ]


class Swap(models.Model):
    """Two people of one team offer to change shifts."""

    place = models.BigIntegerField()
    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="offered")
    other = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="wanted")
    by_user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    to_user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, default="proposed")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(by_user=F("to_user")), name="patrols_swap_two"),
            models.UniqueConstraint(
                fields=["shift"], name="patrols_swap_shift", condition=Q(state__in=["proposed", "waiting"])
            ),
            models.UniqueConstraint(
                fields=["other"], name="patrols_swap_other", condition=Q(state__in=["proposed", "waiting"])
            ),
        ]


class CalendarLink(models.Model):
    """A private address under which a person's calendar reads their shifts; only its digest is kept."""

    place = models.BigIntegerField()
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], name="patrols_link_one", condition=Q(ended_at=None)),
        ]
