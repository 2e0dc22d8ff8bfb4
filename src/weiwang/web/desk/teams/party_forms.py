"""The forms about branches, and what can be chosen in them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from weiwang.ledger import queries as ledger
from weiwang.party.rules import BRANCH_LEVELS, DOOR, NAME, REASON
from weiwang.territory.rules import Level
from weiwang.web.desk import places
from weiwang.web.ui.forms import Form

Choices = list[tuple[int, str]]
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
BUILDINGS = 50


class ChoiceForm(Form):
    """A form whose choices are given by name when it is made."""

    def __init__(self, *args: Any, choices: dict[str, Choices], **kwargs: Any) -> None:  # noqa: ANN401 -- as Django's
        super().__init__(*args, **kwargs)
        for name, found in choices.items():
            self.fields[name].choices = [("", "—"), *found]  # type: ignore[attr-defined]


class FoundForm(Form):
    grid = forms.IntegerField(widget=forms.HiddenInput)


class CareForm(ChoiceForm):
    unit = forms.TypedChoiceField(label=_("Micro-grid"), coerce=int)


class CareByForm(ChoiceForm):
    unit = forms.TypedChoiceField(label=_("Micro-grid"), coerce=int)
    branch = forms.TypedChoiceField(label=_("Party branch"), coerce=int)


class AreaForm(ChoiceForm):
    name = forms.CharField(label=_("Name of the area"), max_length=NAME)
    unit = forms.TypedChoiceField(
        label=_("Micro-grid"), coerce=int, required=False, empty_value=None,
        help_text=_("Either a whole micro-grid, or an area drawn on the map below."),
    )  # fmt: skip
    shape = forms.CharField(
        label=_("Area as GeoJSON or WKT"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Degrees, longitude first."),
    )  # fmt: skip


class EndForm(Form):
    reason = forms.CharField(label=pgettext_lazy("of ending", "Reason"), max_length=REASON)


class NewMemberForm(ChoiceForm):
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=NAME)
    home = forms.TypedChoiceField(
        label=_("Grid they live in"), coerce=int, help_text=_("The branch of this grid admits them.")
    )
    consent_on = forms.DateField(
        label=_("Consent given on"), widget=DAY,
        help_text=_("Membership is held for this assignment alone, and only with the person's own consent."),
    )  # fmt: skip


class WaitingForm(ChoiceForm):
    home = forms.TypedChoiceField(label=_("Grid they live in"), coerce=int)


class SecretaryForm(Form):
    member = forms.IntegerField(widget=forms.HiddenInput)


class HomeForm(ChoiceForm):
    home = forms.TypedChoiceField(label=_("Grid they live in"), coerce=int)
    building = forms.TypedChoiceField(label=_("Building"), coerce=int, required=False, empty_value=None)
    door = forms.CharField(label=_("Door"), max_length=DOOR, required=False)


class HouseholdForm(ChoiceForm):
    building = forms.TypedChoiceField(label=_("Building"), coerce=int)
    door = forms.CharField(
        label=_("Door"), max_length=DOOR, help_text=_("Stairwell and door, for example 2-301.")
    )


class LeaveForm(Form):
    on = forms.DateField(label=_("Left on"), widget=DAY)


class AnswerForm(Form):
    """Accepting needs no words; declining says why."""

    answer = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why it is declined"), max_length=REASON, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("answer") == "no" and not data.get("reason"):
            self.add_error("reason", _("Say why the move is declined."))
        return data


# ---------------------------------------------------------------- what can be chosen


def label(above: str, name: str) -> str:
    """A unit with the one above it, which many names already begin with."""
    return name if name.startswith(above) else f"{above} {name}"


def home_grids(place: int, on: date, paths: Sequence[str] = ("",)) -> Choices:
    """Grids with the name of their community, in the order of the tree."""
    grounds = places.grounds(place, on)
    names = {one.id: one.name for one in grounds if one.level == Level.GENERAL_GRID}
    return [
        (one.id, label(names.get(one.parent_id, ""), one.name))
        for one in grounds
        if one.level in BRANCH_LEVELS and any(one.path.startswith(path) for path in paths)
    ]


def micro_grids(place: int, on: date, under: str) -> Choices:
    """The micro-grids of a part of the tree with the name of their grid."""
    names = {one.id: one.name for one in places.grounds(place, on)}
    return [
        (one.id, label(names.get(one.parent_id, ""), one.name))
        for one in places.leaves(place, on)
        if one.path.startswith(under)
    ]


def buildings(place: int, *, under: str, words: str = "", also: int | None = None) -> Choices:
    """The buildings found by some words, and the one chosen before."""
    found = ledger.buildings_in(place=place, under=under, words=words, limit=BUILDINGS)
    rows = {one.pk: f"{one.address} {one.name}".strip() for one in found}
    before = ledger.building(place=place, building_id=also) if also is not None else None
    if before is not None:
        rows.setdefault(before.pk, f"{before.address} {before.name}".strip())
    return list(rows.items())
