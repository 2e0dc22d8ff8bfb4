"""Finding cases by the telephone of a reporter. Posted, so that no number stands in an address or a log."""

from http import HTTPStatus

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from weiwang.cases.actions import find_by_phone
from weiwang.kernel.faults import CodedError
from weiwang.web.desk.causes import line
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.ui.faults import said
from weiwang.web.ui.gates import confirmed


@needs("reporter.reveal")
@require_POST
@confirmed
def by_phone(request: DeskRequest) -> HttpResponse:
    """The cases of one telephone; the look is in the record, the number is not."""
    values: dict[str, object] = {"problem": "", "lines": []}
    status = HTTPStatus.OK
    try:
        found = find_by_phone(phone=request.POST.get("phone", ""), by=request.officer, at=timezone.now())
        values["lines"] = [line(case) for case in found]
    except CodedError as error:
        values["problem"], status = said(error), HTTPStatus.UNPROCESSABLE_ENTITY
    return show(request, "desk/by_phone.html", values, here="desk:worklist", status=status)
