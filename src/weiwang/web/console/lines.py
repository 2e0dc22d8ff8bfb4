"""Public telephones of an office: what stands on the notice boards of its unit and of those below."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from weiwang.ledger import queries as ledger
from weiwang.ledger.actions import keep_public_line
from weiwang.ledger.rules import Line
from weiwang.territory import queries as territory
from weiwang.web.console.answers import carry_out
from weiwang.web.console.frame import show
from weiwang.web.console.gates import ConsoleRequest, needs
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.forms import Form

Unit = Any  # a row of the tree; faces know rows, not models


class LineForm(Form):
    duty_phone = forms.CharField(
        label=gettext_lazy("Duty telephone"), max_length=20, required=False,
        help_text=gettext_lazy("Where people call; a telephone of the office, never a private one."),
    )  # fmt: skip
    supervision_phone = forms.CharField(
        label=gettext_lazy("Supervision telephone"), max_length=20, required=False,
        help_text=gettext_lazy("Where people complain about how they were treated."),
    )  # fmt: skip
    hours = forms.CharField(label=gettext_lazy("Hours"), max_length=60, required=False)
    office = forms.CharField(label=gettext_lazy("Address of the office"), max_length=120, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("unit.edit")
def line(request: ConsoleRequest, unit_id: int) -> HttpResponse:
    unit = territory.unit_in(place=request.place, unit_id=unit_id)
    if unit is None or not request.officer.may("unit.edit", unit.path):
        raise Http404
    if request.method != "POST":
        return _page(request, unit)
    form = LineForm(request.POST)

    def act() -> object:
        return keep_public_line(
            unit=unit, line=Line(**form.cleaned_data), at=timezone.now(), submission=submission_key(request),
            by=request.officer.by_power("unit.edit", unit.path),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("Saved. Boards printed from now on show it."),
        to=("console:unit", unit.pk), again=lambda status: _page(request, unit, form=form, status=status),
    )  # fmt: skip


def _page(
    request: ConsoleRequest,
    unit: Unit,
    *,
    form: LineForm | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    own = ledger.public_lines(place=request.place).get(unit.pk)
    names = ("duty_phone", "supervision_phone", "hours", "office")
    initial = {name: getattr(own, name) for name in names} if own else {}
    context = {
        "unit": unit,
        "own": own,
        "shown": ledger.public_line(path=unit.path),
        "form": form or LineForm(initial=initial),
    }
    return show(request, "line", context, here="console:units", status=status)
