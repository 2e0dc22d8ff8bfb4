"""Raising an early warning from the phone, and what became of those one has raised."""

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from weiwang.audit.rules import AlreadyDoneError
from weiwang.kernel.faults import CodedError
from weiwang.territory.rules import NotAllowedError, Officer
from weiwang.web.field.frame import frame
from weiwang.web.field.gate import FieldRequest, field_officer
from weiwang.web.ui.answers import refused, submission_key
from weiwang.web.ui.clocks import moment
from weiwang.web.ui.forms import Form
from weiwang.web.ui.pages import render_page
from weiwang.whistles import actions, queries
from weiwang.whistles.permissions import RAISE
from weiwang.whistles.rules import WORDS, WhistleError

NO_WORDS = WhistleError.messages["warning.no_words"]  # said by the form as the domain says it


class WarningForm(Form):
    words = forms.CharField(
        label=gettext_lazy("What do you see?"), max_length=WORDS, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy(NO_WORDS)},
    )  # fmt: skip
    unit = forms.TypedChoiceField(label=gettext_lazy("Where"), coerce=int)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)

    def __init__(self, data: object = None, *, units: list[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]
        self.fields["unit"].initial = units[0][0] if units else None


@require_http_methods(["GET", "HEAD", "POST"])
@field_officer
def alarm(request: FieldRequest) -> HttpResponse:
    if not request.officer.may(RAISE):
        raise NotAllowedError(RAISE)
    if request.method != "POST":
        return page(request, WarningForm(units=units_of(request.officer)))
    form = WarningForm(request.POST, units=units_of(request.officer))
    if not form.is_valid():
        return page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    data = form.cleaned_data
    try:
        warning = actions.raise_warning(
            unit_id=data["unit"], words=data["words"], lon=data["lon"], lat=data["lat"], by=request.officer,
            at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip
    except AlreadyDoneError:
        return HttpResponseRedirect(reverse("field:alarm"))
    except CodedError as error:
        return page(
            request, form, status=refused(form, error, overtaken=(), fields={"warning.no_words": "words"})
        )
    owner = warning.owner_post.name
    messages.success(
        request, _("The warning is with %(owner)s now. It climbs until somebody takes it.") % {"owner": owner}
    )
    return HttpResponseRedirect(reverse("field:alarm"))


def units_of(officer: Officer) -> list[tuple[int, str]]:
    """The smallest of one's own units first."""
    mine = [holding for holding in officer.holdings if RAISE in holding.allows]
    mine.sort(key=lambda holding: -len(holding.unit_path))
    return list({holding.unit_id: holding.unit_name for holding in mine}.items())


def page(request: FieldRequest, form: WarningForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    at = timezone.now()
    rows = [
        {"line": line, "when": moment(line.raised_at, at)}
        for line in queries.raised_by(request.officer.user_id)
    ]
    context = {
        **frame(request.officer, "alarm"), "form": form, "rows": rows,
        "several_units": len(units_of(request.officer)) > 1,
    }  # fmt: skip
    return render_page(request, "field/alarm.html", context, status=status)
