"""Two steps that one person usually takes right after each other, offered as one deed. Plain Python."""

from collections.abc import Mapping
from dataclasses import dataclass

from weiwang.cases.rules import LIFECYCLE, Note, Step
from weiwang.kernel.faults import gettext_noop


@dataclass(frozen=True, slots=True)
class Pair:
    """`first` and `then`: both are done or neither is."""

    first: Step
    then: Step
    name: str
    is_usual: bool = False  # whoever may do both does: the first alone need not stand beside it

    @property
    def code(self) -> str:
        return f"{self.first}-{self.then}"

    @property
    def steps(self) -> tuple[Step, Step]:
        return self.first, self.then

    @property
    def speaks(self) -> Step:
        """The step that gets the words: the one that needs them, else the last."""
        return self.first if LIFECYCLE[self.first].note is Note.REQUIRED else self.then

    def note_of(self, step: Step, note: str) -> str:
        return note if step is self.speaks else ""


REGISTER_AND_DISPATCH = Pair(
    Step.REGISTER, Step.DISPATCH, gettext_noop("Register and dispatch"), is_usual=True
)
PAIRS: Mapping[str, Pair] = {
    pair.code: pair
    for pair in (
        REGISTER_AND_DISPATCH,
        Pair(Step.RECALL, Step.DISPATCH, gettext_noop("Take back and dispatch elsewhere")),
        Pair(Step.CHECK, Step.CLOSE, gettext_noop("Check passed: close and answer")),
    )
}
"""By the code that a form sends. Every pair begins with another step."""
