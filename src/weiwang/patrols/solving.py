"""Proposing a rota: who walks which beat when. Plain values in, plain values out; no database, no clock.

Hard: one shift a day, nobody on leave, nobody outside their team, and every working-time limit. Soft: the
cover of the beats (what cannot be met is shown, with why), then an even load of nights, weekends and shifts.
People of one team may walk each of its beats, so the search decides only who is on duty in which team and
shift; beats are dealt out afterwards without losing anything, which keeps the model several times smaller.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from weiwang.patrols.rules import DAY, SATURDAY, Limits, Template

SHORT, NIGHT, WEEKEND, LOAD = 1000, 12, 8, 3  # what one unit of each costs
WORK = 3.5  # deterministic seconds of search: the same on every machine
PATIENCE = 60.0  # seconds by the wall after which the best found so far counts, on a machine under load
SEED = 20261123


@dataclass(frozen=True, slots=True)
class Staff:
    """A person. `member` gives, for each team, the days they belong to it; days count from the first.

    `nights` and `weekends` are what they carry over from the weeks before, for the balance.
    """

    id: int
    member: Mapping[int, frozenset[int]]
    leave: frozenset[int] = frozenset()
    nights: int = 0
    weekends: int = 0


@dataclass(frozen=True, slots=True)
class Beat:
    """A beat of a team and how many people each shift needs."""

    id: int
    team: int
    needs: Mapping[str, int]


@dataclass(frozen=True, slots=True, order=True)
class Duty:
    """One person, one day, one shift, one beat. `beat` 0 is a duty elsewhere, which only takes time."""

    day: int
    template: str
    beat: int
    person: int


@dataclass(frozen=True, slots=True)
class Problem:
    """What is given. `fixed` holds locked cells and the shifts of the days before and after."""

    first: date
    days: int
    templates: tuple[Template, ...]
    limits: Limits
    staff: tuple[Staff, ...]
    beats: tuple[Beat, ...]
    fixed: tuple[Duty, ...] = ()

    def weekday(self, day: int) -> int:
        return (self.first.weekday() + day) % 7

    def is_weekend(self, day: int) -> bool:
        return self.weekday(day) >= SATURDAY

    def week_of(self, day: int) -> int:
        return (self.first.weekday() + day) // 7


@dataclass(frozen=True, slots=True)
class Gap:
    """Cover that is not met, and why each member of the team could not help: reason -> number of people."""

    day: int
    template: str
    beat: int
    needed: int
    planned: int
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """A proposal. `duties` are the new ones only. `bound` is the least cost any rota could have."""

    duties: tuple[Duty, ...]
    gaps: tuple[Gap, ...]
    status: str
    cost: int
    bound: float
    seconds: float

    @property
    def missing(self) -> int:
        return sum(gap.needed - gap.planned for gap in self.gaps)


# ---------------------------------------------------------------- the book of who is on duty


@dataclass(slots=True)
class Book:
    """Who has which shift so far, and whether somebody may take one more."""

    problem: Problem
    shifts: dict[int, dict[int, list[Template]]] = field(default_factory=lambda: defaultdict(dict))
    kinds: dict[str, Template] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kinds = {template.code: template for template in self.problem.templates}
        for duty in self.problem.fixed:
            self.add(duty)

    def add(self, duty: Duty) -> None:
        self.shifts[duty.person].setdefault(duty.day, []).append(self.kinds[duty.template])

    def why_not(self, person: Staff, team: int, day: int, template: Template) -> str:
        """Why somebody cannot take a shift: a code of `REASONS`, or nothing."""
        return self.blocked(person, team, day, template) or self._over_limit(person, day, template)

    def blocked(self, person: Staff, team: int, day: int, template: Template) -> str:
        """What no later choice can mend: not a member, on leave, on duty, or no rest beside another shift."""
        if day not in person.member.get(team, frozenset()):
            return "member"
        if touches(person.leave, day, template):
            return "leave"
        if self.shifts[person.id].get(day):
            return "busy"
        return "rest" if self._lacks_rest(person.id, day, template) else ""

    def _lacks_rest(self, person: int, day: int, template: Template) -> bool:
        rest = self.problem.limits.rest_hours * 60
        mine, own = self.shifts[person], template
        for other_day in range(day - 8, day + 9):
            for other in mine.get(other_day, ()):
                if lacks_rest(other, own, day - other_day, rest) or lacks_rest(
                    own, other, other_day - day, rest
                ):
                    return True
        return False

    def _over_limit(self, person: Staff, day: int, template: Template) -> str:
        limits, mine = self.problem.limits, self.shifts[person.id]
        if _run(day, lambda d: bool(mine.get(d))) > limits.days_in_row:
            return "days"
        night = _run(day, lambda d: any(t.night for t in mine.get(d, ())))
        if template.night and night > limits.nights_in_row:
            return "nights"
        week = self.problem.week_of(day)
        used = sum(t.minutes for d, ts in mine.items() if self.problem.week_of(d) == week for t in ts)
        return "week" if used + template.minutes > limits.week_hours * 60 else ""


def touches(leave: frozenset[int], day: int, template: Template) -> bool:
    """Whether a shift touches a day of leave; a night shift also the day it ends on."""
    last = day + (template.ends - 1) // DAY
    return any(one in leave for one in range(day, last + 1))


def lacks_rest(first: Template, then: Template, days: int, rest: int) -> bool:
    """Whether `then`, starting `days` after `first`, leaves less than `rest` minutes between them."""
    return (
        days >= 0
        and then.starts + days * DAY - first.ends < rest
        and (days > 0 or then.starts >= first.starts)
    )


def _run(day: int, works: Any) -> int:  # noqa: ANN401 -- a function of a day
    """How long the run of days would be with this one in it."""
    before = after = day
    while works(before - 1):
        before -= 1
    while works(after + 1):
        after += 1
    return after - before + 1


# ---------------------------------------------------------------- cover


def remaining(problem: Problem) -> dict[tuple[int, str, int], list[int]]:
    """Beats still to be manned after the fixed duties, one entry a head, by day, shift and team.

    Every beat gets its first head before any gets its second.
    """
    there = Counter((duty.day, duty.template, duty.beat) for duty in problem.fixed)
    found: dict[tuple[int, str, int], list[int]] = {}
    for day in range(problem.days):
        for template in problem.templates:
            heads: dict[int, list[tuple[int, int]]] = defaultdict(list)
            for beat in problem.beats:
                have = there[day, template.code, beat.id]
                wanted = range(have, beat.needs.get(template.code, 0))
                heads[beat.team] += [(number, beat.id) for number in wanted]
            for team, rows in heads.items():
                if rows:
                    found[day, template.code, team] = [beat for _, beat in sorted(rows)]
    return found


def gaps(problem: Problem, duties: Iterable[Duty]) -> tuple[Gap, ...]:
    """What is not covered by the fixed duties and these, and why nobody of the team could."""
    book, there = Book(problem), Counter((d.day, d.template, d.beat) for d in problem.fixed)
    for duty in duties:
        book.add(duty)
        there[duty.day, duty.template, duty.beat] += 1
    return tuple(
        Gap(day, template.code, beat.id, needed, have, _reasons(problem, book, beat.team, day, template))
        for day in range(problem.days)
        for template in problem.templates
        for beat in problem.beats
        if (have := there[day, template.code, beat.id]) < (needed := beat.needs.get(template.code, 0))
    )


def _reasons(problem: Problem, book: Book, team: int, day: int, template: Template) -> dict[str, int]:
    members = [person for person in problem.staff if day in person.member.get(team, frozenset())]
    return dict(Counter(book.why_not(person, team, day, template) or "free" for person in members))


# ---------------------------------------------------------------- one after another


def greedy(problem: Problem) -> Plan:
    """The plain way, day by day: whoever may and has had least takes the shift. Also the start."""
    began = time.process_time()
    book, duties = Book(problem), list[Duty]()
    load = {person.id: _Load(person.nights, person.weekends) for person in problem.staff}
    for duty in problem.fixed:
        if duty.person in load and 0 <= duty.day < problem.days:
            load[duty.person].take(problem, duty.day, book.kinds[duty.template])
    for (day, code, team), beats in remaining(problem).items():
        template = book.kinds[code]
        for beat in beats:
            free = [p for p in problem.staff if not book.why_not(p, team, day, template)]
            if not free:
                break
            best = min(free, key=lambda p: (load[p.id].key(template, weekend=problem.is_weekend(day)), p.id))
            duties.append(duty := Duty(day, code, beat, best.id))
            book.add(duty)
            load[best.id].take(problem, day, template)
    cost = cost_of(problem, duties)
    return Plan(
        tuple(sorted(duties)), gaps(problem, duties), "greedy", cost, 0.0, time.process_time() - began
    )


@dataclass(slots=True)
class _Load:
    """What a person has had so far."""

    nights: int
    weekends: int
    all: int = 0

    def take(self, problem: Problem, day: int, template: Template) -> None:
        self.nights += template.night
        self.weekends += problem.is_weekend(day)
        self.all += 1

    def key(self, template: Template, *, weekend: bool) -> tuple[int, int, int]:
        return (self.nights if template.night else 0, self.weekends if weekend else 0, self.all)


# ---------------------------------------------------------------- what a rota costs


def balanced(problem: Problem) -> dict[int, list[Staff]]:
    """The people of each team whose load is compared: there for at least half of the days."""
    found: dict[int, list[Staff]] = defaultdict(list)
    for person in problem.staff:
        for team, days in person.member.items():
            if 2 * len(days - person.leave) >= problem.days:
                found[team].append(person)
    return {team: people for team, people in found.items() if len(people) > 1}


def cost_of(problem: Problem, duties: Iterable[Duty]) -> int:
    """The cost of a rota, as the search counts it: missing heads, then how uneven each team's loads are."""
    given = list(duties)
    kinds = {template.code: template for template in problem.templates}
    counted = [*given, *(d for d in problem.fixed if 0 <= d.day < problem.days)]
    nights = Counter({p.id: p.nights for p in problem.staff})
    weekends = Counter({p.id: p.weekends for p in problem.staff})
    loads: Counter[int] = Counter()
    for duty in counted:
        nights[duty.person] += kinds[duty.template].night
        weekends[duty.person] += problem.is_weekend(duty.day)
        loads[duty.person] += 1
    missing = sum(len(beats) for beats in remaining(problem).values()) - len(given)
    spread = sum(
        weight * _spread([counts[p.id] for p in people])
        for people in balanced(problem).values()
        for weight, counts in ((NIGHT, nights), (WEEKEND, weekends), (LOAD, loads))
    )
    return SHORT * missing + spread


