"""Units: look, add, rename, count households, draw the boundary, end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from shapely.geometry import mapping

from weiwang.kernel.faults import CodedError
from weiwang.kernel.geo import Boundary, GeometryError, feature, read_polygon
from weiwang.kernel.tables import RowError
from weiwang.territory import actions, roster
from weiwang.territory import queries as territory
from weiwang.territory.imports import UNITS, Source, Task, preview, sentence
from weiwang.territory.rules import LEVEL_NAMES, PARENT_LEVEL, USUAL_SIZE, Level, size_is_unusual
from weiwang.web.console.answers import carry_out
from weiwang.web.console.drawing import Drawing, drawn
from weiwang.web.console.forms import BoundaryForm, NewUnitForm, UnitForm
from weiwang.web.console.frame import done, show
from weiwang.web.console.gates import ConsoleRequest, needs
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.forms import Form

Unit = Any  # a row of the tree; faces know rows, not models
BOUNDARY_BYTES = 8 * 2**20


@dataclass(frozen=True, slots=True)
class Line:
    """One unit in the list below another."""

    id: int
    code: str
    name: str
    level: str
    households: int | None
    unusual: bool
    has_boundary: bool
    below: int


@require_safe
@needs("unit.edit")
def units(request: ConsoleRequest, unit_id: int | None = None) -> HttpResponse:
    return unit_page(request, unit_id or request.place)


def unit_page(
    request: ConsoleRequest, unit_id: int, *, change: BaseForm | None = None, add: BaseForm | None = None,
    end: BaseForm | None = None, status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    """A unit with what stands below it and what may be done with it; a refused form is shown again."""
    unit = _unit(request, unit_id)
    on = timezone.localdate()
    level = Level(unit.level)
    usual = USUAL_SIZE.get(level)
    context = {
        "unit": unit, "level": _(LEVEL_NAMES[level]), "lines": _lines(unit, request),
        "above": [u for u in territory.ancestors(unit.path) if u.pk != unit.pk and u.place == request.place],
        "usual": usual, "unusual": size_is_unusual(level, unit.households),
        "posts": roster.posts_at(unit_id=unit.pk, place=request.place, at=timezone.now()),
        "change": change or UnitForm(initial=_initial(unit)), "add": add or new_unit_form(level),
        "end": end or Form(), "may_add": bool(_levels_below(level)), "is_place": unit.pk == request.place,
        "map_url": reverse("rest:map-config", args=[request.place]), "today": on,
    }  # fmt: skip
    return show(request, "unit", context, here="console:units", status=status)


def _unit(request: ConsoleRequest, unit_id: int) -> Unit:
    unit = territory.unit_in(place=request.place, unit_id=unit_id)
    if unit is None or not request.officer.may("unit.edit", unit.path):
        raise Http404
    return unit


def _initial(unit: Unit) -> Mapping[str, object]:
    return {"name": unit.name, "households": unit.households, "official_code": unit.official_code}


def _lines(unit: Unit, request: ConsoleRequest) -> list[Line]:
    rows = roster.branches(parent=unit.pk, place=request.place, on=timezone.localdate())
    return [
        Line(
            r.id, r.code, r.name, _(LEVEL_NAMES[r.level]), r.households,
            size_is_unusual(r.level, r.households), r.has_boundary, r.below,
        )
        for r in rows
    ]  # fmt: skip


def _levels_below(level: Level) -> list[Level]:
    return [below for below, above in PARENT_LEVEL.items() if level in above]


def new_unit_form(above: Level, data: Mapping[str, object] | None = None) -> NewUnitForm:
    form = NewUnitForm(data, prefix="new")
    form.fields["level"].choices = [(level, _(LEVEL_NAMES[level])) for level in _levels_below(above)]  # type: ignore[attr-defined]
    return form


@require_POST
@needs("unit.edit")
def change(request: ConsoleRequest, unit_id: int) -> HttpResponse:
    unit = _unit(request, unit_id)
    form = UnitForm(request.POST)

    def act() -> object:
        data = form.cleaned_data
        return actions.change_unit(
            unit_id=unit.pk, name=data["name"], households=data["households"],
            official_code=data["official_code"], by=request.officer.by_power("unit.edit", unit.path),
            at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("Saved."), to=("console:unit", unit.pk),
        again=lambda status: unit_page(request, unit_id, change=form, status=status),
    )  # fmt: skip


@require_POST
@needs("unit.edit")
def add(request: ConsoleRequest, unit_id: int) -> HttpResponse:
    parent = _unit(request, unit_id)
    form = new_unit_form(Level(parent.level), request.POST)

    def act() -> object:
        data = form.cleaned_data
        return actions.create_unit(
            parent=parent, level=Level(data["level"]), code=data["code"], name=data["name"],
            households=data["households"], by=request.officer.by_power("unit.edit", parent.path),
            at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("The unit was added. Draw its boundary next."),
        to=("console:unit", parent.pk),
        again=lambda status: unit_page(request, unit_id, add=form, status=status),
    )  # fmt: skip


@require_POST
@needs("unit.edit")
def end(request: ConsoleRequest, unit_id: int) -> HttpResponse:
    """End a unit today. The sub-district itself cannot be ended here."""
    unit = _unit(request, unit_id)
    if unit.pk == request.place:
        raise Http404
    form = Form(request.POST)

    def act() -> object:
        return actions.end_unit(
            unit_id=unit.pk, on=timezone.localdate(), reason=request.POST.get("reason", "")[:200],
            by=request.officer.by_power("unit.edit", unit.path), at=timezone.now(),
            submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("%(name)s has ended.") % {"name": unit.name},
        to=("console:unit", unit.parent_id or request.place),
        again=lambda status: unit_page(request, unit_id, end=form, status=status),
    )  # fmt: skip


# ---------------------------------------------------------------- the boundary


@require_http_methods(["GET", "HEAD", "POST"])
@needs("unit.edit")
def boundary(request: ConsoleRequest, unit_id: int) -> HttpResponse:
    """The boundary as text; sent once it is checked and drawn, sent again with `save` it is kept."""
    unit = _unit(request, unit_id)
    present = territory.unit(unit.pk).boundary
    if request.method != "POST":
        text = json.dumps(feature(present, {})["geometry"]) if present is not None else ""
        form = BoundaryForm(initial={"text": text})
        return boundary_page(request, unit, form, drawn(_around(request, unit), present, None))
    form = BoundaryForm(request.POST, request.FILES)
    try:
        given = read_given(form)
    except CodedError as error:
        form.add_error(None, said(error))
        picture = drawn(_around(request, unit), present, None)
        return boundary_page(request, unit, form, picture, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    seen = preview(UNITS, _task(request, unit, given))
    if seen.errors or "save" not in request.POST:
        shown = BoundaryForm(initial={"text": json.dumps(mapping(given))})
        return boundary_page(
            request, unit, shown, drawn(_around(request, unit), present, given), errors=seen.errors,
            warnings=seen.warnings, status=HTTPStatus.UNPROCESSABLE_ENTITY if seen.errors else HTTPStatus.OK,
            may_save=not seen.errors,
        )  # fmt: skip
    return save_boundary(request, unit, given)


def save_boundary(request: ConsoleRequest, unit: Unit, given: Boundary) -> HttpResponse:
    form = Form({})

    def act() -> object:
        return actions.change_unit(
            unit_id=unit.pk, boundary=given, by=request.officer.by_power("unit.edit", unit.path),
            at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip

    words = _("The boundary was saved; it counts from now on.")
    return carry_out(
        request, form, act, words=words, to=("console:unit", unit.pk),
        again=lambda _status: done(request, words, "console:unit", unit.pk),
    )  # fmt: skip


def boundary_page(
    request: ConsoleRequest, unit: Unit, form: BoundaryForm, picture: Drawing | None, *,
    errors: tuple[RowError, ...] = (), warnings: tuple[RowError, ...] = (), may_save: bool = False,
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    context = {
        "unit": unit, "form": form, "picture": picture, "may_save": may_save,
        "errors": [_plainly(error) for error in errors], "warnings": [_plainly(w) for w in warnings],
    }  # fmt: skip
    return show(request, "boundary", context, here="console:units", status=status)


def _plainly(error: RowError) -> str:
    """The sentence without its row: there is only one."""
    return sentence(RowError(0, "", error.code, error.params, error.messages), _)


def read_given(form: BoundaryForm) -> Boundary:
    """The polygon in the file or the text: a geometry, a feature, or a collection with one feature."""
    form.is_valid()
    file = form.cleaned_data.get("file")
    if file is not None and file.size > BOUNDARY_BYTES:
        raise GeometryError("too_many_vertices", limit=100_000)
    try:
        text = file.read().decode("utf-8-sig") if file else form.cleaned_data.get("text", "")
        found = json.loads(text) if text.lstrip().startswith("{") else text
    except ValueError:
        raise GeometryError("unreadable") from None
    if isinstance(found, dict) and isinstance(found.get("features"), list) and found["features"]:
        found = found["features"][0]
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry") or {}
    return read_polygon(found)


def _task(request: ConsoleRequest, unit: Unit, given: Boundary) -> Task:
    """The one unit as a file, so that the same checks speak as in an import."""
    above = next((u.code for u in territory.ancestors(unit.path) if u.pk == unit.parent_id), "")
    properties = {"code": unit.code, "name": unit.name, "level": unit.level, "parent": above}
    row = {"type": "Feature", "properties": properties, "geometry": mapping(given)}
    whole = json.dumps({"type": "FeatureCollection", "features": [row]})
    return Task(Source(whole.encode(), "boundary.geojson"), timezone.now(), request.place)


def _around(request: ConsoleRequest, unit: Unit) -> list[Boundary]:
    """The neighbours of the same level, to see how it fits."""
    found = territory.boundaries(place=request.place, levels=[Level(unit.level)], on=timezone.localdate())
    return [shape for other, shape in found if other.pk != unit.pk]
