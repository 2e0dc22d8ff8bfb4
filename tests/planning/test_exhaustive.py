"""The engine against all plans there are, on places small enough to try them all."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

import pytest
from benchmarks import optima
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.planning.places import TINY, House, broken_rules, place

from weiwang.planning import kernel
from weiwang.planning.engine import Plan, plan
from weiwang.planning.instance import Instance
from weiwang.planning.limits import SizeRange
from weiwang.planning.measure import Measure

Link = tuple[str, str, str]


@dataclass
class Everything:
    """Every set of buildings of a tiny place, as bit masks: what it holds and in how many parts it lies."""

    instance: Instance
    near: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.near = [0] * len(self.instance.buildings.ids)
        for a, b in zip(self.instance.links.a.tolist(), self.instance.links.b.tolist(), strict=True):
            self.near[a] |= 1 << b
            self.near[b] |= 1 << a

    def held(self, mask: int) -> int:
        return sum(h for i, h in enumerate(self.instance.buildings.households.tolist()) if mask >> i & 1)

    def parts(self, mask: int) -> int:
        found = 0
        while mask:
            found += 1
            part, more = 0, mask & -mask
            while more:
                part |= more
                grown = 0
                for i, near in enumerate(self.near):
                    grown |= near if more >> i & 1 else 0
                more = grown & mask & ~part
            mask &= ~part
        return found

    def exceptions(self, mask: int, sizes: SizeRange) -> int:
        return int(not sizes.holds(self.held(mask))) + self.parts(mask) - 1

    def fewest(self) -> int:
        """Fewest exceptions of any plan."""
        limits = self.instance.limits

        @cache
        def of(mask: int, level: str) -> int:
            return self.exceptions(mask, limits.micro if level == "micro" else limits.grid)

        best = 1 << 30
        for micros in partitions([1 << i for i in range(len(self.near))]):
            here = sum(of(m, "micro") for m in micros)
            if here < best:
                best = min(best, here + min(sum(of(g, "grid") for g in p) for p in partitions(micros)))
        return best

    def all_fit(self) -> bool:
        """Every building lies in some walkable group of permitted size, at both levels."""
        fits = {"micro": 0, "grid": 0}
        for mask in range(1, 1 << len(self.near)):
            for level, sizes in (("micro", self.instance.limits.micro), ("grid", self.instance.limits.grid)):
                if sizes.holds(self.held(mask)) and self.parts(mask) == 1:
                    fits[level] |= mask
        return all(mask == (1 << len(self.near)) - 1 for mask in fits.values())


def partitions(masks: Sequence[int]) -> Iterator[list[int]]:
    """All ways to unite the masks into groups."""
    if not masks:
        yield []
        return
    for rest in partitions(masks[1:]):
        yield [masks[0], *rest]
        for i in range(len(rest)):
            yield [*rest[:i], rest[i] | masks[0], *rest[i + 1 :]]


def exceptions_of(made: Plan, everything: Everything) -> int:
    masks: dict[str, int] = {}
    rows = made.instance.buildings.rows
    for row in made.rows():
        for name in (f"micro {row.micro}", f"grid {row.grid}"):
            masks[name] = masks.get(name, 0) | 1 << rows[row.building]
    limits = made.instance.limits
    return sum(
        everything.exceptions(mask, limits.micro if name.startswith("micro") else limits.grid)
        for name, mask in masks.items()
    )


@st.composite
def places(draw: st.DrawFn) -> Instance:
    n = draw(st.integers(2, 7))
    houses = [
        House(
            f"H{i}", draw(st.integers(0, 9)) * 30.0, draw(st.integers(1, 9)), draw(st.integers(0, 9)) * 30.0
        )
        for i in range(n)
    ]
    kinds = st.sampled_from(["open", "open", "wall", "road"])
    links = [
        (f"H{i}", f"H{draw(st.integers(0, i - 1))}", draw(kinds))
        for i in range(1, n)
        if draw(st.integers(0, 9))
    ]
    for _ in range(draw(st.integers(0, 4))):
        a, b = draw(st.integers(0, n - 1)), draw(st.integers(0, n - 1))
        links += [(f"H{a}", f"H{b}", draw(kinds))] if a != b else []
    return place(houses, links, limits=TINY)


@settings(max_examples=60)
@given(places(), st.integers(0, 3))
def test_no_plan_at_all_has_fewer_exceptions(instance: Instance, seed: int) -> None:
    everything = Everything(instance)
    made = plan(instance, seed=seed)
    assert broken_rules(made) == []
    found, fewest = exceptions_of(made, everything), everything.fewest()
    assert found >= fewest
    if everything.all_fit() or fewest == 0:
        assert found == fewest


@settings(max_examples=60)
@given(places())
def test_every_group_that_breaks_a_rule_is_listed(instance: Instance) -> None:
    everything = Everything(instance)
    made = plan(instance)
    listed = {(e.level, e.group) for e in made.exceptions}
    assert (exceptions_of(made, everything) == 0) == (not listed)
    for e in made.exceptions:
        assert str(e.households) in e.sentence("zh")
        assert str(e.households) in e.sentence("en")


@pytest.mark.skipif(kernel.load() is None, reason="no C compiler here")
@pytest.mark.parametrize("seed", [7, 21])
def test_the_grids_of_sixteen_micro_grids_are_the_best_there_are(seed: int) -> None:
    """Places on which drawing again at random stops 0.7 to 0.9 per cent above the optimum."""
    draw = random.Random(seed)
    spots = [(row, column) for row in range(4) for column in range(4)]
    houses = [
        House(f"{r}{c}", c * 40.0 + draw.uniform(-15, 15), draw.randint(52, 100),
              y=r * 40.0 + draw.uniform(-15, 15))
        for r, c in spots
    ]  # fmt: skip
    links = [(f"{r}{c}", f"{r}{c + 1}", "open") for r, c in spots if c < 3]
    links += [(f"{r}{c}", f"{r + 1}{c}", "open") for r, c in spots if r < 3]
    measure = Measure(plan(place(houses, links)))
    whole = next(optima.parts(measure, "grid"))
    found = optima.solve(whole, optima.prices_of(measure)["grid"], 300, 500)
    assert found is not None
    assert found.proven
    assert found.plan == pytest.approx(found.least)
