"""The forms around a post: deputise, hand over, end."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from weiwang.web.ui.forms import Form

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
PERSON_HELP = _("User name, or the full name if only one person has it.")


class DeputyForm(Form):
    person = forms.CharField(label=_("Who deputises"), max_length=60, help_text=PERSON_HELP)
    starts_at = forms.DateTimeField(label=pgettext_lazy("leave", "From"), widget=MOMENT)
    ends_at = forms.DateTimeField(label=pgettext_lazy("leave", "Until"), widget=MOMENT)
    reason = forms.CharField(label=_("Occasion"), max_length=120, help_text=_("Such as annual leave."))


class HandoverForm(Form):
    person = forms.CharField(label=_("Who follows"), max_length=60, required=False, help_text=PERSON_HELP)
    vacant = forms.BooleanField(
        label=_("Nobody yet: leave the post vacant, open work goes to the post above"), required=False
    )
    moment = forms.DateTimeField(
        label=_("From when"), required=False, widget=MOMENT, help_text=_("At once when empty.")
    )
    note = forms.CharField(label=_("Note for the sheet"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("person") and not data.get("vacant"):
            self.add_error("person", _("Say who follows, or choose to leave the post vacant."))
        return data


class EndForm(Form):
    """Only the press of a button; what is wrong with it is said above it."""
