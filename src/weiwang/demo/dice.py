import random
from collections.abc import Iterable
from typing import TypeVar

Item = TypeVar("Item")


class Dice(random.Random):
    """Chance that repeats itself: the same seed text gives the same world on every machine.

    Each part of the world takes its own `child`, so that a change in one part leaves the others as they were.
    """

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self._seed_text = seed

    def child(self, *names: object) -> "Dice":
        return Dice("/".join([self._seed_text, *(str(name) for name in names)]))

    def chance(self, share: float) -> bool:
        return self.random() < share

    def around(self, middle: float, spread: float) -> float:
        """A number within `spread` (a share, 0.1 = ten per cent) of the middle."""
        return middle * (1 + spread * (2 * self.random() - 1))

    def whole(self, middle: float, deviation: float, low: int, high: int) -> int:
        return min(high, max(low, round(self.gauss(middle, deviation))))

    def shuffled(self, items: Iterable[Item]) -> list[Item]:
        mixed = list(items)
        self.shuffle(mixed)
        return mixed
