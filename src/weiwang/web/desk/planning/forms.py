"""Forms of planning."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from weiwang.plans.rules import SCHEME_NAMES, PlanError, Scheme, Settings
from weiwang.web.ui.faults import said
from weiwang.web.ui.forms import Form

USUAL = Settings()
MOST = 5000
LEVELS = (
    ("0", _("Plan from scratch")),
    ("0.5", _("Stay close to the present division")),
    ("1", _("Touch only what must change")),
)


def _size(label: Any, initial: int) -> forms.IntegerField:  # noqa: ANN401 -- a lazy string
    return forms.IntegerField(label=label, min_value=1, max_value=MOST, initial=initial)


class NewPlanForm(Form):
    """What a draft is asked for."""

    name = forms.CharField(label=_("Name of the draft"), max_length=80)
    micro_low = _size(_("Micro-grid, at least"), USUAL.micro_low)
    micro_high = _size(_("Micro-grid, at most"), USUAL.micro_high)
    grid_low = _size(_("Grid, at least"), USUAL.grid_low)
    grid_high = _size(_("Grid, at most"), USUAL.grid_high)
    keep = forms.ChoiceField(label=_("The present division"), choices=LEVELS, initial="0")
    balance = forms.ChoiceField(
        label=_("Balance by"),
        choices=(
            ("0", _("Households alone")),
            ("0.5", _("Households and work of the past year, half and half")),
        ),
        help_text=_("Work is the cases of the past year, at the nearest building. Visits do not count yet."),
        initial="0",
    )
    scheme = forms.ChoiceField(
        label=_("Number new grids"),
        choices=[(one.value, _(SCHEME_NAMES[one])) for one in Scheme],
        initial=Scheme.ROWS,
    )
    wished_grids = forms.IntegerField(
        label=_("Wished number of grids, if there is one"), required=False, min_value=1, max_value=MOST
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors:
            try:
                self.settings()
            except PlanError as error:
                self.add_error(
                    "grid_high" if values["micro_low"] < values["micro_high"] else "micro_high", said(error)
                )
        return values

    def settings(self) -> Settings:
        """Raises `PlanError`."""
        given = self.cleaned_data
        return Settings(
            micro_low=given["micro_low"], micro_high=given["micro_high"], grid_low=given["grid_low"],
            grid_high=given["grid_high"], keep=float(given["keep"]), work=float(given["balance"]),
            wished_grids=given["wished_grids"] or 0, scheme=Scheme(given["scheme"]),
        )  # fmt: skip


class RedrawForm(Form):
    """Draw again around what is locked."""

    keep = forms.ChoiceField(label=_("What was drawn"), choices=LEVELS, initial="1")
    seen = forms.IntegerField(widget=forms.HiddenInput)
