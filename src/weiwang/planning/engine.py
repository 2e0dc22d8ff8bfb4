"""Plan the micro-grids and grids of a whole place: `plan` takes an instance and gives a plan."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from weiwang.planning import kernel, slow
from weiwang.planning.atoms import Pieces, cut_buildings, link_pieces
from weiwang.planning.community import Community, Groups, Task, Work, communities, group_compiled
from weiwang.planning.exceptions import GroupException
from weiwang.planning.explain import Explainer, Surroundings
from weiwang.planning.instance import Instance, Ints
from weiwang.planning.limits import CountAnswer, Level, Limits, Prices
from weiwang.planning.numbering import name_groups, renumber
from weiwang.planning.previous import OldGroups, PlanRow, no_old_groups, old_cuts, old_groups

Progress = Callable[[int, int], None]
"""Called with households planned so far and in all."""

STEPS_PER_SECOND = 1.7e8
PYTHON_STEPS_PER_SECOND = 1.5e6
USUAL_SECONDS = 3.0e-5
"""CPU seconds a household of search beyond the first draft, for one sub-district; a city gets half of it."""
SUB_DISTRICT = 60_000
PLENTY = 5000.0
"""Steps a household after which drawing grids again from the same micro-grids gains little."""


@dataclass(slots=True)
class Plan:
    """A finished plan: pieces with the places of their groups, the names of the groups, what broke a rule."""

    instance: Instance
    pieces: Pieces
    micro: Ints
    grid: Ints
    micro_ids: list[str]
    grid_ids: list[str]
    exceptions: list[GroupException]
    work: float = 0.0

    def rows(self) -> Iterator[PlanRow]:
        """One line a piece."""
        p = self.pieces
        ids = self.instance.buildings.ids
        columns = (p.building, p.stairwell, p.floor_from, p.floor_to, self.micro, self.grid)
        for building, stairwell, low, high, micro, grid in zip(*(c.tolist() for c in columns), strict=True):
            yield PlanRow(ids[building], stairwell, low, high, self.micro_ids[micro], self.grid_ids[grid])

    def sizes(self, level: Level) -> Ints:
        """Households of each group, in the order of its ids."""
        label, ids = (self.micro, self.micro_ids) if level == "micro" else (self.grid, self.grid_ids)
        return np.bincount(label, self.pieces.households, len(ids)).astype(np.int32)


def answer_count(instance: Instance, level: Level, wished: int) -> CountAnswer:
    """Whether so many groups can keep the size rule here, and how many could."""
    homes = range(len(instance.communities))
    held = np.bincount(instance.buildings.community, instance.buildings.households, len(homes))
    return CountAnswer.over(
        level,
        wished,
        [(instance.limits_of(i).of(level), int(held[i])) for i in homes]
        if instance.special
        else [(instance.limits.of(level), instance.households)],
    )


def plan(
    instance: Instance,
    *,
    previous: Sequence[PlanRow] | None = None,
    keep: float = 1.0,
    seconds: float | None = None,
    procs: int = 1,
    seed: int = 0,
    progress: Progress | None = None,
    limits: Limits | None = None,
    prices: Prices | None = None,
) -> Plan:
    """Plan a place.

    `previous`: lines of an earlier plan to stay close to; `keep` says how close: 1 touches only what is
    broken or new, 0 plans afresh and merely keeps the names. `seconds`: CPU seconds of search in all, counted
    in steps, so the same seed and seconds give the same plan on any machine and for any number of processes.
    """
    if limits is not None:
        instance = replace(instance, limits=limits, special={})
    old_rows = list(previous or ())
    pieces = cut_buildings(instance, old_cuts(instance, old_rows) if keep > 0 else {})
    links = link_pieces(instance, pieces)
    old = old_groups(instance, pieces, old_rows) if old_rows else no_old_groups(pieces)
    chosen = _kept_prices(prices or Prices(), keep if old_rows else 0.0)
    shares = _Effort.of(instance, seconds, keep if old_rows else 0.0)
    places = list(communities(instance, pieces, links, old))
    tasks = [
        Task(name, community, instance.limits_of(place), chosen, shares.work(community), seed)
        for place, (name, _, community) in enumerate(places)
    ]
    found = _solve(tasks, procs, progress)
    return _assemble(instance, pieces, old, [(where, c) for _, where, c in places], found)


def _kept_prices(prices: Prices, keep: float) -> Prices:
    return replace(prices, micro_keep=prices.micro_keep * keep, grid_keep=prices.grid_keep * keep)


@dataclass(frozen=True, slots=True)
class _Effort:
    """How many steps of search a household gets."""

    steps: float
    from_old: int

    @classmethod
    def of(cls, instance: Instance, seconds: float | None, keep: float) -> "_Effort":
        households = max(instance.households, 1)
        if keep >= 1.0:
            return cls(0.0, 2)
        rate = STEPS_PER_SECOND if kernel.load() is not None else PYTHON_STEPS_PER_SECOND
        size = min(1.0, 0.5 + 0.5 * SUB_DISTRICT / households)
        usual = USUAL_SECONDS * households * size
        return cls((seconds if seconds is not None else usual) * rate / households, 1 if keep > 0 else 0)

    def work(self, community: Community) -> Work:
        """Most goes to the grids, until more of it hardly helps; then to both levels together."""
        first = min(self.steps, PLENTY) * community.households
        more = max(self.steps - PLENTY, 0.0) * community.households
        return Work(0.2 * (first + more), 0.7 * first + 0.3 * more, 0.1 * first + 0.5 * more, self.from_old)


def group(task: Task) -> Groups:
    """Plan one community, by the compiled search or, without it, in plain Python."""
    library = kernel.load()
    return slow.group(task) if library is None else group_compiled(library, task)


@contextmanager
def _mapper(tasks: int, procs: int) -> "Iterator[Callable[[Sequence[Task]], Iterator[Groups]]]":
    """A way to group tasks in order, on one process or several."""
    procs = min(procs, tasks)
    if procs <= 1:
        yield lambda all_tasks: map(group, all_tasks)
        return
    kernel.load()
    alone = threading.active_count() == 1 and "fork" in multiprocessing.get_all_start_methods()
    with multiprocessing.get_context("fork" if alone else "spawn").Pool(procs) as pool:
        yield lambda all_tasks: pool.imap(group, all_tasks, chunksize=1)


def _solve(tasks: list[Task], procs: int, progress: Progress | None) -> list[Groups]:
    """Groups of every task, largest communities first so that the processes end together."""
    order = sorted(range(len(tasks)), key=lambda i: (-tasks[i].community.households, i))
    found: dict[int, Groups] = {}
    total = sum(task.community.households for task in tasks)
    done = 0
    with _mapper(len(tasks), procs) as run:
        for i, groups in zip(order, run([tasks[i] for i in order]), strict=True):
            found[i] = groups
            done += tasks[i].community.households
            if progress is not None:
                progress(done, total)
    return [found[i] for i in range(len(tasks))]


def _assemble(
    instance: Instance,
    pieces: Pieces,
    old: OldGroups,
    places: list[tuple[slice, Community]],
    found: list[Groups],
) -> Plan:
    micro, grid = np.zeros(len(pieces.building), np.int32), np.zeros(len(pieces.building), np.int32)
    micros = grids = 0
    for (where, _), groups in zip(places, found, strict=True):
        one, other = renumber(groups.micro, groups.grid)
        micro[where], grid[where] = one + micros, other + grids
        micros += int(one.max(initial=-1)) + 1
        grids += int(other.max(initial=-1)) + 1
    home = instance.buildings.community[pieces.building]
    weight = pieces.households
    micro_ids = name_groups(micro, old.micro, weight, old.micro_ids, _homes(instance, micro, home), "M", 4)
    grid_ids = name_groups(grid, old.grid, weight, old.grid_ids, _homes(instance, grid, home), "G", 3)
    result = Plan(instance, pieces, micro, grid, micro_ids, grid_ids, [], sum(g.work for g in found))
    around = Surroundings(instance)
    for (where, community), groups in zip(places, found, strict=True):
        result.exceptions += _explained(result, around, where, community, groups)
    return result


def _homes(instance: Instance, label: Ints, home: Ints) -> list[str]:
    """The community of each group."""
    _, where = np.unique(label, return_index=True)
    return [instance.communities[i] for i in home[where].tolist()]


def _explained(
    made: Plan, around: Surroundings, where: slice, community: Community, groups: Groups
) -> list[GroupException]:
    micro, grid = made.micro[where], made.grid[where]
    base = {"micro": int(micro.min(initial=1 << 30)), "grid": int(grid.min(initial=1 << 30))}
    names = {"micro": made.micro_ids, "grid": made.grid_ids}

    def name(level: Level, number: int) -> str:
        return names[level][base[level] + number]

    explainer = Explainer(around, community, groups, made.pieces.building[where])
    return list(explainer.exceptions(micro - base["micro"], grid - base["grid"], name))
