"""Putting right where a case belongs: another place or another category, with a reason."""

from http import HTTPStatus
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from weiwang.cases import permissions
from weiwang.cases.actions import reroute_case
from weiwang.cases.queries import CaseFile
from weiwang.cases.rules import FINAL, State
from weiwang.kernel.faults import CodedError
from weiwang.territory.rules import NotAllowedError
from weiwang.web.desk import places
from weiwang.web.desk.cases import OVERTAKEN, carried_out, case_url, file_for
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.whereabouts import lists, number
from weiwang.web.desk.worklist import category_options, chosen
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said


@needs("case.reroute")
@require_http_methods(["GET", "HEAD", "POST"])
def reroute(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Show the form, its lists for another community, or carry the change out."""
    file = file_for(request, case_id)
    if not may_reroute(request, file):
        raise NotAllowedError("case.reroute")
    if State(file.case.state) in FINAL:
        return HttpResponseRedirect(case_url(case_id))
    if request.method != "POST" or "show" in request.POST:
        return page(request, file)
    return change(request, file)


def may_reroute(request: DeskRequest, file: CaseFile) -> bool:
    return "case.reroute" in permissions.powers_over(request.officer, file.case)


def change(request: DeskRequest, file: CaseFile) -> HttpResponse:
    post, case_id = request.POST.get, file.case.pk

    def move() -> str:
        reroute_case(
            case_id=case_id,
            by=request.officer,
            at=timezone.now(),
            seen_version=number(post("seen_version", "")) or 0,
            reason=post("reason", ""),
            category=post("category", ""),
            unit_id=number(post("unit", "")),
            submission=submission_key(request),
        )
        return _("Corrected. The reason is in the history of the case.")

    def again(error: CodedError) -> HttpResponse:
        status = HTTPStatus.CONFLICT if error.code in OVERTAKEN else HTTPStatus.UNPROCESSABLE_ENTITY
        return page(request, file_for(request, case_id), error=said(error), status=status)

    return carried_out(request, case_id, move, again)


def page(
    request: DeskRequest, file: CaseFile, *, error: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    case, post, on = file.case, request.POST, timezone.localdate()
    category = post.get("category", "") or case.category
    values = {
        "case": case,
        "case_id": str(case.pk),
        "category_name": file.category.name(get_language() or ""),
        "names": " › ".join(
            [*places.named_path(places.grounds(case.place, on), case.unit_path), case.unit_name]
        ),
        "categories": chosen(category_options(get_language() or ""), category if category.isalnum() else ""),
        "lists": lists(
            case.place, on, post, community=_community(case.place, case.unit_path), with_buildings=False
        ),
        "reason": post.get("reason", ""),
        "typed_key": post.get("submission_key", ""),
        "error": error,
    }
    return show(request, "desk/reroute.html", values, here="desk:worklist", part="form", status=status)


def _community(place: int, path: str) -> int | None:
    """The community a path runs through: the third id of a path below a district, the second without one."""
    on = timezone.localdate()
    heads = {g.id for g in places.grounds(place, on) if g.level == "general_grid"}
    return next((int(part) for part in path.strip("/").split("/") if int(part) in heads), None)
