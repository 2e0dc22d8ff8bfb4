"""Making a case urgent, or ordinary again, from its page."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from weiwang.cases.actions import set_urgency
from weiwang.web.desk.cases import carried_out, read_typed, refused
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.whereabouts import number


@needs("case.urgency")
@require_POST
def urgency(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Set it with a reason; back to the case, whose clock is counted again."""
    asked, urgent = read_typed(request), request.POST.get("urgent") == "yes"

    def put() -> str:
        set_urgency(
            case_id=case_id, urgent=urgent, reason=asked.note, by=request.officer, at=timezone.now(),
            seen_version=number(request.POST.get("seen_version", "")) or 0,
            submission=asked.submission or None,
        )  # fmt: skip
        if urgent:
            return _("The case is urgent now; its limit is counted anew.")
        return _("It is no longer urgent.")

    return carried_out(request, case_id, put, partial(refused, request, case_id, asked))
