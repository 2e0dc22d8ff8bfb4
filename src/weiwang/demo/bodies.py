"""Self-governance bodies of the demo place: committees, companies, villager groups, associations."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from weiwang.accounts.models import User
from weiwang.bodies.models import Body, BodyUnit, Member
from weiwang.bodies.queries import kinds
from weiwang.bodies.rules import years_later
from weiwang.demo.dice import Dice
from weiwang.demo.names import person_name, phone
from weiwang.demo.specs import BuildingSpec, UnitSpec, World
from weiwang.territory.models import Unit

COMPANIES = ("安和物业服务有限公司", "锦居物业服务有限公司", "清禾物业服务有限公司", "同佳物业服务有限公司")
ASSOCIATIONS = (("志愿服务队", "队长"), ("老年协会", "会长"))
COMMITTEES, COURTYARDS = 3, 3  # of each community at most
VILLAGE_ENDS_IN = 1130  # days: all villages elect together
PHONES_FROM = 700_000  # beyond the numbers of the staff
ESTATE = re.compile(r"(?P<name>.+?)\d+栋")
GROUP = re.compile(r"(?P<name>.+?\d+组)")
DAYS = timedelta(days=1)


@dataclass(slots=True)
class Estate:
    """A housing estate, a courtyard or a hamlet of one community."""

    name: str
    kind: str
    households: int = 0
    codes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Spec:
    """One body to be saved, with the roles of its members and the accounts of those who have one."""

    kind: str
    name: str
    codes: Sequence[str]
    roles: Sequence[str]
    compound: str = ""
    users: Sequence[User] = ()
    ends_in: int | None = None  # days from now


def found_bodies(
    world: World, *, place: int, units: Mapping[str, Unit], users: Mapping[str, User], at: datetime
) -> int:
    """Save the bodies of the whole place in bulk; returns how many."""
    dice = Dice(f"{world.seed}/bodies")
    specs = list(_specs(world, _leaders(world, users)))
    bodies = [_body(spec, number, place, at, dice) for number, spec in enumerate(specs)]
    Body.objects.bulk_create(bodies)
    BodyUnit.objects.bulk_create(
        BodyUnit(place=place, body=body, unit=units[code], starts_on=body.founded_on)
        for body, spec in zip(bodies, specs, strict=True)
        for code in dict.fromkeys(spec.codes)
    )
    members = [
        member for body, spec in zip(bodies, specs, strict=True) for member in _members(body, spec, dice)
    ]
    Member.objects.bulk_create(members, batch_size=1000)
    return len(bodies)


def _leaders(world: World, users: Mapping[str, User]) -> dict[str, User]:
    """Who leads each micro-grid: many heads of buildings do."""
    return {
        post.unit_code: users[person.username]
        for person in world.people
        for post in person.posts
        if post.kind == "micro_grid_leader"
    }


# ---------------------------------------------------------------- which bodies there are


def _specs(world: World, leaders: Mapping[str, User]) -> Iterator[Spec]:
    communities = world.units_of("general_grid")
    served: dict[str, list[str]] = {name: [] for name in COMPANIES}
    for number, community in enumerate(communities):
        estates = _estates(world, community)
        if community.kind == "village":
            yield from _village(estates)
        else:
            yield from _town(number, estates, leaders, served)
        yield from _associations(number, community, communities)
    yield from _companies(served)


def _estates(world: World, community: UnitSpec) -> list[Estate]:
    """The estates and hamlets of a community, the largest first."""
    found: dict[str, Estate] = {}
    for building in world.buildings:
        name = _estate_name(building)
        if name and building.unit_code.startswith(community.code) and "-Z" not in building.unit_code:
            estate = found.setdefault(name, Estate(name, building.kind))
            estate.households += building.households
            estate.codes.append(building.unit_code)
    return sorted(found.values(), key=lambda estate: (-estate.households, estate.name))


def _estate_name(building: BuildingSpec) -> str:
    match = (GROUP if building.kind == "village_house" else ESTATE).match(building.name)
    return match["name"] if match else ""


def _town(
    number: int, estates: Sequence[Estate], leaders: Mapping[str, User], served: dict[str, list[str]]
) -> Iterator[Spec]:
    """Owners' committees of the largest estates, committees of the courtyards, heads of buildings."""
    owned = [estate for estate in estates if estate.kind != "courtyard"]
    names = list(served)
    for rank, estate in enumerate(owned[:COMMITTEES]):
        roles = ("主任", "副主任", "委员", "委员", "委员", *(("委员", "委员") if rank == 0 else ()))
        ends_in = _ends_in(number) if rank == 0 else None
        name = f"{estate.name}业主委员会"
        yield Spec("owners_committee", name, estate.codes, roles, estate.name, (), ends_in)
        served[names[(number + rank) % len(names)]] += estate.codes
    courtyards = [estate for estate in estates if estate.kind == "courtyard"]
    for estate in [*courtyards, *owned[COMMITTEES:]][:COURTYARDS]:
        name = f"{estate.name}治理委员会"
        yield Spec("courtyard_committee", name, estate.codes, ("主任", "委员", "委员"), estate.name)
    for estate in owned[:1]:
        heads = list(dict.fromkeys(leaders[code] for code in estate.codes if code in leaders))[:9]
        name = f"{estate.name}楼栋长单元长联络组"
        yield Spec("building_heads", name, estate.codes, ["楼栋长"] * len(heads), estate.name, heads)


