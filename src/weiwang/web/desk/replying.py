"""Beside the words of a step at the desk: texts to begin with, and what the reporter will get."""

from dataclasses import replace

from django.utils.translation import get_language

from weiwang.cases.answering import texts_for
from weiwang.cases.pairs import PAIRS
from weiwang.cases.queries import CaseFile
from weiwang.cases.replies import inserted
from weiwang.cases.rules import Step
from weiwang.web.desk.offers import Typed


def with_text(file: CaseFile, asked: Typed, code: str) -> Typed:
    """The words so far with the chosen text below them: for pages without scripts."""
    step = _speaking(asked.step)
    texts = texts_for(file.case, [step], reader=get_language() or "").get(step, []) if step else []
    found = next((one.text for one in texts if one.code == code), "")
    return replace(asked, note=inserted(asked.note, found) if found else asked.note)


def _speaking(name: str) -> Step | None:
    """The step that gets the words, of a step or a pair."""
    if name in PAIRS:
        return PAIRS[name].speaks
    return Step(name) if name in set(Step) else None
