"""The forms about bodies, and the units that can be chosen for one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from weiwang.bodies.actions import BodyForm, MemberForm
from weiwang.territory.rules import Level, Officer
from weiwang.web.desk import places
from weiwang.web.desk.places import Ground
from weiwang.web.ui.forms import Form

ONE_DAY = timedelta(days=1)


def day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class BodyEditForm(Form):
    """A body; the units it stands for lie beside it in the template."""

    kind = forms.ChoiceField(label=_("Kind of body"))
    name = forms.CharField(label=_("Name of the body"), max_length=80)
    compound = forms.CharField(
        label=_("Compound or courtyard"), max_length=80, required=False,
        help_text=_("What people call the place, where it has a name."),
    )  # fmt: skip
    term_starts_on = forms.DateField(label=_("Term from"), widget=day())
    term_ends_on = forms.DateField(
        label=_("Last day of the term"), required=False, widget=day(),
        help_text=_("Ninety days before and after it the list of terms speaks of it."),
    )  # fmt: skip
    contact_name = forms.CharField(label=_("Contact person"), max_length=60, required=False)
    phone = forms.CharField(
        label=_("Telephone"), max_length=30, required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=_("Stored encrypted; every access needs a reason and is recorded."),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def as_typed(self, unit_ids: Collection[int], *, keeps_phone: bool) -> BodyForm:
        """What the domain takes; an empty number leaves the one on record."""
        data = self.cleaned_data
        phone = None if keeps_phone and not data["phone"] else data["phone"]
        names = ("kind", "name", "compound", "term_starts_on", "term_ends_on", "contact_name")
        return BodyForm(unit_ids=unit_ids, phone=phone, **{name: data[name] for name in names})


def body_values(body: Any) -> dict[str, Any]:  # noqa: ANN401 -- a row of the bodies
    """What the form begins with; the telephone stays sealed."""
    names = ("kind", "name", "compound", "term_starts_on", "term_ends_on", "contact_name", "version")
    return {name: getattr(body, name) for name in names}


class MemberEditForm(Form):
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
    role = forms.CharField(
        label=_("Role"),
        max_length=40,
        required=False,
        help_text=_("Chair, deputy, member, head of stairwell 2 …"),
    )
    starts_on = forms.DateField(label=_("Member from"), widget=day())
    last_on = forms.DateField(
        label=_("Last day"), required=False, widget=day(), help_text=_("Empty while the membership goes on.")
    )
    office_phone = forms.CharField(
        label=_("Office telephone"), max_length=30, required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=_("Stored encrypted; every access needs a reason and is recorded."),
    )  # fmt: skip
    username = forms.CharField(
        label=_("User name"), max_length=60, required=False,
        help_text=_("Only for somebody who also signs in here."),
    )  # fmt: skip

    def as_typed(self, *, user_id: int | None, keeps_phone: bool) -> MemberForm:
        data = self.cleaned_data
        last: date | None = data["last_on"]
        return MemberForm(
            name=data["name"], role=data["role"], starts_on=data["starts_on"],
            ends_on=last + ONE_DAY if last else None, user_id=user_id,
            office_phone=None if keeps_phone and not data["office_phone"] else data["office_phone"],
        )  # fmt: skip


def member_values(member: Any) -> dict[str, Any]:  # noqa: ANN401 -- a row of the members
    return {
        "name": member.name,
        "role": member.role,
        "starts_on": member.starts_on,
        "last_on": member.ends_on - ONE_DAY if member.ends_on else None,
        "username": member.user.username if member.user else "",
    }


class PaperForm(Form):
    title = forms.CharField(label=_("What it is"), max_length=80)
    file = forms.FileField(
        label=_("File"), help_text=format_lazy(
            _("PDF up to {limit} MB, or a JPG or PNG picture."), limit=settings.PAPER_BYTES // 1_000_000
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )  # fmt: skip


class EndForm(Form):
    on = forms.DateField(label=_("It ends from"), widget=day())
    reason = forms.CharField(label=pgettext_lazy("of ending", "Reason"), max_length=200)


# ---------------------------------------------------------------- what a body can stand for


@dataclass(frozen=True, slots=True)
class Pick:
    """One unit to tick, with those below it."""

    ground: Ground
    ticked: bool
    below: Sequence["Pick"] = ()

    @property
    def is_open(self) -> bool:
        return any(one.ticked for one in self.below)


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """Communities to tick whole; the grids of one of them; what is ticked elsewhere."""

    communities: Sequence[Pick]
    shown: Ground | None
    grids: Sequence[Pick]
    elsewhere: Sequence[Pick]


def scope_choice(
    officer: Officer, *, place: int, ticked: Collection[int], shown: int | None, on: date
) -> ScopeChoice:
    """The units the officer may give a body; `shown` is the community whose grids are listed."""
    every = [*places.grounds(place, on), *places.leaves(place, on)]
    kept = [one for one in every if one.level != Level.SUBDISTRICT and officer.may("body.keep", one.path)]
    tops = [one for one in kept if one.level == Level.GENERAL_GRID]
    chosen = {one.id: one for one in kept if one.id in ticked}
    open_top = next((one for one in tops if one.id == shown), None) or _first(tops, chosen)
    grids = _picks(kept, open_top, ticked) if open_top else []
    listed = {one.id for one in tops} | {p.ground.id for grid in grids for p in (grid, *grid.below)}
    return ScopeChoice(
        [Pick(one, one.id in ticked) for one in tops], open_top, grids,
        [Pick(one, ticked=True) for one in chosen.values() if one.id not in listed],
    )  # fmt: skip


def _first(tops: Sequence[Ground], chosen: Mapping[int, Ground]) -> Ground | None:
    """The community something is ticked in, else the first."""
    inside = (top for top in tops if any(one.path.startswith(top.path) for one in chosen.values()))
    return next(inside, None) or next(iter(tops), None)


def _picks(kept: Sequence[Ground], top: Ground, ticked: Collection[int]) -> list[Pick]:
    below: dict[int, list[Pick]] = {}
    for one in kept:
        below.setdefault(one.parent_id, []).append(Pick(one, one.id in ticked))
    return [
        Pick(grid.ground, grid.ticked, tuple(below.get(grid.ground.id, ()))) for grid in below.get(top.id, ())
    ]
