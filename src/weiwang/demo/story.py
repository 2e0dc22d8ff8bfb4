"""The histories of the demo's cases: who did what, when and why, each a lawful path through the lifecycle.

`tell` gives plain values. Actors are the people of the world, chosen as the rules choose them: the nearest
post with the power, never the handler as checker. Times follow the limits of the category; some are late.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

import shapely

from weiwang.cases.rules import FINAL, HELD, LIFECYCLE, Category, State, Step
from weiwang.demo.cast import Cast
from weiwang.demo.dice import Dice
from weiwang.demo.life import Life, StepStory
from weiwang.demo.names import person_name, phone
from weiwang.demo.pictures import pictures_of
from weiwang.demo.rhythm import DutyTime, Rhythm
from weiwang.demo.specs import BuildingSpec, UnitSpec, World
from weiwang.demo.texts import Scene, report_text, words
from weiwang.kernel.worktime import ZONE, Calendar

__all__ = ["CaseStory", "StepStory", "Teller", "tell"]

STUCK = 0.029  # share of cases left open on purpose, besides those that are young; at least one in each state
# How many days ago, on average, a case was reported that waits in a state now. The first steps have limits of
# hours, so only some of these cases are late.
AGE_DAYS = {
    State.REPORTED: 0.12,
    State.VERIFYING: 0.12,
    State.REGISTERED: 0.15,
    State.DISPATCHED: 0.4,
    State.HANDLING: 3.0,
    State.HANDLED: 4.0,
    State.CHECKED: 7.0,
    State.SUSPENDED: 12.0,
}
_OPEN = tuple(state for state in State if state not in FINAL and state is not State.DRAFT)
# Cases stay longest with those who work on them; the first steps are over in hours, so few wait there.
WAITING = (
    _OPEN
    + 4 * (State.SIGNED, State.HANDLING)
    + 2 * (State.HANDLED, State.CHECKED)
    + (State.SUSPENDED, State.WAITING)
)


@dataclass(frozen=True, slots=True)
class CaseStory:
    """One case and its steps. `channel` is portal, field or desk; `satisfied` is None if nobody asked.

    Contact fields are empty for an anonymous report. `pictures` are names from `pictures.PICTURES`.
    """

    reported_at: datetime
    channel: str
    category: str
    text: str
    unit_code: str
    lon: float
    lat: float
    address: str
    contact_name: str
    contact_phone: str
    pictures: tuple[str, ...]
    steps: tuple[StepStory, ...]
    state: State
    satisfied: bool | None


@dataclass(frozen=True, slots=True)
class _Spot:
    unit: UnitSpec
    building: BuildingSpec
    lon: float
    lat: float


class Teller:
    """Tells cases of one world up to one moment (aware)."""

    def __init__(
        self, world: World, categories: Mapping[str, Category], calendar: Calendar, until: datetime, seed: int
    ) -> None:
        self._dice = Dice(f"{seed}/{world.scale}/stories")
        self._categories = categories
        self._until = until = until.astimezone(ZONE)
        self._cast = Cast(world)
        self._rhythm = Rhythm(until, calendar, self._dice.child("rhythm"))
        first, last = until.date() - timedelta(days=370), until.date() + timedelta(days=90)
        self._duty = DutyTime(first, last, calendar, until)
        self._codes = [code for code in words() if code in categories]
        self._mix = list(accumulate(words()[code].weight for code in self._codes))
        self._settle(world)

    def _settle(self, world: World) -> None:
        """Lay out where things happen: more where more people live, and at a few spots again and again."""
        dice = self._dice.child("places")
        self._units = {unit.code: unit for unit in world.units if unit.code in self._cast.leaves}
        self._buildings: dict[str, list[BuildingSpec]] = {}
        for building in world.buildings:
            self._buildings.setdefault(building.unit_code, []).append(building)
        self._places = sorted(self._buildings)
        weights = (
            max(45, self._units[code].households) * dice.lognormvariate(0, 0.6) for code in self._places
        )
        self._busy = list(accumulate(weights))
        self._first_grid = [code for code in self._places if code.startswith(self._places[0][:6])]
        for code in self._places:
            shapely.prepare(self._units[code].boundary)

    def tell(self, count: int) -> Iterator[CaseStory]:
        """`count` stories, oldest first."""
        starts = sorted(self._starts(count), key=lambda start: start[0])
        for number, (at, category, wanted) in enumerate(starts):
            yield self._story(at, self._categories[category], wanted, self._dice.child(number))

    def _starts(self, count: int) -> Iterator[tuple[datetime, str, State | None]]:
        dice = self._dice.child("starts")
        every = max(1, min(round(1 / STUCK), count // len(_OPEN)))
        for number in range(count):
            category = dice.choices(self._codes, cum_weights=self._mix)[0]
            if number % every == 0:
                wanted = WAITING[(number // every) % len(WAITING)]
                back = min(24.0, dice.expovariate(1 / AGE_DAYS.get(wanted, 2.0))) + 0.02
                yield self._until - timedelta(seconds=round(back * 86400)), category, wanted
            else:
                yield self._rhythm.moment(category, dice), category, None

    def _story(self, at: datetime, category: Category, wanted: State | None, dice: Dice) -> CaseStory:
        spot = self._spot(dice, near_first=wanted is not None and dice.chance(0.06))
        channel = dice.choices(("portal", "field", "desk"), weights=(38, 46, 16))[0]
        channel = "portal" if category.code == "K03" else channel
        if channel == "desk":
            at = min(self._duty.after(at, dice.randrange(1800)), self._until - timedelta(minutes=5))
        address, scene = _named(spot.building, dice)
        text = report_text(category.code, scene, dice, on_round=channel == "field")
        life = Life(self._cast, self._duty, category, spot.unit.code, text, at, dice)
        name, number = _contact(channel, dice)
        steps = self._kept(life.run(channel, wanted, can_be_called=bool(number)), wanted)
        return CaseStory(
            at, channel, category.code, text, spot.unit.code, spot.lon, spot.lat, address, name, number,
            pictures_of(category.code, channel, dice), steps, _state(steps), _satisfied(steps),
        )  # fmt: skip

    def _kept(self, steps: list[StepStory], wanted: State | None) -> tuple[StepStory, ...]:
        """The steps that have happened by now, or until the case came to the state it waits in."""
        past = [step for step in steps if step.at <= self._until] or steps[:1]
        for index, step in enumerate(past):
            if wanted is not None and LIFECYCLE[step.step].to is wanted:
                return tuple(past[: index + 1])
        return tuple(past)

    def _spot(self, dice: Dice, *, near_first: bool) -> _Spot:
        """A place near a building, always inside its unit."""
        if near_first:
            code = dice.choice(self._first_grid)
        else:
            code = dice.choices(self._places, cum_weights=self._busy)[0]
        unit, building = self._units[code], dice.choice(self._buildings[code])
        for _ in range(4):
            lon = round(building.lon + dice.gauss(0, 0.00014), 6)
            lat = round(building.lat + dice.gauss(0, 0.00012), 6)
            if shapely.contains_xy(unit.boundary, lon, lat):
                return _Spot(unit, building, lon, lat)
        return _Spot(unit, building, building.lon, building.lat)


def _state(steps: Sequence[StepStory]) -> State:
    """The state after the last of these steps."""
    state, held = State.DRAFT, None
    for step in steps:
        before, state = state, LIFECYCLE[step.step].leads(state, held)
        held = held if state in HELD and before in HELD else before if state in HELD else None
    return state


def _named(building: BuildingSpec, dice: Dice) -> tuple[str, Scene]:
    """The address for the record, and how people say it."""
    if building.kind == "shop":
        place = building.address + dice.choice(("门口", "旁边", "前面的人行道", "后巷"))
    elif building.kind == "village_house":
        place = building.name + dice.choice(("门前", "旁边", "后面的村道", "院坝边"))
    else:
        place = building.name + dice.choice(("楼下", "旁边", "门口", "北侧", "南侧空地"))
    stairwell = dice.randint(1, building.stairwells)
    home = f"{building.name}{stairwell}单元" if building.stairwells > 1 else building.name
    estate = building.name.rstrip("0123456789栋号商铺") or building.name
    return building.address, Scene(place, home, estate)


def _contact(channel: str, dice: Dice) -> tuple[str, str]:
    """Name and number of a reporter who wants to be called back. People on a round are known anyway."""
    if channel == "field" or not dice.chance(0.9 if channel == "desk" else 0.62):
        return "", ""
    return person_name(dice), phone(50_000_000 + dice.randrange(49_000_000))


def _satisfied(steps: tuple[StepStory, ...]) -> bool | None:
    """What the reporter said last: satisfied, not satisfied, or nothing yet."""
    for step in reversed(steps):
        if step.step is Step.FOLLOW_UP:
            return True
        if step.step is Step.REOPEN:
            return False
    return None


def tell(
    world: World,
    *,
    count: int,
    until: datetime,
    categories: Mapping[str, Category],
    calendar: Calendar,
    seed: int = 2026,
) -> Iterator[CaseStory]:
    """`count` case histories over the twelve months before `until`, oldest first, the same for one seed."""
    return Teller(world, categories, calendar, until, seed).tell(count)
