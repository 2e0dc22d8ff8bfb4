"""The tree of units, departments, posts and appointments.

Every row carries `place`: the id of the sub-district it belongs to. A unit is never deleted, only ended.
"""

from datetime import date, datetime
from typing import ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q

from weiwang.kernel.dated import Moments
from weiwang.kernel.fields import GeometryField
from weiwang.territory.rules import Level


class UnitQuerySet(models.QuerySet["Unit"]):
    def of(self, place: int) -> Self:
        return self.filter(place=place)

    def standing(self, on: date) -> Self:
        """Units that exist on a day."""
        return self.filter(starts_on__lte=on).filter(Q(ends_on=None) | Q(ends_on__gt=on))

    def under(self, path: str) -> Self:
        """A unit and everything below it."""
        return self.filter(path__startswith=path)


class Unit(models.Model):
    """A district, sub-district, general grid, grid, micro-grid or dedicated grid.

    `path` lists the ids from the top to the unit itself, `/1/5/30/`, so "below" is a prefix. `place` of a
    sub-district is its own id; a district has none.
    """

    place = models.BigIntegerField(null=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=120)
    level = models.CharField(max_length=20, choices=[(level.value, level.value) for level in Level])
    kind = models.CharField(max_length=30)
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=80)
    official_code = models.CharField(max_length=12, blank=True)
    official_from = models.DateField(null=True)
    official_to = models.DateField(null=True)
    households = models.PositiveIntegerField(null=True)
    boundary = GeometryField(null=True)
    is_demo = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["place", "code"],
                name="territory_unit_code",
                condition=Q(ends_on=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="territory_unit_term"
            ),
            models.CheckConstraint(
                condition=Q(level=Level.DISTRICT.value, place=None)
                | (~Q(level=Level.DISTRICT.value) & Q(place__isnull=False)),
                name="territory_unit_place",
            ),
        ]
        indexes: ClassVar = [
            models.Index(OpClass("path", name="text_pattern_ops"), name="territory_unit_path"),
            models.Index(fields=["place", "level"], name="territory_unit_level"),
        ]


class BoundaryVersion(models.Model):
    """Counts the edits of a sub-district's boundaries; every process compares it before it locates."""

    place = models.BigIntegerField(primary_key=True)
    version = models.PositiveIntegerField(default=1)


class MapFeature(models.Model):
    """One thing of the base map: a road, a river, a railway, a park, a compound wall."""

    place = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80, blank=True)
    shape = GeometryField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["place", "kind"], name="territory_feature_kind")]


class Department(models.Model):
    """A department of the sub-district office, or of the district, that handles cases."""

    place = models.BigIntegerField()
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    ends_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "code"], name="territory_department_code"),
        ]


class Post(models.Model):
    """A post on a unit, or in a department. `kind` is a row of `policies/posts.yaml`."""

    place = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, related_name="posts")
    ends_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["unit", "kind"], name="territory_post_kind")]


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def in_force(self, at: datetime) -> Self:
        return self.filter(starts_at__lte=at).filter(Q(ends_at=None) | Q(ends_at__gt=at))


class Appointment(models.Model):
    """Somebody holds a post from one moment to another; the only source of authority."""

    place = models.BigIntegerField()
    # `territory_appointment_post` finds it by post
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="appointments", db_index=False)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="appointments")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="territory_appointment_term"
            ),
            ExclusionConstraint(
                name="territory_appointment_once",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    (Moments("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "starts_at"], name="territory_appointment_user"),
            # every report asks who holds some twenty posts: answered from the index alone
            models.Index(
                fields=["post", "starts_at", "user"],
                include=["ends_at", "id"],
                name="territory_appointment_post",
            ),
        ]


class Deputy(models.Model):
    """Somebody acts for the holder of a post on leave, from one moment to another.

    It hangs on the holder's appointment: when that ends, the deputy's authority ends with it.
    """

    place = models.BigIntegerField()
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="deputies")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="deputyships")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="territory_deputy_term"),
            ExclusionConstraint(
                name="territory_deputy_once",
                expressions=[
                    ("appointment", RangeOperators.EQUAL),
                    (Moments("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["user", "starts_at"], name="territory_deputy_user")]


class Client(models.Model):
    """Another program that acts by one post, within `scopes`, until a moment or until its key is taken back.

    Only the digest of the key is kept, and its first characters to tell keys apart. `user` is the account
    under which histories name it. It holds nothing: a post nobody holds stays vacant.
    """

    place = models.BigIntegerField()
    name = models.CharField(max_length=30)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="clients")
    user = models.OneToOneField("accounts.User", on_delete=models.PROTECT, related_name="client")
    key_digest = models.BinaryField(max_length=32, unique=True)
    key_hint = models.CharField(max_length=8)
    scopes = models.JSONField(default=list)
    per_minute = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("created_at")), name="territory_client_term"),
        ]
        indexes: ClassVar = [models.Index(fields=["place", "id"], name="territory_client_place")]


class HandoverSheet(models.Model):
    """What passed with a post from one holder to the next, as it stood at that moment; never changed.

    `parts` is a list of `{"heading": msgid, "lines": [[label, detail], …]}` (see `handover.Part`). No
    `to_user`: nobody followed, and the open work went to the post above.
    """

    place = models.BigIntegerField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="handovers")
    from_user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="handed_over")
    to_user = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="taken_over", null=True
    )
    at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    note = models.CharField(max_length=200, blank=True)
    parts = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["post", "at"], name="territory_handover_post")]