def _ends_in(number: int) -> int | None:
    """The second community's committee is overdue; of every other one the term ends within two months."""
    if number == 1:
        return -40
    return 20 + 6 * number if number % 2 == 0 else None


def _village(estates: Sequence[Estate]) -> Iterator[Spec]:
    for estate in sorted(estates, key=lambda one: (len(one.name), one.name)):
        name = f"{estate.name}村民小组"
        yield Spec("villager_group", name, estate.codes, ("组长",), estate.name, (), VILLAGE_ENDS_IN)


def _associations(number: int, community: UnitSpec, communities: Sequence[UnitSpec]) -> Iterator[Spec]:
    """Two in each community; every third association serves the neighbours as well."""
    after = communities[(number + 1) % len(communities)]
    for rank, (name, role) in enumerate(ASSOCIATIONS):
        spans = rank == 0 and number % 3 == 2 and after is not community
        codes = [community.code, after.code] if spans else [community.code]
        yield Spec("social_organisation", f"{community.name}{name}", codes, (role, "副" + role))


def _companies(served: Mapping[str, Sequence[str]]) -> Iterator[Spec]:
    for number, (name, codes) in enumerate(served.items()):
        if codes:
            ends_in = 45 if number == 0 else None
            yield Spec("property_company", name, codes, ("项目经理", "客服主管"), "", (), ends_in)


# ---------------------------------------------------------------- rows


def _body(spec: Spec, number: int, place: int, at: datetime, dice: Dice) -> Body:
    starts_on, ends_on = _term(spec, at.date(), dice)
    return Body(
        place=place, kind=spec.kind, name=spec.name, compound=spec.compound,
        contact_name=person_name(dice), phone=phone(PHONES_FROM + number), founded_on=starts_on,
        term_starts_on=starts_on, term_ends_on=ends_on,
    )  # fmt: skip


def _term(spec: Spec, today: date, dice: Dice) -> tuple[date, date | None]:
    """The usual term of the kind, begun so that it ends when it should."""
    years = kinds()[spec.kind].years
    if spec.ends_in is None and years is None:
        return today - dice.randint(200, 1500) * DAYS, None
    length = years or 3
    if spec.ends_in is None:
        starts_on = today - dice.randint(100, 365 * length - 200) * DAYS
    else:
        starts_on = years_later(today + (spec.ends_in + 1) * DAYS, -length)
    return starts_on, years_later(starts_on, length) - DAYS


def _members(body: Body, spec: Spec, dice: Dice) -> Iterator[Member]:
    taken: set[str] = set()
    for number, role in enumerate(spec.roles):
        user = spec.users[number] if number < len(spec.users) else None
        name = user.name if user else (body.contact_name if number == 0 else person_name(dice))
        while name in taken and user is None:
            name = person_name(dice)
        taken.add(name)
        yield Member(
            place=body.place, body=body, name=name, role=role, user=user, starts_on=body.term_starts_on,
            office_phone=body.phone if number == 0 else "",
        )  # fmt: skip
