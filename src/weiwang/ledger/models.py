from typing import ClassVar

from django.db import models

from weiwang.kernel.fields import GeometryField


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
