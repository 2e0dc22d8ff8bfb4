"""Plans of a sub-district: drafts, the plan in force, former ones. Nothing here changes the tree itself."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from weiwang.kernel.fields import GeometryField
from weiwang.plans.rules import GroupLevel, PartState, PlanState


class Plan(models.Model):
    """A division of the sub-district into grids and micro-grids, from draft to former plan.

    `settings` is a `rules.Settings`; `lon`, `lat` the middle from which metres are counted; `version` counts
    the changes by hand; `review` holds what adoption would change, as of `reviewed_version`; it was asked for
    as of `asked_version`, and `review_fault` is the code and facts of what stood in its way.
    """

    place = models.BigIntegerField()
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=[(state.value, state.value) for state in PlanState])
    settings = models.JSONField(default=dict)
    lon = models.FloatField(default=0.0)
    lat = models.FloatField(default=0.0)
    version = models.PositiveIntegerField(default=0)
    round = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    review = models.JSONField(default=dict)
    reviewed_version = models.IntegerField(default=-1)
    asked_version = models.IntegerField(default=-1)
    review_fault = models.JSONField(default=list)
    adopt_fault = models.JSONField(default=list)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["place"], name="plans_plan_in_force", condition=Q(state=PlanState.IN_FORCE.value)
            ),
            models.UniqueConstraint(
                fields=["place"], name="plans_plan_awaiting", condition=Q(state=PlanState.AWAITING.value)
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[PlanState.IN_FORCE.value, PlanState.AWAITING.value])
                | Q(starts_on__isnull=False),
                name="plans_plan_dated",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["place", "made_at"], name="plans_plan_newest")]

    @property
    def is_being_reviewed(self) -> bool:
        """Whether a worker finds out, or will, what adopting it would change."""
        return self.asked_version == self.version != self.reviewed_version and not self.review_fault

    def is_being_adopted(self, on: date) -> bool:
        """Whether a worker carries it out, or will in a moment, because its day has come."""
        return self.state == PlanState.AWAITING and self.starts_on is not None and self.starts_on <= on


class Part(models.Model):
    """One community of a plan, drawn by one job.

    `ground` is a `ground.Ground`, `layout` a `working.Layout`; `cells` has one polygon for each piece, in
    order (degrees), an empty one where it stands on no ground of its own. `findings` are sentences about the
    input: `[code, params]`.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="parts")
    place = models.BigIntegerField()
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in PartState])
    households = models.PositiveIntegerField(default=0)
    cost = models.FloatField(default=0.0)
    ground = models.JSONField(default=dict)
    layout = models.JSONField(default=dict)
    cells = GeometryField(null=True)
    findings = models.JSONField(default=list)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "unit"], name="plans_part_once"),
        ]


class Group(models.Model):
    """A grid, micro-grid or dedicated grid of a plan; `key` is its number in the layout of its part.

    `unit` is the unit it continues, None when it will be new. `faults` are rules it breaks (`rules.Fault`),
    `reasons` the engine's sentences in both languages where the map forces it; they hold while what lies
    in it is what was `drawn`. A group that holds no house is empty and not shown.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="groups")
    place = models.BigIntegerField()
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="groups")
    level = models.CharField(max_length=10, choices=[(level.value, level.value) for level in GroupLevel])
    key = models.IntegerField()
    parent_key = models.IntegerField(null=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=30, blank=True)
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+", null=True)
    households = models.PositiveIntegerField(default=0)
    work = models.PositiveIntegerField(default=0)
    houses = models.PositiveIntegerField(default=0)
    locked = models.BooleanField(default=False)
    fenced = models.BooleanField(default=False)
    faults = models.JSONField(default=list)
    reasons = models.JSONField(default=list)
    drawn = models.CharField(max_length=8, blank=True)
    now = models.CharField(max_length=8, blank=True)
    shape = GeometryField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["part", "level", "key"], name="plans_group_key"),
        ]
        indexes: ClassVar = [models.Index(fields=["plan", "level"], name="plans_group_level")]

    @property
    def forced(self) -> list[str]:
        """Why the map forces what it breaks, in both languages; nothing once it was changed by hand."""
        return self.reasons if self.drawn == self.now else []


class Bond(models.Model):
    """Buildings of one community that belong together, by their ids in the ledger.

    With a `unit` it is one building that stays with the unit of its leader.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="bonds")
    place = models.BigIntegerField()
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="bonds")
    houses = models.JSONField(default=list)
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+", null=True)


class Edit(models.Model):
    """One change by hand: the layout of its part before and after. What was taken back can be done again."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="edits")
    place = models.BigIntegerField()
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="edits")
    position = models.PositiveIntegerField()
    before = models.JSONField()
    after = models.JSONField()
    at = models.DateTimeField()
    undone = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "position"], name="plans_edit_position"),
        ]


class Listing(models.Model):
    """A list of buildings that an office sent, as it was understood, until it is kept in the ledger.

    `rows` are `lists.Read.rows`, what it is silent about guessed and told apart (`placed`, `own`); `notes`
    weight, Chinese, English; `totals` buildings and households by community.
    """

    place = models.BigIntegerField()
    name = models.CharField(max_length=80)
    rows = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    totals = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)
