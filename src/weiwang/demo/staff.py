"""The people who work in the demo place: somebody for every post, some with two (一人多岗)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from weiwang.demo.dice import Dice
from weiwang.demo.names import person_name, phone
from weiwang.demo.specs import PartyMemberSpec, PersonSpec, PostSpec, Scale, UnitSpec

DEPARTMENTS = {
    "comprehensive_governance": "综治办",
    "city_management": "城管办",
    "emergency": "应急办",
    "civil_affairs": "民政办",
    "housing": "住建办",
    "market": "市场监管所",
    "health": "卫健办",
    "legal": "司法所",
    "ecology": "生态环境办",
    "police_liaison": "公安联络室",
}

# Usernames easy to type, in the order in which a case meets these people; they share one part of the tree.
SIGN_INS = {
    "leader": ("微网格长", "micro-grid leader"),
    "worker": ("专职网格员", "full-time grid worker"),
    "gridhead": ("网格长", "grid leader"),
    "community": ("总网格长", "general grid leader"),
    "dispatcher": ("街道网格中心调度员", "sub-district dispatcher"),
    "city": ("城管办承办岗", "city management, handling"),
    "checker": ("街道核查岗（调度员）", "sub-district checker (dispatcher)"),
    "duty": ("街道值班领导", "sub-district duty leader"),
    "liaison": ("包村（社区）领导", "liaison leader"),
    "auditor": ("审计员", "auditor"),
    "privacy": ("个人信息保护负责人", "privacy officer"),
    "admin": ("系统管理员", "system administrator"),
}

_PARTY_MEMBERS: dict[Scale, int] = {"tiny": 16, "street": 800}

_CENTRE = (
    ("dispatcher", ("dispatcher", "dispatcher2", "dispatcher3", "checker", "checker2")),
    ("duty_leader", ("duty", "duty2")),
    ("auditor", ("auditor",)),
    ("privacy_officer", ("privacy",)),
    ("administrator", ("admin",)),
)
_SHORT = {"city_management": "city", "comprehensive_governance": "governance", "police_liaison": "police"}


@dataclass(slots=True)
class _Roster:
    """People in the order of their appointment."""

    dice: Dice
    people: dict[str, PersonSpec] = field(default_factory=dict)

    def appoint(self, username: str, post: PostSpec) -> None:
        """Give a post to somebody new, or one more post to somebody already there."""
        known = self.people.get(username)
        if known is None:
            name, number = person_name(self.dice), phone(len(self.people) + 1)
            self.people[username] = PersonSpec(username, name, number, (post,))
        else:
            self.people[username] = PersonSpec(username, known.name, known.phone, (*known.posts, post))


def appoint(units: Sequence[UnitSpec], dice: Dice) -> tuple[PersonSpec, ...]:
    """Staff for every post of the tree. Deterministic by the dice."""
    roster = _Roster(dice)
    whole = next(unit for unit in units if unit.level == "subdistrict")
    _centre(roster, whole)
    _communities(roster, whole, [unit for unit in units if unit.level == "general_grid"])
    _grids(roster, [unit for unit in units if unit.level == "grid"])
    _micro_grids(roster, [unit for unit in units if unit.level == "micro_grid"], dice)
    return tuple(roster.people.values())


def _centre(roster: _Roster, whole: UnitSpec) -> None:
    for kind, usernames in _CENTRE:
        for username in usernames:
            roster.appoint(username, PostSpec(kind, whole.code))
    for department in DEPARTMENTS:
        short = _SHORT.get(department, department)
        for username in (short, f"{short}2"):
            roster.appoint(username, PostSpec("department_handler", whole.code, department))


def _communities(roster: _Roster, whole: UnitSpec, communities: list[UnitSpec]) -> None:
    """A secretary and a liaison leader each; the first liaison leader is a duty leader as well."""
    for number, unit in enumerate(communities, start=1):
        roster.appoint(_numbered("community", number), PostSpec("general_grid_leader", unit.code))
        roster.appoint(_numbered("liaison", number), PostSpec("liaison_leader", unit.code))
    roster.appoint("liaison", PostSpec("duty_leader", whole.code))


def _grids(roster: _Roster, grids: list[UnitSpec]) -> None:
    for number, unit in enumerate(grids, start=1):
        roster.appoint(_numbered("gridhead", number), PostSpec("grid_leader", unit.code))
        roster.appoint(_numbered("worker", number), PostSpec("grid_worker", unit.code))


def _micro_grids(roster: _Roster, micro_grids: list[UnitSpec], dice: Dice) -> None:
    """A leader each: one in sixteen is the leader next door, one in thirty the grid's own worker."""
    grid_number = {code: number for number, code in enumerate(dict.fromkeys(_parents(micro_grids)), start=1)}
    last = ""
    for number, unit in enumerate(micro_grids, start=1):
        luck = dice.random()
        grid = grid_number[str(unit.parent_code)]
        own = _numbered("leader", number)
        username = own
        if number > 1 and luck < 1 / 30:
            username = _numbered("worker", grid)
        elif number > 1 and luck < 1 / 30 + 1 / 16 and last:
            username = last
        roster.appoint(username, PostSpec("micro_grid_leader", unit.code))
        last = own if username == own else ""


def _parents(units: list[UnitSpec]) -> Iterator[str]:
    return (str(unit.parent_code) for unit in units)


def _numbered(word: str, number: int) -> str:
    """The first has the plain word as username, the others the word and their number."""
    return word if number == 1 else f"{word}{number:03d}"


def party_members(units: Sequence[UnitSpec], scale: Scale, dice: Dice) -> tuple[PartyMemberSpec, ...]:
    """Party members by name only, spread over the grids by households."""
    grids = [unit for unit in units if unit.level == "grid"]
    seats = dice.choices(grids, weights=[grid.households for grid in grids], k=_PARTY_MEMBERS[scale])
    return tuple(PartyMemberSpec(person_name(dice), grid.code) for grid in seats)
