"""The forms of the patrol force: plain fields; the domain decides what is allowed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from weiwang.patrols.rules import MAX_WEEKS, PatrolTable
from weiwang.web.desk.teams.patrols_frame import language
from weiwang.web.ui.forms import Form

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
Choices = list[tuple[str, str]]


def choices(words: dict[str, Any]) -> Choices:
    return [(code, found.name(language())) for code, found in words.items()]


class TeamForm(Form):
    unit = forms.ChoiceField(label=_("Unit of the team"))
    name = forms.CharField(label=_("Name of the team"), max_length=60)

    def __init__(self, data: Any = None, *, units: Choices) -> None:  # noqa: ANN401 -- as Django's
        super().__init__(data)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]


class JoinForm(Form):
    username = forms.CharField(label=_("User name"), max_length=60)
    origin = forms.ChoiceField(label=_("Comes from"))
    role = forms.ChoiceField(label=_("Role in the team"))
    starts_on = forms.DateField(label=_("First day"), widget=DAY)
    ends_on = forms.DateField(label=_("Last day"), required=False, widget=DAY)
    grid = forms.TypedChoiceField(
        label=_("Fixed to grid"), required=False, coerce=int, empty_value=None,
        help_text=_("For auxiliaries only."),
    )  # fmt: skip
    duties = forms.MultipleChoiceField(
        label=_("Duties there"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, *, table: PatrolTable, grids: Choices, initial: Any = None) -> None:  # noqa: ANN401 -- as Django's
        super().__init__(data, initial=initial)
        for name, found in (
            ("origin", choices(dict(table.origins))), ("role", choices(dict(table.roles))),
            ("duties", choices(dict(table.duties))), ("grid", [("", "—"), *grids]),
        ):  # fmt: skip
            self.fields[name].choices = found  # type: ignore[attr-defined]
        self.fields["role"].initial = "member"


class BeatForm(Form):
    """A beat; one field for each kind of shift says how many people it needs."""

    beat = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name of the beat"), max_length=60)
    unit = forms.TypedChoiceField(label=_("Unit"), coerce=int)
    shape = forms.CharField(
        label=_("Line or area as GeoJSON or WKT"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Degrees, longitude first. Left empty, the beat keeps what it has."),
    )  # fmt: skip

    def __init__(self, data: Any, *, table: PatrolTable, units: Choices, initial: Any = None) -> None:  # noqa: ANN401 -- as Django's
        super().__init__(data, initial=initial)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]
        for code, template in table.templates.items():
            self.fields[f"need_{code}"] = forms.IntegerField(
                label=f"{template.name(language())} {template.times}", min_value=0, max_value=20, initial=0
            )

    @property
    def needs(self) -> dict[str, int]:
        named = {
            key.removeprefix("need_"): value for key, value in self.cleaned_data.items() if "need_" in key
        }
        return {code: int(count) for code, count in named.items()}

    @property
    def need_fields(self) -> list[Any]:
        return [field for field in self if field.name.startswith("need_")]


class LastDayForm(Form):
    last = forms.DateField(label=_("Last day"), widget=DAY)


class LeaveForm(Form):
    person = forms.TypedChoiceField(label=_("Person"), coerce=int)
    first = forms.DateField(label=_("First day"), widget=DAY)
    last = forms.DateField(label=_("Last day"), widget=DAY)
    kind = forms.ChoiceField(label=_("Kind of leave"))

    def __init__(self, data: Any, *, table: PatrolTable, people: Choices) -> None:  # noqa: ANN401 -- as Django's
        super().__init__(data)
        self.fields["person"].choices = people  # type: ignore[attr-defined]
        self.fields["kind"].choices = choices(dict(table.leave))  # type: ignore[attr-defined]


class ProposeForm(Form):
    weeks = forms.TypedChoiceField(
        label=_("Weeks"), coerce=int, choices=[(n, str(n)) for n in range(1, MAX_WEEKS + 1)]
    )


class CellForm(Form):
    """One person, one day: `duty` is `template:beat`, or empty for a free day."""

    user = forms.IntegerField(widget=forms.HiddenInput)
    day = forms.DateField(widget=forms.HiddenInput)
    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    duty = forms.ChoiceField(label=_("Shift and beat"), required=False)

    def __init__(self, data: Any, *, duties: list[Any], initial: Any = None) -> None:  # noqa: ANN401 -- as Django's
        super().__init__(data, initial=initial)
        self.fields["duty"].choices = [("", _("free")), *duties]  # type: ignore[attr-defined]
