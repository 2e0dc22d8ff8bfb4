"""Sizes of groups, as settings, and what they allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

Language = Literal["zh", "en"]
Level = Literal["micro", "grid"]


@dataclass(frozen=True, slots=True)
class SizeRange:
    """Permitted households of a group, `low..high` inclusive, and the size to aim at."""

    low: int
    high: int
    target: float

    def __post_init__(self) -> None:
        if not 1 <= self.low < self.target <= self.high:
            raise ValueError(f"sizes must satisfy 1 <= low < target <= high, got {self}")

    @classmethod
    def between(cls, low: int, high: int) -> Self:
        """Aims at the middle, which 65 is for 30-100 and 400 for 300-500."""
        return cls(low, high, (low + high) / 2)

    def counts_for(self, households: int) -> range:
        """Numbers of groups that can hold exactly so many households, each in range; empty when none can."""
        return range(-(-households // self.high), households // self.low + 1)

    def holds(self, households: int) -> bool:
        return self.low <= households <= self.high


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes of both levels; the defaults are the usual 30-100 and 300-500 households."""

    micro: SizeRange = SizeRange(30, 100, 65)
    grid: SizeRange = SizeRange(300, 500, 400)

    def of(self, level: Level) -> SizeRange:
        return self.grid if level == "grid" else self.micro


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Prices:
    """What the plan minimises, in metres walked by households: summed over the groups."""

    micro_road: float = 2000.0
    micro_wall: float = 500.0
    micro_size: float = 1000.0
    grid_distance: float = 0.25
    grid_road: float = 4000.0
    grid_size: float = 10000.0
    compound_split: float = 3000.0
    micro_keep: float = 40.0
    grid_keep: float = 10.0


@dataclass(frozen=True, slots=True)
class CountAnswer:
    """Whether a wished number of groups keeps the size rule for so many households."""

    level: Level
    wished: int
    households: int
    sizes: SizeRange
    """The widest range of all kinds of area."""
    counts: range | None = None
    """How many groups could keep the rule, where kinds of area differ."""

    @classmethod
    def over(cls, level: Level, wished: int, areas: Sequence[tuple[SizeRange, int]]) -> Self:
        """Answer for areas with their own sizes and households."""
        by_sizes: dict[SizeRange, int] = {}
        for sizes, households in areas:
            by_sizes[sizes] = by_sizes.get(sizes, 0) + households
        low, high = min(s.low for s in by_sizes), max(s.high for s in by_sizes)
        each = [sizes.counts_for(households) for sizes, households in by_sizes.items()]
        possible = (
            range(sum(c.start for c in each), sum(c.stop - 1 for c in each) + 1) if all(each) else range(0)
        )
        widest = SizeRange(low, high, max(s.target for s in by_sizes))
        return cls(level, wished, sum(by_sizes.values()), widest, possible)

    @property
    def average(self) -> float:
        return self.households / self.wished

    @property
    def possible(self) -> range:
        return self.sizes.counts_for(self.households) if self.counts is None else self.counts

    @property
    def keeps_the_rule(self) -> bool:
        return self.wished in self.possible

    @property
    def excess(self) -> float:
        """Households by which the average group is out of range: positive above, negative below, else 0."""
        return max(0.0, self.average - self.sizes.high) + min(0.0, self.average - self.sizes.low)

    def sentence(self, language: Language) -> str:
        if language == "zh":
            return self._chinese()
        return self._english()

    def _english(self) -> str:
        name = "grids" if self.level == "grid" else "micro-grids"
        head = (
            f"{self.wished} {name} for {self.households} households hold {self.average:.0f} each on average; "
            f"the rule is {self.sizes.low} to {self.sizes.high}"
        )
        if self.keeps_the_rule:
            return f"{head}, so they keep it."
        break_by = f"so they break it by {abs(self.excess):.0f}"
        if not self.possible:
            return f"{head}, {break_by}; no number of {name} can keep it."
        return f"{head}, {break_by}; {self.possible[0]} to {self.possible[-1]} {name} would keep it."

    def _chinese(self) -> str:
        name = "网格" if self.level == "grid" else "微网格"
        head = (
            f"{self.households}户分成{self.wished}个{name}，平均每个{self.average:.0f}户；"
            f"规定为{self.sizes.low}至{self.sizes.high}户"
        )
        if self.keeps_the_rule:
            return f"{head}，符合规定。"
        side = "超出" if self.excess > 0 else "不足"
        break_by = f"平均每个{side}{abs(self.excess):.0f}户"
        if not self.possible:
            return f"{head}，{break_by}；无论划多少个{name}都不能全部达标。"
        return f"{head}，{break_by}；划{self.possible[0]}至{self.possible[-1]}个{name}才能达标。"
