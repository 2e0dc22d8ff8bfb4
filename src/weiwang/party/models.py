"""Branches, members, what is in whose care. Rows end; they are not deleted."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from weiwang.kernel.dated import DatedQuerySet, Days
from weiwang.kernel.fields import GeometryField


def _one_at_a_time(name: str, *fields: str) -> ExclusionConstraint:
    """For the same `fields`, no two rows share a day."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((field, RangeOperators.EQUAL) for field in fields),
            (Days("starts_on", "ends_on"), RangeOperators.OVERLAPS),
        ],
    )


def _days(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name=name)


class Branch(models.Model):
    """The Party branch of one grid; a grid has at most one that stands."""

    place = models.BigIntegerField()
    grid = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="branches")
    name = models.CharField(max_length=80)
    secretary = models.ForeignKey("party.Member", on_delete=models.PROTECT, null=True, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["place", "grid"], name="party_branch_grid", condition=Q(ends_on=None)
            ),
            _one_at_a_time("party_branch_terms", "grid"),
            _days("party_branch_days"),
        ]


class Member(models.Model):
    """A Party member in the branch of the grid they live in; kept for that assignment only.

    Shown by name only to posts with the power `party.see` over the grid; everybody else reads a number.
    `user` only where the person also signs in here. No telephone, no card, no record of attendance.
    """

    place = models.BigIntegerField()
    name = models.CharField(max_length=60)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True, related_name="members")
    home = models.ForeignKey(
        "territory.Unit", on_delete=models.PROTECT, null=True, related_name="party_homes"
    )  # the grid
    building = models.ForeignKey("ledger.Building", on_delete=models.PROTECT, null=True, related_name="+")
    door = models.CharField(max_length=20, blank=True)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    consent_on = models.DateField()
    joined_on = models.DateField()
    left_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")), name="party_member_days"
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(name="", door="", building=None, user=None),
                name="party_member_forgotten",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["branch", "id"], name="party_member_branch", condition=Q(left_on=None)),
            models.Index(fields=["home", "id"], name="party_member_home", condition=Q(left_on=None)),
        ]


class Care(models.Model):
    """A micro-grid in the care of a branch (包联); one branch at a time."""

    place = models.BigIntegerField()
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="cares")
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="cares")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["place", "unit"], name="party_care_once", condition=Q(ends_on=None)
            ),
            _one_at_a_time("party_care_terms", "unit"),
            _days("party_care_days"),
        ]


class Link(models.Model):
    """A household a member looks after (联系户): a door of a building, never a resident's name."""

    place = models.BigIntegerField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="links")
    building = models.ForeignKey("ledger.Building", on_delete=models.PROTECT, related_name="+")
    door = models.CharField(max_length=20)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["place", "building", "door"], name="party_link_once", condition=Q(ends_on=None)
            ),
            _one_at_a_time("party_link_terms", "building", "door"),
            _days("party_link_days"),
        ]


class Area(models.Model):
    """A responsibility area (责任区) inside the grid of a branch: a micro-grid, or a shape that was drawn."""

    place = models.BigIntegerField()
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="areas")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="areas")
    name = models.CharField(max_length=60)
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    shape = GeometryField(null=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(unit__isnull=True, shape__isnull=False)
                | Q(unit__isnull=False, shape__isnull=True),
                name="party_area_place",
            ),
            _days("party_area_days"),
        ]


class Move(models.Model):
    """A move to the branch of the grid somebody lives in now: proposed, then accepted or declined there."""

    place = models.BigIntegerField()
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="moves")
    from_branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    to_branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="moves_in")
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["place", "member"], name="party_move_once", condition=Q(decided_at=None)
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, accepted=None)
                | Q(decided_at__isnull=False, accepted__isnull=False),
                name="party_move_decided",
            ),
        ]
