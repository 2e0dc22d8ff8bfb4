"""Levels of the tree, sizes, kinds of post and what an officer may do where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, ClassVar

from weiwang.audit.rules import Actor
from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.kernel.policy import PolicyFile
from weiwang.planning.limits import USUAL


class Level(StrEnum):
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    GENERAL_GRID = "general_grid"
    GRID = "grid"
    MICRO_GRID = "micro_grid"
    DEDICATED_GRID = "dedicated_grid"


LEVEL_NAMES: Mapping[Level, str] = {
    Level.DISTRICT: gettext_noop("district"),
    Level.SUBDISTRICT: gettext_noop("sub-district"),
    Level.GENERAL_GRID: gettext_noop("general grid"),
    Level.GRID: gettext_noop("grid"),
    Level.MICRO_GRID: gettext_noop("micro-grid"),
    Level.DEDICATED_GRID: gettext_noop("dedicated grid"),
}

# Which level a unit may stand under. A dedicated grid (school, market, office park) belongs to one community,
# as every grid does (DB6101/T 3185-2024).
PARENT_LEVEL: Mapping[Level, frozenset[Level | None]] = {
    Level.DISTRICT: frozenset({None}),
    Level.SUBDISTRICT: frozenset({None, Level.DISTRICT}),
    Level.GENERAL_GRID: frozenset({Level.SUBDISTRICT}),
    Level.GRID: frozenset({Level.GENERAL_GRID}),
    Level.MICRO_GRID: frozenset({Level.GRID}),
    Level.DEDICATED_GRID: frozenset({Level.GENERAL_GRID}),
}

# Households: outside these the tree warns and never blocks (system description: 300-500 and 30-100).
USUAL_SIZE: Mapping[Level, tuple[int, int]] = {
    Level.GRID: (USUAL.grid.low, USUAL.grid.high), Level.MICRO_GRID: (USUAL.micro.low, USUAL.micro.high),
}  # fmt: skip

# The units a point is routed to.
LEAF_LEVELS = frozenset({Level.MICRO_GRID, Level.DEDICATED_GRID})


def size_is_unusual(level: Level, households: int | None) -> bool:
    usual = USUAL_SIZE.get(level)
    return usual is not None and households is not None and not usual[0] <= households <= usual[1]


class TerritoryError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "unit.parent_level": gettext_noop("A %(level)s cannot stand under a %(parent)s."),
        "unit.code_taken": gettext_noop("There is already a unit with the code %(code)s."),
        "unit.unknown": gettext_noop("There is no unit with the code %(code)s."),
        "unit.ended": gettext_noop("The unit %(code)s has ended."),
        "unit.overlap": gettext_noop("%(code)s and %(other)s overlap by %(area)s m²."),
        "unit.has_children": gettext_noop("%(code)s still has units below it; end those first."),
        "unit.term": gettext_noop("%(code)s began today and cannot end before tomorrow."),
        "post.unknown_kind": gettext_noop("There is no kind of post named %(kind)s."),
        "post.wrong_level": gettext_noop("A %(kind)s belongs on a %(level)s, not here."),
        "post.held": gettext_noop("%(post)s is already held for this time; end that appointment first."),
        "post.same_person": gettext_noop("This person already holds %(post)s for part of this time."),
        "appointment.order": gettext_noop("An appointment must end after it starts."),
        "appointment.ended": gettext_noop("This appointment has already ended."),
        "appointment.closed": gettext_noop("The account of %(name)s is closed. Open it again first."),
        "appointment.contract": gettext_noop(
            "The contract of %(name)s ends on %(day)s; no appointment can last longer."
        ),
        "appointment.open_work": gettext_noop(
            "Work is still open at %(post)s: %(work)s. Hand it over, or choose to leave the post vacant."
        ),
        "person.open_work": gettext_noop(
            "%(name)s still holds open work: %(work)s. Hand the posts over, or choose to leave them vacant."
        ),
        "deputy.order": gettext_noop("The leave must end after it starts, and not lie in the past."),
        "deputy.term": gettext_noop("The holder of %(post)s does not hold it for all of this time."),
        "deputy.self": gettext_noop("Nobody deputises for themselves. Choose somebody else."),
        "deputy.no_account": gettext_noop("The deputy needs an account that is open for all of this time."),
        "deputy.overlap": gettext_noop("For %(post)s somebody deputises for part of this time already."),
        "deputy.holds": gettext_noop("%(name)s holds %(post)s already and needs no deputyship."),
        "deputy.circle": gettext_noop(
            "On %(day)s they would deputise for each other in a circle: %(people)s. Choose somebody else."
        ),
        "deputy.ended": gettext_noop("This deputyship is over already."),
        "handover.same": gettext_noop("Somebody else has to follow. Choose another person."),
        "handover.no_account": gettext_noop("Whoever follows needs an account that is open then."),
        "client.scopes": gettext_noop(
            "A key may do only what its post allows. Choose at least one of those."
        ),
        "client.term": gettext_noop("A key lasts from one day to %(days)s days."),
        "client.rate": gettext_noop("Between 1 and %(limit)s requests a minute are possible."),
        "client.post_over": gettext_noop("This post has ended; no key can act for it."),
        "client.revoked": gettext_noop("This key has already been revoked."),
        "department.unknown": gettext_noop("There is no department with the code %(code)s."),
        "not_allowed": gettext_noop("Your posts do not allow this here."),
    }


class NotAllowedError(Exception):
    """The officer's posts do not allow this; a face answers with the no-permission page."""


