"""Grid Party branches of the demo place: one on every grid, its members, what is in whose care."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from weiwang.demo.dice import Dice
from weiwang.demo.specs import World
from weiwang.ledger.models import Building
from weiwang.party.models import Area, Branch, Care, Link, Member, Move
from weiwang.territory.models import Unit

FOUNDED = timedelta(days=380)
LOOKS_AFTER = 5  # every so many members have households of their own to look after
HOUSEHOLDS = 2
MOVES = 2


def found_branches(world: World, *, place: int, units: Mapping[str, Unit], at: datetime) -> int:
    """Save branches, members and assignments in bulk; returns how many members."""
    dice, since = Dice(f"{world.seed}/branches"), (at - FOUNDED).date()
    grids = [units[spec.code] for spec in world.units_of("grid")]
    branches = _branches(grids, place, since)
    doors = _doors(place)
    members = _members(world, units, branches, doors, dice, since)
    _name_secretaries(branches, members)
    _give_care(world, units, branches, since)
    _look_after(members, doors, dice, since)
    _propose(members, branches, dice, at)
    return len(members)


def _branches(grids: Sequence[Unit], place: int, since: date) -> dict[int, Branch]:
    rows = [
        Branch(place=place, grid=grid, name=f"{grid.name}党支部", starts_on=since) for grid in grids
    ]  # "第1网格党支部", as on its door
    return {row.grid_id: row for row in Branch.objects.bulk_create(rows)}


def _doors(place: int) -> dict[int, list[tuple[int, int]]]:
    """Buildings with people in them by the grid they stand in: id and number of households."""
    found: dict[int, list[tuple[int, int]]] = {}
    rows = Building.objects.filter(place=place, households__gt=0, unit__level="micro_grid").order_by("id")
    for building, grid, households in rows.values_list("id", "unit__parent_id", "households"):
        found.setdefault(grid or 0, []).append((building, households))
    return found


def _door(households: int, dice: Dice) -> str:
    if households <= 1:
        return "1"
    return f"{dice.randint(1, 2)}-{dice.randint(1, max(1, min(6, households // 4)))}0{dice.randint(1, 2)}"


def _members(
    world: World, units: Mapping[str, Unit], branches: Mapping[int, Branch],
    doors: Mapping[int, list[tuple[int, int]]], dice: Dice, since: date,
) -> list[Member]:  # fmt: skip
    rows = []
    for spec in world.party_members:
        grid = units[spec.grid_code]
        building, households = dice.choice(doors[grid.pk]) if grid.pk in doors else (None, 1)
        joined = since + timedelta(days=dice.randint(0, 300))
        rows.append(
            Member(
                place=branches[grid.pk].place, name=spec.name, branch=branches[grid.pk], home=grid,
                building_id=building, door=_door(households, dice), consent_on=joined, joined_on=joined,
            )
        )  # fmt: skip
    return Member.objects.bulk_create(rows, batch_size=1000)


def _name_secretaries(branches: Mapping[int, Branch], members: Sequence[Member]) -> None:
    first: dict[int, Member] = {}
    for member in members:
        if member.home_id is not None:
            first.setdefault(member.home_id, member)
    for grid, branch in branches.items():
        branch.secretary = first.get(grid)
    Branch.objects.bulk_update(branches.values(), ["secretary"])


def _give_care(world: World, units: Mapping[str, Unit], branches: Mapping[int, Branch], since: date) -> None:
    micro_grids = [units[spec.code] for spec in world.units_of("micro_grid")]
    held = [(unit, branches[unit.parent_id or 0]) for unit in micro_grids if unit.parent_id in branches]
    Care.objects.bulk_create(
        [Care(place=branch.place, branch=branch, unit=unit, starts_on=since) for unit, branch in held],
        batch_size=1000,
    )
    firsts = {branch.pk: (unit, branch) for unit, branch in reversed(held)}.values()
    Area.objects.bulk_create(
        Area(
            place=branch.place, branch=branch, member_id=branch.secretary_id, name=f"{unit.name}责任区",
            unit=unit, starts_on=since,
        )
        for unit, branch in firsts
    )  # fmt: skip


def _look_after(
    members: Sequence[Member], doors: Mapping[int, list[tuple[int, int]]], dice: Dice, since: date
) -> None:
    taken: set[tuple[int, str]] = set()
    rows = []
    for member in members[::LOOKS_AFTER]:
        near = doors.get(member.home_id or 0, [])
        for building, households in (dice.choice(near) for _ in range(HOUSEHOLDS if near else 0)):
            door = _door(households, dice)
            if (building, door) not in taken:
                taken.add((building, door))
                rows.append(
                    Link(
                        place=member.place, member=member, building_id=building, door=door,
                        starts_on=max(since, member.joined_on),
                    )
                )  # fmt: skip
    Link.objects.bulk_create(rows, batch_size=1000)


def _propose(members: Sequence[Member], branches: Mapping[int, Branch], dice: Dice, at: datetime) -> None:
    """Two members have moved house inside the place; the receiving branch has not answered yet."""
    secretaries = {branch.secretary_id for branch in branches.values()}
    ordinary = [member for member in members if member.pk not in secretaries]
    for member in ordinary[-MOVES:]:
        home = member.home_id or 0
        target = dice.choice([branch for branch in branches.values() if branch.pk != member.branch_id])
        Move.objects.create(
            place=member.place, member=member, from_branch=branches[home], to_branch=target,
            proposed_at=at - timedelta(days=2),
        )  # fmt: skip
        member.home_id, member.building, member.door = target.grid_id, None, ""
        member.save(update_fields=["home", "building", "door"])
