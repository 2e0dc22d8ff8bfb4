"""Help while somebody in the field writes: kinds that may fit, what is known nearby, and joining it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases import neighbours, queries, suggestions
from weiwang.cases.actions import join_case
from weiwang.cases.neighbours import Near
from weiwang.cases.permissions import visible_to
from weiwang.cases.rules import STATE_NAMES, State
from weiwang.kernel.faults import CodedError
from weiwang.territory.rules import NotAllowedError
from weiwang.web.field.gate import FieldRequest, field_officer
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.nearness import why
from weiwang.web.ui.parts import Offered, Same


@require_POST
@field_officer
def kinds(request: FieldRequest) -> HttpResponse:
    """The kinds that may fit what is being written."""
    table, language = queries.categories(), get_language() or ""
    offered = [
        Offered(
            value=hint.code, label=table[hint.code].name(language), icon=table[hint.code].icon,
            sure=_(hint.sure), because=_("”, “").join(hint.evidence),
        )
        for hint in suggestions.hints(request.POST.get("text", ""))
    ]  # fmt: skip
    return render(request, "ui/parts/offered.html", {"offered": offered, "name": "category"})


@require_POST
@field_officer
def near(request: FieldRequest) -> HttpResponse:
    """What is open nearby and may be the same, among the cases this officer may see."""
    sent = request.POST
    found = neighbours.near_words(
        visible_to(request.officer), place=request.officer.places[0], text=sent.get("text", ""),
        category=sent.get("category", ""), lon=_degrees(sent.get("lon")), lat=_degrees(sent.get("lat")),
        unit_id=_number(sent.get("unit")), at=timezone.now(), public=False,
    )  # fmt: skip
    return render(request, "field/parts/near.html", {"same": [_same(one) for one in found]})


def _degrees(text: str | None) -> float | None:
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if abs(found) <= 180 else None


def _number(text: str | None) -> int | None:
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _same(one: Near) -> Same:
    seen = one.evidence
    return Same(
        title=one.title,
        lines=(
            _(" · ").join((one.number, _(STATE_NAMES[State(one.state)]), one.address or one.unit_name)),
            why(metres=seen.metres, same_kind=seen.same_kind, shared=seen.shared, apart=seen.apart),
        ),
        picture=f"{reverse('field:photo', args=[one.photo])}?small=1" if one.photo else "",
        href=reverse("field:case", args=[one.case_id]),
        join=str(one.case_id),
    )  # fmt: skip


@require_POST
@field_officer
def join(request: FieldRequest, case_id: UUID) -> HttpResponse:
    """The words go to the case that is there; the page then leads to it."""
    if not request.officer.may("case.report"):
        raise NotAllowedError("case.report")
    try:
        join_case(
            case_id=case_id, text=request.POST.get("text", ""), by=request.officer.by_power("case.report"),
            at=timezone.now(), channel="field", submission=submission_key(request),
        )  # fmt: skip
    except AlreadyDoneError:
        pass
    except CodedError as error:
        return render(request, "field/parts/near.html", {"problem": said(error)}, status=422)
    messages.success(request, _("Your words were added to the case that was there."))
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = reverse("field:case", args=[case_id])
    return answer
