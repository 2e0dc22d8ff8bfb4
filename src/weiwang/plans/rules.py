"""The life of a plan, the sizes it aims at, and what is refused: plain tables and arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar, Final, Self

from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.planning.limits import USUAL, CountAnswer, Limits, SizeRange


class PlanState(StrEnum):
    DRAWING = "drawing"
    PAUSED = "paused"
    DRAFT = "draft"
    AWAITING = "awaiting"
    IN_FORCE = "in_force"
    FORMER = "former"
    DISCARDED = "discarded"


STATE_NAMES: Mapping[PlanState, str] = {
    PlanState.DRAWING: gettext_noop("being drawn"),
    PlanState.PAUSED: gettext_noop("halted"),
    PlanState.DRAFT: gettext_noop("a draft"),
    PlanState.AWAITING: gettext_noop("waits for its day"),
    PlanState.IN_FORCE: gettext_noop("in force now"),
    PlanState.FORMER: gettext_noop("former"),
    PlanState.DISCARDED: gettext_noop("archived"),
}
UNFINISHED = frozenset({PlanState.DRAWING, PlanState.PAUSED})
UNADOPTED = frozenset({PlanState.DRAFT, PlanState.AWAITING})
ADOPTED = (PlanState.AWAITING, PlanState.IN_FORCE)
OPEN = (PlanState.DRAWING, PlanState.PAUSED, PlanState.DRAFT, PlanState.AWAITING)


class PartState(StrEnum):
    WAITING = "waiting"
    DRAWING = "drawing"
    DONE = "done"
    FAILED = "failed"


class GroupLevel(StrEnum):
    GRID = "grid"
    MICRO = "micro"
    DEDICATED = "dedicated"


LEVEL_WORDS: Mapping[GroupLevel, str] = {
    GroupLevel.GRID: gettext_noop("grid"),
    GroupLevel.MICRO: gettext_noop("micro-grid"),
    GroupLevel.DEDICATED: gettext_noop("dedicated grid"),
}


class Scheme(StrEnum):
    """How grids are numbered."""

    ROWS = "rows"
    WEST_EAST = "west_east"
    NORTH_SOUTH = "north_south"


SCHEME_NAMES: Mapping[Scheme, str] = {
    Scheme.ROWS: gettext_noop("in rows from the north-west, as one reads"),
    Scheme.WEST_EAST: gettext_noop("from west to east"),
    Scheme.NORTH_SOUTH: gettext_noop("from north to south"),
}


class PlanError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "plan.unknown": gettext_noop("There is no such plan here."),
        "plan.limits": gettext_noop("The smallest size must be below the largest, and above zero."),
        "plan.empty": gettext_noop("No building stands in the ledger yet. Import the buildings first."),
        "plan.no_community": gettext_noop("No community has been set up yet. Import the divisions first."),
        "plan.working": gettext_noop("This plan is still being drawn. Wait until it is finished."),
        "plan.closed": gettext_noop("This plan can no longer be changed."),
        "plan.not_paused": gettext_noop("This plan is not halted."),
        "plan.changed": gettext_noop("Somebody changed this plan meanwhile. Look at it again."),
        "list.kept": gettext_noop("These buildings are in the ledger already."),
        "plan.failed": gettext_noop("A community of this plan could not be drawn. Resume it, or begin anew."),
        "plan.untried": gettext_noop("The trial broke off. If it does so twice, tell the administrator."),
        "edit.nothing": gettext_noop("Choose at least one building."),
        "edit.target": gettext_noop("Choose the micro-grid it goes to."),
        "edit.same": gettext_noop("Everything selected is there already."),
        "edit.locked": gettext_noop("%(name)s is locked. Unlock it first."),
        "edit.community": gettext_noop("A micro-grid lies in one community; choose buildings of one."),
        "edit.nothing_to_undo": gettext_noop("There is nothing to take back."),
        "edit.nothing_to_redo": gettext_noop("There is nothing to do again."),
        "edit.name": gettext_noop("Give it a name."),
        "edit.area": gettext_noop("Draw an area on the map, or paste one."),
        "edit.pin": gettext_noop("Together they hold %(held)s households; a micro-grid may hold %(high)s."),
        "edit.pin_few": gettext_noop("Choose at least two buildings that belong together."),
        "adopt.review": gettext_noop("Look at what will change first; the plan was changed since."),
        "adopt.past": gettext_noop("A plan can be adopted today or later."),
        "adopt.early": gettext_noop("Units that began on %(day)s can change the day after, at the earliest."),
        "adopt.another": gettext_noop("%(name)s waits for its day already. Withdraw it first."),
        "adopt.not_waiting": gettext_noop("This plan does not wait for a day."),
        "adopt.done": gettext_noop("This plan was adopted already."),
        "adopt.under_way": gettext_noop("It is being carried out right now. Wait until it is finished."),
        "adopt.broke_off": gettext_noop(
            "Carrying it out broke off and nothing was changed. If it does so twice, tell the administrator."
        ),
    }  # fmt: skip


# What somebody else did meanwhile, rather than what was typed.
OVERTAKEN: Final = frozenset(
    {
        "list.kept",
        "plan.changed",
        "plan.closed",
        "plan.working",
        "adopt.another",
        "adopt.review",
        "adopt.done",
        "adopt.under_way",
        "adopt.not_waiting",
    }
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a plan was asked for.

    `keep`: 1 touches only what must change, 0 plans afresh. `work`: the share of the weight that is work of
    the past year.
    """

    micro_low: int = USUAL.micro.low
    micro_high: int = USUAL.micro.high
    grid_low: int = USUAL.grid.low
    grid_high: int = USUAL.grid.high
    keep: float = 0.0
    work: float = 0.0
    wished_grids: int = 0
    wished_micros: int = 0
    scheme: Scheme = Scheme.ROWS

    def __post_init__(self) -> None:
        for low, high in ((self.micro_low, self.micro_high), (self.grid_low, self.grid_high)):
            if not 1 <= low < high:
                raise PlanError("plan.limits")

    @property
    def limits(self) -> Limits:
        return Limits(
            SizeRange.between(self.micro_low, self.micro_high),
            SizeRange.between(self.grid_low, self.grid_high),
        )

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The settings as they were kept; what a later version added has its default."""
        known = {name: stored[name] for name in cls.__slots__ if name in stored}
        return replace(cls(), **(known | {"scheme": Scheme(known.get("scheme", Scheme.ROWS))}))

    def answers(self, households: int, grids: int = 0, micros: int = 0) -> list[CountAnswer]:
        """Whether the wished numbers keep the rule; without a wish, the numbers that stand today."""
        asked = (("grid", self.wished_grids or grids), ("micro", self.wished_micros or micros))
        limits = self.limits
        return [
            CountAnswer(
                "grid" if level == "grid" else "micro", number, households,
                limits.grid if level == "grid" else limits.micro,
            )
            for level, number in asked
            if number and households
        ]  # fmt: skip


# ---------------------------------------------------------------- rules broken by a group


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that a group breaks: `code` names the sentence, the rest fills it."""

    code: str
    params: Mapping[str, Any]


FAULTS: Mapping[str, str] = {
    "small": gettext_noop("%(name)s has %(held)s households, %(by)s fewer than the %(low)s required."),
    "large": gettext_noop("%(name)s has %(held)s households, %(by)s more than the %(high)s allowed."),
    "apart": gettext_noop("%(name)s falls into %(parts)s parts that are not joined on foot."),
    "stairs": gettext_noop("%(name)s holds stairwells of %(house)s that are not next to each other."),
    "empty": gettext_noop("%(name)s holds no household."),
}  # fmt: skip
PIECES: Final = gettext_noop(
    "%(name)s is drawn in %(parts)s pieces: its buildings are joined on foot, but other land lies between."
)
NOTES: Mapping[str, str] = {
    "road": gettext_noop("%(name)s can only be walked by crossing a main road."),
    "wall": gettext_noop("%(name)s can only be walked by way of a compound's gate."),
}
