"""The forms about duty lists: one duty, publishing, an addition for a micro-grid, calling an event."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from weiwang.duties.rules import RECURRENCE_NAMES, DutyText, Recurrence
from weiwang.web.ui.forms import Form

MOST_DAYS = 120
Choices = Iterable[tuple[str, str]]


def day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DutyEditForm(Form):
    """One duty of a draft. What may stay empty while one writes is asked for when the list is published."""

    duty = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text_zh = forms.CharField(
        label=_("Duty, in Chinese"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One sentence that says what is to be done."),
    )  # fmt: skip
    text_en = forms.CharField(label=_("The same in English"), max_length=200, required=False)
    recurrence = forms.ChoiceField(
        label=_("How often"), choices=[(one.value, _(word)) for one, word in RECURRENCE_NAMES.items()]
    )
    days = forms.IntegerField(
        label=_("Due within working days"), min_value=0, max_value=MOST_DAYS, initial=5,
        help_text=_("Counted after the first working day of the period, or after the event was called."),
    )  # fmt: skip
    season_from = forms.CharField(
        label=_("Season from"), max_length=5, required=False, help_text=_("Month and day, such as 05-01.")
    )
    season_to = forms.CharField(
        label=_("Season to"), max_length=5, required=False, help_text=_("Month and day, such as 09-30.")
    )
    event = forms.CharField(
        label=_("Event"), max_length=40, required=False, help_text=_("For example a rainstorm warning.")
    )
    owner = forms.CharField(label=_("Who asks for it"), max_length=60, required=False)
    basis = forms.CharField(
        label=_("Legal basis"), max_length=200, required=False,
        help_text=_("Name of the law or rule, and the article."),
    )  # fmt: skip
    ends_on = forms.DateField(label=_("It ends on"), required=False, widget=day())
    review_on = forms.DateField(label=_("Looked at again on"), required=False, widget=day())

    def as_typed(self) -> DutyText:
        data = {name: value for name, value in self.cleaned_data.items() if name != "duty"}
        return DutyText(**{**data, "recurrence": Recurrence(data["recurrence"])})


def duty_values(duty: Any) -> dict[str, Any]:  # noqa: ANN401 -- a row of the duties
    """What the form begins with when a duty is changed."""
    names = [name for name in DutyEditForm.base_fields if name != "duty"]
    return {"duty": duty.pk, **{name: getattr(duty, name) for name in names}}


class PublishForm(Form):
    valid_from = forms.DateField(label=_("In force from"), widget=day())


class DraftForm(Form):
    """A new draft; with the code of a micro-grid it is what this one adds to the list of its posts."""

    kind = forms.CharField(max_length=40, widget=forms.HiddenInput)
    sample = forms.BooleanField(required=False)
    unit = forms.CharField(
        label=_("Code of the micro-grid"), max_length=30, required=False,
        help_text=_("The list of the post stays as it is; this one micro-grid has the addition besides."),
    )  # fmt: skip


class EventForm(Form):
    """Which event, and over which part of the tree."""

    event = forms.ChoiceField(label=_("Event"))
    unit = forms.ChoiceField(label=pgettext_lazy("of an event", "Where"))

    def __init__(self, *args: Any, events: Iterable[str] = (), units: Choices = (), **kwargs: Any) -> None:  # noqa: ANN401 -- Django's own
        super().__init__(*args, **kwargs)
        for name, choices in (("event", [(one, one) for one in events]), ("unit", list(units))):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices
