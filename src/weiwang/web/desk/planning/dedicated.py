"""A dedicated grid (a school, a market, an office park) drawn on the map, its buildings listed first."""

from dataclasses import dataclass
from http import HTTPStatus

import shapely
from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from weiwang.plans import actions, permissions, queries
from weiwang.plans.queries import PartRow
from weiwang.plans.rules import PlanError, PlanState
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.planning.community import piece_label
from weiwang.web.desk.planning.frame import carry_out, part_for, show_planning, state_words
from weiwang.web.desk.teams.shapes import read_shape
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.forms import Form

AREAS = ("Polygon", "MultiPolygon")


class AreaForm(Form):
    """What it is called, and where it is."""

    name = forms.CharField(
        label=gettext_lazy("Name of the dedicated grid (school, market, office park)"), max_length=80
    )
    shape = forms.CharField(
        label=gettext_lazy("Area as GeoJSON or WKT"), required=False,
        widget=forms.Textarea(attrs={"rows": 3}), help_text=gettext_lazy("Degrees, longitude first."),
    )  # fmt: skip
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def clean_shape(self) -> shapely.geometry.base.BaseGeometry:
        refused = PlanError("edit.area")
        try:
            shape = read_shape(self.cleaned_data["shape"], otherwise=refused)
        except PlanError as error:
            raise forms.ValidationError(said(error)) from error
        if shape is None or shape.geom_type not in AREAS or shape.is_empty:
            raise forms.ValidationError(said(refused))
        return shapely.make_valid(shape)


@dataclass(frozen=True, slots=True)
class Inside:
    """One piece in the list, with the micro-grid it would leave."""

    place: int
    label: str
    households: int
    leaves: str
    chosen: bool


@needs(permissions.DRAW)
@require_http_methods(["GET", "HEAD", "POST"])
def dedicated(request: DeskRequest, plan_id: int, part_id: int) -> HttpResponse:
    """Draw it, look at its buildings, set it up; nothing is written before the last press."""
    part = part_for(request, plan_id, part_id, power=permissions.DRAW)
    if request.method != "POST":
        if part.plan.state != PlanState.DRAFT or not part.layout:
            raise Http404
        return page(request, part, AreaForm(initial={"seen": part.plan.version}))
    form = AreaForm(request.POST)
    if request.POST.get("do") != "set_up":
        form.fields["name"].required = False  # it is needed only to set it up
        form.full_clean()
        form.fields["name"].required = True
        return listed(request, part, form)
    places = [int(value) for value in request.POST.getlist("piece") if value.isdigit() and len(value) < 10]
    return carry_out(
        request, form, lambda: actions.make_dedicated(
            plan_id=plan_id, part_id=part_id, pieces=places, name=form.cleaned_data["name"],
            seen_version=form.cleaned_data["seen"], by=request.officer.by_power(permissions.DRAW),
            at=timezone.now(), submission=submission_key(request),
        ),
        words=_("The dedicated grid has been set up in the draft."),
        to=reverse("desk:plan-part", args=[plan_id, part_id]),
        again=lambda status: listed(request, part, form, chosen=set(places), status=status),
    )  # fmt: skip


def listed(
    request: DeskRequest, part: PartRow, form: AreaForm, *, chosen: set[int] | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    """The page with the buildings that stand inside what was drawn; all of them ticked at first."""
    if not form.is_valid() and "shape" not in form.cleaned_data:
        return page(request, part, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    desk = queries.desk_of(part)
    names = {row.key: row.name for row in queries.groups(part.plan, part_id=part.pk) if row.level != "grid"}
    inside = [
        Inside(
            place, piece_label(desk.ground.houses[piece.house].label, piece), piece.households,
            names.get(desk.layout.micro[place], ""), chosen is None or place in chosen,
        )
        for place in queries.pieces_within(part, desk, form.cleaned_data["shape"])
        for piece in [desk.layout.pieces[place]]
    ]  # fmt: skip
    if not inside:
        form.add_error("shape", _("No building of %(name)s stands inside.") % {"name": part.unit.name})
    return page(request, part, form, inside, status if inside else HTTPStatus.UNPROCESSABLE_ENTITY)


def page(
    request: DeskRequest, part: PartRow, form: AreaForm, inside: list[Inside] | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    words, tone = state_words(part.plan)
    values = {
        "plan": part.plan, "part": part, "form": form, "inside": inside or [], "state_words": words,
        "tone": tone, "held": sum(one.households for one in inside or []),
    }  # fmt: skip
    return show_planning(request, "desk/planning/dedicated.html", values, status=status)
