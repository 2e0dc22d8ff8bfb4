"""From a draft to the grids that stand: look at what would change, name the day, carry it out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from procrastinate.contrib.django import app

from weiwang.audit.actions import recorded
from weiwang.audit.rules import SYSTEM, Actor
from weiwang.bodies import replanning as bodies
from weiwang.cases.actions import replanning as cases
from weiwang.duties import replanning as duties
from weiwang.kernel.faults import CodedError
from weiwang.ledger import replanning as ledger
from weiwang.ledger.models import Building
from weiwang.party import replanning as party
from weiwang.patrols import replanning as patrols
from weiwang.plans.actions.drafting import locked_plan, place_of
from weiwang.plans.ground import Ground
from weiwang.plans.models import Edit, Group, Part, Plan
from weiwang.plans.rules import ADOPTED, GroupLevel, PartState, PlanError, PlanState, Settings
from weiwang.plans.working import Layout, size_faults
from weiwang.territory.models import Unit
from weiwang.territory.replanning import Change, Wanted, rebuild
from weiwang.territory.rules import Level

LEVELS: Final[Mapping[str, Level]] = {
    GroupLevel.GRID: Level.GRID, GroupLevel.MICRO: Level.MICRO_GRID,
    GroupLevel.DEDICATED: Level.DEDICATED_GRID,
}  # fmt: skip
SHOWN = 40
REVIEW: Final = "weiwang.plans.jobs.review_draft"
TAKE_FORCE: Final = "weiwang.plans.jobs.take_force"
KEY_STEP = 1_000_000_000
"""Keys are numbers of one community; put together they are told apart by this."""


def ask_review(
    *, plan_id: int, seen_version: int, by: Actor, at: datetime, submission: str | None = None
) -> Plan:
    """Have a worker find out what adopting the plan would change; asked twice, it is done once.

    Raises `PlanError`.
    """
    with recorded("plan.ask_review", by=by, at=at, place=place_of(plan_id), submission=submission) as draft:
        plan = locked_plan(plan_id, PlanState.DRAFT)
        if plan.version != seen_version:
            raise PlanError("plan.changed")
        draft.concerns("plan", plan.pk, version=plan.version)
        if not plan.is_being_reviewed:
            plan.asked_version, plan.review_fault = plan.version, []
            plan.reviewed_version = -1
            plan.save(update_fields=["asked_version", "review_fault", "reviewed_version"])
            app.configure_task(REVIEW).defer(plan_id=plan.pk, version=plan.version)
    return plan


def fail_review(*, plan_id: int, version: int, fault: CodedError, at: datetime) -> None:
    """Keep what stood in the way of finding out, for the page that waits."""
    with recorded("plan.review_failed", by=SYSTEM, at=at, place=place_of(plan_id)) as draft:
        plan = locked_plan(plan_id)
        draft.concerns("plan", plan.pk, version=version, fault=fault.code)
        if plan.asked_version == version:
            plan.review_fault = kept_fault(fault)
            plan.save(update_fields=["review_fault"])


def review_plan(
    *, plan_id: int, seen_version: int, by: Actor, at: datetime, submission: str | None = None
) -> Plan:
    """Find out what adopting the plan would change, by doing it and taking it back, and keep the answer.

    Raises `PlanError`.
    """
    with recorded("plan.review", by=by, at=at, place=place_of(plan_id), submission=submission) as draft:
        plan = locked_plan(plan_id, PlanState.DRAFT)
        if plan.version != seen_version:
            raise PlanError("plan.changed")
        with transaction.atomic():
            report = _carry_out(plan, timezone.localdate(at), by, at, trial=True)
            transaction.set_rollback(True)  # only to look at: all of it is taken back here
        plan.review, plan.reviewed_version, plan.review_fault = report, plan.version, []
        plan.save(update_fields=["review", "reviewed_version", "review_fault"])
        draft.concerns("plan", plan.pk, version=plan.version)
    return plan


def adopt_plan(
    *, plan_id: int, on: date, seen_version: int, by: Actor, at: datetime, reason: str = "",
    submission: str | None = None,
) -> Plan:  # fmt: skip
    """Adopt a plan that was looked at: a worker carries it out, today at once, later on its day.

    Raises `PlanError`: not looked at, a day gone by, another plan waits.
    """
    today = timezone.localdate(at)
    with recorded(
        "plan.adopt", by=by, at=at, place=place_of(plan_id), submission=submission, reason=reason
    ) as draft:
        plan = locked_plan(plan_id, PlanState.DRAFT, *ADOPTED)
        _refuse_unready(plan, on, seen_version, today)
        plan.state, plan.starts_on, plan.adopt_fault = PlanState.AWAITING, on, []
        plan.save(update_fields=["state", "starts_on", "adopt_fault"])
        if on == today:
            app.configure_task(TAKE_FORCE).defer(plan_id=plan.pk)
        draft.concerns("plan", plan.pk, name=plan.name, on=on.isoformat())
    return plan


def _refuse_unready(plan: Plan, on: date, seen_version: int, today: date) -> None:
    if plan.state in ADOPTED:
        raise PlanError("adopt.done")
    if plan.version != seen_version or plan.reviewed_version != plan.version:
        raise PlanError("adopt.review")
    if on < today:
        raise PlanError("adopt.past")
    waiting = Plan.objects.filter(place=plan.place, state=PlanState.AWAITING).first()
    if waiting is not None:
        raise PlanError("adopt.another", name=waiting.name)
    _refuse_early(_drawn(plan), plan, on)


def withdraw_plan(*, plan_id: int, by: Actor, at: datetime, submission: str | None = None) -> Plan:
    """Take back the day of a plan that waits for it; it is a draft again.

    Raises `PlanError`, also when a worker is carrying it out at this moment.
    """
    with recorded("plan.withdraw", by=by, at=at, place=place_of(plan_id), submission=submission) as draft:
        if not Plan.objects.select_for_update(skip_locked=True).filter(pk=plan_id).exists():
            raise PlanError("adopt.under_way")
        plan = locked_plan(plan_id)
        if plan.state != PlanState.AWAITING:
            raise PlanError("adopt.not_waiting")
        plan.state, plan.starts_on = PlanState.DRAFT, None
        plan.save(update_fields=["state", "starts_on"])
        draft.concerns("plan", plan.pk, name=plan.name)
    return plan


def take_force(*, plan_id: int, at: datetime) -> bool:
    """Carry out a plan whose day has come, all of it or nothing; False when it does not wait any more.

    Raises `PlanError`.
    """
    on = timezone.localdate(at)
    if not Plan.objects.filter(pk=plan_id, state=PlanState.AWAITING, starts_on__lte=on).exists():
        return False
    with recorded("plan.take_force", by=SYSTEM, at=at, place=place_of(plan_id)) as draft:
        plan = locked_plan(plan_id)
        if plan.state != PlanState.AWAITING:  # another worker was quicker
            raise PlanError("adopt.not_waiting")
        draft.concerns("plan", plan.pk, name=plan.name)
        plan.review = _carry_out(plan, on, SYSTEM, at)
        plan.save()
    return True


def fail_adoption(*, plan_id: int, fault: CodedError, at: datetime) -> None:
    """Make a plan that could not be carried out a draft again, and keep why."""
    with recorded("plan.adoption_failed", by=SYSTEM, at=at, place=place_of(plan_id)) as draft:
        plan = locked_plan(plan_id)
        draft.concerns("plan", plan.pk, name=plan.name, fault=fault.code)
        if plan.state == PlanState.AWAITING:
            plan.state, plan.starts_on = PlanState.DRAFT, None
            plan.adopt_fault = kept_fault(fault)
            plan.save(update_fields=["state", "starts_on", "adopt_fault"])


def kept_fault(fault: CodedError) -> list[Any]:
    """A refusal as plain values, to be said later in the language of whoever reads."""
    return [fault.code, {name: str(value) for name, value in fault.params.items()}]


# ---------------------------------------------------------------- carrying it out


def _carry_out(plan: Plan, on: date, by: Actor, at: datetime, *, trial: bool = False) -> dict[str, Any]:
    """Change tree, posts, buildings, cases and all that follows; answers what was changed."""
    parts = _drawn(plan)
    _refuse_early(parts, plan, on)
    if not trial:
        _close_former(plan, on, at)
    before = {unit.pk: unit.name for unit in _standing(plan.place)}
    wanted, homes, heirs = _wishes(plan, parts)
    old_homes = dict(Building.objects.filter(place=plan.place).values_list("pk", "unit_id"))
    change = rebuild(place=plan.place, communities=wanted, heirs=heirs, on=on, by=by, at=at)
    report = {
        "buildings": _lines(ledger.follow_plan(change, homes)), "cases": _lines(cases.follow_plan(change)),
        "duties": _lines(duties.follow_plan(change)), "party": _lines(party.follow_plan(change)),
        "bodies": _lines(bodies.follow_plan(change)), "patrols": _lines(patrols.follow_plan(change)),
    }  # fmt: skip
    if not trial:
        _remember_units(plan, change)
        plan.state, plan.starts_on = PlanState.IN_FORCE, on
        Edit.objects.filter(plan=plan).delete()
    return report | _tree_report(change, before, homes, old_homes)


def _drawn(plan: Plan) -> list[Part]:
    return list(plan.parts.filter(state=PartState.DONE).select_related("unit").order_by("position"))


def _lines(lines: Sequence[Any]) -> dict[str, Any]:
    """How many, and the first of them."""
    return {"count": len(lines), "lines": [[line.label, line.detail] for line in lines[:SHOWN]]}


def _tree_report(
    change: Change, before: Mapping[int, str], homes: Mapping[int, int], old_homes: Mapping[int, int | None]
) -> dict[str, Any]:
    renamed = [
        [before[unit.pk], unit.name]
        for unit in change.units.values()
        if unit.pk in before and before[unit.pk] != unit.name
    ]
    households = dict(Building.objects.filter(pk__in=list(homes)).values_list("pk", "households"))
    led = sum(held for pk, held in households.items() if old_homes.get(pk) != change.units[homes[pk]].pk)
    ended = [name for pk, name in before.items() if pk in change.heirs]
    return {
        "begun": [[unit.name, unit.code, unit.level] for unit in change.begun[: SHOWN * 4]],
        "begun_count": dict(Counter(unit.level for unit in change.begun)),
        "ended": ended[: SHOWN * 4], "ended_count": len(ended),
        "renamed": renamed[:SHOWN], "renamed_count": len(renamed),
        "posts_ended": [post for post, _ in change.left][:SHOWN], "posts_ended_count": len(change.left),
        "households_led_anew": led, "moved_units": len(change.paths),
    }  # fmt: skip


def _standing(place: int) -> Iterable[Unit]:
    rows = Unit.objects.of(place).filter(level__in=[Level.GRID, Level.MICRO_GRID], ends_on=None)
    return rows.defer("boundary")


def _refuse_early(parts: Sequence[Part], plan: Plan, on: date) -> None:
    """Units that end must have begun before the day."""
    kept = set(
        Group.objects.filter(plan=plan, unit__isnull=False, houses__gt=0).values_list("unit_id", flat=True)
    )
    for part in parts:
        young = Unit.objects.filter(
            path__startswith=part.unit.path, level__in=[Level.GRID, Level.MICRO_GRID], ends_on=None,
            starts_on__gte=on,
        ).exclude(pk__in=kept)  # fmt: skip
        latest = young.aggregate(day=Max("starts_on"))["day"]
        if latest is not None:
            raise PlanError("adopt.early", day=latest.isoformat())


def _wishes(
    plan: Plan, parts: Sequence[Part]
) -> tuple[dict[int, list[Wanted]], dict[int, int], dict[int, int]]:
    """Units as wanted by community, the key of each building, the key that inherits from each unit."""
    wanted: dict[int, list[Wanted]] = {}
    homes: dict[int, int] = {}
    heirs: dict[int, int] = {}
    taken = set(Unit.objects.of(plan.place).values_list("code", flat=True))
    for part in parts:
        base = part.pk * KEY_STEP
        rows = list(Group.objects.filter(part=part, houses__gt=0).order_by("level", "key"))
        wanted[part.unit_id] = _wanted(part, rows, base, taken)
        for house, key in _homes(part).items():
            homes[house] = base + key
        heirs |= {unit: base + key for unit, key in _heirs(part).items()}
    return wanted, homes, heirs


def _wanted(part: Part, rows: Sequence[Group], base: int, taken: set[str]) -> list[Wanted]:
    codes = _codes(part, rows, taken)
    return [
        Wanted(
            base + row.key, LEVELS[row.level], row.kind, row.name,
            base + row.parent_key if row.level == GroupLevel.MICRO and row.parent_key is not None else None,
            row.households, row.shape, row.unit_id, codes.get(row.pk, ""),
        )
        for row in sorted(rows, key=lambda row: row.level == GroupLevel.MICRO)
    ]  # fmt: skip


def _codes(part: Part, rows: Sequence[Group], taken: set[str]) -> dict[int, str]:
    """Codes for new units: the next that no unit of the place ever had."""
    community = part.unit.code
    codes: dict[int, str] = {}
    grid_code = {}
    for row in rows:
        if row.level == GroupLevel.GRID:
            known = Unit.objects.values_list("code", flat=True).get(pk=row.unit_id) if row.unit_id else ""
            grid_code[row.key] = known or _next(f"{community}{{:02d}}", taken)
            codes[row.pk] = grid_code[row.key]
    for row in rows:
        if row.unit_id is not None or row.level == GroupLevel.GRID:
            continue
        above = f"{grid_code.get(row.parent_key or 0, community)}-{{:03d}}"
        codes[row.pk] = _next(f"{community}-Z{{:02d}}" if row.level == GroupLevel.DEDICATED else above, taken)
    return codes


def _next(pattern: str, taken: set[str]) -> str:
    number = next(n for n in range(1, 10_000) if pattern.format(n) not in taken)
    taken.add(pattern.format(number))
    return pattern.format(number)


def _homes(part: Part) -> dict[int, int]:
    """The group of each building; one that is cut lies where most of its households do."""
    layout, ground = Layout.from_json(part.layout), Ground.from_json(part.ground)
    held: dict[int, Counter[int]] = {}
    for piece, key in zip(layout.pieces, layout.micro, strict=True):
        held.setdefault(ground.houses[piece.house].id, Counter())[key] += piece.households or 1
    return {house: min(found, key=lambda key: (-found[key], key)) for house, found in held.items()}


def _heirs(part: Part) -> dict[int, int]:
    """For every unit of today, the group that takes most of its households: micro by micro, grid by grid."""
    layout, ground = Layout.from_json(part.layout), Ground.from_json(part.ground)
    old = dict(
        Building.objects.filter(pk__in=[house.id for house in ground.houses], unit__level=Level.MICRO_GRID)
        .values_list("pk", "unit_id")
    )  # fmt: skip
    parents = dict(Unit.objects.filter(pk__in=set(old.values())).values_list("pk", "parent_id"))
    shared: dict[int, Counter[int]] = {}
    for piece, key in zip(layout.pieces, layout.micro, strict=True):
        unit = old.get(ground.houses[piece.house].id)
        if unit is None:
            continue
        weight = piece.households or 1
        shared.setdefault(unit, Counter())[key] += weight
        grid, above = layout.grid_of[key], parents.get(unit)
        if above is not None and grid >= 0:
            shared.setdefault(above, Counter())[grid] += weight
    heirs = {unit: min(found, key=lambda key: (-found[key], key)) for unit, found in shared.items()}
    return _with_empty(part, heirs, layout)


def _with_empty(part: Part, heirs: dict[int, int], layout: Layout) -> dict[int, int]:
    """Units that hold no building go to any group of their level."""
    grids, micros = [g for g in layout.grid_of.values() if g >= 0], list(layout.grid_of)
    rows = Unit.objects.filter(
        path__startswith=part.unit.path, level__in=[Level.GRID, Level.MICRO_GRID], ends_on=None
    )
    for unit, level in rows.values_list("pk", "level"):
        groups = grids if level == Level.GRID else micros
        if unit not in heirs and groups:
            heirs[unit] = groups[0]
    return heirs


def _remember_units(plan: Plan, change: Change) -> None:
    rows = list(Group.objects.filter(plan=plan, houses__gt=0).only("pk", "part_id", "key", "unit_id"))
    for row in rows:
        row.unit_id = change.units[row.part_id * KEY_STEP + row.key].pk
    Group.objects.bulk_update(rows, ["unit"], batch_size=500)


def _close_former(plan: Plan, on: date, at: datetime) -> None:
    """End the plan in force; where there is none, keep the division that stands as a former plan."""
    former = Plan.objects.filter(place=plan.place, state=PlanState.IN_FORCE).first()
    if former is None:
        former = _standing_plan(plan, at)
    former.state, former.ends_on = PlanState.FORMER, on
    former.save(update_fields=["state", "ends_on"])


def _standing_plan(plan: Plan, at: datetime) -> Plan:
    """What stands today as a plan of its own, so that it stays readable."""
    units = list(Unit.objects.of(plan.place).filter(level__in=list(LEVELS.values()), ends_on=None))
    begun = min((unit.starts_on for unit in units), default=timezone.localdate(at))
    former = Plan.objects.create(
        place=plan.place, name="原有网格", state=PlanState.FORMER, settings=plan.settings, lon=plan.lon,
        lat=plan.lat, made_at=at, changed_at=at, starts_on=begun,
    )  # fmt: skip
    levels = {level: name for name, level in LEVELS.items()}
    for community in (
        Unit.objects.of(plan.place).filter(level=Level.GENERAL_GRID, ends_on=None).order_by("code")
    ):
        inside = [unit for unit in units if unit.path.startswith(community.path)]
        part = Part.objects.create(
            plan=former, place=plan.place, unit=community, position=0, state=PartState.DONE,
            households=community.households or 0, done_at=at,
        )  # fmt: skip
        Group.objects.bulk_create(
            Group(
                plan=former, place=plan.place, part=part, level=levels[Level(unit.level)], key=unit.pk,
                parent_key=unit.parent_id if unit.level == Level.MICRO_GRID else None, name=unit.name,
                kind=unit.kind, unit=unit, households=unit.households or 0, houses=1, shape=unit.boundary,
                faults=_size_faults(unit, plan),
            )
            for unit in inside
        )  # fmt: skip
    return former


def _size_faults(unit: Unit, plan: Plan) -> list[list[Any]]:
    """What the size of a unit that stood broke, by the sizes of the plan that came after it."""
    limits = Settings.from_json(plan.settings).limits
    sizes = {Level.GRID: limits.grid, Level.MICRO_GRID: limits.micro}.get(Level(unit.level))
    if sizes is None:
        return []
    found = size_faults(unit.name, unit.households or 0, sizes)
    return [[fault.code, dict(fault.params)] for fault in found]
