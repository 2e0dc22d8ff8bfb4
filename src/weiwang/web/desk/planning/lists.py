"""An Excel list of buildings: read, looked at with everything that was found, kept in the ledger."""

from collections.abc import Mapping
from http import HTTPStatus

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weiwang.audit.rules import AlreadyDoneError
from weiwang.plans import actions, permissions, queries
from weiwang.plans.lists import Asked, ListError
from weiwang.plans.queries import ListingRow
from weiwang.plans.rules import PlanError
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.planning.frame import carry_out, language, show_planning
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.forms import Form

MAX_BYTES = 20_000_000
WEIGHTS: Mapping[str, str] = {
    "left_out": gettext_noop("Left out"),
    "check": gettext_noop("Please check"),
    "put_right": gettext_noop("Corrected"),
    "assumed": gettext_noop("Assumed"),
}
DOUBTFUL = ("left_out", "check")


class ListForm(Form):
    """The file, and what only people know about it."""

    file = forms.FileField(label=gettext_lazy("List of buildings (Excel, CSV or GeoJSON)"))
    datum = forms.ChoiceField(
        label=gettext_lazy("Coordinates are in"),
        choices=(
            ("wgs84", gettext_lazy("WGS84 or CGCS2000 (surveyed)")),
            ("gcj02", gettext_lazy("GCJ-02 (Amap, Tencent)")),
            ("bd09", gettext_lazy("BD-09 (Baidu)")),
        ),
    )  # fmt: skip
    households = forms.CharField(
        label=gettext_lazy("Column of households, if it is not clear"), max_length=60, required=False
    )
    area = forms.CharField(
        label=gettext_lazy("Column of living area, if there are no households"), max_length=60, required=False
    )
    per = forms.FloatField(
        label=gettext_lazy("Square metres a household"),
        initial=60,
        min_value=10,
        max_value=500,
        required=False,
    )

    def clean_file(self) -> object:
        given = self.cleaned_data["file"]
        if given.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB. Send it in parts."))
        return given


@needs(permissions.DRAW)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """Choose a file; the next page says what was understood."""
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _form_page(request, form)
    if not form.is_valid():
        return _form_page(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    given = form.cleaned_data
    asked = Asked(given["datum"], given["households"], given["area"], given["per"] or 60.0)
    try:
        found = actions.read_list(
            place=request.officer.places[0], name=given["file"].name, data=given["file"].read(), asked=asked,
            by=request.officer.by_power(permissions.DRAW), at=timezone.now(),
            submission=submission_key(request),
        )  # fmt: skip
    except AlreadyDoneError as done:
        return HttpResponseRedirect(reverse("desk:plan-list", args=[int(done.object_id)]))
    except ListError as error:
        form.add_error("file", error.zh if language() == "zh" else error.en)
        return _form_page(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    except PlanError as error:
        form.add_error(None, said(error))
        return _form_page(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    return HttpResponseRedirect(reverse("desk:plan-list", args=[found.pk]))


def _form_page(request: DeskRequest, form: ListForm, status: int = HTTPStatus.OK) -> HttpResponse:
    return show_planning(request, "desk/planning/list_new.html", {"form": form}, status=status)


def _listing(request: DeskRequest, listing_id: int) -> ListingRow:
    for place in request.officer.places:
        found = queries.listing(place=place, listing_id=listing_id)
        if found is not None:
            return found
    raise Http404


@needs(permissions.DRAW)
@require_safe
def one(request: DeskRequest, listing_id: int) -> HttpResponse:
    """What was understood of a list."""
    return page(request, _listing(request, listing_id))


def page(
    request: DeskRequest, found: ListingRow, *, form: Form | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    spoken = 1 if language() == "zh" else 2
    notes = [
        (_(words), [row[spoken] for row in found.notes if row[0] == weight])
        for weight, words in WEIGHTS.items()
    ]
    totals = [(name, *count) for name, count in sorted(found.totals.items())]
    notes = [(words, rows) for words, rows in notes if rows]
    doubtful = {_(WEIGHTS[weight]) for weight in DOUBTFUL}
    values = {
        "listing": found, "totals": totals, "doubts": [row for row in notes if row[0] in doubtful],
        "taken": [row for row in notes if row[0] not in doubtful],
        "effect": None if found.kept_at else queries.listing_effect(found),
        "buildings": len(found.rows), "households": sum(count[1] for count in found.totals.values()),
        "errors": form,
    }  # fmt: skip
    return show_planning(request, "desk/planning/list.html", values, status=status)


@needs(permissions.DRAW)
@require_POST
def keep(request: DeskRequest, listing_id: int) -> HttpResponse:
    """Put the buildings into the ledger and go on to a draft."""
    found = _listing(request, listing_id)
    form = Form(request.POST)
    return carry_out(
        request, form, lambda: actions.keep_list(
            listing_id=found.pk, by=request.officer.by_power(permissions.DRAW), at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("The buildings are in the ledger. A draft can be drawn now."), to=reverse("desk:plan-new"),
        again=lambda status: page(request, _listing(request, listing_id), form=form, status=status),
    )  # fmt: skip