# ---------------------------------------------------------------- kinds of post


class Reach(StrEnum):
    UNIT = "unit"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class PostKind:
    code: str
    zh: str
    en: str
    level: Level
    single: bool
    reach: Reach
    needs_second_factor: bool
    allows: frozenset[str]
    on_board: bool = False  # the holder's name is public
    expected: bool = False  # every standing unit of the level should have one


@dataclass(frozen=True, slots=True)
class PostTable:
    kinds: Mapping[str, PostKind]
    powers: Mapping[str, Mapping[str, str]]

    def kind(self, code: str) -> PostKind:
        """The kind with this code, or with this Chinese or English name. Raises `TerritoryError`."""
        for kind in self.kinds.values():
            if code in {kind.code, kind.zh, kind.en}:
                return kind
        raise TerritoryError("post.unknown_kind", kind=code)


def read_posts(content: Mapping[str, Any]) -> PostTable:
    """Check `policies/posts.yaml`: every power used is declared, every level and reach exists."""
    powers = content["powers"]
    kinds = {code: _post_kind(code, row, powers) for code, row in content["kinds"].items()}
    return PostTable(kinds, powers)


def _post_kind(code: str, row: Mapping[str, Any], powers: Mapping[str, Any]) -> PostKind:
    unknown = sorted(set(row["allows"]) - set(powers))
    if unknown:
        raise ValueError(f"{code}: unknown powers {', '.join(unknown)}")
    return PostKind(
        code, row["zh"], row["en"], Level(row["level"]), row["holders"] == "one",
        Reach(row.get("reach", "unit")), row.get("second_factor", "optional") == "required",
        frozenset(row["allows"]), bool(row.get("on_board", False)),
        bool(row.get("expected", False)),
    )  # fmt: skip


POSTS = PolicyFile("posts", read_posts)


# ---------------------------------------------------------------- deputies

DEPUTY_MARK = "（代理）"  # behind the name of a post, which is Chinese as all names of the place are