def _spread(values: Sequence[int]) -> int:
    return max(values) - min(values)


# ---------------------------------------------------------------- the search


Key = tuple[int, int, str, int]  # person, day, shift, team


@dataclass(slots=True)
class _Model:
    """The problem as CP-SAT reads it."""

    problem: Problem
    book: Book
    slots: Mapping[tuple[int, str, int], list[int]]
    cp: Any
    start: frozenset[Key]
    covered: bool  # the start leaves nothing open, so nothing better does either
    x: dict[Key, Any] = field(default_factory=dict)
    by_shift: dict[tuple[int, int, str], list[Any]] = field(default_factory=lambda: defaultdict(list))
    by_day: dict[tuple[int, int], list[Any]] = field(default_factory=lambda: defaultdict(list))
    costs: list[Any] = field(default_factory=list)

    def build(self) -> None:
        for key in self._keys():
            user, day, code, _team = key
            self.x[key] = variable = self.cp.new_bool_var("")
            self.cp.add_hint(variable, key in self.start)
            self.by_shift[user, day, code].append(variable)
            self.by_day[user, day].append(variable)
        for variables in self.by_day.values():
            self.cp.add_at_most_one(variables)
        for person in self.problem.staff:
            self._rest(person.id)
            self._windows(person.id)
            self._weeks(person.id)
        self._cover()
        self._balance()
        self.cp.minimize(sum(self.costs))

    def _keys(self) -> Iterator[Key]:
        for day, code, team in self.slots:
            for person in self.problem.staff:
                if not self.book.blocked(person, team, day, self.book.kinds[code]):
                    yield person.id, day, code, team

    def _rest(self, person: int) -> None:
        rest = self.problem.limits.rest_hours * 60
        reach = 1 + (rest + 2 * DAY) // DAY
        for day in range(self.problem.days):
            for first in self.problem.templates:
                mine = self.by_shift.get((person, day, first.code), [])
                for ahead in range(1, reach + 1) if mine else ():
                    later = [
                        variable
                        for then in self.problem.templates
                        if lacks_rest(first, then, ahead, rest)
                        for variable in self.by_shift.get((person, day + ahead, then.code), ())
                    ]
                    if later:
                        self.cp.add_at_most_one([*mine, *later])

    def _windows(self, person: int) -> None:
        """No more days, and no more nights, in a row than allowed; fixed shifts count."""
        limits, nights = self.problem.limits, [t.code for t in self.problem.templates if t.night]
        fixed = self.book.shifts[person]
        worked = {day for day, templates in fixed.items() if templates}
        dark = {day for day, templates in fixed.items() if any(t.night for t in templates)}
        days = {d: self.by_day.get((person, d), []) for d in range(self.problem.days)}
        night = {
            d: [v for code in nights for v in self.by_shift.get((person, d, code), ())]
            for d in range(self.problem.days)
        }
        self._window(days, worked, limits.days_in_row)
        self._window(night, dark, limits.nights_in_row)

    def _window(self, free: Mapping[int, list[Any]], fixed: set[int], most: int) -> None:
        for start in range(-most, self.problem.days):
            window = range(start, start + most + 1)
            taken = sum(day in fixed for day in window)
            variables = [v for day in window if day not in fixed for v in free.get(day, ())]
            possible = sum(day not in fixed and bool(free.get(day)) for day in window)
            if possible and taken + possible > most:
                self.cp.add(sum(variables) <= max(0, most - taken))

    def _weeks(self, person: int) -> None:
        limit = self.problem.limits.week_hours * 60
        weeks: dict[int, list[Any]] = defaultdict(list)
        for day in range(self.problem.days):
            for template in self.problem.templates:
                found = self.by_shift.get((person, day, template.code), ())
                weeks[self.problem.week_of(day)] += [template.minutes * variable for variable in found]
        for week, terms in weeks.items():
            taken = sum(
                template.minutes
                for day, templates in self.book.shifts[person].items()
                if self.problem.week_of(day) == week
                for template in templates
            )
            if terms:
                self.cp.add(sum(terms) <= max(0, limit - taken))

    def _cover(self) -> None:
        placed = Counter(key[1:] for key in self.start)
        by_slot: dict[tuple[int, str, int], list[Any]] = defaultdict(list)
        for (_person, day, code, team), variable in self.x.items():
            by_slot[day, code, team].append(variable)
        for slot, beats in self.slots.items():
            short = self.cp.new_int_var(0, 0 if self.covered else len(beats), "")
            self.cp.add(sum(by_slot[slot]) + short == len(beats))
            self.cp.add_hint(short, len(beats) - placed[slot])
            self.costs.append(SHORT * short)

    def _balance(self) -> None:
        codes = {template.code for template in self.problem.templates}
        nights = {template.code for template in self.problem.templates if template.night}
        ends = {day for day in range(self.problem.days) if self.problem.is_weekend(day)}
        every = set(range(self.problem.days))
        for people in balanced(self.problem).values():
            self._even(people, nights, every, NIGHT, {p.id: p.nights for p in people})
            self._even(people, codes, ends, WEEKEND, {p.id: p.weekends for p in people})
            self._even(people, codes, every, LOAD, {})

    def _even(
        self, people: Sequence[Staff], codes: set[str], days: set[int], weight: int, before: Mapping[int, int]
    ) -> None:
        had = Counter(person for person, day, code, _team in self.start if code in codes and day in days)
        fixed = {
            person.id: self._fixed(person.id, codes, days, before.get(person.id, 0)) for person in people
        }
        began = [fixed[person.id] + had[person.id] for person in people]
        ceiling = max(fixed.values()) + self.problem.days
        most, least = (self.cp.new_int_var(0, ceiling, "") for _ in range(2))
        if self.covered and {person.id for person in people} == {person.id for person in self.problem.staff}:
            whole = sum(fixed.values()) + sum(
                len(beats)
                for (day, code, _team), beats in self.slots.items()
                if code in codes and day in days
            )
            self.cp.add(most >= -(-whole // len(people)))  # somebody has at least the mean, somebody at most
            self.cp.add(least <= whole // len(people))
        self.cp.add_hint(most, max(began))
        self.cp.add_hint(least, min(began))
        for person in people:
            total = self._free(person.id, codes, days) + fixed[person.id]
            self.cp.add(total <= most)
            self.cp.add(total >= least)
        self.costs.append(weight * (most - least))

    def _fixed(self, person: int, codes: set[str], days: set[int], before: int) -> int:
        mine = self.book.shifts[person]
        return before + sum(t.code in codes for day in days for t in mine.get(day, ()))

    def _free(self, person: int, codes: set[str], days: set[int]) -> Any:  # noqa: ANN401 -- a sum
        return sum(v for day in days for code in codes for v in self.by_shift.get((person, day, code), ()))


def propose(problem: Problem, *, work: float = WORK, patience: float = PATIENCE) -> Plan:
    """The best rota found with `work` deterministic seconds of search: the same input, the same rota.

    Teams that share nobody are searched apart, which loses nothing. Only a machine so busy that `patience`
    seconds by the wall run out first may answer with another rota.
    """
    began, heads = time.process_time(), max(1, len(problem.staff))
    plans = []
    for part in parts(problem):
        share = len(part.staff) / heads
        plans.append(_search(part, work * share, patience * share))
    duties = tuple(sorted(duty for plan in plans for duty in plan.duties))
    status = "optimal" if all(plan.status == "optimal" for plan in plans) else "feasible"
    cost = cost_of(problem, duties)
    bound = cost - sum(plan.cost - plan.bound for plan in plans)
    return Plan(duties, gaps(problem, duties), status, cost, bound, time.process_time() - began)


def parts(problem: Problem) -> list[Problem]:
    """The problem cut into groups of teams that share nobody."""
    group = {beat.team: {beat.team} for beat in problem.beats}
    for person in problem.staff:
        joined = {team for one in person.member for team in group.get(one, {one})}
        group |= dict.fromkeys(joined, joined)
    found = []
    for teams in {min(teams): teams for _, teams in sorted(group.items())}.values():
        beats = tuple(beat for beat in problem.beats if beat.team in teams)
        staff = tuple(person for person in problem.staff if teams & set(person.member))
        own = {beat.id for beat in beats}
        people = {person.id for person in staff}
        fixed = tuple(duty for duty in problem.fixed if duty.person in people or duty.beat in own)
        if beats:
            found.append(replace(problem, beats=beats, staff=staff, fixed=fixed))
    return found


def _search(problem: Problem, work: float, patience: float) -> Plan:
    from ortools.sat.python import cp_model  # noqa: PLC0415 -- 90 MB, for the worker only

    start = greedy(problem)
    model = _Model(
        problem, Book(problem), remaining(problem), cp_model.CpModel(), _keys_of(problem, start),
        covered=not start.gaps,
    )  # fmt: skip
    model.build()
    if not model.x:  # nobody may take anything
        return replace(start, status="optimal", bound=start.cost)
    solver = cp_model.CpSolver()
    for name, value in (
        ("num_workers", 1), ("random_seed", SEED), ("linearization_level", 2),
        ("max_deterministic_time", work), ("max_time_in_seconds", patience),
    ):  # fmt: skip
        setattr(solver.parameters, name, value)
    status = solver.solve(model.cp)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):  # not even the start could be read in time
        return start
    duties = _dealt(model.slots, [key for key, variable in model.x.items() if solver.boolean_value(variable)])
    cost = cost_of(problem, duties)
    if cost > start.cost:  # stopped early
        return replace(start, bound=solver.best_objective_bound)
    name = "optimal" if status == cp_model.OPTIMAL else "feasible"
    return Plan(duties, (), name, cost, solver.best_objective_bound, 0.0)


def _keys_of(problem: Problem, plan: Plan) -> frozenset[Key]:
    teams = {beat.id: beat.team for beat in problem.beats}
    return frozenset((d.person, d.day, d.template, teams[d.beat]) for d in plan.duties)


def _dealt(slots: Mapping[tuple[int, str, int], list[int]], chosen: Iterable[Key]) -> tuple[Duty, ...]:
    """Give the people of each team and shift to its beats, each to the beat they walked most so far."""
    people: dict[tuple[int, str, int], list[int]] = defaultdict(list)
    for person, day, code, team in chosen:
        people[day, code, team].append(person)
    walked: Counter[tuple[int, int]] = Counter()
    found = []
    for (day, code, team), beats in slots.items():
        here = sorted(people[day, code, team])
        for beat in beats[: len(here)]:
            best = min(here, key=lambda person: (-walked[person, beat], person))
            here.remove(best)
            walked[best, beat] += 1
            found.append(Duty(day, code, beat, best))
    return tuple(sorted(found))
