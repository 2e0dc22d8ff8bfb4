"""Extra questions of what was chosen, as one form drawn by every face that takes something in.

The form knows no domain: it is given the questions, and the function that says whether answers fit them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from weiwang.kernel.faults import CodedError
from weiwang.web.ui.forms import Form

PREFIX, SHOWN = "q", "asked"
FEW = 6  # up to so many answers stand as buttons, more as a list to open


class Option(Protocol):
    @property
    def key(self) -> str: ...
    def name(self, language: str) -> str: ...


class Question(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def options(self) -> Sequence[Any]: ...
    def words(self, language: str) -> str: ...
    def hint(self, language: str) -> str: ...


Check = Callable[[Any, Mapping[str, Sequence[str]]], tuple[Mapping[str, Any], Sequence[CodedError]]]

REFUSALS: Mapping[str, str] = {
    "answer.missing": gettext_noop("Please answer “%(question)s”."),
    "answer.too_long": gettext_noop("“%(question)s”: at most %(limit)s characters."),
    "answer.number": gettext_noop("“%(question)s”: please give a number, for example 3."),
    "answer.moment": gettext_noop("“%(question)s”: please give day and time, for example 2026-11-16 10:00."),
    "answer.date": gettext_noop("“%(question)s”: please give a day, for example 2026-11-16."),
    "answer.option": gettext_noop("“%(question)s”: please choose one of the answers."),
    "answer.several": gettext_noop("“%(question)s”: please choose one answer only."),
}


class Answer(forms.Field):
    """The answer to one question, as the house stores it; None when there is none."""

    def __init__(self, question: Question, check: Check) -> None:
        language = get_language() or ""
        self.question, self.check = question, check
        super().__init__(
            required=question.required, label=question.words(language), help_text=question.hint(language),
            widget=_control(question, language),
        )  # fmt: skip

    def clean(self, value: Any) -> Any:  # noqa: ANN401 -- Django's signature
        given = [str(one) for one in value] if isinstance(value, list) else [_zoned(self.question, value)]
        answers, faults = self.check((self.question,), {self.question.code: given})
        if faults:
            words = {**faults[0].params, "question": self.label}
            raise ValidationError(_(REFUSALS[faults[0].code]) % words, code=faults[0].code)
        return answers.get(self.question.code)


def _zoned(question: Question, value: Any) -> str:  # noqa: ANN401 -- whatever a widget gives
    """A time of day means local time: browsers send no zone with it."""
    text = str(value or "").strip()
    if question.kind != "datetime":
        return text
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return at.isoformat() if at.tzinfo else timezone.make_aware(at).isoformat()


def _control(question: Question, language: str) -> forms.Widget:
    options = [(one.key, one.name(language)) for one in question.options]
    if question.kind == "multivaluelist":
        return forms.CheckboxSelectMultiple(choices=options)
    if question.kind == "singlevaluelist":
        none = [] if question.required else [("", _("not sure"))]
        if len(options) <= FEW:
            return forms.RadioSelect(choices=[*options, *none])
        return forms.Select(choices=[("", _("— please choose —")), *options])
    return {
        "text": forms.Textarea(attrs={"rows": 2}),
        "number": forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        "datetime": forms.TextInput(attrs={"type": "datetime-local"}),
        "date": forms.TextInput(attrs={"type": "date"}),
    }.get(question.kind, forms.TextInput(attrs={"autocomplete": "off", "maxlength": 200}))


class Questions(Form):
    """The questions of one choice. `code` is that choice: an old page may have asked those of another one."""

    use_required_attribute = False

    def __init__(self, data: QueryDict | None, *, code: str, asked: Sequence[Question], check: Check) -> None:
        self.code, self.is_new = code, data is None or data.get(SHOWN) != code
        super().__init__(None if self.is_new else data, prefix=PREFIX, initial=_typed(data, asked))
        for question in asked:
            self.fields[question.code] = Answer(question, check)

    @property
    def answers(self) -> dict[str, Any]:
        """What was answered, once it is `settled`."""
        given = self.cleaned_data if self.fields else {}
        return {code: answer for code, answer in given.items() if answer is not None}

    def settled(self) -> bool:
        """Nothing is left to ask: no questions, or all were seen and answered as they need."""
        return not self.fields or (not self.is_new and self.is_valid())


def _typed(data: QueryDict | None, asked: Sequence[Question]) -> dict[str, Any]:
    """What was answered already to questions that the new choice asks too."""
    if data is None:
        return {}
    found = {one.code: data.getlist(f"{PREFIX}-{one.code}") for one in asked}
    return {
        one.code: found[one.code] if one.kind == "multivaluelist" else found[one.code][0]
        for one in asked
        if found[one.code]
    }