@dataclass(frozen=True, slots=True)
class Standin:
    """One person deputises for another for a time; whichever post it is."""

    deputy: int
    absent: int
    starts_at: datetime
    ends_at: datetime

    def is_in_force(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


def circle(new: Standin, known: Iterable[Standin]) -> tuple[datetime, tuple[int, ...]] | None:
    """The first moment at which `new` closes a circle of deputies, with the people in it; None if never.

    A circle: A stands in for B, B for C, C for A, all at one moment. Who stands in for whom changes only when
    some deputyship begins, so those moments inside the new one are all that have to be looked at.
    """
    others = [row for row in known if row.starts_at < new.ends_at and new.starts_at < row.ends_at]
    moments = {new.starts_at} | {row.starts_at for row in others if row.starts_at > new.starts_at}
    for moment in sorted(moments):
        way = _way(new.absent, new.deputy, [row for row in others if row.is_in_force(moment)])
        if way:
            return moment, (new.deputy, *way)
    return None


def _way(start: int, goal: int, rows: Iterable[Standin]) -> tuple[int, ...]:
    """From a person to those they stand in for, step by step, until the goal; empty if it is out of reach."""
    absent_of: dict[int, list[int]] = {}
    for row in rows:
        absent_of.setdefault(row.deputy, []).append(row.absent)
    ways: dict[int, tuple[int, ...]] = {start: (start,)}
    waiting = [start]
    while waiting and goal not in ways:
        person = waiting.pop()
        new = [absent for absent in absent_of.get(person, ()) if absent not in ways]
        ways |= {absent: (*ways[person], absent) for absent in new}
        waiting += new
    return ways.get(goal, ())


# ---------------------------------------------------------------- officers


@dataclass(frozen=True, slots=True)
class Holding:
    """One post held now: what it allows, and the part of the tree it covers."""

    post_id: int
    post_name: str
    kind: str
    allows: frozenset[str]
    reach: Reach
    place: int
    unit_id: int
    unit_code: str
    unit_name: str
    unit_path: str
    level: Level
    department_id: int | None = None
    needs_second_factor: bool = False
    place_name: str = ""
    is_demo: bool = False
    is_deputy: bool = False  # held for somebody on leave

    @property
    def label(self) -> str:
        """What the record shows: the post, and that a deputy acted."""
        return f"{self.post_name}{DEPUTY_MARK}" if self.is_deputy else self.post_name

    def covers(self, power: str, path: str) -> bool:
        return power in self.allows and self.reach is Reach.UNIT and path.startswith(self.unit_path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer(Actor):
    """Somebody signed in, with the posts they hold at this moment."""

    user_id: int
    name: str = ""
    holdings: tuple[Holding, ...] = ()
    numbers: Mapping[int, Mapping[str, int]] = field(default_factory=dict, compare=False, repr=False)
    """`kernel.glance`, of the sub-districts of the posts, read together with them."""

    def may(self, power: str, path: str | None = None) -> bool:
        """Whether some post allows this: anywhere (no path), or over the unit at `path`."""
        if path is None:
            return any(power in holding.allows for holding in self.holdings)
        return any(holding.covers(power, path) for holding in self.holdings)

    def paths(self, power: str) -> tuple[str, ...]:
        """The parts of the tree where a power holds, without those inside others."""
        found = {h.unit_path for h in self.holdings if power in h.allows and h.reach is Reach.UNIT}
        return tuple(sorted(p for p in found if not any(p != o and p.startswith(o) for o in found)))

    def departments(self, power: str) -> tuple[int, ...]:
        """The departments whose cases a power reaches; a post over a unit reaches none, even in one."""
        return tuple(
            h.department_id
            for h in self.holdings
            if power in h.allows and h.reach is Reach.DEPARTMENT and h.department_id is not None
        )

    def holds(self, post_id: int | None) -> bool:
        return any(holding.post_id == post_id for holding in self.holdings)

    def acting_as(self, holding: Holding) -> "Officer":
        """The same person, acting by one of their posts: this is what the record will show."""
        return Officer(
            label=holding.label, user_id=self.user_id, post_id=holding.post_id, address=self.address,
            name=self.name, holdings=self.holdings,
        )  # fmt: skip

    def by_power(self, power: str, path: str | None = None) -> "Officer":
        """The officer acting by the nearest post that allows this. Raises `NotAllowedError`."""
        fitting = [h for h in self.holdings if power in h.allows and (path is None or h.covers(power, path))]
        if not fitting:
            raise NotAllowedError(power)
        return self.acting_as(max(fitting, key=lambda holding: len(holding.unit_path)))

    @property
    def places(self) -> tuple[int, ...]:
        return tuple(sorted({holding.place for holding in self.holdings}))


# ---------------------------------------------------------------- other programs

KEY_PREFIX = "ww_"
KEY_HINT = 8  # characters of a key that may be shown again
MAX_KEY_DAYS, MAX_PER_MINUTE = 1095, 6000


def key_digest(key: str) -> bytes:
    """What is kept of a key. A key is 256 random bits, so a plain digest cannot be searched back."""
    return sha256(key.strip().encode()).digest()


def scopes_of(kind: PostKind) -> frozenset[str]:
    """What a key may do by a post of this kind: casework alone, never people, units or policies."""
    return frozenset(power for power in kind.allows if power.startswith("case."))


def read_scopes(wanted: Iterable[str], kind: PostKind) -> list[str]:
    """The scopes of a new key, sorted. Raises `TerritoryError` for none or more than the post allows."""
    scopes = frozenset(wanted)
    if not scopes or not scopes <= scopes_of(kind):
        raise TerritoryError("client.scopes")
    return sorted(scopes)


def as_program(holding: Holding, *, name: str, scopes: Iterable[str]) -> Holding:
    """A post as a program acts by it: its name says so, and it allows the scopes of the key at most."""
    return replace(
        holding, post_name=f"{holding.post_name}（接口：{name}）", allows=holding.allows & frozenset(scopes)
    )


def joined_name(unit: str, kind: str) -> str:
    """What a post is called: 第1网格 and 网格长 make 第1网格长, not 第1网格网格长."""
    shared = next((n for n in range(len(kind), 1, -1) if unit.endswith(kind[:n])), 0)
    return unit + kind[shared:]
