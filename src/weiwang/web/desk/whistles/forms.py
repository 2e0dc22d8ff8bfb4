"""The forms of whistles: plain fields; the domain decides what is allowed."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from weiwang.web.desk.whistles.frame import language
from weiwang.web.ui.clocks import limit_words
from weiwang.web.ui.forms import Form
from weiwang.whistles import queries
from weiwang.whistles.rules import PLACE_WORDS, REASON, WORDS

Choices = list[tuple[str, str]]


def needed(message: str) -> dict[str, Any]:
    """What an empty field says: the sentence with which the domain refuses, translated there."""
    return {"required": _(message)}


class BlowForm(Form):
    kind = forms.ChoiceField(label=_("What it is for"), widget=forms.RadioSelect)
    departments = forms.TypedMultipleChoiceField(
        label=_("Departments to call"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages=needed("Call at least one department."),
    )
    words = forms.CharField(
        label=_("What is needed on the spot"), max_length=WORDS, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=needed("Say in a few words what is needed on the spot."),
    )  # fmt: skip
    unit = forms.TypedChoiceField(label=_("Place"), coerce=int)
    meeting_point = forms.CharField(
        label=_("Where to meet"), max_length=PLACE_WORDS, error_messages=needed("Say where to meet.")
    )
    limit = forms.ChoiceField(label=_("Report in within"))

    def __init__(
        self,
        data: Any = None,  # noqa: ANN401 -- as Django's
        *,
        departments: Choices,
        units: Choices,
        initial: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        table = queries.table()
        first = next(iter(table.kinds))
        for name, found in (
            ("kind", [(code, kind.name(language())) for code, kind in table.kinds.items()]),
            ("limit", [(text, limit_words(text)) for text in table.limits]),
            ("departments", departments), ("unit", units),
        ):  # fmt: skip
            self.fields[name].choices = found  # type: ignore[attr-defined]
        self.initial = {"kind": first, "limit": table.kinds[first].limit, **self.initial}
        if not units:
            del self.fields["unit"]  # the case says where


class AnswerForm(Form):
    words = forms.CharField(label=_("Reason"), required=False, max_length=REASON)


class EndForm(Form):
    outcome = forms.CharField(
        label=_("What came of it"),
        max_length=WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=needed("Write down what came of it."),
    )


class JudgeForm(Form):
    result = forms.ChoiceField(label=_("Is the matter settled?"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("One sentence about this matter"), max_length=REASON,
        error_messages=needed("Write one sentence about this matter."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, auto_id: str = "id_%s") -> None:  # noqa: ANN401 -- as Django's
        super().__init__(data, auto_id=auto_id)
        rows = queries.table().results
        self.fields["result"].choices = [(code, row.name(language())) for code, row in rows.items()]  # type: ignore[attr-defined]


class TakeForm(Form):
    reply = forms.CharField(label=_("Reply, such as: I am coming"), required=False, max_length=REASON)
