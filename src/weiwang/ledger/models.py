from typing import ClassVar

from django.db import models
from django.db.models import Q

from weiwang.kernel.fields import GeometryField
from weiwang.ledger.rules import PHONE


class Building(models.Model):
    """A building with its households: how people say where, and what the map draws."""

    place = models.BigIntegerField()
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="buildings", null=True)
    code = models.CharField(max_length=40)
    address = models.CharField(max_length=120)
    name = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    floors = models.PositiveSmallIntegerField(null=True)
    stairwells = models.PositiveSmallIntegerField(null=True)
    households = models.PositiveIntegerField(default=0)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    footprint = GeometryField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "code"], name="ledger_building_code"),
        ]
        indexes: ClassVar = [models.Index(fields=["unit", "address"], name="ledger_building_unit")]

    @property
    def label(self) -> str:
        """Address and name, one of them alone where it says the other already."""
        if not self.name or self.name in self.address:
            return self.address
        return self.name if self.address in self.name else f"{self.address} {self.name}"


class PublicLine(models.Model):
    """The public telephones of an office: they stand on the notice boards of its unit and of those below.

    A unit without a row, or without one of the numbers, takes what the unit above it has.
    """

    place = models.BigIntegerField()
    unit = models.OneToOneField("territory.Unit", on_delete=models.PROTECT, related_name="public_line")
    duty_phone = models.CharField(max_length=20, blank=True)
    supervision_phone = models.CharField(max_length=20, blank=True)
    hours = models.CharField(max_length=60, blank=True)
    office = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(duty_phone="") | Q(duty_phone__regex=PHONE))
                & (Q(supervision_phone="") | Q(supervision_phone__regex=PHONE)),
                name="ledger_publicline_phone",
            ),
            models.CheckConstraint(
                condition=~Q(duty_phone="", supervision_phone=""), name="ledger_publicline_some"
            ),
        ]
